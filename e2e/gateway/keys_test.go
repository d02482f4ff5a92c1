package gateway_test

import (
	"bufio"
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
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/gognitotest"
)

// An aws stands for Cognito's servers: a gateway whose environment is env fetches keys
// over HTTPS from the URLs that follow from its pools' IDs, and ends up here.
type aws struct {
	env   []string
	pools []*gognitotest.Pool
}

// newAWS publishes the keys of pools until the test ends.
func newAWS(t *testing.T, pools ...*gognitotest.Pool) *aws {
	t.Helper()
	var hosts []string
	for _, pool := range pools {
		host := hostOf(pool)
		hosts = append(hosts, host, "issuer-"+host)
	}
	certificate, file := certify(t, hosts)
	a := &aws{pools: pools}
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	address := listen(t, func(conn net.Conn) { a.serve(conn, config) })
	a.env = []string{"HTTPS_PROXY=http://" + address, "NO_PROXY=", "SSL_CERT_FILE=" + file, "SSL_CERT_DIR=" + t.TempDir()}
	return a
}

func hostOf(pool *gognitotest.Pool) string {
	host, _, _ := strings.Cut(strings.TrimPrefix(pool.Issuer(), "https://"), "/")
	return host
}

// serve is an HTTPS proxy to one server, which it is itself.
func (a *aws) serve(conn net.Conn, config *tls.Config) {
	to, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil || to.Method != http.MethodConnect {
		return
	}
	if _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		return
	}
	secured := tls.Server(conn, config)
	r := bufio.NewReader(secured)
	for {
		request, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if err := a.answer(request).Write(secured); err != nil {
			return
		}
	}
}

// answer answers for a pool's first issuer; the other one is not in use, which Cognito
// says with 403.
func (a *aws) answer(r *http.Request) *http.Response {
	for _, pool := range a.pools {
		if "https://"+r.Host+r.URL.Path == pool.Issuer()+"/.well-known/jwks.json" {
			if response, err := http.Get(pool.JWKSURL()); err == nil {
				return response
			}
		}
	}
	return &http.Response{StatusCode: http.StatusForbidden, ProtoMajor: 1, ProtoMinor: 1}
}

// certify makes a certificate for hosts, and a file with it that makes it trusted.
func certify(t *testing.T, hosts []string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Cognito, in a test"}, DNSNames: hosts,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
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
