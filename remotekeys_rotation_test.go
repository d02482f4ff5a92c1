package gognito_test

import (
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// load verifies tokens on several goroutines, all the time.
type load struct {
	mu         sync.RWMutex // held, for reading, while a token is verified
	good, gone []string
	verified   atomic.Int64
	stop       func()
}

// startLoad wants every good token verified without waiting, by each of the
// verifiers, and every one that is gone refused.
func startLoad(t *testing.T, verifiers []*gognito.Verifier, good ...string) *load {
	t.Helper()
	l := &load{good: good}
	stopping := make(chan struct{})
	var workers sync.WaitGroup
	l.stop = sync.OnceFunc(func() { close(stopping); workers.Wait() })
	for w := range 4 {
		workers.Go(func() {
			for i := w; !t.Failed(); i++ {
				select {
				case <-stopping:
					return
				default:
				}
				v := verifiers[i%len(verifiers)]
				l.mu.RLock()
				if reason := reasonOf(impatient(), v, l.good[i%len(l.good)]); reason != "" {
					t.Errorf("a good token: %q", reason)
				}
				if len(l.gone) > 0 {
					if reason := reasonOf(t.Context(), v, l.gone[i%len(l.gone)]); reason != gognito.ReasonUnknownKey {
						t.Errorf("a token of a withdrawn key: %q", reason)
					}
				}
				l.mu.RUnlock()
				l.verified.Add(1)
				runtime.Gosched() // the server runs on the same processors
			}
		})
	}
	return l
}

func (l *load) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// goOn returns when some more tokens have been verified.
func (l *load) goOn(t *testing.T) {
	t.Helper()
	until := l.verified.Load() + 50
	if err := within(time.Minute, func() bool { return t.Failed() || l.verified.Load() >= until }); err != nil {
		t.Fatal(err)
	}
}

// The operator's way: Refresh after each change. What requests do by themselves is
// in the tests below, since it takes 10 seconds from one unknown key ID to the next.
func TestRotationsUnderLoadRefuseNoGoodTokenAndAdmitNoOldOne(t *testing.T) {
	pairs, issuer := keyPairs(), mint.Issuer(realPool)
	current := pairs[0]
	s := newSite(t, publish(current))
	keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{s.URL}})
	refresh := func(published ...*mint.Key) {
		t.Helper()
		s.set(publish(published...))
		if err := keys.Refresh(t.Context()); err != nil || keys.Status()[0].Err != nil {
			t.Fatalf("Refresh: %v, %v", err, keys.Status()[0].Err)
		}
	}
	refresh(current)
	remembering := realVerifier(t, func(c *gognito.Config) { c.Keys = keys })
	forgetful := realVerifier(t, func(c *gognito.Config) { c.Keys, c.CacheBytes = keys, -1 })
	l := startLoad(t, []*gognito.Verifier{remembering, forgetful}, signed(current, issuer))
	defer l.stop()
	for i := range 5 {
		l.goOn(t)
		next := mint.WithNewID(pairs[(i+1)%len(pairs)].Private)
		refresh(current, next)
		l.change(func() { l.good = append(l.good, signed(next, issuer), signed(next, issuer)) })
		l.goOn(t)

		var old []string
		l.change(func() { old, l.good = l.good[:len(l.good)-2], slices.Clone(l.good[len(l.good)-2:]) })
		unseen := signed(current, issuer)
		refresh(next)
		for _, token := range append(old, unseen) {
			check(t, remembering, token, gognito.ReasonUnknownKey)
			check(t, forgetful, token, gognito.ReasonUnknownKey)
		}
		l.change(func() { l.gone = append(l.gone, old...) })
		current = next
	}
	l.goOn(t)
	if n := s.fetches.Load(); n != 11 {
		t.Errorf("%d fetches, want the first and two for each rotation", n)
	}
}

