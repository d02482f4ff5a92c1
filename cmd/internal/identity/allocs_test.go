//go:build !race

// The race detector allocates for itself.

package identity_test

import "testing"

func TestOrdinaryUsersAllocateLittle(t *testing.T) {
	issuer, header, u := newIssuer(t, standard()), client(), ann("editors", "admins")
	fields, err := issuer.Fields(u, "", now)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		most float64
		do   func()
	}{
		{"Fields", 3, func() { _, _ = issuer.Fields(u, "", now) }}, // the list, and two lists joined
		{"Strip", 0, func() { issuer.Strip(header) }},
		{"Removals", 1, func() { issuer.Removals(fields, header) }},
	} {
		if got := testing.AllocsPerRun(100, test.do); got > test.most {
			t.Errorf("%s: %v allocations, want at most %v", test.name, got, test.most)
		}
	}
}
