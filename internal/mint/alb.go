package mint

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"time"
)

// ALBKey is a key pair that an Application Load Balancer signs with under one
// key ID, a UUID.
type ALBKey struct {
	ID      string
	Private *ecdsa.PrivateKey // P-256
}

// NewALBKey generates a key pair under a new key ID. It takes no time to speak of.
func NewALBKey() *ALBKey {
	return &ALBKey{ID: NewUUID(), Private: must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))}
}

// PEM returns the public half as AWS publishes it.
func (k *ALBKey) PEM() []byte {
	der := must(x509.MarshalPKIXPublicKey(k.Private.Public()))
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// NewALBARN returns the ARN of a load balancer of a region, of a random account
// and with a random ID.
func NewALBARN(region string) string {
	return fmt.Sprintf("arn:aws:elasticloadbalancing:%s:%s:loadbalancer/app/web/%x",
		region, randomText(12, "0123456789"), randomBytes(8))
}

// ALBHeader is the header of a load balancer's token, in the order of its members.
type ALBHeader struct {
	Type      string `json:"typ,omitempty"`
	KeyID     string `json:"kid"`
	Algorithm string `json:"alg"`
	Issuer    string `json:"iss"`
	Client    string `json:"client"`
	Signer    string `json:"signer"`
	Expires   int64  `json:"exp"`
}

// NewALBHeader returns the header of a token that the load balancer with that ARN
// signs for a session, until exp.
func NewALBHeader(k *ALBKey, arn string, s Session, exp time.Time) ALBHeader {
	return ALBHeader{"JWT", k.ID, "ES256", s.Pool.Issuer, s.ClientID, arn, exp.Unix()}
}

// ALBClaims returns what the pool's userInfo endpoint says of the session's user,
// all of it strings, with the two claims that the load balancer adds. There are no
// groups and no scopes in it.
func ALBClaims(s Session, exp time.Time) map[string]any {
	c := make(map[string]any)
	for name, value := range s.User.Attributes {
		c[name] = value
	}
	c["sub"] = s.User.Subject
	c["username"] = s.User.Username
	c["iss"] = s.Pool.Issuer
	c["exp"] = exp.Unix()
	return c
}

// SignALB returns header and claims as a token signed by k: ES256, in base64url
// with padding. Either is a map or a struct to be encoded, or JSON as it is to be
// signed, valid or not, as [Sign] takes it.
func SignALB(k *ALBKey, header, claims any) string {
	input := encodePadded(payloadOf(header)) + "." + encodePadded(payloadOf(claims))
	return input + "." + encodePadded(ALBSignature(k, input))
}

// ALBSignature returns the ES256 signature of a signing input, whatever its
// encoding: r and s, 32 bytes each (RFC 7518, section 3.4).
func ALBSignature(k *ALBKey, input string) []byte {
	r, s, err := ecdsa.Sign(rand.Reader, k.Private, hashed(crypto.SHA256, input))
	if err != nil {
		panic("mint: ES256: " + err.Error())
	}
	return bytes.Join([][]byte{r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))}, nil)
}

func encodePadded(b []byte) string { return base64.URLEncoding.EncodeToString(b) }
