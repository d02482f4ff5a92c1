package main

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/peers/internal/report"
)

// The figures of the page are those of one run; its rows are what this program
// measures now.
func TestThePageHasARowForEachThingThatIsMeasured(t *testing.T) {
	tables, err := report.Read(filepath.Join("..", ".."), "load")
	if err != nil {
		t.Fatal(err)
	}
	list, err := judge(passing())
	if err != nil {
		t.Fatal(err)
	}
	rows := slices.Clone(compared)
	for _, v := range list {
		name, _, _ := strings.Cut(v.name, ", at its most") // then there is a number of tokens
		rows = append(rows, name)
	}
	for _, row := range rows {
		if !strings.Contains(tables, "\n| "+row) {
			t.Errorf("%s has no row %q; run the program with -update", report.Page, row)
		}
	}
	if strings.Contains(tables, "**missed**") {
		t.Errorf("%s holds a run that missed a bound", report.Page)
	}
}

func TestLongNumbersHaveCommas(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 10_000: "10,000", 1_234_567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestWhatWrkSaysIsTheLastLineOfItsScript(t *testing.T) {
	got, err := parse("Running 1s test\n  12 requests in 1.00s\nresult {\"Requests\":12,\"Faults\":1,\"Refused\":2,\"Micros\":2000000,\"P99\":830,\"Counted\":{\"200\":12}}\n")
	if err != nil || got.Requests != 12 || got.Faults != 1 || got.Refused != 2 || got.perSecond() != 6 || got.P99 != 830 || got.Counted[200] != 12 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, output := range []string{
		"", "12 requests in 1.00s", "result ", "result {}",
		`result {"Requests":0,"Micros":1000000}`, `result {"Requests":12,"Micros":0}`,
	} {
		if _, err := parse(output); err == nil {
			t.Errorf("%q: no error", output)
		}
	}
}

func TestOneAnswerThatIsNotTheGoodOneEndsTheRun(t *testing.T) {
	s := &server{name: "x", good: 202}
	if err := (&tally{Requests: 5}).check(s); err != nil {
		t.Error(err)
	}
	if err := (&tally{Requests: 5, Counted: map[int]int{202: 6}}).check(s); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string]*tally{
		"a connection that failed":          {Requests: 5, Faults: 1},
		"a refusal":                         {Requests: 5, Refused: 1},
		"a redirect":                        {Requests: 5, Counted: map[int]int{202: 4, 302: 1}},
		"another success":                   {Requests: 5, Counted: map[int]int{202: 4, 200: 1}},
		"one answer that was not counted":   {Requests: 5, Counted: map[int]int{202: 4}},
		"a script that has counted nothing": {Requests: 5, Counted: map[int]int{}},
	} {
		if bad.check(s) == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// passing are results and sizes that hold every bound, just so.
func passing() (results, []size) {
	all := make(results)
	for server, cost := range map[string]float64{bare: 40, telling: 45, gateway: 50, logged: 60, golangJWT: 100, oauth2Proxy: 200} {
		for _, factor := range []float64{0.5, 1, 3} { // the machine was fast in one round and slow in another
			all.add(server, oneToken, result{cost: factor * cost, perSecond: 1000, p99: 1000, busy: 0.9, wrkBusy: 0.9})
			all.add(server, tenfold, result{cost: factor * cost})
			all.add(server, asleep, result{cost: factor * cost})
		}
	}
	return all, []size{{10_000, 50e6, 95e6}, {1_000_000, 60e6, 95e6}}
}

// A machine that is slow for one server alone is slow in some rounds.
func TestARatioIsOfWhatWasMeasuredInOneRound(t *testing.T) {
	all := make(results)
	for _, round := range []struct{ bare, gateway float64 }{{2, 1}, {100, 10}, {3, 12}} {
		all.add(bare, oneToken, result{cost: round.bare})
		all.add(gateway, oneToken, result{cost: round.gateway})
	}
	cost := func(r result) float64 { return r.cost }
	if got, err := all.ratio(gateway, bare, oneToken, cost); got != 0.5 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	all.add(bare, oneToken, result{cost: 1})
	if _, err := all.ratio(gateway, bare, oneToken, cost); err == nil {
		t.Error("a round of one server alone: no error")
	}
}

func TestABoundIsHeldUpToItsNumberAndMissedBeyond(t *testing.T) {
	list, err := judge(passing())
	if err != nil {
		t.Fatal(err)
	}
	if err := list.missed(); err != nil {
		t.Error(err)
	}
	if strings.Contains(list.table(), "missed") || strings.Count(list.table(), "held") != len(list) {
		t.Errorf("the table:\n%s", list.table())
	}
	cheaper := func(server string) func(results, []size) {
		return func(all results, _ []size) {
			for i := range all[[2]string{server, oneToken}] {
				all[[2]string{server, oneToken}][i].cost *= 0.99
			}
		}
	}
	for name, break1 := range map[string]func(results, []size){
		gateway + ", in parts of that of " + bare:        cheaper(bare),
		gateway + ", in parts of that of " + oauth2Proxy: cheaper(oauth2Proxy),
		"with 10,000 tokens":                             func(_ results, memory []size) { memory[0].most = 96e6 },
		"with 1,000,000 tokens":                          func(_ results, memory []size) { memory[1].most = 96e6 },
	} {
		all, memory := passing()
		break1(all, memory)
		list, err := judge(all, memory)
		if err != nil {
			t.Fatal(err)
		}
		err = list.missed()
		if err == nil || !strings.Contains(err.Error(), name) || !strings.HasPrefix(err.Error(), "1 bounds") {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Count(list.table(), "**missed**") != 1 {
			t.Errorf("%s: the table:\n%s", name, list.table())
		}
	}
}

func TestABusyMachinesFiguresAreNotForThePage(t *testing.T) {
	for _, server := range compared {
		for who, take := range map[string]func(*result){
			server:                      func(r *result) { r.busy = 0.89 },
			"wrk, with " + server + ",": func(r *result) { r.wrkBusy = 0.89 },
		} {
			all, _ := passing()
			if err := quiet(all); err != nil {
				t.Error(err)
			}
			for i := range all[[2]string{server, oneToken}] {
				take(&all[[2]string{server, oneToken}][i])
			}
			if err := quiet(all); err == nil || !strings.HasPrefix(err.Error(), who+" had its core for 89 %") {
				t.Errorf("%s: %v", who, err)
			}
		}
	}
}

func TestNothingIsSaidOfWhatWasNotMeasured(t *testing.T) {
	complete, memory := passing()
	if text, err := tables(complete, memory); err != nil || !strings.Contains(text, "| gognito | 20,000 (×0.80) | 20,000 (×0.80) |") {
		t.Errorf("%v:\n%s", err, text)
	}
	for _, server := range compared {
		all := maps.Clone(complete)
		delete(all, [2]string{server, oneToken})
		if _, err := tables(all, memory); err == nil {
			t.Errorf("tables without %s: no error", server)
		}
		if _, err := judge(all, memory); err == nil && slices.Contains([]string{bare, gateway, oauth2Proxy}, server) {
			t.Errorf("bounds without %s: no error", server)
		}
	}
}
