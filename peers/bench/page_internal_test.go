package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gognito/gognito/peers/bench/implementations"
)

func TestTheTablesComeBetweenTheMarks(t *testing.T) {
	got, err := replace("a\n"+beginMark+"old\n"+endMark+"\nz\n", "new\n")
	if want := "a\n" + beginMark + "\nnew\n\n" + endMark + "\nz\n"; err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if again, err := replace(got, "new\n"); err != nil || again != got {
		t.Errorf("the second time: %q, %v", again, err)
	}
	for _, text := range []string{"", beginMark, endMark, endMark + "\n" + beginMark} {
		if _, err := replace(text, "new"); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

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
	text, err := os.ReadFile(filepath.Join("..", "..", page))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), beginMark)
	tables, _, found := strings.Cut(rest, endMark)
	if !found {
		t.Fatalf("%s lacks the marks", page)
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
			t.Errorf("%s has no row %q; run the program with -update", page, row)
		}
	}
	if strings.Contains(tables, "**missed**") {
		t.Errorf("%s holds a run that missed a bound", page)
	}
}

func TestTablesFailWhereSomethingWasNotMeasured(t *testing.T) {
	if text, err := tables(passing()); err == nil {
		t.Errorf("no error, but:\n%s", text)
	}
}
