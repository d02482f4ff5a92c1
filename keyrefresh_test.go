package gognito_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// When Refresh returns nil, a key that was withdrawn before is gone.
func TestRefreshSucceedsOnlyIfAllKeysInUseAreNew(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		net.answer(original, publish(pairs[0]))
		net.answer(updated, status(403))
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original, updated}, HTTPClient: net.client()})
		if err := keys.Refresh(t.Context()); err != nil {
			t.Fatalf("one URL is good, and the other has no keys that could be old: %v", err)
		}
		time.Sleep(time.Second)

		net.answer(original, status(500))
		if err := keys.Refresh(t.Context()); err == nil {
			t.Error("the URL fails")
		}
		time.Sleep(time.Second)
		net.answer(original, publish(pairs[1]))
		ended, end := context.WithCancel(t.Context())
		end()
		if err := keys.Refresh(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("the caller does not wait: %v", err)
		}
		synctest.Wait()
		time.Sleep(time.Second)

		net.answer(updated, publish(pairs[2]))
		if err := keys.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantKey(t, keys, pairs[0].ID, gognito.ErrKeyNotFound)
		time.Sleep(time.Second)
		net.answer(original, status(429, "Retry-After", "60"))
		net.answer(updated, publish(pairs[0]))
		if err := keys.Refresh(t.Context()); err == nil {
			t.Error("one of two URLs fails, and its keys are in use")
		}
		wantKey(t, keys, pairs[1].ID, nil)
		wantOutage(t, keys, pairs[2].ID)
	})
}

func TestAVerifierRefreshesItsOwnKeys(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		first, second := issuerURLs(realPool)
		net := newTransport()
		net.answer(first, publish(pairs[0]))
		net.answer(second, status(403))
		v, err := gognito.New(gognito.Config{UserPoolID: realPool, ClientIDs: []string{realClient}, HTTPClient: net.client()})
		if err != nil {
			t.Fatal(err)
		}
		pools, err := gognito.NewPools(v)
		if err != nil {
			t.Fatal(err)
		}
		token := signed(pairs[0], mint.Issuer(realPool))
		check(t, v, token, "")
		for i, refresh := range []func(context.Context) error{v.Refresh, pools.Refresh} {
			net.answer(first, publish(pairs[1+i]))
			time.Sleep(time.Second)
			if err := refresh(t.Context()); err != nil {
				t.Error(err)
			}
			check(t, v, token, gognito.ReasonUnknownKey)
			check(t, v, signed(pairs[1+i], mint.Issuer(realPool)), "")
		}
		net.answer(first, nil)
		time.Sleep(time.Second)
		if err := v.Refresh(t.Context()); gognito.ReasonOf(err) != gognito.ReasonKeysUnavailable {
			t.Errorf("the URL fails: %v", err)
		}
	})
}

// stubborn is a transport that does not look at contexts.
type stubborn struct {
	http.RoundTripper
	stuck chan struct{} // it hangs until this is closed
}

func (s *stubborn) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.stuck != nil {
		<-s.stuck
	}
	return s.RoundTripper.RoundTrip(r)
}

func TestATransportThatIgnoresItsContextIsGivenUp(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		net.answer(original, publish(pairs[0]))
		slow := &stubborn{RoundTripper: net, stuck: make(chan struct{})}
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: &http.Client{Transport: slow}})
		start := time.Now()
		wantOutage(t, keys, pairs[0].ID)
		if waited := time.Since(start); waited > 7*time.Second {
			t.Errorf("it waited %v", waited)
		}
		close(slow.stuck)
		time.Sleep(time.Second)
		wantKey(t, keys, pairs[0].ID, nil)
	})
}

func TestTheClientsOwnRuleOnRedirectsCountsToo(t *testing.T) {
	pairs := keyPairs()
	net := newTransport()
	net.answer(original, status(302, "Location", "/elsewhere"))
	net.answer("https://a.example/elsewhere", publish(pairs[0]))
	client := net.client()
	follow := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: client})
	if err := follow.Refresh(t.Context()); err != nil {
		t.Errorf("without a rule: %v", err)
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return errors.New("never") }
	refuse := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: client})
	if err := refuse.Refresh(t.Context()); err == nil {
		t.Error("the client forbids redirects, and one was followed")
	}
}

// An issuer that the pool has left answers 403, and its keys have served their time.
func TestAnIssuerThatWasLeftIsNoOutageForEver(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		first, second := issuerURLs(realPool)
		net := newTransport()
		verify := newPoolVerifier(t, realPool, net)
		net.answer(first, publish(pairs[0]))
		net.answer(second, status(403))
		if reason := verify(pairs[0], mint.Issuer(realPool)); reason != "" {
			t.Fatal(reason)
		}
		net.answer(first, status(403))
		net.answer(second, publish(pairs[1]))
		for range 30 {
			time.Sleep(time.Hour)
			_ = verify(pairs[0], mint.Issuer(realPool)) // old clients still ask
			synctest.Wait()
			if reason := verify(pairs[1], mint.UpdatedIssuer(realPool)); reason != "" {
				t.Fatalf("the new key: %s", reason)
			}
		}
		for name, pair := range map[string]*mint.Key{"the old key": pairs[0], "a key that never was": pairs[2]} {
			if reason := verify(pair, mint.Issuer(realPool)); reason != gognito.ReasonUnknownKey {
				t.Errorf("%s: %q", name, reason)
			}
		}
	})
}

// A remembered token keeps the keys of its own issuer fresh.
func TestARememberedTokenRefreshesItsOwnIssuersKeys(t *testing.T) {
	pairs := keyPairs()
	synctest.Test(t, func(t *testing.T) {
		first, second := issuerURLs(realPool)
		net := newTransport()
		net.answer(first, publish(pairs[0]))
		net.answer(second, publish(pairs[0]))
		v, err := gognito.New(gognito.Config{UserPoolID: realPool, ClientIDs: []string{realClient}, HTTPClient: net.client()})
		if err != nil {
			t.Fatal(err)
		}
		claims := claimsOf(mint.UpdatedIssuer(realPool), time.Now())
		claims["exp"] = time.Now().Add(24 * time.Hour).Unix()
		token := mint.Sign(pairs[0], claims)
		for range 24 {
			check(t, v, token, "")
			time.Sleep(30 * time.Minute)
		}
		synctest.Wait()
		if asked, other := net.count(second), net.count(first); asked < 8 || other != 0 {
			t.Errorf("in 12 hours the token's issuer was asked %d times, and the other %d times", asked, other)
		}
	})
}
