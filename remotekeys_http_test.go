package gognito_test

import (
	"context"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// served is a key set whose answer a test changes, and what the fetches told.
type served struct {
	*site
	keys *gognito.RemoteKeys
	last gognito.KeysInfo // of the last Refresh
}

func newServed(t *testing.T, first http.HandlerFunc) *served {
	t.Helper()
	s := &served{site: newSite(t, first)}
	s.keys = remoteKeys(t, gognito.RemoteKeysConfig{
		URLs:  []string{s.URL + "/jwks.json"},
		Trace: &gognito.Trace{KeysFetched: func(info gognito.KeysInfo) { s.last = info }},
	})
	s.refresh(t)
	return s
}

func (s *served) refresh(t *testing.T) {
	t.Helper()
	if err := s.keys.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestJunkBesideGoodKeysIsSkippedAloneAndTraced(t *testing.T) {
	pairs := keyPairs()
	private := pairs[2].JWK()
	private["d"] = "AQ"
	s := newServed(t, jwks("junk", pairs[0].JWK(), nil, map[string]any{"kty": "EC", "kid": "b"}, private, pairs[1].JWK()))
	wantKey(t, s.keys, pairs[0].ID, nil)
	wantKey(t, s.keys, pairs[1].ID, nil)
	wantKey(t, s.keys, pairs[2].ID, gognito.ErrKeyNotFound)
	var skipped []int
	for _, one := range s.last.Skipped {
		skipped = append(skipped, one.Index)
	}
	if s.last.Err != nil || s.last.Keys != 2 || !slices.Equal(skipped, []int{0, 2, 3, 4}) {
		t.Errorf("traced: %+v", s.last)
	}
}

func TestOfKeysUnderOneIDTheFirstCounts(t *testing.T) {
	pairs, issuer := keyPairs(), mint.Issuer(realPool)
	twin := &mint.Key{ID: pairs[0].ID, Private: pairs[1].Private}
	s := newServed(t, publish(pairs[0], pairs[0]))
	v := realVerifier(t, func(c *gognito.Config) { c.Keys = s.keys })
	if s.last.Keys != 1 || len(s.last.Skipped) != 0 {
		t.Errorf("one key twice, traced: %+v", s.last)
	}
	check(t, v, signed(pairs[0], issuer), "")

	s.set(publish(pairs[0], twin))
	s.refresh(t)
	if s.last.Keys != 1 || len(s.last.Skipped) != 1 || s.last.Skipped[0] != (gognito.SkippedKey{Index: 1, Why: "another key has the same kid"}) {
		t.Errorf("two keys, traced: %+v", s.last)
	}
	check(t, v, signed(pairs[0], issuer), "")
	check(t, v, signed(twin, issuer), gognito.ReasonSignature)

	s.set(publish(twin, pairs[0]))
	s.refresh(t)
	check(t, v, signed(twin, issuer), "")
	check(t, v, signed(pairs[0], issuer), gognito.ReasonSignature)
}

func TestTheOrderOfKeysDoesNotMatterAndAWithdrawnOneStops(t *testing.T) {
	pairs, issuer := keyPairs(), mint.Issuer(realPool)
	var last gognito.VerifyInfo
	s := newServed(t, publish(pairs[0], pairs[1]))
	v := realVerifier(t, func(c *gognito.Config) {
		c.Keys = s.keys
		c.Trace = &gognito.Trace{Verified: func(_ context.Context, info gognito.VerifyInfo) { last = info }}
	})
	first, second := signed(pairs[0], issuer), signed(pairs[1], issuer)
	check(t, v, first, "")
	check(t, v, second, "")
	s.set(publish(pairs[2], pairs[1], pairs[0]))
	s.refresh(t)
	for _, token := range []string{first, second} {
		if reason := reasonOf(t.Context(), v, token); reason != "" || !last.Remembered {
			t.Errorf("after the keys changed places: %q, remembered %v", reason, last.Remembered)
		}
	}
	s.set(publish(pairs[1]))
	s.refresh(t)
	if reason := reasonOf(t.Context(), v, first); reason != gognito.ReasonUnknownKey || !last.Remembered {
		t.Errorf("a remembered token of a withdrawn key: %q, remembered %v", reason, last.Remembered)
	}
	check(t, v, second, "")
}

func TestARedirectOnTheSameHostIsFollowed(t *testing.T) {
	s := newSite(t, nil)
	mux := http.NewServeMux()
	mux.Handle("/jwks.json", http.RedirectHandler("/moved.json", http.StatusFound))
	mux.Handle("/moved.json", publish(keyPairs()[0]))
	s.set(mux.ServeHTTP)
	wantKey(t, remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{s.URL + "/jwks.json"}}), keyPairs()[0].ID, nil)
}

func TestAnAnswerTakesLittleMemoryHoweverLargeItIs(t *testing.T) {
	const mebi = 1 << 20
	var sent atomic.Int64
	for name, answer := range map[string]http.HandlerFunc{"100 MB": flood(100*mebi, &sent), "a gzip bomb of 256 MiB": bomb(256)} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, answer)
			keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{s.URL}})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := keys.Refresh(t.Context())
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), "larger than") {
				t.Errorf("Refresh: %v", err)
			}
			took := after.TotalAlloc - before.TotalAlloc
			t.Logf("%d KiB allocated, by both sides", took>>10)
			if took > 16*mebi {
				t.Errorf("%d MiB allocated, in all", took/mebi)
			}
			s.Close() // and wait for the handler
		})
	}
	t.Logf("%d KiB of 100 MB sent", sent.Load()>>10)
	if n := sent.Load(); n < mebi || n > 30*mebi { // what the sockets' buffers take is sent, too
		t.Errorf("%d MiB of 100 were sent", n/mebi)
	}
}

