package differential_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/peers/judge"
)

// awsJWTVerify is the peer that judges in batches.
const awsJWTVerify = "aws-jwt-verify"

// peerNames are all the peers.
var peerNames = func() []string {
	var names []string
	for _, peer := range judge.Peers {
		names = append(names, peer.Name)
	}
	return append(names, awsJWTVerify)
}()

// A verdict is what all judges say of a sample under one set-up.
type verdict struct {
	sample
	use     gognito.TokenUse // of the set-up
	err     error            // gognito's
	reason  gognito.Reason
	refused map[string]error // the peers that refuse, and why
}

// own reports whether the set-up is the one that the good token is meant for.
func (v *verdict) own() bool { return v.use == v.kind.use() }

// implicit is why the token is refused if nothing is wrong with it.
func (v *verdict) implicit() gognito.Reason {
	switch {
	case !v.own():
		return gognito.ReasonTokenUse
	case v.kind == machine:
		return gognito.ReasonMachine
	}
	return ""
}

// fault returns what is wrong with the verdict, "" for nothing, and tells the
// tally of the classes that explain it.
func (v *verdict) fault(t *tally) string {
	if v.err != nil && v.reason == "" {
		return "gognito gave no reason"
	}
	if v.own() && len(v.mutations) < 2 && v.reason != v.expected {
		return fmt.Sprintf("gognito says %q, expected %q", v.reason, v.expected)
	}
	possible := []gognito.Reason{v.implicit()}
	for _, m := range v.mutations {
		possible = append(possible, m.reason)
	}
	if v.reason == "" && strings.Join(strs(possible), "") != "" {
		return fmt.Sprintf("gognito accepts what one of %q is expected for", possible)
	}
	if !slices.Contains(possible, v.reason) {
		return fmt.Sprintf("gognito says %q, which is none of %q", v.reason, possible)
	}
	if v.reason == "" && len(v.refused) > len(peerNames)/2 && !v.againstMost(t) {
		return fmt.Sprintf("gognito accepts, and %d peers refuse", len(v.refused))
	}
	var unexplained []string
	for _, peer := range peerNames {
		if refusal := v.refused[peer]; (refusal == nil) != (v.reason == "") && !v.explained(peer, t) {
			unexplained = append(unexplained, peer)
		}
	}
	if unexplained == nil {
		return ""
	}
	return fmt.Sprintf("gognito says %q, and no class explains that these say otherwise: %s", v.reason, strings.Join(unexplained, " "))
}

// explained reports whether a peer may judge otherwise than gognito. If gognito
// refuses, the peer must be known to accept each of the token's faults; else it
// must be known to refuse one of its mutations.
func (v *verdict) explained(peer string, t *tally) bool {
	mutations := v.mutations
	if v.kind == machine && v.reason != "" {
		mutations = append(slices.Clone(mutations), mutation{reason: gognito.ReasonMachine, class: "machine"})
	}
	if !v.own() && v.reason == gognito.ReasonTokenUse {
		return false
	}
	var by []string
	for _, m := range mutations {
		c := classNamed(m.class)
		explains := c.name != "" && c.reason == v.reason && slices.Contains(c.peers, peer)
		switch {
		case v.reason == "" && explains:
			by = append(by, c.name)
		case v.reason != "" && m.reason == v.reason && explains:
			by = append(by, c.name)
		case v.reason != "" && m.reason != "" && !slices.Contains(c.peers, peer):
			return false
		}
	}
	if len(v.mutations) < 2 && len(by) == 1 {
		t.occurred[by[0]+" "+peer]++
	}
	return len(by) > 0
}

// againstMost reports whether a majority of the peers may refuse the token: if
// that is listed, or if they differ for several reasons.
func (v *verdict) againstMost(t *tally) bool {
	differing := 0
	for _, m := range v.mutations {
		c := classNamed(m.class)
		if c.most {
			t.occurred[c.name]++
			return true
		}
		if c.name != "" && c.reason == "" {
			differing++
		}
	}
	return differing > 1
}

func strs[T ~string](list []T) []string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = string(v)
	}
	return texts
}
