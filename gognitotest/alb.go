package gognitotest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/alb"
	"github.com/gognito/gognito/internal/mint"
)

// albLifetime is how long a load balancer's token is good here. A real one signs
// anew for each request, and what it signs is good for minutes.
const albLifetime = 2 * time.Minute

// ALB is an Application Load Balancer that signs in the users of a [Pool]: it makes
// the headers that a real one adds to the requests which it forwards, and publishes
// its public key on the loopback interface. All methods are safe for concurrent
// use. Its clock is the pool's.
type ALB struct {
	tb       testing.TB
	pool     *Pool
	arn      string
	stranger *mint.ALBKey // of somebody else's load balancer, published all the same
	attacker *mint.ALBKey
	server   *httptest.Server

	mu      sync.Mutex
	key     *mint.ALBKey
	outage  bool
	fetches int
}

// NewALB starts a load balancer for the users of the pool. Its server is closed
// when the test ends.
func NewALB(tb testing.TB, pool *Pool) *ALB {
	tb.Helper()
	a := &ALB{
		tb: tb, pool: pool, arn: mint.NewALBARN(region),
		key: mint.NewALBKey(), stranger: mint.NewALBKey(), attacker: mint.NewALBKey(),
	}
	a.server = httptest.NewServer(http.HandlerFunc(a.serve))
	tb.Cleanup(a.server.Close)
	return a
}

// ARN returns the load balancer's ARN, the signer of its tokens.
func (a *ALB) ARN() string { return a.arn }

// KeyURL returns where it publishes its key: at KeyURL + "/" + the key's ID.
func (a *ALB) KeyURL() string { return a.server.URL }

// Config returns a configuration that accepts the load balancer's tokens. It can be
// changed before it is given to [alb.New].
func (a *ALB) Config() alb.Config {
	return alb.Config{
		LoadBalancers: []string{a.arn},
		UserPoolID:    a.pool.UserPoolID(),
		ClientIDs:     []string{a.pool.ClientID()},
		KeyURL:        a.KeyURL(),
		Now:           a.pool.Now,
	}
}

// Verifier returns a verifier of [ALB.Config], a new one each time: it has fetched
// nothing yet.
func (a *ALB) Verifier() *alb.Verifier {
	a.tb.Helper()
	v, err := alb.New(a.Config())
	if err != nil {
		a.tb.Fatalf("gognitotest: %v", err)
	}
	return v
}

// Data returns the header x-amzn-oidc-data of a request of the user: a token
// issued now and good for two minutes. It has what the pool's userInfo endpoint
// says: sub, username and the user's Attributes, all of them strings; and so no
// groups and no scopes. The user's Claims are put into it last.
func (a *ALB) Data(u User) string {
	s := a.pool.session(u)
	exp := s.IssuedAt.Add(albLifetime)
	key := a.signer()
	return mint.SignALB(key, mint.NewALBHeader(key, a.arn, s, exp), override(mint.ALBClaims(s, exp), u.Claims))
}

// SetHeaders sets the three headers that a load balancer adds to the requests of a
// user: x-amzn-oidc-data; x-amzn-oidc-accesstoken, which is the user's access token,
// with the groups; and x-amzn-oidc-identity, the sub, which nobody signed.
func (a *ALB) SetHeaders(h http.Header, u User) {
	h.Set(alb.Header, a.Data(u))
	h.Set(alb.AccessTokenHeader, a.pool.AccessToken(u))
	h.Set("X-Amzn-Oidc-Identity", a.pool.session(u).User.Subject)
}

// HostileTokens returns one new token of each kind that a program which accepts
// [ALB.Data] must refuse, sorted by name; see [Pool.HostileTokens], whose rules
// hold here too.
func (a *ALB) HostileTokens() []HostileToken {
	var list []HostileToken
	target := a.target()
	for _, h := range mint.ALBHostileVariants() {
		if token := h.Token(target); sendable(token) {
			list = append(list, HostileToken{h.Name, token, gognito.Reason(h.Reason)})
		}
	}
	return list
}

// Hostile returns a new token of one hostile kind, by its name. It fails the test
// if there is no such kind, and lists those that there are.
func (a *ALB) Hostile(name string) string {
	a.tb.Helper()
	var names []string
	for _, h := range mint.ALBHostileVariants() {
		if h.Name == name {
			return h.Token(a.target())
		}
		names = append(names, h.Name)
	}
	a.tb.Fatalf("gognitotest: no hostile token of a load balancer is called %q; there are: %s", name, strings.Join(names, " "))
	return ""
}

// target is what the hostile tokens are made against.
func (a *ALB) target() mint.ALBTarget {
	poolKey, _ := a.pool.signers()
	return mint.ALBTarget{
		Session: a.pool.session(User{}), ARN: a.arn,
		Key: a.signer(), StrangerKey: a.stranger, AttackerKey: a.attacker,
		PoolKey: poolKey, AttackerURL: a.server.URL + "/attacker",
	}
}

// Rotate replaces the key, under a new key ID. The old one is no longer published:
// who has it already goes on to accept what it signed, since a key ID names one key
// for good.
func (a *ALB) Rotate() {
	key := mint.NewALBKey()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.key = key
}

// SetOutage makes KeyURL answer 503 Service Unavailable, or well again.
func (a *ALB) SetOutage(out bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.outage = out
}

// Fetches returns how many times a key was asked for, outages included.
func (a *ALB) Fetches() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.fetches
}

func (a *ALB) signer() *mint.ALBKey {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.key
}

// serve answers as the place does where AWS publishes the keys of all load
// balancers of a region.
func (a *ALB) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.fetches++
	out, key := a.outage, a.key
	a.mu.Unlock()
	id := strings.TrimPrefix(r.URL.Path, "/")
	if len(id) != len(key.ID) || strings.Trim(id, "0123456789abcdef-") != "" || r.URL.RawQuery != "" {
		a.tb.Error("gognitotest: a key was fetched for an ID that is not a UUID, or from a URL in a token's header")
	}
	switch {
	case out:
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	case id == key.ID:
		_, _ = w.Write(key.PEM())
	case id == a.stranger.ID:
		_, _ = w.Write(a.stranger.PEM())
	default: // as Amazon S3 says that there is no such object
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
	}
}
