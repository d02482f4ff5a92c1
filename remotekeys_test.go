package gognito_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// transport answers key-set requests without a network, so that time can stand
// still around them.
type transport struct {
	mu      sync.Mutex
	answers map[string]http.HandlerFunc // by URL
	fetches map[string]int
}

func newTransport() *transport {
	return &transport{answers: make(map[string]http.HandlerFunc), fetches: make(map[string]int)}
}

func (t *transport) answer(url string, with http.HandlerFunc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answers[url] = with
}

func (t *transport) count(url string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.fetches[url]
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	t.fetches[r.URL.String()]++
	answer := t.answers[r.URL.String()]
	t.mu.Unlock()
	if answer == nil {
		return nil, errors.New("connection refused")
	}
	recorder := httptest.NewRecorder()
	answer(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}

func (t *transport) client() *http.Client { return &http.Client{Transport: t} }

func publish(keys ...*mint.Key) http.HandlerFunc {
	document := mint.JWKS(keys...)
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(document) }
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// keyPairs are generated once for all tests; WithNewID makes others of them.
var keyPairs = sync.OnceValue(func() []*mint.Key {
	pairs := make([]*mint.Key, 3)
	var all sync.WaitGroup
	for i := range pairs {
		all.Go(func() {
			var err error
			if pairs[i], err = mint.NewKey(); err != nil {
				panic(err)
			}
		})
	}
	all.Wait()
	return pairs
})

func remoteKeys(t testing.TB, c gognito.RemoteKeysConfig) *gognito.RemoteKeys {
	t.Helper()
	keys, err := gognito.NewRemoteKeys(c)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

const original, updated = "https://a.example/jwks.json", "https://b.example/jwks.json"

// wantKey asks for a key and wants it, or a kind of failure.
func wantKey(t testing.TB, keys gognito.KeySource, kid string, want error) *gognito.Key {
	t.Helper()
	key, err := keys.Key(t.Context(), kid)
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Fatalf("Key: %v; want %v", err, want)
	}
	if err != nil && strings.Contains(err.Error(), kid) {
		t.Errorf("the error tells the key ID: %v", err)
	}
	return key
}

// wantOutage wants that the source can't tell.
func wantOutage(t testing.TB, keys gognito.KeySource, kid string) {
	t.Helper()
	if _, err := keys.Key(t.Context(), kid); err == nil || errors.Is(err, gognito.ErrKeyNotFound) {
		t.Fatalf("Key: %v; want an outage", err)
	}
}

func TestAKnownKeyNeverWaitsAndIsRefreshedBesideItsUse(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		net.answer(original, publish(pairs[0]))
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		first := wantKey(t, keys, pairs[0].ID, nil)

		time.Sleep(53 * time.Minute) // younger than an hour less a tenth
		wantKey(t, keys, pairs[0].ID, nil)
		synctest.Wait()
		if n := net.count(original); n != 1 {
			t.Fatalf("%d fetches before the set is an hour old", n)
		}

		slow := make(chan struct{})
		net.answer(original, func(w http.ResponseWriter, r *http.Request) { <-slow; publish(pairs[0], pairs[1])(w, r) })
		time.Sleep(14 * time.Minute) // older than an hour and a tenth
		start := time.Now()
		for range 1000 {
			if wantKey(t, keys, pairs[0].ID, nil) != first {
				t.Fatal("another *Key for the same material")
			}
		}
		if time.Since(start) != 0 {
			t.Error("a known key waited for its refresh")
		}
		synctest.Wait()
		if n := net.count(original); n != 2 {
			t.Errorf("%d fetches, want the first and one refresh", n)
		}
		close(slow)
		synctest.Wait()
		if wantKey(t, keys, pairs[0].ID, nil) != first {
			t.Error("the refresh made another *Key of the same material")
		}
		wantKey(t, keys, pairs[1].ID, nil)
		if n := net.count(original); n != 2 {
			t.Errorf("%d fetches after the refresh", n)
		}
	})
}

