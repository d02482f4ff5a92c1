// Package gognitotest makes user pools for tests, in the manner of
// net/http/httptest: a [Pool] lives in the test's process, signs the tokens of
// any user that a test needs, and publishes its keys on the loopback interface.
// No AWS account and no network are involved.
//
//	pool := gognitotest.NewPool(t)
//	auth := &httpauth.Authenticator{Verifier: pool.Verifier()}
//	…
//	r.Header.Set("Authorization", "Bearer "+pool.AccessToken(gognitotest.User{Groups: []string{"admins"}}))
//
// The pool also signs tokens that nobody must accept, so that a test can see
// that the program refuses them: [Pool.HostileTokens].
//
// It is for tests only. A program that holds this package can make anybody an
// administrator; no program that runs in production may import it.
package gognitotest

import (
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

const region = "us-east-1"

// Pool is a user pool with one app client. Like Cognito's it has two keys: one
// signs access tokens, the other ID tokens. All methods are safe for concurrent
// use.
//
// The pool's clock stands still at the whole second at which the pool was made,
// until [Pool.Advance] moves it.
type Pool struct {
	tb       testing.TB
	id       string
	clientID string
	server   *httptest.Server

	verifierOnce, attackerOnce sync.Once
	verifier                   *gognito.Verifier
	attackerKey                *mint.Key // signs what another pool, or nobody, would

	mu       sync.Mutex
	access   *mint.Key
	identity *mint.Key
	keys     []*mint.Key             // all that ever were the pool's
	sessions map[string]mint.Session // by username
	now      time.Time
	outage   bool
	fetches  int
}

// NewPool starts a pool. Its server is closed, and its keys are given back, when
// the test ends. The first pool of a process waits for its keys to be generated,
// up to a second; a pool that starts when another has ended takes that one's keys,
// under new key IDs.
func NewPool(tb testing.TB) *Pool {
	tb.Helper()
	p := &Pool{
		tb:       tb,
		id:       mint.NewPoolID(region),
		clientID: mint.NewClientID(),
		sessions: make(map[string]mint.Session),
		now:      time.Now().Truncate(time.Second),
	}
	p.Rotate()
	p.server = httptest.NewServer(p.handler())
	tb.Cleanup(p.close)
	return p
}

func (p *Pool) close() {
	p.server.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	giveBack(p.keys)
	p.keys = nil
}

// UserPoolID returns the pool's ID, such as us-east-1_AbCdEfGhI.
func (p *Pool) UserPoolID() string { return p.id }

// ClientID returns the ID of the pool's app client.
func (p *Pool) ClientID() string { return p.clientID }

// Issuer returns the iss of the pool's tokens, which is that of a real pool of the
// same ID: https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI.
func (p *Pool) Issuer() string { return mint.Issuer(p.id) }

// UpdatedIssuer returns the iss that the pool's tokens have when its issuer type is
// UPDATED, on the host issuer-cognito-idp. To sign a token with it, set the claim:
//
//	pool.AccessToken(gognitotest.User{Claims: map[string]any{"iss": pool.UpdatedIssuer()}})
func (p *Pool) UpdatedIssuer() string { return mint.UpdatedIssuer(p.id) }

// Config returns a configuration that accepts the pool's access tokens. It can be
// changed before it is given to [gognito.New]. Each has a [gognito.RemoteKeys] of
// its own, which has fetched nothing yet.
func (p *Pool) Config() gognito.Config {
	p.tb.Helper()
	keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{p.JWKSURL()}})
	if err != nil {
		p.tb.Fatalf("gognitotest: %v", err)
	}
	return gognito.Config{
		UserPoolID: p.id,
		ClientIDs:  []string{p.clientID},
		Keys:       keys,
		Now:        p.Now,
	}
}

// Verifier returns a verifier of [Pool.Config], the same one each time.
func (p *Pool) Verifier() *gognito.Verifier {
	p.tb.Helper()
	p.verifierOnce.Do(func() {
		v, err := gognito.New(p.Config())
		if err != nil {
			p.tb.Fatalf("gognitotest: %v", err)
		}
		p.verifier = v
	})
	return p.verifier
}

// Now returns the time on the pool's clock. Tokens are issued at it, and the
// verifiers of [Pool.Config] go by it.
func (p *Pool) Now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// Advance moves the pool's clock: by an hour, for instance, to let its tokens
// expire. The age of fetched keys does not depend on this clock.
func (p *Pool) Advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}
