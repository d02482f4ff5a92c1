package soak_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito/internal/mint"
)

// A fault is how the keys' endpoint fails.
type fault int

const (
	none    fault = iota
	down          // it answers 503
	rubbish       // it answers with something else than keys
	cut           // it closes the connection
	hanging       // it does not answer before the outage ends
	faults
)

// mostFailures is how many fetches in a row fail. More would only make the gateway wait
// longer before the next.
const mostFailures = 3

// An aws stands for Cognito's servers: a gateway whose environment is env fetches its
// keys over HTTPS from the URLs that follow from its pool's ID, and ends up here.
type aws struct {
	env    []string
	ledger *ledger
	pool   *pool

	mu       sync.Mutex
	fault    fault
	certain  bool          // no fetch succeeds in an outage, not even after many
	changed  chan struct{} // closed when the fault is another
	failures int           // in a row
	failed   int
	answered int
}

// newAWS publishes the ledger's keys until the test ends.
func newAWS(t *testing.T, l *ledger, p *pool) *aws {
	t.Helper()
	a := &aws{ledger: l, pool: p, changed: make(chan struct{})}
	certificate, file := certify(t, host(mint.Issuer(p.id)), host(mint.UpdatedIssuer(p.id)))
	inside := &http.Server{
		Handler:   http.HandlerFunc(a.answer),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
	}
	connections := newHanded()
	go inside.ServeTLS(connections, "", "")
	// What the gateway takes for a proxy is the server itself.
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil || r.Method != http.MethodConnect {
			return
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			return
		}
		select {
		case connections.conns <- conn:
		case <-connections.done:
			_ = conn.Close()
		}
	}))
	t.Cleanup(func() {
		a.set(none)
		outside.Close()
		_ = inside.Close()
	})
	a.env = []string{"HTTPS_PROXY=" + outside.URL, "NO_PROXY=", "SSL_CERT_FILE=" + file, "SSL_CERT_DIR=" + t.TempDir()}
	return a
}

// handed are connections that somebody else has accepted.
type handed struct {
	conns chan net.Conn
	done  chan struct{}
	close func()
}

func newHanded() *handed {
	done := make(chan struct{})
	return &handed{make(chan net.Conn), done, sync.OnceFunc(func() { close(done) })}
}

func (h *handed) Accept() (net.Conn, error) {
	select {
	case conn := <-h.conns:
		return conn, nil
	case <-h.done:
		return nil, net.ErrClosed
	}
}

func (h *handed) Close() error   { h.close(); return nil }
func (h *handed) Addr() net.Addr { return &net.TCPAddr{} }

// set has the endpoint fail in a way, or no longer.
func (a *aws) set(f fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.fault = f
	close(a.changed)
	a.changed = make(chan struct{})
}

func (a *aws) setCertain(certain bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.certain = certain
}

// fails says how this fetch is to fail.
func (a *aws) fails() (fault, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.fault == none || a.failures >= mostFailures && !a.certain {
		a.failures = 0
		a.answered++
		return none, nil
	}
	a.failed++
	if !a.certain {
		a.failures++
	}
	return a.fault, a.changed
}

// answer answers for the pool's issuer. The other one is not in use, which Cognito says
// with 403.
func (a *aws) answer(w http.ResponseWriter, r *http.Request) {
	if "https://"+r.Host+r.URL.Path != mint.Issuer(a.pool.id)+"/.well-known/jwks.json" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch f, changed := a.fails(); f {
	case none:
		_, _ = w.Write(a.ledger.serve())
	case rubbish:
		_, _ = io.WriteString(w, "<html>Bad Gateway</html>")
	case cut:
		panic(http.ErrAbortHandler)
	case hanging:
		select {
		case <-changed:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

func host(issuer string) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(issuer, "https://"), "/")
	return host
}

// certify makes a certificate for hosts, and a file with it that makes it trusted.
func certify(t *testing.T, hosts ...string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Cognito, in a test"}, DNSNames: hosts,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "aws.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}
