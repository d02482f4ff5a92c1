package gognito_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// wantFlat calls flood, and wants that it leaves neither memory nor goroutines
// behind.
func wantFlat(t *testing.T, flood func()) {
	t.Helper()
	goroutines, before := runtime.NumGoroutine(), heap()
	flood()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	wantGoroutines(t, goroutines)
	grown := heap() - before
	t.Logf("the heap grew by %d KiB", grown>>10)
	if grown > 2<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

// restarted returns a verifier that has its keys from the file of another process,
// and the server that has them, too. So it has fetched nothing yet, and the floor
// between fetches for unknown key IDs does not hold it back. The test must cause one.
func restarted(t *testing.T, published ...*mint.Key) (*gognito.Verifier, *site) {
	t.Helper()
	s := newSite(t, publish(published...))
	file := filepath.Join(t.TempDir(), "keys.json")
	start := func() *gognito.Verifier {
		return realVerifier(t, func(c *gognito.Config) { c.Issuer, c.KeyFile = s.URL, file })
	}
	if err := start().Prefetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := stored(file)
	t.Cleanup(func() { // a fetch writes the file when those who waited have gone on
		if err := within(time.Minute, func() bool { return stored(file) != before }); err != nil {
			t.Errorf("the file is not written again: %v", err)
		}
	})
	s.fetches.Store(0)
	return start(), s
}

func stored(file string) string {
	text, _ := os.ReadFile(file)
	return string(text)
}

func TestAFloodOfUnknownKeyIDsCausesOneFetchAndDelaysNobodyElse(t *testing.T) {
	const tokens, waiting = 10_000, 1000
	pairs := keyPairs()
	v, s := restarted(t, pairs[0])
	release := make(chan struct{})
	s.set(heldUp(release, publish(pairs[0])))
	var unknown []string
	for range tokens {
		unknown = append(unknown, forged(mint.NewUUID(), s.URL))
	}
	var good []string // some are remembered, and some are new, whenever they are verified
	for range 100 {
		good = append(good, signed(pairs[0], s.URL))
	}
	start := time.Now()
	wantFlat(t, func() {
		// Those of before the answer wait for it, each as long as its own caller does.
		var all sync.WaitGroup
		for _, token := range unknown[:waiting] {
			all.Go(func() {
				if reason := reasonOf(t.Context(), v, token); reason != gognito.ReasonUnknownKey {
					t.Errorf("an unknown key: %q", reason)
				}
			})
		}
		if err := within(time.Minute, func() bool { return s.fetches.Load() > 0 }); err != nil {
			t.Fatal(err)
		}
		if reason := reasonOf(impatient(), v, unknown[waiting]); reason != gognito.ReasonCanceled {
			t.Errorf("an unknown key, of a caller who does not wait: %q", reason)
		}
		for range 2 {
			for _, token := range good[:50] {
				if reason := reasonOf(impatient(), v, token); reason != "" {
					t.Errorf("a good token, while the keys are fetched: %q", reason)
				}
			}
		}
		close(release)
		all.Wait()
		// Those of after it are told at once what the answer was.
		for some := range slices.Chunk(unknown[waiting:], tokens/8) {
			all.Go(func() {
				for _, token := range some {
					if reason := reasonOf(t.Context(), v, token); reason != gognito.ReasonUnknownKey {
						t.Errorf("an unknown key, after the fetch: %q", reason)
					}
				}
			})
		}
		for _, token := range good {
			if reason := reasonOf(impatient(), v, token); reason != "" {
				t.Errorf("a good token, among unknown ones: %q", reason)
			}
		}
		all.Wait()
	})
	runtime.KeepAlive(unknown)
	if n, most := s.fetches.Load(), 1+int64(time.Since(start)/(10*time.Second)); n > most {
		t.Errorf("%d fetches in %v, want at most %d", n, time.Since(start), most)
	}
}

// A fetch that is under way does not open the floor: those who may not start one
// do not wait for it either.
func TestUnknownKeyIDsWithinTheFloorWaitForNobodysFetch(t *testing.T) {
	pairs := keyPairs()
	s := newSite(t, publish(pairs[0]))
	keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{s.URL}})
	v := realVerifier(t, func(c *gognito.Config) { c.Keys, c.CacheBytes = keys, -1 })
	good := signed(pairs[0], mint.Issuer(realPool))
	check(t, v, good, "")
	release := make(chan struct{})
	s.set(heldUp(release, publish(pairs[0], pairs[1])))
	refreshed := make(chan error, 1)
	go func() { refreshed <- keys.Refresh(t.Context()) }()
	if err := within(time.Minute, func() bool { return s.fetches.Load() == 2 }); err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		if reason := reasonOf(impatient(), v, forged(fmt.Sprint("unknown", i), mint.Issuer(realPool))); reason != gognito.ReasonUnknownKey {
			t.Fatalf("an unknown key, while another's fetch is under way: %q", reason)
		}
		if reason := reasonOf(impatient(), v, good); reason != "" {
			t.Fatalf("a good token: %q", reason)
		}
	}
	close(release)
	if err := <-refreshed; err != nil {
		t.Error(err)
	}
	check(t, v, signed(pairs[1], mint.Issuer(realPool)), "")
	if n := s.fetches.Load(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
}

