package differential_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/gognito/gognito"
)

// tokenReasons are those that a token alone can cause, and none.
var tokenReasons = []gognito.Reason{
	"", gognito.ReasonMalformed, gognito.ReasonAlgorithm, gognito.ReasonIssuer, gognito.ReasonUnknownKey, gognito.ReasonSignature,
	gognito.ReasonExpired, gognito.ReasonNotYetValid, gognito.ReasonTokenUse, gognito.ReasonClient, gognito.ReasonMachine,
}

// A tally counts verdicts and keeps what went wrong.
type tally struct {
	seed     uint64
	judged   int
	verdicts map[gognito.Reason]int
	accepted map[gognito.Reason]map[string]int // by peer
	occurred map[string]int                    // class and peer, of tokens with nothing else
	panics   map[string]int                    // by peer
	faults   map[string]int
	firsts   []string // whole
}

func newTally(seed uint64) *tally {
	return &tally{
		seed: seed, verdicts: make(map[gognito.Reason]int), accepted: make(map[gognito.Reason]map[string]int),
		occurred: make(map[string]int), panics: make(map[string]int), faults: make(map[string]int),
	}
}

func (t *tally) count(v *verdict) {
	t.judged++
	t.verdicts[v.reason]++
	if t.accepted[v.reason] == nil {
		t.accepted[v.reason] = make(map[string]int)
	}
	for _, peer := range peerNames {
		refusal := v.refused[peer]
		if refusal == nil {
			t.accepted[v.reason][peer]++
		}
		if _, ok := errors.AsType[panicked](refusal); ok {
			t.panics[peer+": "+refusal.Error()]++
		}
	}
	if fault := v.fault(t); fault != "" {
		t.fail(v, fault)
	}
}

// fail keeps a fault: its summary always, and the first ones whole.
func (t *tally) fail(v *verdict, fault string) {
	summary := v.sample.String() + ": " + fault
	t.faults[summary]++
	if t.faults[summary] > 1 || len(t.firsts) >= 10 {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\tseed %d, index %d, the set-up for %s tokens\n\ttoken %q\n", summary, t.seed, v.index, v.use, v.token)
	for _, peer := range peerNames {
		if refusal := v.refused[peer]; refusal != nil {
			fmt.Fprintf(&b, "\t%s: %v\n", peer, refusal)
		} else {
			fmt.Fprintf(&b, "\t%s accepts it\n", peer)
		}
	}
	t.firsts = append(t.firsts, b.String())
}

// report logs the counts, and fails the test for what went wrong or is missing.
func (t *tally) report(tb testing.TB, jwks []byte) {
	tb.Helper()
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "gognito\ttokens\t%s\t\n", strings.Join(peerNames, "\t"))
	for _, reason := range tokenReasons {
		fmt.Fprintf(table, "%s\t%d\t", cmp.Or(string(reason), "accepted"), t.verdicts[reason])
		for _, peer := range peerNames {
			fmt.Fprintf(table, "%d\t", t.accepted[reason][peer])
		}
		fmt.Fprintln(table)
		if t.verdicts[reason]*100 < t.judged {
			tb.Errorf("only %d of %d verdicts are %q", t.verdicts[reason], t.judged, reason)
		}
		if t.verdicts[reason] == 0 {
			delete(t.verdicts, reason)
		}
	}
	_ = table.Flush()
	tb.Logf("%d verdicts; how many each peer accepts of those that gognito judges so:\n%s", t.judged, b.String())
	for _, what := range slices.Sorted(maps.Keys(t.panics)) {
		tb.Logf("%d times, counted as a refusal: %s", t.panics[what], what)
	}
	for reason := range t.verdicts {
		if !slices.Contains(tokenReasons, reason) {
			tb.Errorf("%d verdicts are %q, which no token alone can cause", t.verdicts[reason], reason)
		}
	}
	for _, c := range classes {
		if c.most && t.occurred[c.name] == 0 {
			tb.Errorf("no majority of the peers ever refused for %q", c.name)
		}
		for _, peer := range c.peers {
			if t.occurred[c.name+" "+peer] == 0 {
				tb.Errorf("%s never judged otherwise for %q: is the class still one?", peer, c.name)
			}
		}
	}
	if len(t.faults) == 0 {
		return
	}
	for _, summary := range slices.Sorted(maps.Keys(t.faults)) {
		tb.Errorf("%d × %s", t.faults[summary], summary)
	}
	tb.Errorf("some whole, under these keys: %s\n%s", jwks, strings.Join(t.firsts, "\n"))
}