func TestTheFirstTokensOfANewKeyWaitForOneFetch(t *testing.T) {
	pairs := keyPairs()
	v, s := restarted(t, pairs[0])
	// The key was rotated, and the old one withdrawn, while the process was away.
	release := make(chan struct{})
	s.set(heldUp(release, publish(pairs[1])))
	old := signed(pairs[0], s.URL)
	check(t, v, old, "") // remembered now
	var all sync.WaitGroup
	for range 50 {
		token := signed(pairs[1], s.URL)
		all.Go(func() {
			if reason := reasonOf(t.Context(), v, token); reason != "" {
				t.Errorf("a token of the new key: %q", reason)
			}
		})
	}
	if err := within(time.Minute, func() bool { return s.fetches.Load() > 0 }); err != nil {
		t.Fatal(err)
	}
	if reason := reasonOf(impatient(), v, signed(pairs[1], s.URL)); reason != gognito.ReasonCanceled {
		t.Errorf("a token of the new key, before the fetch has ended: %q", reason)
	}
	check(t, v, old, "")
	close(release)
	all.Wait()
	check(t, v, old, gognito.ReasonUnknownKey)
	check(t, v, signed(pairs[0], s.URL), gognito.ReasonUnknownKey)
	if n := s.fetches.Load(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

// Each key is used from the moment on at which it is published, and withdrawn when
// the one after it is.
func TestEachOfManyRotationsCostsOneFetchAndTheFirstTokensItsWait(t *testing.T) {
	const rotations, latency = 10, 300 * time.Millisecond
	pairs, issuer := keyPairs(), mint.Issuer(realPool)
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		answer := func(published ...*mint.Key) {
			net.answer(original, func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(latency)
				publish(published...)(w, r)
			})
		}
		answer(pairs[0])
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
		v := realVerifier(t, func(c *gognito.Config) { c.Keys = keys })
		current, token := pairs[0], signed(pairs[0], issuer)
		check(t, v, token, "")
		var before string
		for i := range rotations {
			time.Sleep(time.Minute)
			next := mint.WithNewID(pairs[(i+1)%len(pairs)].Private)
			answer(current, next)
			gone := before
			before, token, current = token, signed(next, issuer), next
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					for range 10 {
						start := time.Now()
						for _, good := range []string{before, token} {
							if reason := reasonOf(t.Context(), v, good); reason != "" {
								t.Errorf("rotation %d: %q", i, reason)
							}
						}
						if waited := time.Since(start); waited > latency {
							t.Errorf("rotation %d: waited %v, more than a fetch takes", i, waited)
						}
						time.Sleep(50 * time.Millisecond)
					}
				})
			}
			all.Wait()
			if gone != "" {
				check(t, v, gone, gognito.ReasonUnknownKey)
			}
			if n := net.count(original); n != i+2 {
				t.Fatalf("%d fetches after %d rotations, want one for each and the first", n, i+1)
			}
		}
	})
}

// The server is good once, and then fails in another way at each request until it
// is good again.
func TestAFlappingServerIsNotNoticedByGoodTokens(t *testing.T) {
	pair, issuer := keyPairs()[0], mint.Issuer(realPool)
	goroutines := runtime.NumGoroutine()
	hung, release := make(chan struct{}), make(chan struct{})
	answers := []http.HandlerFunc{
		publish(pair), status(500), nil, text("<html>"), raw(""), publish(pair), cutOff, status(429, "Retry-After", "60"),
	}
	answers[2] = func(_ http.ResponseWriter, r *http.Request) {
		select {
		case hung <- struct{}{}:
		case <-release:
			return
		}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}
	var requests atomic.Int64
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		answers[(requests.Add(1)-1)%int64(len(answers))](w, r)
	})
	// A connection for each request: net/http repeats one that fails on an old connection.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	var failed, fetched atomic.Int64
	keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{s.URL}, HTTPClient: client, Trace: &gognito.Trace{
		KeysFetched: func(info gognito.KeysInfo) {
			fetched.Add(1)
			if info.Err != nil {
				failed.Add(1)
			}
		},
	}})
	remembering := realVerifier(t, func(c *gognito.Config) { c.Keys = keys })
	forgetful := realVerifier(t, func(c *gognito.Config) { c.Keys, c.CacheBytes = keys, -1 })
	if err := keys.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := startLoad(t, []*gognito.Verifier{remembering, forgetful}, signed(pair, issuer), signed(pair, issuer))
	defer l.stop()
	for i := 1; i < 2*len(answers); i++ {
		l.goOn(t)
		ended := make(chan struct{})
		var err error
		go func() { defer close(ended); err = keys.Refresh(t.Context()) }()
		kind := i % len(answers)
		if kind == 2 {
			select {
			case <-hung:
				l.goOn(t)
				release <- struct{}{}
			case <-ended:
			}
		}
		<-ended
		if good := kind == 0 || kind == 5; (keys.Status()[0].Err == nil) != good || (err == nil) != good {
			t.Errorf("request %d, answer %d: status %v, Refresh %v", i, kind, keys.Status()[0].Err, err)
		}
	}
	close(release)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20 {
				_ = keys.Refresh(t.Context())
			}
		})
	}
	all.Wait()
	l.stop()
	if n := requests.Load(); n != fetched.Load() || failed.Load() < n/2 {
		t.Errorf("%d requests, %d fetches, %d of which failed", n, fetched.Load(), failed.Load())
	}
	s.Close()
	wantGoroutines(t, goroutines)
}
