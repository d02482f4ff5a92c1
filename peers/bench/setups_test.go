package main_test

import (
	"slices"
	"testing"

	"github.com/gognito/gognito/peers/bench/implementations"
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/gognito"
)

// A set-up that leaves a check out would be fast for nothing.
func TestEverySetUpAcceptsTheGoodTokenAndRefusesTheOthers(t *testing.T) {
	s := newSubject(t)
	for _, implementation := range implementations.All {
		ways := slices.Concat(implementation.Setups, []setup.Setup{implementation.Serving()})
		if implementation.Name == implementations.Gognito.Name {
			ways = append(ways, gognito.Crowded)
		}
		for _, way := range ways {
			t.Run(implementation.Name+"/"+way.Name, func(t *testing.T) {
				verify, err := way.New(s.Pool)
				if err != nil {
					t.Fatal(err)
				}
				for _, token := range []string{s.Good, s.Good, s.Token("", nil)} {
					if err := verify(token); err != nil {
						t.Errorf("a good token is refused: %v", err)
					}
				}
				for kind, token := range s.Refused {
					if verify(token) == nil {
						t.Errorf("accepted: %s", kind)
					}
				}
			})
		}
	}
}

func TestTheTokenIsOfTheSizeOfCognitos(t *testing.T) {
	if n := len(newSubject(t).Good); n < 1000 || n > 1200 {
		t.Errorf("%d bytes", n)
	}
}
