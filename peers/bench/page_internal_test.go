package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/gognito/gognito/peers/bench/implementations"
	"github.com/gognito/gognito/peers/internal/report"
)

func TestNumbersHaveTheDigitsThatCount(t *testing.T) {
	for ns, want := range map[float64]string{25_880: "25.9 µs", 500.9: "0.50 µs", 192_448: "192 µs", 9_960: "10.0 µs", 270_000_000: "270 ms", 4_600_000: "4.60 ms"} {
		if got := duration(ns); got != want {
			t.Errorf("%v: %q, want %q", ns, got, want)
		}
	}
}

// The figures of the page are those of one run; its rows are what this program
// measures now.
func TestThePageHasARowForEachThingThatIsMeasured(t *testing.T) {
	tables, err := report.Read(filepath.Join("..", ".."), "bench")
	if err != nil {
		t.Fatal(err)
	}
	rows := []string{awsJWTVerify, crowded, repeated, limitRSA, limitSHA, limitOpenSSL, limitGo, limitNode}
	for _, implementation := range implementations.All {
		rows = append(rows, implementation.Name)
		for i, way := range implementation.Setups {
			name := way.Name
			if i == 0 {
				name = "**" + name + "**"
			}
			rows = append(rows, implementation.Name+" | "+name+": "+way.How)
		}
	}
	for _, b := range append(fastest(), bounds...) {
		rows = append(rows, "`"+b.name+"` | `"+b.of+"`")
	}
	for _, row := range rows {
		if !strings.Contains(tables, "\n| "+row+" | ") {
			t.Errorf("%s has no row %q; run the program with -update", report.Page, row)
		}
	}
	if strings.Contains(tables, "**missed**") {
		t.Errorf("%s holds a run that missed a bound", report.Page)
	}
}

func TestTablesFailWhereSomethingWasNotMeasured(t *testing.T) {
	if text, err := tables(passing()); err == nil {
		t.Errorf("no error, but:\n%s", text)
	}
}
