package alb_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

const (
	keysUnavailable = gognito.ReasonKeysUnavailable
	unknownKey      = gognito.ReasonUnknownKey
)

func TestAKnownKeyIsFetchedOnceAndNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := mint.NewALBKey()
		h := newHost(key)
		v := verifier(t, h.config())
		token := signed(key)
		check(t, v, token, "")
		h.set(status(http.StatusForbidden)) // whatever the host says of it later
		for range 30 {
			time.Sleep(24 * time.Hour)
			check(t, v, token, "")
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := v.Verify(ended, token); err != nil {
			t.Errorf("a known key, for a caller who does not wait: %v", err)
		}
		if n := h.count(); n != 1 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestAllWaitersShareOneFetchEachInItsOwnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := mint.NewALBKey()
		h := newHost(key)
		v := verifier(t, h.config())
		h.set(func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second); h.serve(w, r) })
		token := signed(key)
		var all sync.WaitGroup
		// The first to ask goes away, and does not take the fetch along.
		all.Go(func() {
			brief, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			_, err := v.Verify(brief, token)
			if gognito.ReasonOf(err) != gognito.ReasonCanceled || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a waiter whose context ended: %v", err)
			}
		})
		synctest.Wait()
		for range 500 {
			all.Go(func() { check(t, v, token, "") })
		}
		all.Wait()
		if n := h.count(); n != 1 {
			t.Errorf("%d fetches", n)
		}
	})
}

func TestTheLoadBalancersOwnKeysAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		v := verifier(t, h.config())
		var keys []*mint.ALBKey
		for range 33 {
			key := mint.NewALBKey()
			keys = append(keys, key)
			h.publish(key)
			check(t, v, signed(key), "")
			time.Sleep(time.Second)
		}
		for _, key := range keys[1:] {
			check(t, v, signed(key), "")
		}
		if n := h.count(); n != 33 {
			t.Errorf("%d fetches, want 33", n)
		}
		check(t, v, signed(keys[0]), "") // the oldest made room, and is fetched again
		if n := h.count(); n != 34 {
			t.Errorf("%d fetches, want 34", n)
		}
	})
}

func TestAKeyThatIsNotThereYetIsAskedForAgainAfterTenSeconds(t *testing.T) {
	for _, code := range []int{http.StatusForbidden, http.StatusNotFound} {
		synctest.Test(t, func(t *testing.T) {
			key := mint.NewALBKey()
			h := newHost(key)
			h.set(status(code))
			v := verifier(t, h.config())
			token := signed(key)
			check(t, v, token, unknownKey)
			h.set(nil)
			time.Sleep(10*time.Second - 1)
			check(t, v, token, unknownKey)
			if n := h.count(); n != 1 {
				t.Errorf("%d fetches", n)
			}
			time.Sleep(1)
			check(t, v, token, "")
		})
	}
}

func TestAFailingHostIsLeftAloneLongerAndLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known, key := mint.NewALBKey(), mint.NewALBKey()
		h := newHost(known, key)
		v := verifier(t, h.config())
		check(t, v, signed(known), "")
		token := signed(key)
		for i, code := range []int{broken, 500, 503, 429, 302, 204, 400} {
			h.set(status(code))
			before := h.count()
			wait := min(time.Second<<i, time.Minute)
			check(t, v, token, keysUnavailable)
			check(t, v, signed(known), "")
			time.Sleep(wait - 1)
			check(t, v, token, keysUnavailable)
			check(t, v, forged(mint.NewUUID()), keysUnavailable)
			if n := h.count() - before; n != 1 {
				t.Errorf("%d: %d fetches in %v", code, n, wait)
			}
			time.Sleep(1)
		}
		h.set(nil)
		check(t, v, token, "")

		// After an answer it begins anew.
		h.set(status(500))
		another := mint.NewALBKey()
		h.publish(another)
		check(t, v, signed(another), keysUnavailable)
		h.set(nil)
		time.Sleep(time.Second)
		check(t, v, signed(another), "")
	})
}

// Fetches that fail together are one failure.
func TestOneOutageCountsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := mint.NewALBKey()
		h := newHost(key)
		h.set(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(time.Second)
			w.WriteHeader(http.StatusInternalServerError)
		})
		v := verifier(t, h.config())
		var all sync.WaitGroup
		for range 8 {
			token := forged(mint.NewUUID())
			all.Go(func() { check(t, v, token, keysUnavailable) })
		}
		all.Wait()
		h.set(nil)
		time.Sleep(time.Second)
		check(t, v, signed(key), "")
	})
}

func TestAFetchEndsAfterFiveSeconds(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"obeys":    func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"disobeys": func(http.ResponseWriter, *http.Request) { time.Sleep(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				key := mint.NewALBKey()
				h := newHost(key)
				h.set(answer)
				v := verifier(t, h.config())
				start := time.Now()
				check(t, v, signed(key), keysUnavailable)
				if took := time.Since(start); took != 5*time.Second {
					t.Errorf("took %v", took)
				}
				h.set(nil)
				time.Sleep(time.Second)
				check(t, v, signed(key), "")
				time.Sleep(time.Hour)
			})
		})
	}
}

func TestManyGoroutinesVerifyAtOnce(t *testing.T) {
	keys := []*mint.ALBKey{mint.NewALBKey(), mint.NewALBKey(), mint.NewALBKey()}
	h := newHost(keys...)
	v := verifier(t, h.config())
	for _, key := range keys { // before the flood, which would compete with them
		check(t, v, signed(key), "")
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			token := signed(keys[i%len(keys)])
			for range 20 {
				check(t, v, token, "")
				_, _ = v.Verify(t.Context(), forged(mint.NewUUID()))
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, url := range h.urls() {
		if seen[url] {
			t.Errorf("fetched twice: %s", url)
		}
		seen[url] = true
	}
}