func TestAllWaitersShareOneFetch(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		net.answer(original, func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second); publish(pairs[0])(w, r) })
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		var all sync.WaitGroup
		for range 500 {
			all.Go(func() { wantKey(t, keys, pairs[0].ID, nil) })
		}
		// One who goes away does not take the fetch along.
		brief, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		all.Go(func() {
			if _, err := keys.Key(brief, pairs[0].ID); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a waiter whose context ended: %v", err)
			}
		})
		all.Wait()
		if n := net.count(original); n != 1 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestUnknownKeyIDsFetchOnceInTenSeconds(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		net.answer(original, publish(pairs[0]))
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		wantKey(t, keys, pairs[0].ID, nil)
		for i := range 10_000 {
			wantKey(t, keys, fmt.Sprint("unknown", i), gognito.ErrKeyNotFound)
		}
		if n := net.count(original); n != 1 {
			t.Fatalf("%d fetches within the floor", n)
		}
		net.answer(original, publish(pairs[0], pairs[1]))
		time.Sleep(10*time.Second - 1)
		wantKey(t, keys, pairs[1].ID, gognito.ErrKeyNotFound)
		time.Sleep(1)
		wantKey(t, keys, pairs[1].ID, nil)
		wantKey(t, keys, "unknown", gognito.ErrKeyNotFound)
		if n := net.count(original); n != 2 {
			t.Errorf("%d fetches", n)
		}
		// An outage does not open the floor either.
		net.answer(original, status(500))
		time.Sleep(10 * time.Second)
		for range 95 {
			wantOutage(t, keys, "unknown")
			time.Sleep(100 * time.Millisecond)
		}
		if n := net.count(original); n != 3 {
			t.Errorf("%d fetches; an outage must not open the floor", n)
		}
		wantKey(t, keys, pairs[0].ID, nil)
	})
}

func TestAKeyThatLeftTheSetStopsVerifying(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		net.answer(original, publish(pairs[0], pairs[1]))
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		wantKey(t, keys, pairs[0].ID, nil)
		net.answer(original, publish(pairs[1]))
		if err := keys.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantKey(t, keys, pairs[0].ID, gognito.ErrKeyNotFound)

		// The same ID with new material is another key.
		before := wantKey(t, keys, pairs[1].ID, nil)
		net.answer(original, publish(&mint.Key{ID: pairs[1].ID, Private: pairs[2].Private}))
		if err := keys.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if wantKey(t, keys, pairs[1].ID, nil) == before {
			t.Error("new material under the same ID is taken for the old key")
		}
	})
}

// What is withdrawn must be gone when Refresh says so, whatever was on its way.
func TestRefreshAsksAnewWhenAFetchIsUnderWay(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		net.answer(original, publish(pairs[0]))
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		wantKey(t, keys, pairs[0].ID, nil)
		net.answer(original, func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second); publish(pairs[0])(w, r) })
		time.Sleep(2 * time.Hour)
		wantKey(t, keys, pairs[0].ID, nil) // starts a fetch, of the old set
		synctest.Wait()
		net.answer(original, publish(pairs[1]))
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if err := keys.Refresh(t.Context()); err != nil {
					t.Error(err)
				}
				wantKey(t, keys, pairs[1].ID, nil)
				wantKey(t, keys, pairs[0].ID, gognito.ErrKeyNotFound)
			})
		}
		brief, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := keys.Refresh(brief); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller who does not wait: %v", err)
		}
		all.Wait()
		if n := net.count(original); n != 3 {
			t.Errorf("%d fetches, want one for all who refresh", n)
		}
	})
}

