package devpool

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// Pool is a development pool. It is an http.Handler that answers for
//
//	/<pool ID>/.well-known/jwks.json             the keys
//	/<pool ID>/.well-known/openid-configuration  where they are
//	POST /                                       the Cognito API: InitiateAuth
//
// It is safe for concurrent use.
type Pool struct {
	config  Config
	handler http.Handler

	ready            chan struct{} // closed when what is below can be read
	access, identity *mint.Key
	err              error
}

// New returns a pool, and begins to generate its keys. It does not wait for them:
// whoever needs one does, up to a second, while everything else is answered at
// once. The error names every part of the Config that is at fault.
func New(c Config) (*Pool, error) {
	if err := checkURL(c.URL); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	var faults []error
	for _, f := range c.check() {
		faults = append(faults, f)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	p := &Pool{config: c, ready: make(chan struct{})}
	p.handler = p.routes()
	go p.generate()
	return p, nil
}

// generate makes the two keys, one beside the other.
func (p *Pool) generate() {
	defer close(p.ready)
	var keys [2]*mint.Key
	var errs [2]error
	var generating sync.WaitGroup
	for i := range keys {
		generating.Go(func() { keys[i], errs[i] = mint.NewKey() })
	}
	generating.Wait()
	p.access, p.identity = keys[0], keys[1]
	p.err = errors.Join(errs[:]...)
}

// keys waits for the keys, within ctx.
func (p *Pool) keys(ctx context.Context) (access, identity *mint.Key, err error) {
	select {
	case <-p.ready:
		return p.access, p.identity, p.err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// ServeHTTP answers the requests of the list above, and others with 404.
func (p *Pool) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// URL returns where clients reach the pool.
func (p *Pool) URL() string { return p.config.URL }

// UserPoolID returns the pool's ID.
func (p *Pool) UserPoolID() string { return p.config.UserPoolID }

// ClientID returns the ID of the pool's app client.
func (p *Pool) ClientID() string { return p.config.ClientID }

// Issuer returns the iss of the pool's tokens: its URL, a slash and its ID.
func (p *Pool) Issuer() string { return p.config.URL + "/" + p.config.UserPoolID }

// Users returns the users, passwords included.
func (p *Pool) Users() []User { return cloneUsers(p.config.Users) }

// VerifierConfig returns a configuration that accepts the pool's access tokens.
// It can be changed before it is given to [gognito.New].
func (p *Pool) VerifierConfig() gognito.Config {
	return gognito.Config{
		UserPoolID: p.config.UserPoolID,
		ClientIDs:  []string{p.config.ClientID},
		Issuer:     p.Issuer(),
	}
}
