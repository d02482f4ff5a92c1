package serve_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

func TestAFileThatChangesIsLoadedAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gognito.yaml")
	write(t, file, "one")
	r := start(t, gognitotest.NewPool(t), func(s *settings.Settings) { s.File = file })
	r.mu.Lock()
	r.settings.Rules = []decide.Rule{{Name: "open", Paths: []string{"/*"}, Access: decide.Public}}
	r.mu.Unlock()
	if code := r.ask("/x", ""); code != http.StatusUnauthorized {
		t.Errorf("before the file changes: %d", code)
	}
	write(t, file, "two")
	r.wait("the rules have changed", func() bool { return r.ask("/x", "") == 200 })
	if n := r.log.count("the configuration was loaded anew"); n != 1 {
		t.Errorf("it was loaded %d times", n)
	}
}

// A file that goes on changing is being written, and what is there may be good and
// only half of it.
func TestAFileThatIsBeingWrittenIsLeftAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gognito.yaml")
	write(t, file, "one")
	r := start(t, gognitotest.NewPool(t), func(s *settings.Settings) { s.File = file })
	writing := func(d time.Duration) {
		t.Helper()
		before := r.log.count("loaded anew")
		for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
			write(t, file, time.Now().String())
		}
		if n := r.log.count("loaded anew") - before; n != 0 {
			t.Fatalf("it was loaded %d times while it was written", n)
		}
	}
	writing(5 * time.Second)
	r.wait("it is loaded when it stays", func() bool { return r.log.count("the configuration was loaded anew") > 0 })
	r.reload(func(*settings.Settings) error { return errors.New("line 3: no") })
	writing(8 * time.Second) // longer than it takes until what failed is tried again
}

// What was missing may come later: a secret after the configuration that names it.
func TestALoadThatFailedIsTriedAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "gognito.yaml")
	write(t, file, "one")
	r := start(t, gognitotest.NewPool(t), func(s *settings.Settings) { s.File = file })
	fails := func(err error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.err = err
	}
	fails(errors.New("no such file"))
	write(t, file, "two")
	r.wait("it fails to load", func() bool { return r.log.count("was not loaded anew") > 0 })
	fails(nil)
	r.wait("it is loaded", func() bool { return r.log.count("the configuration was loaded anew") > 0 })
}

func TestARenewedCertificateIsTakenIntoUse(t *testing.T) {
	dir := t.TempDir()
	files := settings.TLS{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	certify(t, files, 1)
	pool := gognitotest.NewPool(t)
	r := start(t, pool, func(s *settings.Settings) { s.TLS = files })
	if got := serial(t, r.address("verify")); got != 1 {
		t.Errorf("the first certificate is that of serial number %d", got)
	}
	certify(t, files, 2)
	r.reload(func(*settings.Settings) error { return nil })
	if got := serial(t, r.address("verify")); got != 2 {
		t.Errorf("the renewed certificate is that of serial number %d", got)
	}
	// A configuration that is wrong does not keep a certificate from being renewed.
	certify(t, files, 3)
	r.reload(func(*settings.Settings) error { return errors.New("line 3: no") })
	if got := serial(t, r.address("verify")); got != 3 {
		t.Errorf("beside a faulty configuration, the certificate is that of serial number %d", got)
	}
	certify(t, files, 4)
	r.reload(func(s *settings.Settings) error { s.Limits.Connections++; return nil })
	if got := serial(t, r.address("verify")); got != 4 {
		t.Errorf("beside a configuration that needs a restart, the certificate is that of serial number %d", got)
	}
	// What is wrong changes nothing.
	write(t, files.KeyFile, "no key")
	r.reload(func(s *settings.Settings) error {
		s.Limits.Connections--
		s.Rules = []decide.Rule{{Name: "open", Paths: []string{"/*"}, Access: decide.Public}}
		return nil
	})
	if got := serial(t, r.address("verify")); got != 4 || r.log.count("the one before stays") != 3 {
		t.Errorf("after a faulty one, the certificate is that of serial number %d; the log:\n%s", got, r.log)
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	response, err := client.Get("https://" + r.address("verify") + "/verify/envoy/x")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("the rules that came with a faulty certificate decide: %d", response.StatusCode)
	}
}

// A connection over TLS outlives the time that its handshake may take, on either HTTP.
func TestAConnectionOverTLSIsUsedAgain(t *testing.T) {
	dir := t.TempDir()
	files := settings.TLS{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
	certify(t, files, 1)
	pool := gognitotest.NewPool(t)
	const handshake = 2 * time.Second
	r := start(t, pool, func(s *settings.Settings) {
		s.TLS, s.Limits.HeaderTimeout, s.Limits.IdleTimeout = files, handshake, time.Minute
	})
	over := map[int]*http.Client{}
	for version, set := range map[int]func(*http.Protocols, bool){1: (*http.Protocols).SetHTTP1, 2: (*http.Protocols).SetHTTP2} {
		protocols := new(http.Protocols)
		set(protocols, true)
		over[version] = &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: protocols,
		}}
	}
	ask := func(version int) (again bool) {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { again = c.Reused }})
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+r.address("verify")+"/verify/envoy/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+pool.AccessToken(gognitotest.User{}))
		response, err := over[version].Do(q)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusOK || response.ProtoMajor != version {
			t.Errorf("HTTP/%d: %s, %s", version, response.Status, response.Proto)
		}
		return again
	}
	for version := range over {
		ask(version)
	}
	time.Sleep(handshake + time.Second/2)
	for version := range over {
		if !ask(version) {
			t.Errorf("HTTP/%d: the connection did not last", version)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// certify writes a certificate and its key.
func certify(t *testing.T, files settings.TLS, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "gateway"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, files.CertFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	write(t, files.KeyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

// serial returns the serial number of the certificate that a listener shows.
func serial(t *testing.T, address string) int64 {
	t.Helper()
	connection, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}