func TestTheLastGoodSetStaysUntilItIsTooOld(t *testing.T) {
	pairs := keyPairs()
	for name, fault := range map[string]http.HandlerFunc{
		"refused": nil,
		"500":     status(500),
		"403":     status(403),
		"404":     status(404),
		"429":     status(429, "Retry-After", "120"),
		"204":     status(204),
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>Sign in to the Wi-Fi</html>")
		},
		"no keys": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"keys":[]}`) },
		"no usable key": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"keys":[{"kty":"oct","k":"AA"}]}`)
		},
		"trailing data":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(append(mint.JWKS(pairs[1]), '{')) },
		"100 MB":             func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte(" "), 100<<20)) },
		"a redirect away":    status(302, "Location", "https://attacker.example/jwks.json"),
		"a redirect to http": status(302, "Location", "http://a.example/jwks.json"),
		"a redirect loop":    status(302, "Location", original),
		"101 keys": func(w http.ResponseWriter, r *http.Request) {
			publish(slices.Repeat([]*mint.Key{pairs[1]}, 101)...)(w, r)
		},
		"an answer too late": func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := newTransport()
				net.answer(original, publish(pairs[0]))
				net.answer("https://attacker.example/jwks.json", publish(pairs[1]))
				net.answer("http://a.example/jwks.json", publish(pairs[1]))
				keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
				wantKey(t, keys, pairs[0].ID, nil)
				net.answer(original, fault)
				time.Sleep(2 * time.Hour)
				wantKey(t, keys, pairs[0].ID, nil) // starts the refresh that fails
				synctest.Wait()
				time.Sleep(6 * time.Second) // past the fetch limit
				if s := keys.Status()[0]; s.Err == nil || len(s.KeyIDs) != 1 {
					t.Fatalf("status after a failed refresh: %+v", s)
				}
				wantOutage(t, keys, pairs[1].ID)
				time.Sleep(22*time.Hour - 7*time.Second)
				wantKey(t, keys, pairs[0].ID, nil)
				time.Sleep(time.Second)
				wantOutage(t, keys, pairs[0].ID)
				net.answer(original, publish(pairs[0]))
				time.Sleep(5 * time.Minute) // the longest back-off
				wantKey(t, keys, pairs[0].ID, nil)
			})
		})
	}
}

func TestFailuresBackOff(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		hammer := func(d time.Duration) int {
			before := net.count(original)
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
				wantOutage(t, keys, pairs[0].ID)
			}
			return net.count(original) - before
		}
		if n := hammer(10 * time.Second); n != 4 { // at 0, 1, 3 and 7 s
			t.Errorf("%d attempts in 10 s, want 4", n)
		}
		hammer(time.Hour)
		if n := hammer(time.Hour); n != 12 { // every 5 minutes
			t.Errorf("%d attempts in the third hour, want 12", n)
		}
		net.answer(original, publish(pairs[0]))
		time.Sleep(5 * time.Minute)
		wantKey(t, keys, pairs[0].ID, nil)
	})
}

func TestRetryAfterIsHonouredUpToFiveMinutes(t *testing.T) {
	pairs := keyPairs()
	for value, wait := range map[string]time.Duration{
		"30":                            30 * time.Second,
		"0":                             time.Second,
		"-5":                            time.Second,
		"nonsense":                      time.Second,
		"86400":                         5 * time.Minute,
		"9999999999999999999":           time.Second, // not a number that can be meant
		"Sat, 01 Jan 2000 00:01:00 GMT": time.Minute, // the bubble's clock starts at midnight
		"Sat, 01 Jan 2050 00:00:00 GMT": 5 * time.Minute,
	} {
		t.Run(value, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := newTransport()
				net.answer(original, status(429, "Retry-After", value))
				keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
				wantOutage(t, keys, pairs[0].ID)
				net.answer(original, publish(pairs[0]))
				time.Sleep(wait - 1)
				wantOutage(t, keys, pairs[0].ID)
				time.Sleep(1)
				wantKey(t, keys, pairs[0].ID, nil)
			})
		})
	}
}

// issuerURLs returns where a pool's two issuers publish their keys.
func issuerURLs(poolID string) (first, second string) {
	return mint.Issuer(poolID) + "/.well-known/jwks.json", mint.UpdatedIssuer(poolID) + "/.well-known/jwks.json"
}

