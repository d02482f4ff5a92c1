package deploy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/gognitotest"
)

// An authority signs a server's certificate.
type authority struct {
	pem         []byte
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := new(authority)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	var der []byte
	der, a.key = a.sign(t, template)
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	var err error
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

// sign makes a certificate, signed by the authority, or by itself as long as it is none.
func (a *authority) sign(t *testing.T, template *x509.Certificate) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

// A keyServer publishes a pool's keys over TLS.
type keyServer struct {
	*httptest.Server
	refused chan struct{} // a client broke the handshake off
}

func (a *authority) serve(t *testing.T, pool *gognitotest.Pool) *keyServer {
	t.Helper()
	der, key := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	s := &keyServer{refused: make(chan struct{}, 1)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/"+pool.UserPoolID()+"/.well-known/jwks.json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(pool.JWKS())
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS13}
	s.Config.ErrorLog = log.New(s, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// Write is where the server logs a client that does not trust it.
func (s *keyServer) Write(line []byte) (int, error) {
	if strings.Contains(string(line), "bad certificate") || strings.Contains(string(line), "unknown certificate authority") {
		select {
		case s.refused <- struct{}{}:
		default:
		}
	}
	return len(line), nil
}

func (s *keyServer) awaitRefusal(t *testing.T) {
	t.Helper()
	select {
	case <-s.refused:
	case <-time.After(30 * time.Second):
		t.Fatal("nobody asked for keys, and refused the server's certificate")
	}
}
