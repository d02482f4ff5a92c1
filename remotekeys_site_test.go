package gognito_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// What the tests over real connections are about: one pool and one client.
const (
	realPool   = "us-east-1_AbCdEfGhI"
	realClient = "6h89qn2bfglbmvfebq9aaknqk0"
	keysHost   = "keys.example"
	keysURL    = "https://" + keysHost + "/jwks.json"
)

// internet resolves the names of hosts to servers on the loopback interface.
// Everything after that is real: connections, TLS and HTTP.
type internet struct {
	*http.Client
	mu     sync.Mutex
	routes map[string]string // from host:port to an address; else as it is
	dialed map[string]int    // by host:port
}

func newInternet(t testing.TB) *internet {
	t.Helper()
	n := &internet{routes: make(map[string]string), dialed: make(map[string]int)}
	roots := x509.NewCertPool()
	for _, trusted := range []tls.Certificate{certificates().good, certificates().expired, certificates().elsewhere} {
		roots.AddCert(trusted.Leaf)
	}
	n.Client = &http.Client{Transport: &http.Transport{DialContext: n.dial, TLSClientConfig: &tls.Config{RootCAs: roots}}}
	t.Cleanup(n.CloseIdleConnections)
	return n
}

func (n *internet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dialed[address]++
	if to := n.routes[address]; to != "" {
		address = to
	}
	n.mu.Unlock()
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (n *internet) route(host, address string) {
	n.mu.Lock()
	n.routes[host+":443"] = address
	n.mu.Unlock()
	n.CloseIdleConnections()
}

// others returns to whom connections were made, or tried, besides the host.
func (n *internet) others(host string) []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.DeleteFunc(slices.Collect(maps.Keys(n.dialed)), func(a string) bool { return a == host+":443" })
}

// site is a server whose answer a test changes.
type site struct {
	*httptest.Server
	answer  atomic.Pointer[http.HandlerFunc]
	fetches atomic.Int64
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.fetches.Add(1)
	(*s.answer.Load())(w, r)
}

func (s *site) set(answer http.HandlerFunc) { s.answer.Store(&answer) }

// newSite starts a server without TLS.
func newSite(t testing.TB, answer http.HandlerFunc) *site {
	t.Helper()
	s := new(site)
	s.set(answer)
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// newTLSSite starts a server that has the certificate.
func newTLSSite(t testing.TB, certificate tls.Certificate, answer http.HandlerFunc) *site {
	t.Helper()
	s := new(site)
	s.set(answer)
	s.Server = httptest.NewUnstartedServer(s)
	s.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes fail on purpose
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *site) address() string { return s.Listener.Addr().String() }

// closedAddress is one that nobody listens at. (A port that was free a moment ago
// may be another test's by now; this one is never given out.)
const closedAddress = "127.0.0.1:1"

type certificateSet struct{ good, expired, elsewhere, untrusted tls.Certificate }

var certificates = sync.OnceValue(func() certificateSet {
	always := time.Now().Add(24 * time.Hour)
	hosts := []string{
		keysHost, "attacker.example",
		"cognito-idp.us-east-1.amazonaws.com", "issuer-cognito-idp.us-east-1.amazonaws.com",
	}
	return certificateSet{
		good:      newCertificate(always, hosts...),
		expired:   newCertificate(time.Now().Add(-time.Hour), hosts...),
		elsewhere: newCertificate(always, "elsewhere.example"),
		untrusted: newCertificate(always, hosts...),
	}
})

// newCertificate signs a certificate with its own key.
func newCertificate(until time.Time, hosts ...string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: hosts, NotBefore: until.Add(-72 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	text, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	leaf, err := x509.ParseCertificate(text)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{text}, PrivateKey: key, Leaf: leaf}
}

// realVerifier returns a verifier of the pool, with the config changed.
func realVerifier(t testing.TB, change func(*gognito.Config)) *gognito.Verifier {
	t.Helper()
	c := gognito.Config{UserPoolID: realPool, ClientIDs: []string{realClient}}
	change(&c)
	v, err := gognito.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// signed returns a good access token of the issuer.
func signed(key *mint.Key, issuer string) string {
	return signedAt(key, issuer, time.Now())
}

func signedAt(key *mint.Key, issuer string, now time.Time) string {
	return mint.Sign(key, claimsOf(issuer, now))
}

func claimsOf(issuer string, now time.Time) map[string]any {
	user := mint.User{Username: "jane", Subject: mint.SubjectOf(realPool, "jane")}
	return mint.AccessClaims(mint.NewSession(mint.Pool{ID: realPool, Issuer: issuer}, user, realClient, now))
}

// forged returns a token whose signature is zeros. Thousands of them cost little.
func forged(kid, issuer string) string {
	name, err := json.Marshal(issuer)
	if err != nil {
		panic(err)
	}
	return mint.Compact(mint.Header(kid), bytes.Replace(forgedPayload(), []byte(`"ISSUER"`), name, 1), make([]byte, 256))
}

var forgedPayload = sync.OnceValue(func() []byte {
	payload, err := json.Marshal(claimsOf("ISSUER", time.Now()))
	if err != nil {
		panic(err)
	}
	return payload
})

// reasonOf verifies the token.
func reasonOf(ctx context.Context, v gognito.TokenVerifier, token string) gognito.Reason {
	_, err := v.Verify(ctx, token)
	return gognito.ReasonOf(err)
}

// impatient returns a context that has ended: with it nothing that waits succeeds.
func impatient() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// wantGoroutines wants that there are no more goroutines than before, once those
// that are about to end have ended.
func wantGoroutines(t testing.TB, before int) {
	t.Helper()
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}

// within calls step until it is true, for as long as a broken machine may need.
func within(limit time.Duration, step func() bool) error {
	for end := time.Now().Add(limit); ; time.Sleep(10 * time.Millisecond) {
		switch {
		case step():
			return nil
		case time.Now().After(end):
			return fmt.Errorf("not within %v", limit)
		}
	}
}