func TestAnIssuersKeysAreFetchedWhenATokenNamesIt(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		const id = "us-east-1_AbCdEfGhI"
		first, second := issuerURLs(id)
		net := newTransport()
		net.answer(first, publish(pairs[0]))
		net.answer(second, status(403))
		verify := newPoolVerifier(t, id, net)
		want := func(key *mint.Key, issuer string, reason gognito.Reason) {
			t.Helper()
			if got := verify(key, issuer); got != reason {
				t.Fatalf("reason %q, want %q", got, reason)
			}
		}
		// Nothing is known yet, so a 403 may be an outage.
		want(pairs[1], mint.UpdatedIssuer(id), gognito.ReasonKeysUnavailable)
		if net.count(first) != 0 {
			t.Fatal("the issuer that no token named was asked")
		}
		want(pairs[0], mint.Issuer(id), "")
		// Now it means that the pool does not use that issuer.
		want(pairs[1], mint.UpdatedIssuer(id), gognito.ReasonUnknownKey)
		asked := net.count(second)
		for range 59 {
			time.Sleep(time.Minute)
			want(pairs[1], mint.UpdatedIssuer(id), gognito.ReasonUnknownKey)
		}
		if n := net.count(second) - asked; n != 0 {
			t.Errorf("an issuer that the pool does not use was asked %d times in an hour", n)
		}
		// The pool is switched over: known after an hour, and both stay good.
		net.answer(second, publish(pairs[1]))
		time.Sleep(time.Minute)
		want(pairs[1], mint.UpdatedIssuer(id), "")
		want(pairs[0], mint.Issuer(id), "")
		want(pairs[0], mint.UpdatedIssuer(id), "")
		// Any other failure is an outage.
		net.answer(second, status(500))
		time.Sleep(10 * time.Second)
		want(pairs[2], mint.UpdatedIssuer(id), gognito.ReasonKeysUnavailable)
	})
}

func TestAPoolMayMoveToItsOtherIssuer(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		const id = "us-east-1_AbCdEfGhI"
		first, second := issuerURLs(id)
		net := newTransport()
		verify := newPoolVerifier(t, id, net)
		net.answer(first, publish(pairs[0]))
		net.answer(second, status(403))
		if reason := verify(pairs[0], mint.Issuer(id)); reason != "" {
			t.Fatal(reason)
		}
		// The pool moves, with the key that it has.
		net.answer(first, status(403))
		net.answer(second, publish(pairs[0]))
		for minute := range 48 * 60 {
			if reason := verify(pairs[0], mint.UpdatedIssuer(id)); reason != "" {
				t.Fatalf("after %d minutes: %s", minute, reason)
			}
			time.Sleep(time.Minute)
		}
		// And rotates it there.
		net.answer(second, publish(pairs[1]))
		time.Sleep(2 * time.Hour)
		verify(pairs[1], mint.UpdatedIssuer(id))
		synctest.Wait()
		if reason := verify(pairs[0], mint.UpdatedIssuer(id)); reason != gognito.ReasonUnknownKey && reason != gognito.ReasonKeysUnavailable {
			t.Errorf("the old key: %q", reason)
		}
		if reason := verify(pairs[1], mint.UpdatedIssuer(id)); reason != "" {
			t.Errorf("the new key: %s", reason)
		}
	})
}

func TestAStaleKeyIsFetchedWhereItWas(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		const id = "us-east-1_AbCdEfGhI"
		first, second := issuerURLs(id)
		net := newTransport()
		verify := newPoolVerifier(t, id, net)
		net.answer(first, publish(pairs[0]))
		net.answer(second, publish(pairs[1]))
		verify(pairs[0], mint.Issuer(id))
		verify(pairs[1], mint.UpdatedIssuer(id))
		time.Sleep(25 * time.Hour) // nobody asked
		// The token names the one issuer, and the other has the key.
		if reason := verify(pairs[0], mint.UpdatedIssuer(id)); reason != "" {
			t.Error(reason)
		}
		time.Sleep(25 * time.Hour)
		net.answer(first, status(500))
		if reason := verify(pairs[0], mint.UpdatedIssuer(id)); reason != gognito.ReasonKeysUnavailable {
			t.Errorf("while its set can't be had: %q", reason)
		}
		// A stale set is asked again after the back-off, not after the floor.
		net.answer(first, publish(pairs[0]))
		time.Sleep(time.Second)
		if reason := verify(pairs[0], mint.UpdatedIssuer(id)); reason != "" {
			t.Errorf("a second after its set is back: %s", reason)
		}
	})
}

