package main

import (
	"strings"
	"testing"
)

const output = `goos: linux
BenchmarkFirstTime/gognito/uncached 	 9351	 40000 ns/op	 25000 cpu-ns/op	 1792 B/op	 8 allocs/op
BenchmarkFirstTime/jwx/parse-key-set         	    3654	     70000 ns/op	     60000 cpu-ns/op	   17812 B/op	     346 allocs/op
BenchmarkParallel/repeated/gognito-2 	 1000	 0.5 ns/op	 384 B/op	 3 allocs/op
BenchmarkBareRSA 	 100	 30938 ns/op
PASS
`

func TestParseReadsWhatGoTestPrints(t *testing.T) {
	all := make(results)
	if err := all.parse("x/", output); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]result{
		"x/FirstTime/gognito/uncached":  {25000, 1792, 8},
		"x/FirstTime/jwx/parse-key-set": {60000, 17812, 346},
		"x/Parallel/repeated/gognito-2": {0.5, 384, 3},
		"x/BareRSA":                     {30938, 0, 0},
	} {
		if got := all[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if len(all) != 4 {
		t.Errorf("%d benchmarks", len(all))
	}
}

func TestParseFailsWhereNothingRan(t *testing.T) {
	all := results{"y/BareRSA": {{ns: 1}}}
	for _, output := range []string{"", "PASS\n", "BenchmarkX\t0 ns/op\n", "BenchmarkX\t1\t0 ns/op\n", "BenchmarkX\t1\tFAIL\n"} {
		if err := all.parse("", output); err == nil {
			t.Errorf("%q passes", output)
		}
	}
}

func TestTheMedianIsTheMiddleRun(t *testing.T) {
	all := results{"a": {{9, 1, 1}, {1, 2, 2}, {4, 3, 3}}, "b": {{2, 0, 0}}}
	if got, err := all.median("a"); err != nil || got != (result{4, 3, 3}) {
		t.Errorf("median: %v, %v", got, err)
	}
	if got, err := all.ratio("a", "b"); err != nil || got != 2 {
		t.Errorf("ratio: %v, %v", got, err)
	}
	for _, pair := range [][2]string{{"a", "c"}, {"c", "a"}} {
		if _, err := all.ratio(pair[0], pair[1]); err == nil {
			t.Errorf("%q: no error", pair)
		}
	}
}

func TestOpenSSLSpeedIsReadInEveryVersion(t *testing.T) {
	for name, output := range map[string]string{
		"3.0": "version: 3.0.19\n                  sign    verify    sign/s verify/s\nrsa 2048 bits 0.000244s 0.000016s   4106.7  60823.1\n",
		"3.2": "                   sign    verify    encrypt   decrypt   sign/s verify/s  encr./s  decr./s\n" +
			"rsa  2048 bits 0.000259s 0.000008s 0.000008s 0.000267s   3863.0  60823.1 119000.0   3745.0\n",
	} {
		if got, err := verificationsPerSecond(output); err != nil || got != 60823.1 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, output := range []string{"", "rsa 2048 bits 0.1s 0.1s 1 2\n", "sign verify sign/s verify/s\n", "sign verify sign/s verify/s\nrsa 2048 bits 0.1s\n"} {
		if got, err := verificationsPerSecond(output); err == nil {
			t.Errorf("%q: %v", output, got)
		}
	}
}

// passing are results that hold every bound.
func passing() results {
	all := make(results)
	for _, b := range append(fastest(), bounds...) {
		all[b.name], all[b.of] = []result{{ns: 10}}, []result{{ns: 10}}
	}
	for name := range all {
		if name == firstTime || strings.HasPrefix(name, "Refused/") {
			all[name] = []result{{ns: 1}}
		}
	}
	all["library/BareRSA"] = []result{{ns: 1000}}
	return all
}

func TestABoundThatIsMissedFails(t *testing.T) {
	all := passing()
	list, err := judge(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := list.missed(); err != nil {
		t.Fatalf("none is missed: %v", err)
	}
	for _, b := range append(fastest(), bounds...) {
		all := passing()
		all[b.name] = []result{{ns: all[b.of][0].ns * b.most * 1.01}}
		list, err := judge(all)
		if err != nil {
			t.Fatal(err)
		}
		if err := list.missed(); err == nil || !strings.Contains(err.Error(), b.name+" / "+b.of) {
			t.Errorf("%s / %s: %v", b.name, b.of, err)
		}
		if !strings.Contains(list.table(), "**missed**") {
			t.Errorf("%s / %s: the table does not say so", b.name, b.of)
		}
		delete(all, b.name)
		if _, err := judge(all); err == nil {
			t.Errorf("%s did not run, and nobody noticed", b.name)
		}
	}
}