// lookAlikes are issuers that are not the pool's: another for each n.
var lookAlikes = []func(n string) string{
	func(n string) string { return mint.Issuer(realPool) + n },
	func(n string) string { return mint.Issuer(realPool) + "/" + n },
	func(n string) string { return mint.Issuer(realPool) + "?" + n },
	func(n string) string { return mint.UpdatedIssuer(realPool) + "#" + n },
	func(n string) string { return mint.UpdatedIssuer(realPool) + "\x00" + n },
	func(n string) string { return "https://cognito-idp.us-east-1.amazonaws.com:" + n + "/" + realPool },
	func(n string) string {
		return "https://cognito-idp.us-east-1.amazonaws.com." + n + ".example/" + realPool
	},
	func(n string) string {
		return "https://cognito-idp.us-east-1.amazonaws.com@" + n + ".example/" + realPool
	},
	func(n string) string { return "https://cognito-idp.us-east-1.amazonaws.com/" + n + "/../" + realPool },
	func(n string) string { return "https://cognito-idp.us-east-" + n + "1.amazonaws.com/" + realPool },
	func(n string) string { return "https://c\u043egnito-idp.us-east-1.amazonaws.com/" + realPool + n },
	func(n string) string { return "http" + n + "://cognito-idp.us-east-1.amazonaws.com/" + realPool },
	func(n string) string { return strings.ToUpper(mint.Issuer(realPool)) + n },
	func(n string) string { return n + " " + mint.Issuer(realPool) },
	func(n string) string { return mint.Issuer(mint.NewPoolID("us-east-1") + n) },
	func(n string) string { return mint.UpdatedIssuer("us-east-" + n + "_AbCdEfGhI") },
}

func TestAFloodOfForgedIssuersCausesNoFetchAtAll(t *testing.T) {
	const tokens = 10_000
	pairs := keyPairs()
	net := newInternet(t)
	v := realVerifier(t, func(c *gognito.Config) { c.HTTPClient = net.Client })
	wantFlat(t, func() {
		for i := range tokens {
			issuer := lookAlikes[i%len(lookAlikes)](fmt.Sprint(i))
			kid := mint.NewUUID()
			if i%2 == 0 {
				kid = pairs[0].ID
			}
			if reason := reasonOf(t.Context(), v, forged(kid, issuer)); reason != gognito.ReasonIssuer {
				t.Fatalf("the issuer %q: %q", issuer, reason)
			}
		}
	})
	if dialed := net.others(""); len(dialed) > 0 {
		t.Errorf("connections to %q", dialed)
	}
}
