package differential_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/gognito/gognito"
)

// A mutation is one change of a good token.
type mutation struct {
	name   string
	slot   string         // what it touches, between spaces: no two that touch the same meet in a token
	on     kind           // the tokens that it can be made of
	reason gognito.Reason // why a token with this change alone is refused; "": it is not
	class  string         // of the difference that it makes between judges; "": none
	apply  func(*draft)
	layer  int
	often  int // how many times more often it is drawn than others
}

// A layer's mutations are applied before those of the next one. Its share is how
// often they are drawn.
type layer struct {
	share     int
	mutations []mutation
}

var layers = []layer{
	{10, slices.Concat(missingClaims(), mistypedClaims())},
	{16, timeMutations},
	{12, slices.Concat(issuerMutations(), clientMutations)},
	{10, harmlessClaims},
	{6, nameMutations()},
	{8, textMutations(1)},
	{10, headerMutations},
	{4, textMutations(0)},
	{6, encodingMutations()},
	{9, signatureMutations},
	{5, formMutations},
	{0, hostileMutations()}, // each a token of its own
}

// encodings is the first layer that leaves the JSON alone.
const encodings = 8

// everyMutation is all of them.
func everyMutation() []mutation {
	var list []mutation
	for i, l := range layers {
		for _, m := range l.mutations {
			m.layer = i
			list = append(list, m)
		}
	}
	return list
}

// A sample is a token with what was done to it.
type sample struct {
	index     int
	kind      kind
	mutations []mutation
	token     string
	expected  gognito.Reason // of a single mutation, where its own tokens are asked for
}

func (s sample) String() string {
	names := make([]string, len(s.mutations))
	for i, m := range s.mutations {
		names[i] = m.name
	}
	return s.kind.String() + " token: " + cmp.Or(strings.Join(names, " + "), "good")
}

func (k kind) String() string {
	switch k {
	case access:
		return "access"
	case identity:
		return "ID"
	default:
		return "machine"
	}
}

// use is what the token's own set-up asks for.
func (k kind) use() gognito.TokenUse {
	if k == identity {
		return gognito.IDToken
	}
	return gognito.AccessToken
}

// A generator makes the samples of one seed. Each depends on its index alone, but
// for keys, identifiers and times.
type generator struct {
	*world
	seed  uint64
	every []mutation
	sweep []sample     // each mutation alone, on each kind of token
	decks [][]mutation // what is drawn from, as often as the layers' shares say
}

func newGenerator(w *world, seed uint64) *generator {
	g := &generator{world: w, seed: seed, every: everyMutation()}
	for _, m := range g.every {
		for _, k := range []kind{access, identity, machine} {
			if m.on&k != 0 {
				g.sweep = append(g.sweep, sample{kind: k, mutations: []mutation{m}})
			}
		}
	}
	for i, l := range layers {
		var deck []mutation
		for _, m := range g.every {
			if m.layer == i {
				deck = append(deck, slices.Repeat([]mutation{m}, 1+m.often)...)
			}
		}
		g.decks = append(g.decks, slices.Repeat([][]mutation{deck}, l.share)...)
	}
	return g
}

// sample makes the token of an index: first each mutation alone, then what
// chance says.
func (g *generator) sample(index int, now time.Time) sample {
	r := rand.New(rand.NewPCG(g.seed, uint64(index)))
	var s sample
	switch {
	case index < len(g.sweep):
		s = g.sweep[index]
	case r.IntN(12) == 0:
		hostile := layers[len(layers)-1].mutations
		s = sample{kind: access, mutations: []mutation{hostile[r.IntN(len(hostile))]}}
	default:
		s = g.draw(r)
	}
	s.index = index
	d := newDraft(g.world, s.kind, r, now)
	d.change(s.mutations)
	s.token = d.token()
	if s.kind == machine {
		s.expected = gognito.ReasonMachine
	}
	for _, m := range s.mutations {
		s.expected = cmp.Or(m.reason, s.expected)
	}
	return s
}

// draw chooses a kind of token and up to three mutations of different slots.
func (g *generator) draw(r *rand.Rand) sample {
	s := sample{kind: []kind{access, access, access, access, identity, identity, identity, machine}[r.IntN(8)]}
	count := []int{0, 1, 1, 1, 1, 1, 2, 2, 2, 3}[r.IntN(10)]
	taken := make(map[string]bool)
	for len(s.mutations) < count {
		deck := g.decks[r.IntN(len(g.decks))]
		m := deck[r.IntN(len(deck))]
		slots := strings.Fields(m.slot)
		if m.on&s.kind == 0 || slices.ContainsFunc(slots, func(slot string) bool { return taken[slot] }) {
			continue
		}
		for _, slot := range slots {
			taken[slot] = true
		}
		s.mutations = append(s.mutations, m)
	}
	slices.SortStableFunc(s.mutations, func(a, b mutation) int { return a.layer - b.layer })
	return s
}

// changesKind reports whether the token may have become one of another kind, so
// that nothing can be said of it under another set-up.
func (s sample) changesKind() bool {
	return slices.ContainsFunc(s.mutations, func(m mutation) bool { return strings.Contains(m.slot, "kind") })
}
