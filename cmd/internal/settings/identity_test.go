package settings_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// pemFile writes blocks into a file, and returns its name.
func pemFile(t *testing.T, blocks ...*pem.Block) string {
	t.Helper()
	var text []byte
	for _, block := range blocks {
		text = append(text, pem.EncodeToMemory(block)...)
	}
	name := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func newKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pkcs8(t testing.TB, key crypto.PrivateKey) *pem.Block {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &pem.Block{Type: "PRIVATE KEY", Bytes: der}
}

func sec1(t *testing.T, key *ecdsa.PrivateKey) *pem.Block {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return &pem.Block{Type: "EC PRIVATE KEY", Bytes: der}
}

func TestAnAssertionsKeyIsRead(t *testing.T) {
	key := newKey(t, elliptic.P256())
	for _, name := range []string{
		pemFile(t, pkcs8(t, key)),
		pemFile(t, sec1(t, key)),
		// As openssl ecparam -genkey writes it.
		pemFile(t, &pem.Block{Type: "EC PARAMETERS", Bytes: []byte("\x06\x08*\x86H\xce=\x03\x01\x07")}, sec1(t, key)),
	} {
		s := parse(t, onePool+"identity: {assertion: {key_file: "+name+", issuer: https://gateway.example, audience: app}}")
		a := s.Identity.Assertion
		if a.Header != "X-Auth-Assertion" || !a.Key.Equal(key) || a.Issuer != "https://gateway.example" || a.Audience != "app" || a.Lifetime != time.Minute {
			t.Errorf("%+v", a)
		}
		if !slices.Equal(s.Files(), []string{"f.yaml", name}) {
			t.Errorf("files %q", s.Files())
		}
	}
	s := parse(t, onePool+"identity: {assertion: {key_file: "+pemFile(t, sec1(t, key))+", issuer: a, audience: b, header: X-A, lifetime: 5s}}")
	if a := s.Identity.Assertion; a.Header != "X-A" || a.Lifetime != 5*time.Second {
		t.Errorf("%+v", a)
	}
}

func TestAnAssertionsKeyThatIsNoneIsRefusedWithoutAWordOfIt(t *testing.T) {
	const fix = ": generate one with openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
	const encrypted = "the file holds an encrypted key, and there is nobody to ask for the passphrase" + fix
	const other = "the file holds a private key of another kind than ECDSA with P-256" + fix
	p256 := newKey(t, elliptic.P256())
	public, err := x509.MarshalPKIXPublicKey(&p256.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := pkcs8(t, p256)
	for _, test := range []struct {
		blocks []*pem.Block
		want   string
	}{
		{nil, "the file is empty"},
		{[]*pem.Block{pkcs8(t, newKey(t, elliptic.P384()))}, other},
		{[]*pem.Block{sec1(t, newKey(t, elliptic.P521()))}, other},
		{[]*pem.Block{pkcs8(t, rsaKey)}, other},
		{[]*pem.Block{good, pkcs8(t, newKey(t, elliptic.P256()))}, "the file holds two private keys" + fix},
		{[]*pem.Block{{Type: "PUBLIC KEY", Bytes: public}}, "the file holds something else than a private key of PKCS#8 or SEC 1" + fix},
		{[]*pem.Block{good, {Type: "CERTIFICATE", Bytes: public}}, "the file holds something else than a private key of PKCS#8 or SEC 1" + fix},
		{[]*pem.Block{{Type: "PRIVATE KEY", Bytes: []byte("hunter2")}}, "the file holds a private key that can't be read" + fix},
		{[]*pem.Block{{Type: "EC PRIVATE KEY", Bytes: good.Bytes}}, "the file holds a private key that can't be read" + fix},
		{[]*pem.Block{{Type: "EC PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED"}, Bytes: []byte("hunter2")}}, encrypted},
		{[]*pem.Block{{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("hunter2")}}, encrypted},
		{[]*pem.Block{{Type: "EC PARAMETERS", Bytes: []byte("hunter2")}}, "the file holds no private key in PEM" + fix},
		{[]*pem.Block{{Type: "PRIVATE KEY", Bytes: make([]byte, 256<<10)}}, "the file is larger than 262144 bytes"},
	} {
		refused(t, onePool+"identity:\n  assertion:\n    key_file: "+pemFile(t, test.blocks...)+"\n    issuer: a\n    audience: b\n",
			"f.yaml:4:5: identity.assertion.key_file: "+test.want)
	}
	refused(t, onePool+"identity: {assertion: {key_file: /nowhere, issuer: a, audience: b}}",
		"f.yaml:2:24: identity.assertion.key_file: the file can't be read: no such file or directory")
	refused(t, onePool+"identity: {assertion: {key_file: "+write(t, "hunter2: hunter2")+", issuer: a, audience: b}}",
		"f.yaml:2:24: identity.assertion.key_file: the file holds no private key in PEM"+fix)
}

// What identity finds is told where it is.
func TestWhatTheApplicationIsToldIsCheckedWhereItIs(t *testing.T) {
	name := pemFile(t, pkcs8(t, newKey(t, elliptic.P256())))
	for _, test := range []struct {
		text string
		want []string // how each fault begins
	}{
		{"headers:\n    X_User: username", []string{"4:5: identity.headers.X_User: must be a name"}},
		{"headers:\n    X-User: username\n    x-user: subject", []string{"5:5: identity.headers.x-user: is X-User, as another field is"}},
		{"headers:\n    Authorization: username\n    X-Forwarded-Host: subject", []string{
			"4:5: identity.headers.Authorization: can't be Authorization", "5:5: identity.headers.X-Forwarded-Host: can't be X-Forwarded-Host",
		}},
		{"headers:\n    X-User: nobody", []string{"4:5: identity.headers.X-User: has an unknown source"}},
		{"headers:\n    X-User: [username]", []string{"4:5: identity.headers.X-User: must be a text"}},
		{"headers:\n    X-User: ''", []string{"4:5: identity.headers.X-User: is empty"}},
		{"headers: {}", []string{"3:3: identity.headers: is empty"}},
		{"headers: [username]", []string{"3:3: identity.headers: must be a mapping"}},
		{"max_bytes: 0", []string{"3:3: identity.max_bytes: must be a number from 1 to 65536"}},
		{"token_header: Cookie", []string{"3:3: identity.token_header: can't be Cookie"}},
		{"token_header: x-auth-user", []string{"3:3: identity.token_header: is X-Auth-User, as another field is"}},
		{"assertion: {issuer: a}", []string{
			"3:3: identity.assertion.key_file: is missing: an assertion needs it", "3:3: identity.assertion.audience: is missing: an assertion needs it",
		}},
		{"assertion:\n    key_file: " + name + "\n    issuer: a b\n    audience: ä\n    lifetime: 5500ms", []string{
			"5:5: identity.assertion.issuer: must be printable ASCII", "6:5: identity.assertion.audience: must be printable ASCII",
			"7:5: identity.assertion.lifetime: must be whole seconds",
		}},
		{"assertion:\n    key_file: " + name + "\n    issuer: a\n    audience: b\n    lifetime: 4s\n    header: Host", []string{
			"7:5: identity.assertion.lifetime: must be a time from 5s to 10m",
		}},
		{"assertion:\n    key_file: " + name + "\n    issuer: a\n    audience: b\n    header: Host", []string{"7:5: identity.assertion.header: can't be Host"}},
		{"token_header: X-Auth-Assertion\n  assertion:\n    key_file: " + name + "\n    issuer: a\n    audience: b", []string{
			"4:3: identity.assertion.header: is X-Auth-Assertion, as another field is",
		}},
	} {
		_, got := parseError(t, onePool+"identity:\n  "+test.text)
		for i, want := range test.want {
			if len(got) != len(test.want) || !strings.HasPrefix(got[i], "f.yaml:"+want) {
				t.Errorf("%s\nfaults %q, want %q", test.text, got, test.want)
				break
			}
		}
	}
}

func TestACertificateIsReadWithItsKey(t *testing.T) {
	key := newKey(t, elliptic.P256())
	certificate, private := certificateOf(t, key), pemFile(t, pkcs8(t, key))
	s := parse(t, onePool+"tls: {cert_file: "+certificate+", key_file: "+private+"}")
	if s.TLS != (settings.TLS{CertFile: certificate, KeyFile: private}) || !slices.Equal(s.Files(), []string{"f.yaml", certificate, private}) {
		t.Errorf("%+v of %q", s.TLS, s.Files())
	}
	const pair = "f.yaml:2:1: tls: is no pair: cert_file holds the certificate, and then those of its chain, and key_file its private key, both in PEM"
	refused(t, onePool+"tls: {cert_file: "+certificate+", key_file: "+pemFile(t, pkcs8(t, newKey(t, elliptic.P256())))+"}", pair)
	refused(t, onePool+"tls: {cert_file: "+private+", key_file: "+certificate+"}", pair)
	refused(t, onePool+"tls: {cert_file: "+certificate+"}", "f.yaml:2:1: tls.key_file: is missing: it goes with cert_file")
	refused(t, onePool+"tls: {key_file: "+certificate+"}", "f.yaml:2:1: tls.cert_file: is missing: it goes with key_file")
	refused(t, onePool+"tls: {cert_file: /nowhere, key_file: "+private+"}", "f.yaml:2:7: tls.cert_file: the file can't be read: no such file or directory")

	// The pool's file is written to.
	refused(t, "pools:\n- user_pool_id: eu-west-1_a\n  client_ids: [a]\n  key_file: "+private+"\ntls: {cert_file: "+certificate+", key_file: "+private+"}",
		"f.yaml:4:3: pools[0].key_file: is the file of tls.key_file too: it is written to, and needs one of its own")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Link(private, link); err != nil {
		t.Fatal(err)
	}
	refused(t, "pools:\n- user_pool_id: eu-west-1_a\n  client_ids: [a]\n  key_file: "+link+"\ntls: {cert_file: "+certificate+", key_file: "+private+"}",
		"f.yaml:4:3: pools[0].key_file: is the file of tls.key_file too: it is written to, and needs one of its own")
}