func TestAShortMaxStaleMakesRequestsWaitAndRefusesNone(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		net.answer(original, publish(pairs[0]))
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, MaxStale: 5 * time.Second, HTTPClient: net.client()})
		for range 100 {
			wantKey(t, keys, pairs[0].ID, nil)
			time.Sleep(6 * time.Second)
		}
		if n := net.count(original); n != 100 {
			t.Errorf("%d fetches, want one each time", n)
		}
	})
}

func TestATokenThatExpiresWhileKeysAreWaitedForIsRefused(t *testing.T) {
	const id, client = "us-east-1_AbCdEfGhI", "6h89qn2bfglbmvfebq9aaknqk0"
	key := keyPairs()[0]
	for _, left := range []time.Duration{2 * time.Second, 4 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			first, _ := issuerURLs(id)
			net := newTransport()
			net.answer(first, func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(3 * time.Second)
				publish(key)(w, r)
			})
			v, err := gognito.New(gognito.Config{UserPoolID: id, ClientIDs: []string{client}, HTTPClient: net.client()})
			if err != nil {
				t.Fatal(err)
			}
			s := mint.NewSession(mint.Pool{ID: id, Issuer: mint.Issuer(id)}, mint.User{Username: "jane", Subject: mint.NewSubject()}, client, time.Now())
			claims := mint.AccessClaims(s)
			claims["exp"] = time.Now().Add(left).Unix()
			want := gognito.Reason("")
			if left < 3*time.Second {
				want = gognito.ReasonExpired
			}
			if _, err := v.Verify(t.Context(), mint.Sign(key, claims)); gognito.ReasonOf(err) != want {
				t.Errorf("with %v left: %v, want the reason %q", left, err, want)
			}
		})
	}
}

// newPoolVerifier returns a function that mints a token of the key and the issuer
// now, and says why it is refused.
func newPoolVerifier(t *testing.T, id string, net *transport) func(key *mint.Key, issuer string) gognito.Reason {
	t.Helper()
	const client = "6h89qn2bfglbmvfebq9aaknqk0"
	v, err := gognito.New(gognito.Config{UserPoolID: id, ClientIDs: []string{client}, HTTPClient: net.client()})
	if err != nil {
		t.Fatal(err)
	}
	return func(key *mint.Key, issuer string) gognito.Reason {
		s := mint.NewSession(mint.Pool{ID: id, Issuer: issuer}, mint.User{Username: "jane", Subject: mint.NewSubject()}, client, time.Now())
		_, err := v.Verify(t.Context(), mint.Sign(key, mint.AccessClaims(s)))
		return gognito.ReasonOf(err)
	}
}

func TestPrefetchDoesNotWaitWhereKeysAre(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		const id = "us-east-1_AbCdEfGhI"
		first, second := issuerURLs(id)
		net := newTransport()
		net.answer(first, publish(pairs[0]))
		net.answer(second, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }) // dropped on the way
		v, err := gognito.New(gognito.Config{UserPoolID: id, ClientIDs: []string{"c"}, HTTPClient: net.client()})
		if err != nil {
			t.Fatal(err)
		}
		brief, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := v.Prefetch(brief); err != nil {
			t.Errorf("one issuer has answered, the other hangs: %v", err)
		}
		start := time.Now()
		for range 3600 {
			if err := v.Prefetch(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if waited := time.Since(start) - time.Hour; waited != 0 {
			t.Errorf("it waited %v with keys in memory", waited)
		}
		time.Sleep(5 * time.Second)

		net.answer(second, status(403))
		time.Sleep(6 * time.Minute)
		_ = v.Prefetch(t.Context())
		synctest.Wait()
		before := net.count(second)
		for range 50 {
			_ = v.Prefetch(t.Context())
			time.Sleep(time.Minute)
		}
		if n := net.count(second) - before; n != 0 {
			t.Errorf("an issuer that the pool does not use was asked %d times in 50 minutes", n)
		}
	})
}

