package drf_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// A signer signs assertions as the gateway does, or as an attacker would.
type signer struct {
	private *ecdsa.PrivateKey
	kid     string
}

func newSigner(t *testing.T) *signer {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := &signer{private: private}
	jwk := s.jwk()
	// RFC 7638, section 3.
	thumbprint := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + jwk["x"] + `","y":"` + jwk["y"] + `"}`))
	s.kid = base64URL(thumbprint[:])
	return s
}

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// jwk returns the public key, with the members that an ECDSA key must have.
func (s *signer) jwk() map[string]string {
	point, err := s.private.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	return map[string]string{"kty": "EC", "crv": "P-256", "x": base64URL(point[1:33]), "y": base64URL(point[33:])}
}

// file writes the private key for the gateway's key_file.
func (s *signer) file(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(s.private)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "assertion.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// publicPEM is what an application that takes "the key" for any algorithm would use
// as the secret of HS256.
func (s *signer) publicPEM(t *testing.T) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&s.private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// header returns that of a good assertion, with changes; a nil value takes a member away.
func (s *signer) header(changes map[string]any) map[string]any {
	return changed(map[string]any{"alg": "ES256", "typ": "gognito-assertion+jwt", "kid": s.kid}, changes)
}

// claims returns those of a good assertion about eve, with changes.
func claims(changes map[string]any) map[string]any {
	now := time.Now()
	return changed(map[string]any{
		"iss": "https://gateway.example", "aud": "articles",
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": rand.Text(),
		"sub": "0b1f2a3c-0000-4000-8000-000000000000", "username": "eve", "client_id": "6h89qn2bfglbmvfebq9aaknqk0",
		"token_use": "access", "groups": []string{"editors"}, "scope": "", "permissions": []string{"articles.publish"},
	}, changes)
}

func changed(members, changes map[string]any) map[string]any {
	maps.Copy(members, changes)
	maps.DeleteFunc(members, func(_ string, value any) bool { return value == nil })
	return members
}

// signES256 signs (RFC 7518, section 3.4).
func (s *signer) signES256(header, claims map[string]any) string {
	input := unsigned(header, claims)
	digest := sha256.Sum256([]byte(input))
	r, ss, err := ecdsa.Sign(rand.Reader, s.private, digest[:])
	if err != nil {
		panic(err)
	}
	var signature [64]byte
	r.FillBytes(signature[:32])
	ss.FillBytes(signature[32:])
	return input + "." + base64URL(signature[:])
}

func signHS256(secret []byte, header, claims map[string]any) string {
	input := unsigned(header, claims)
	mac := hmac.New(crypto.SHA256.New, secret)
	mac.Write([]byte(input))
	return input + "." + base64URL(mac.Sum(nil))
}

// unsigned returns what is signed.
func unsigned(header, claims map[string]any) string {
	h, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	c, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return base64URL(h) + "." + base64URL(c)
}

// A keyServer publishes a signer's key, for tests that go without a gateway.
type keyServer struct {
	url     string
	outage  atomic.Bool
	fetches atomic.Int32
}

func publish(t *testing.T, s *signer) *keyServer {
	t.Helper()
	k := new(keyServer)
	jwk := s.jwk()
	jwk["kid"], jwk["use"], jwk["alg"] = s.kid, "sig", "ES256"
	document, err := json.Marshal(map[string]any{"keys": []any{jwk}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		k.fetches.Add(1)
		if k.outage.Load() {
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(document)
	}))
	t.Cleanup(server.Close)
	k.url = server.URL
	return k
}
