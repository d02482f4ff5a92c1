package mint_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/gognito/gognito/internal/mint"
)

// newKey generates once for the whole run: later keys are the same material under
// new kids.
var generate = sync.OnceValues(mint.NewKey)

func newKey(tb testing.TB) *mint.Key {
	tb.Helper()
	k, err := generate()
	if err != nil {
		tb.Fatal(err)
	}
	return mint.WithNewID(k.Private)
}

func TestAKeyIsPublishedAsCognitoPublishesIt(t *testing.T) {
	a, b := newKey(t), newKey(t)
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal(mint.JWKS(a, b), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.Keys) != 2 || set.Keys[0]["kid"] != a.ID || set.Keys[1]["kid"] != b.ID || a.ID == b.ID {
		t.Fatalf("keys %v, want %q and %q", set.Keys, a.ID, b.ID)
	}
	jwk := set.Keys[0]
	if jwk["alg"] != "RS256" || jwk["kty"] != "RSA" || jwk["use"] != "sig" || jwk["e"] != "AQAB" || len(jwk) != 6 {
		t.Errorf("members %v", jwk)
	}
	n, err := base64.RawURLEncoding.DecodeString(jwk["n"])
	if err != nil || new(big.Int).SetBytes(n).Cmp(a.Private.N) != 0 || len(n) != 256 {
		t.Errorf("n is not the modulus (%d bytes, %v)", len(n), err)
	}
	if kid, err := base64.StdEncoding.DecodeString(a.ID); err != nil || len(kid) != 32 {
		t.Errorf("kid %q: %v", a.ID, err)
	}
}

func TestNoKeysAreAnEmptySet(t *testing.T) {
	if got := string(mint.JWKS()); got != `{"keys":[]}` {
		t.Errorf("got %s", got)
	}
}

func TestACertificateHoldsTheKey(t *testing.T) {
	k := newKey(t)
	cert, err := x509.ParseCertificate(k.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	if !k.Private.PublicKey.Equal(cert.PublicKey) {
		t.Error("the certificate has another key")
	}
}

func TestATokenIsSignedUnderCognitosHeader(t *testing.T) {
	k := newKey(t)
	token := mint.Sign(k, map[string]any{"sub": "ada"})
	parts := strings.Split(token, ".")
	header, _ := base64.RawURLEncoding.DecodeString(parts[0])
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if want := `{"kid":"` + k.ID + `","alg":"RS256"}`; string(header) != want {
		t.Errorf("header %s, want %s", header, want)
	}
	if string(payload) != `{"sub":"ada"}` || err != nil {
		t.Errorf("payload %s, %v", payload, err)
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&k.Private.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
		t.Error(err)
	}
	if again := mint.Compact(header, payload, signature); again != token {
		t.Errorf("Compact of the parts is %s, want %s", again, token)
	}
}

func TestAPayloadGivenAsTextIsSignedAsItIs(t *testing.T) {
	k := newKey(t)
	const payload = "{\"sub\": \"\xff\"} trailing"
	want := mint.SignRaw(k, mint.Header(k.ID), []byte(payload))
	for name, claims := range map[string]any{"string": payload, "bytes": []byte(payload), "raw": json.RawMessage(payload)} {
		if got := mint.Sign(k, claims); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