func TestPrefetchSucceedsWhenOneIssuerHasAnswered(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		const id = "us-east-1_AbCdEfGhI"
		first, second := issuerURLs(id)
		net := newTransport()
		v, err := gognito.New(gognito.Config{UserPoolID: id, ClientIDs: []string{"c"}, HTTPClient: net.client()})
		if err != nil {
			t.Fatal(err)
		}
		net.answer(second, status(403))
		err = v.Prefetch(t.Context())
		if !errors.Is(err, gognito.ErrUnavailable) || gognito.ReasonOf(err) != gognito.ReasonKeysUnavailable || !strings.Contains(err.Error(), id) {
			t.Errorf("nothing answers: %v", err)
		}
		net.answer(first, publish(pairs[0]))
		if err := v.Prefetch(t.Context()); err == nil {
			t.Error("asked again before the back-off ended")
		}
		time.Sleep(time.Second)
		for range 100 {
			if err := v.Prefetch(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := net.count(first); n != 2 {
			t.Errorf("%d fetches; a set that is there must not be fetched again", n)
		}
		canceled, cancel := context.WithCancel(t.Context())
		cancel()
		net.answer(first, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		time.Sleep(25 * time.Hour)
		if err := v.Prefetch(canceled); gognito.ReasonOf(err) != gognito.ReasonCanceled {
			t.Errorf("a caller who went away: %v", err)
		}
		time.Sleep(5 * time.Second) // the fetch goes on without its caller, and ends by its own limit
	})
}

func TestFetchesAreTraced(t *testing.T) {
	pairs := keyPairs()
	net := newTransport()
	net.answer(original, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]any{"kty": "EC"}, pairs[0].JWK()}})
	})
	synctest.Test(t, func(t *testing.T) {
		var infos []gognito.KeysInfo
		var keys *gognito.RemoteKeys
		keys = remoteKeys(t, gognito.RemoteKeysConfig{
			URLs: []string{original}, HTTPClient: net.client(),
			Trace: &gognito.Trace{KeysFetched: func(info gognito.KeysInfo) {
				infos = append(infos, info)
				wantKey(t, keys, pairs[0].ID, nil) // a trace may ask for what it is told about
			}},
		})
		if err := keys.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		net.answer(original, status(500))
		if err := keys.Refresh(t.Context()); err == nil {
			t.Error("Refresh succeeded, and fetched nothing")
		}
		synctest.Wait()
		if len(infos) != 2 || infos[0].Keys != 1 || infos[0].Err != nil || infos[0].URL != original ||
			len(infos[0].Skipped) != 1 || infos[0].Skipped[0].Why != "kty is not RSA" || infos[1].Err == nil {
			t.Errorf("traced: %+v", infos)
		}
	})
}

// A fetch puts a set's keys and its new state in place at once: between the two,
// a key that is there would look as if it were not.
func TestNoOneSeesAFetchHalfDone(t *testing.T) {
	pairs := keyPairs()
	net := newTransport()
	net.answer(original, publish(pairs[0]))
	for range 2000 {
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 20 {
					if _, err := keys.Key(t.Context(), pairs[0].ID); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		if t.Failed() {
			return
		}
	}
}

func TestRemoteKeysRefuseURLsThatKeysMustNotTravelOver(t *testing.T) {
	for url, good := range map[string]bool{
		"https://a.example/jwks.json":      true,
		"http://localhost:9080/jwks.json":  true,
		"http://127.0.0.1/jwks.json":       true,
		"http://[::1]:80/jwks.json":        true,
		"http://a.example/jwks.json":       false,
		"http://localhost.a.example/":      false,
		"http://127.0.0.1.a.example/":      false,
		"http://10.0.0.1/":                 false,
		"https://user@a.example/jwks.json": false,
		"https://a.example/?x":             false,
		"https://a.example/#x":             false,
		"ftp://a.example/":                 false,
		"file:///etc/passwd":               false,
		"//a.example/":                     false,
		"https:a.example":                  false,
		"":                                 false,
		"https://":                         false,
		"https://a.example/\n":             false,
	} {
		_, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{url}})
		if (err == nil) != good {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{}); err == nil {
		t.Error("no URL is accepted")
	}
	if _, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{original}, MaxStale: -1}); err == nil {
		t.Error("a negative MaxStale is accepted")
	}
}
