package alb

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
)

var errUnusable = errors.New("alb: the answer is not one P-256 public key in PEM")

// parseKey reads an answer that is one public key and nothing else.
func parseKey(answer []byte) (*ecdsa.PublicKey, error) {
	answer = bytes.TrimSpace(answer)
	block, rest := pem.Decode(answer)
	// pem.Decode skips what comes before a block, blocks that are broken included.
	if block == nil || len(block.Headers) > 0 || len(rest) > 0 || bytes.Count(answer, []byte("-----BEGIN")) != 1 ||
		!bytes.HasPrefix(answer, []byte("-----BEGIN PUBLIC KEY-----")) {
		return nil, errUnusable
	}
	public, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, errUnusable
	}
	key, ok := public.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errUnusable
	}
	return key, nil
}

// verifies checks an ES256 signature: r and s, 32 bytes each (RFC 7518, section
// 3.4).
func verifies(key *ecdsa.PublicKey, signingInput string, signature []byte) bool {
	if len(signature) != 64 {
		return false
	}
	digest := sha256.Sum256([]byte(signingInput))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	return ecdsa.Verify(key, digest[:], r, s)
}
