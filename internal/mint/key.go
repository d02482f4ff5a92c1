// Package mint makes what an Amazon Cognito user pool makes: key pairs with
// their kids, key sets, identifiers, claims and signed tokens. It also makes
// what an attacker makes, see [HostileVariants].
//
// It is the one place that mints. Test pools and the development pool build on
// it; a program that runs in production must never import it.
//
// Functions that can fail only by a mistake of the calling program (claims that
// JSON can't express, a broken key) panic instead of returning an error. All
// functions are safe for concurrent use; values are safe as long as nobody
// changes them.
package mint

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"time"
)

// Key is a key pair that signs tokens under one kid.
type Key struct {
	ID      string          // the kid
	Private *rsa.PrivateKey // 2048 bits, public exponent 65537, as Cognito's are
}

// NewKey generates a key pair under a new kid. That takes a good part of a
// second: keep the pair, or [WithNewID], where many are needed.
func NewKey() (*Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	return WithNewID(private), nil
}

// WithNewID returns private under a new kid. To a verifier, which goes by kids,
// it is another key, and it costs no generation.
func WithNewID(private *rsa.PrivateKey) *Key {
	return &Key{ID: newKeyID(), Private: private}
}

// newKeyID returns 32 random bytes the way Cognito writes them: padded standard
// base64, so that a "+" or a "/" may be among its 44 characters.
func newKeyID() string {
	return base64.StdEncoding.EncodeToString(randomBytes(32))
}

// JWK returns the public half with the members that Cognito publishes
// (RFC 7517 and RFC 7518, section 6.3.1).
func (k *Key) JWK() map[string]any {
	e := big.NewInt(int64(k.Private.E)).Bytes()
	return map[string]any{
		"kid": k.ID,
		"alg": "RS256",
		"kty": "RSA",
		"e":   encode(e),
		"n":   encode(k.Private.N.Bytes()),
		"use": "sig",
	}
}

// JWKS returns the key set document {"keys":[…]} with keys in the given order.
// Without keys it is an empty set.
func JWKS(keys ...*Key) []byte {
	set := make([]map[string]any, 0, len(keys))
	for _, k := range keys {
		set = append(set, k.JWK())
	}
	return marshal(map[string]any{"keys": set})
}

// Certificate returns a self-signed certificate of the key in DER, for the
// tokens that bring one along to be trusted by.
func (k *Key) Certificate() []byte {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Unix(1<<32, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Private.Public(), k.Private)
	if err != nil {
		panic("mint: self-signed certificate: " + err.Error())
	}
	return der
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("mint: " + err.Error())
	}
	return b
}