func TestTheTokensClockDoesNotAgeTheKeys(t *testing.T) {
	pairs, issuer := keyPairs(), mint.Issuer(realPool)
	jumps := []int{0, 20, -20, 1, 0, -1}
	synctest.Test(t, func(t *testing.T) {
		net, clock := newTransport(), time.Now()
		net.answer(original, publish(pairs[0]))
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		v := realVerifier(t, func(c *gognito.Config) {
			c.Keys, c.Now = keys, func() time.Time { return clock }
		})
		// leap wants the reason at times that are years apart.
		leap := func(want gognito.Reason) {
			t.Helper()
			for _, years := range jumps {
				clock = time.Now().AddDate(years, 0, 0)
				check(t, v, signedAt(pairs[0], issuer, clock), want)
				if want == "" {
					check(t, v, signedAt(pairs[0], issuer, clock.Add(-2*time.Hour)), gognito.ReasonExpired)
				}
			}
		}
		start := time.Now()
		leap("")
		time.Sleep(53 * time.Minute)
		leap("")
		synctest.Wait()
		if n := net.count(original); n != 1 {
			t.Errorf("%d fetches; the keys are 53 minutes old by any clock that counts", n)
		}
		net.answer(original, nil)
		time.Sleep(24*time.Hour - time.Since(start) - 1)
		leap("")
		synctest.Wait()
		time.Sleep(1)
		leap(gognito.ReasonKeysUnavailable)
	})
}

// The pool is used under one of its issuers, and the other's host answers 403 for
// ever.
func TestAnIssuerThatThePoolDoesNotUseIsInNobodysWay(t *testing.T) {
	pairs := keyPairs()
	const old, renewed = "cognito-idp.us-east-1.amazonaws.com", "issuer-cognito-idp.us-east-1.amazonaws.com"
	for name, test := range map[string]struct{ usedHost, usedIssuer, otherHost, otherIssuer string }{
		"the original one": {old, mint.Issuer(realPool), renewed, mint.UpdatedIssuer(realPool)},
		"the updated one":  {renewed, mint.UpdatedIssuer(realPool), old, mint.Issuer(realPool)},
	} {
		t.Run(name, func(t *testing.T) {
			net := newInternet(t)
			used := newTLSSite(t, certificates().good, publish(pairs[0]))
			other := newTLSSite(t, certificates().good, status(http.StatusForbidden))
			net.route(test.usedHost, used.address())
			net.route(test.otherHost, other.address())
			v := realVerifier(t, func(c *gognito.Config) { c.HTTPClient = net.Client })
			good, foreign := signed(pairs[0], test.usedIssuer), signed(pairs[1], test.otherIssuer)
			if reason := reasonOf(t.Context(), v, foreign); reason != gognito.ReasonKeysUnavailable {
				t.Errorf("a token of the other issuer, with nothing known: %q", reason)
			}
			check(t, v, good, "")
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for range 200 {
						if reason := reasonOf(impatient(), v, good); reason != "" {
							t.Errorf("a token of the issuer that is used: %q", reason)
						}
						if reason := reasonOf(impatient(), v, foreign); reason != gognito.ReasonUnknownKey {
							t.Errorf("a token of the other: %q", reason)
						}
					}
				})
			}
			all.Wait()
			// A key of the pool's is good under either of its names.
			check(t, v, signed(pairs[0], test.otherIssuer), "")
			if n, m := used.fetches.Load(), other.fetches.Load(); n != 1 || m != 1 {
				t.Errorf("%d fetches of the keys, and %d that were refused; want one each", n, m)
			}
		})
	}
}

// Each key set is answered only when all of them have been asked for.
func TestPoolsPrefetchInParallelAndNameEachFailure(t *testing.T) {
	ids := []string{"us-east-1_AbCdEfGhI", "eu-west-1_BbCdEfGhI", "us-gov-west-1_CbCdEfGhI"}
	var asked sync.WaitGroup
	asked.Add(len(ids))
	var verifiers []*gognito.Verifier
	for i, id := range ids {
		answer := publish(keyPairs()[0])
		if i > 0 {
			answer = status(500)
		}
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			asked.Done()
			asked.Wait()
			answer(w, r)
		})
		verifiers = append(verifiers, realVerifier(t, func(c *gognito.Config) { c.UserPoolID, c.Issuer = id, s.URL }))
	}
	pools, err := gognito.NewPools(verifiers...)
	if err != nil {
		t.Fatal(err)
	}
	err = pools.Prefetch(t.Context())
	if gognito.ReasonOf(err) != gognito.ReasonKeysUnavailable || strings.Count(err.Error(), "answered 500") != 2 {
		t.Errorf("Prefetch: %v", err)
	}
	for i, id := range ids {
		if named := strings.Contains(err.Error(), id); named != (i > 0) {
			t.Errorf("pool %s is named: %v; %v", id, named, err)
		}
	}
}
