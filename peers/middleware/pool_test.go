package middleware_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito/internal/mint"
)

// resource is the API's own name. Every token but ordinary's is bound to it by
// aud, which a pool does for clients that ask for it: one middleware takes no other.
const resource = "https://api.example.com"

// A pool is one user pool as one server sees it: its tokens, and the place where
// its keys are published.
type pool struct {
	tb     testing.TB
	target mint.Target
	server *httptest.Server

	mu        sync.Mutex
	published []*mint.Key
	outage    bool
	fetches   int
}

type claims = map[string]any

// pairs are for signing access tokens, ID tokens, those after a rotation, and an
// attacker's. They are generated once.
var pairs = sync.OnceValues(func() ([]*rsa.PrivateKey, error) {
	made, errs := make([]*rsa.PrivateKey, 4), make([]error, 4)
	var generating sync.WaitGroup
	for i := range made {
		generating.Go(func() { made[i], errs[i] = rsa.GenerateKey(rand.Reader, 2048) })
	}
	generating.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return made, nil
})

// newPool starts a pool. The peers have no clock but the real one, so tokens were
// issued two minutes ago: no verdict depends on how long the requests take.
func newPool(tb testing.TB) *pool {
	tb.Helper()
	keys, err := pairs()
	if err != nil {
		tb.Fatal(err)
	}
	p := &pool{tb: tb}
	p.server = httptest.NewServer(http.HandlerFunc(p.serve))
	id := mint.NewPoolID("eu-west-1")
	user := mint.User{Username: "ada", Subject: mint.SubjectOf(id, "ada"), Groups: []string{"staff"}}
	session := mint.NewSession(mint.Pool{ID: id, Issuer: mint.Issuer(id)}, user, mint.NewClientID(), time.Now().Add(-2*time.Minute).Truncate(time.Second))
	session.Audience = resource
	p.target = mint.Target{
		Session:     session,
		AccessKey:   mint.WithNewID(keys[0]),
		IDKey:       mint.WithNewID(keys[1]),
		AttackerKey: mint.WithNewID(keys[3]),
		AttackerURL: p.server.URL + "/attacker",
	}
	p.published = []*mint.Key{p.target.AccessKey, p.target.IDKey}
	return p
}

func (p *pool) issuer() string   { return p.target.Session.Pool.Issuer }
func (p *pool) id() string       { return p.target.Session.Pool.ID }
func (p *pool) clientID() string { return p.target.Session.ClientID }
func (p *pool) jwksURL() string  { return p.server.URL + "/" + p.id() + "/.well-known/jwks.json" }

func (p *pool) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case strings.HasPrefix(r.URL.Path, "/attacker"):
		p.tb.Errorf("somebody asked the attacker's server for %s", r.URL.Path)
		http.NotFound(w, r)
		return
	case r.URL.Path != "/"+p.id()+"/.well-known/jwks.json":
		p.tb.Errorf("somebody asked the pool for %s", r.URL.Path)
		http.NotFound(w, r)
		return
	}
	p.fetches++
	if p.outage {
		http.Error(w, "an outage", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(mint.JWKS(p.published...))
}

func (p *pool) fetched() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fetches
}

func (p *pool) setOutage(out bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outage = out
}

// rotate replaces the key of access tokens. It is called before requests that
// depend on it, never beside them.
func (p *pool) rotate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	keys, _ := pairs()
	p.target.AccessKey = mint.WithNewID(keys[2])
	p.published[0] = p.target.AccessKey
}

// access is an access token with changed claims; nil takes one away.
func (p *pool) access(changes claims) string {
	return mint.Sign(p.target.AccessKey, changed(mint.AccessClaims(p.target.Session), changes))
}

// behind is an access token with changed claims, and members at the end.
func (p *pool) behind(changes claims, members string) string {
	text, err := json.Marshal(changed(mint.AccessClaims(p.target.Session), changes))
	if err != nil {
		p.tb.Error(err)
	}
	return mint.Sign(p.target.AccessKey, strings.TrimSuffix(string(text), "}")+","+members+"}")
}

// machine is a machine's access token.
func (p *pool) machine() string {
	return mint.Sign(p.target.AccessKey, changed(mint.MachineClaims(p.target.Session), claims{"aud": resource}))
}

// ordinary is an access token as every pool issues it: it has no aud.
func (p *pool) ordinary() string { return p.access(claims{"aud": nil}) }

// unknown is a forgery that names a key nobody has heard of.
func (p *pool) unknown() string {
	return mint.Sign(mint.WithNewID(p.target.AttackerKey.Private), mint.AccessClaims(p.target.Session))
}

func changed(all, changes claims) claims {
	maps.Copy(all, changes)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

// minted reports whether the pool signed a token, however the signature is spelt.
func (p *pool) minted(token string) bool {
	end := strings.LastIndexByte(token, '.')
	text := strings.NewReplacer("=", "", "+", "-", "/", "_").Replace(token[end+1:])
	signature, err := base64.RawURLEncoding.DecodeString(text)
	digest := sha256.Sum256([]byte(token[:max(end, 0)]))
	return err == nil && slices.ContainsFunc(p.published, func(key *mint.Key) bool {
		return rsa.VerifyPKCS1v15(&key.Private.PublicKey, crypto.SHA256, digest[:], signature) == nil
	})
}

// timely and long are hostile kinds that are left out: one turns good within a
// second by the real clock, and net/http itself refuses the other's header.
const timely, long = "not-yet-valid-for-a-second", "over-1-mib"

// hostile returns tokens of the hostile kinds whose names begin so and which a
// header can carry. No prefix: all of them.
func (p *pool) hostile(prefixes ...string) []string {
	_, tokens := p.hostileKinds(prefixes...)
	return tokens
}

func (p *pool) hostileKinds(prefixes ...string) (names, tokens []string) {
	found := map[string]bool{}
	for _, h := range mint.HostileVariants() {
		prefix := slices.IndexFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(h.Name, prefix) })
		if len(prefixes) > 0 && prefix < 0 || h.Name == timely || h.Name == long {
			continue
		}
		if token := h.Token(p.target); token != "" && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			names, tokens = append(names, h.Name), append(tokens, token)
			if prefix >= 0 {
				found[prefixes[prefix]] = true
			}
		}
	}
	for _, prefix := range prefixes {
		if !found[prefix] {
			p.tb.Errorf("there is no hostile kind %s… of its own", prefix)
		}
	}
	return names, tokens
}
