package gognitotest

import (
	"crypto/rsa"
	"encoding/pem"
	"net/http"
	"slices"
	"sync"

	"github.com/gognito/gognito/internal/mint"
)

// free holds key material that no live pool uses.
var free struct {
	sync.Mutex
	keys []*rsa.PrivateKey
}

// take returns n keys under new IDs, the pool's until it ends, and generates those
// that can't be had for nothing, all at once.
func (p *Pool) take(n int) []*mint.Key {
	p.tb.Helper()
	free.Lock()
	left := max(0, len(free.keys)-n)
	material := slices.Clone(free.keys[left:])
	free.keys = free.keys[:left]
	free.Unlock()

	keys := make([]*mint.Key, n)
	errs := make([]error, n)
	var generating sync.WaitGroup
	for i := range keys {
		if i < len(material) {
			keys[i] = mint.WithNewID(material[i])
			continue
		}
		generating.Go(func() { keys[i], errs[i] = mint.NewKey() })
	}
	generating.Wait()
	for _, err := range errs {
		if err != nil {
			p.tb.Fatalf("gognitotest: generating a key: %v", err)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append(p.keys, keys...)
	return keys
}

func giveBack(keys []*mint.Key) {
	free.Lock()
	defer free.Unlock()
	for _, k := range keys {
		free.keys = append(free.keys, k.Private)
	}
}

// Rotate replaces both keys at once: new ones sign from now on, and the old ones
// are no longer published, so that tokens signed before must be refused.
//
// Who has fetched the keys already learns of it by their own rules: a
// [gognito.RemoteKeys] when an unknown key ID turns up, though not within 10
// seconds of its last fetch. A test that does not want to wait asks for the new
// keys itself:
//
//	config := pool.Config()
//	keys := config.Keys.(*gognito.RemoteKeys)
//	…
//	pool.Rotate()
//	err := keys.Refresh(ctx)
func (p *Pool) Rotate() {
	p.tb.Helper()
	keys := p.take(2)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.access, p.identity = keys[0], keys[1]
}

// signers returns the keys that sign now.
func (p *Pool) signers() (access, identity *mint.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.access, p.identity
}

// SetOutage makes the JWKS URL answer 503 Service Unavailable, or well again. Who
// has fetched the keys already still has them.
func (p *Pool) SetOutage(out bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outage = out
}

// Fetches returns how many times the JWKS URL was asked, outages included.
func (p *Pool) Fetches() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetches
}

// attacker returns the key of whoever forges tokens, made when it is first needed.
func (p *Pool) attacker() *mint.Key {
	p.tb.Helper()
	p.attackerOnce.Do(func() { p.attackerKey = p.take(1)[0] })
	return p.attackerKey
}

// JWKSURL returns where the pool publishes its keys, an http URL of the loopback
// interface, for any verifier in any language.
func (p *Pool) JWKSURL() string { return p.server.URL + p.jwksPath() }

func (p *Pool) jwksPath() string { return "/" + p.id + "/.well-known/jwks.json" }

// JWKS returns the key set as it is published now, outage or not.
func (p *Pool) JWKS() []byte {
	return mint.JWKS(p.signers())
}

// handler serves the keys; and the attacker's, for verifiers that let a token tell
// them where to ask.
func (p *Pool) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+p.jwksPath(), func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		p.fetches++
		out := p.outage
		p.mu.Unlock()
		if out {
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(p.JWKS())
	})
	mux.HandleFunc("GET /attacker/jwks.json", func(w http.ResponseWriter, _ *http.Request) {
		p.lured()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(mint.JWKS(p.attacker()))
	})
	mux.HandleFunc("GET /attacker/cert.pem", func(w http.ResponseWriter, _ *http.Request) {
		p.lured()
		w.Header().Set("Content-Type", "application/x-pem-file")
		_ = pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: p.attacker().Certificate()})
	})
	return mux
}

// lured fails the test: some verifier followed a URL that came in a token.
func (p *Pool) lured() {
	p.tb.Error("gognitotest: a key was fetched from a URL in a token's header (jku, x5u or kid)")
}
