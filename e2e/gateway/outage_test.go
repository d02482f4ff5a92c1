package gateway_test

import (
	"net/http"
	"sync"
	"testing"
	"time"
)

// A14: a gateway that is gone lets nobody through, not even to what is public.
func TestAGatewayThatIsGoneLetsNobodyThrough(t *testing.T) {
	w := newWorld(t)
	all := setUps(t, w)
	requests := []*message{request("GET", "/healthz"), request("GET", "/", w.bearer(person("ann"))), request("GET", "/", "Accept: text/html")}
	for _, s := range all {
		for _, m := range requests[:2] {
			if a, seen := s.serve(t, w, m); a.status != http.StatusOK || len(seen) != 1 {
				t.Fatalf("%s: %s is answered %d before", s.name, m.target, a.status)
			}
		}
	}
	w.gateway.kill()
	for _, s := range all {
		for _, m := range requests {
			a, err := exchange(clientAddress, s.address, m)
			if seen := w.app.take(); len(seen) > 0 {
				t.Errorf("%s: the application was asked for %s", s.name, seen[0].target)
			}
			switch {
			case s.name == reverseProxy && err == nil:
				t.Errorf("%s: answers %d", s.name, a.status)
			case s.name == reverseProxy: // nobody is there to answer
			case err != nil:
				t.Errorf("%s: no answer: %v", s.name, err)
			case a.status < 500:
				t.Errorf("%s: %s is answered %d, want a failure", s.name, m.target, a.status)
			}
		}
	}
}

// A13: whoever sends forged tokens has keys fetched once in an interval, and keeps
// nobody else from signing in with a key that is new.
func TestForgedTokensDoNotFloodThePool(t *testing.T) {
	const interval = 10 * time.Second // of the library, between fetches for unknown keys
	w := newWorld(t)
	all := setUps(t, w)
	signatures := make([]string, 50)
	for i := range signatures {
		signatures[i] = w.note(w.users.Hostile("tampered-signature"))
	}
	before := w.users.Fetches()
	flood(t, w, all, signatures)
	if got := w.users.Fetches() - before; got != 0 {
		t.Errorf("bad signatures of known keys: %d fetches, want none", got)
	}

	begin := time.Now()
	flood(t, w, all, w.unknownKeys(t, 50))
	w.users.Rotate()
	fresh := request("GET", "/", w.bearer(person("ann")))
	for {
		flood(t, w, all[:1], w.unknownKeys(t, 5))
		a, _ := all[len(all)-1].serve(t, w, fresh)
		if a.status == http.StatusOK {
			break
		}
		if time.Since(begin) > 3*interval {
			t.Fatalf("a token of a new key is answered %d for three intervals", a.status)
		}
	}
	flood(t, w, all, w.unknownKeys(t, 50))
	most := int(time.Since(begin)/interval) + 1
	if got := w.users.Fetches() - before; got < 1 || got > most {
		t.Errorf("unknown keys: %d fetches, want 1 to %d", got, most)
	}
}

// flood sends all tokens to all set-ups at once; none of them gets in.
func flood(t *testing.T, w *world, all []*setUp, tokens []string) {
	t.Helper()
	var floods sync.WaitGroup
	for _, s := range all {
		floods.Go(func() {
			for _, token := range tokens {
				a, err := exchange(clientAddress, s.address, request("GET", "/", bearer(token)))
				if err != nil || a.status != http.StatusUnauthorized {
					t.Errorf("%s: %+v, %v; want a 401", s.name, a, err)
				}
			}
		})
	}
	floods.Wait()
	if seen := w.app.take(); len(seen) > 0 {
		t.Errorf("the application saw %d requests", len(seen))
	}
}
