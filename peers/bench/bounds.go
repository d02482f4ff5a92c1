package main

import (
	"fmt"
	"strings"

	"github.com/gognito/gognito/peers/bench/implementations"
	"github.com/gognito/gognito/peers/internal/report"
)

// A bound is the most that one benchmark may take, in parts of another.
type bound struct {
	name, of string
	most     float64
}

// noise is what two equal benchmarks may differ by.
const noise = 1.1

const firstTime = "FirstTime/gognito/uncached"

// bounds are what the library promises.
var bounds = []bound{
	{"library/FirstTime", "library/BareRSA", 1},
	{"library/Repeated", "library/BareRSA", 1.0 / 50},
	{"library/Refused/Garbage", "library/FirstTime", noise},
	{"library/Refused/Algorithm", "library/FirstTime", noise},
	{"library/Refused/Signature", "library/FirstTime", noise},
	{"library/Refused/Deep", "library/Longest", noise},
	{"library/Refused/Members", "library/Longest", noise},
	{"library/Refused/Elements", "library/Longest", noise},
	{"library/Refused/Scopes", "library/Longest", noise},
	{"library/Refused/AtLimits", "library/Longest", 3}, // as does a good token of as many members
	{"library/Refused/Escapes", "library/Longest", 6},  // and one of as many escapes

	{"Refused/garbage/gognito", firstTime, noise},
	{"Refused/signature/gognito", firstTime, noise},
	{"Refused/expired/gognito", firstTime, noise},

	// The others as their documentation begins with them.
	{firstTime, "FirstTime/golang-jwt/keyfunc", 1 / 1.4},
	{firstTime, "FirstTime/go-jose/key-set", 1 / 1.9},
	{firstTime, "FirstTime/go-oidc/remote", 1 / 2.2},
	{firstTime, "FirstTime/jwx/parse-key-set", 1 / 2.4},
	// And in the fastest way that was found, where that is another.
	{firstTime, "FirstTime/golang-jwt/keyfunc-json", 1 / 1.4},
	{firstTime, "FirstTime/go-jose/compact", 1 / 1.5},
	{firstTime, "FirstTime/jwx/fast", 1 / 1.4},
}

// fastest are the bounds that keep the tables fair: no set-up of a peer is faster
// than the one that stands there.
func fastest() []bound {
	var list []bound
	for _, peer := range implementations.Peers {
		chosen := benchmarkOf(peer, 0)
		for i := range peer.Setups[1:] {
			list = append(list, bound{chosen, benchmarkOf(peer, i+1), noise})
		}
	}
	for _, way := range implementations.Peers[len(implementations.Peers)-1].Setups { // jwx
		list = append(list, bound{"FirstTime/jwx/fast", ofTagged + "FirstTime/jwx/" + way.Name, noise})
	}
	// One calls the other. JavaScript's compiler runs beside both when it likes.
	return append(list, bound{ofNode + "verifySync/good", ofNode + "verify/good", 1.25})
}

// benchmarkOf is the name of what measures a set-up with first-time tokens.
func benchmarkOf(i implementations.Implementation, setup int) string {
	return "FirstTime/" + i.Name + "/" + i.Setups[setup].Name
}

// A verdict is a bound and what was measured.
type verdict struct {
	bound
	ratio float64
}

type verdicts []verdict

func judge(all results) (verdicts, error) {
	var list verdicts
	for _, b := range append(fastest(), bounds...) {
		ratio, err := all.ratio(b.name, b.of)
		if err != nil {
			return nil, err
		}
		list = append(list, verdict{b, ratio})
	}
	return list, nil
}

func (v verdict) held() bool { return v.ratio <= v.most }

func (list verdicts) missed() error {
	var names []string
	for _, v := range list {
		if !v.held() {
			names = append(names, fmt.Sprintf("%s / %s is %.4f, and may be %.4f", v.name, v.of, v.ratio, v.most))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("%d bounds were missed:\n%s", len(names), strings.Join(names, "\n"))
}

func (list verdicts) table() string {
	t := report.Table{Head: []string{"time of", "in parts of", "at most", "measured", ""}}
	for _, v := range list {
		word := "held"
		if !v.held() {
			word = "**missed**"
		}
		t.Add("`"+v.name+"`", "`"+v.of+"`", fmt.Sprintf("%.4f", v.most), fmt.Sprintf("%.4f", v.ratio), word)
	}
	return "Bounds:\n\n" + t.String()
}
