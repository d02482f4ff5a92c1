// Package rs256 checks RSASSA-PKCS1-v1_5 signatures with SHA-256 (RFC 7518,
// section 3.3; RFC 8017, section 8.2.2), the only kind that Cognito makes.
//
// crypto/rsa derives the modulus' constants anew at every check, a third of its
// time. A [PublicKey] derives them once. In FIPS 140-3 mode the check is
// crypto/rsa's own, inside the validated module, and the constants do not even
// exist.
package rs256

import (
	"bytes"
	"crypto"
	"crypto/fips140"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"math/big"
	"sync"

	"filippo.io/bigmod"
)

// Limits of the keys that are accepted. Cognito's are 2048 bits, exponent 65537.
const (
	MinBits     = 2048
	MaxBits     = 4096
	MaxExponent = 1<<31 - 1
)

// ErrKey is returned for a key outside the limits.
var ErrKey = errors.New("rs256: not an RSA key of 2048 to 4096 bits with an odd modulus and an odd exponent from 3 to 2^31-1")

// digestInfo is the DER of RFC 8017, section 9.2, note 1, up to the digest.
var digestInfo = []byte{
	0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
	0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
}

// A PublicKey is an RSA key made ready for checks. It is immutable.
type PublicKey struct {
	standard *rsa.PublicKey
	modulus  *bigmod.Modulus // nil in FIPS 140-3 mode
	prefix   []byte          // the encoded message up to the digest
}

// NewPublicKey makes a key ready. It keeps a copy of its own.
func NewPublicKey(key *rsa.PublicKey) (*PublicKey, error) {
	// bigmod panics on an even modulus, so that comes first.
	if key == nil || key.N == nil || key.N.Sign() <= 0 || key.N.Bit(0) == 0 ||
		key.N.BitLen() < MinBits || key.N.BitLen() > MaxBits ||
		key.E < 3 || key.E > MaxExponent || key.E&1 == 0 {
		return nil, ErrKey
	}
	k := &PublicKey{standard: &rsa.PublicKey{N: new(big.Int).Set(key.N), E: key.E}}
	if fips140.Enabled() {
		if !k.usable() {
			return nil, ErrKey
		}
		return k, nil
	}
	var err error
	if k.modulus, err = bigmod.NewModulus(key.N.Bytes()); err != nil {
		return nil, ErrKey
	}
	k.prefix = encodedPrefix(k.standard.Size())
	return k, nil
}

// usable reports whether crypto/rsa works with the key: with GODEBUG=fips140=only
// it refuses small exponents and odd sizes.
func (k *PublicKey) usable() bool {
	err := rsa.VerifyPKCS1v15(k.standard, crypto.SHA256, make([]byte, sha256.Size), make([]byte, k.standard.Size()))
	return errors.Is(err, rsa.ErrVerification)
}

// encodedPrefix returns EMSA-PKCS1-v1_5's encoding for a modulus of size bytes,
// without the digest that ends it.
func encodedPrefix(size int) []byte {
	prefix := bytes.Repeat([]byte{0xff}, size-sha256.Size)
	prefix[0], prefix[1] = 0, 1
	prefix[len(prefix)-len(digestInfo)-1] = 0
	copy(prefix[len(prefix)-len(digestInfo):], digestInfo)
	return prefix
}

// Equal reports whether both are the same key.
func (k *PublicKey) Equal(other *PublicKey) bool { return k.standard.Equal(other.standard) }

// Verify reports whether signature is one of message by the key's owner. It
// encodes what the signature must say and compares all of it, so there is no
// padding to parse.
func (k *PublicKey) Verify(message string, signature []byte) bool {
	digest := sum(message)
	if k.modulus == nil {
		return rsa.VerifyPKCS1v15(k.standard, crypto.SHA256, digest[:], signature) == nil
	}
	if len(signature) != k.modulus.Size() {
		return false
	}
	s, err := bigmod.NewNat().SetBytes(signature, k.modulus) // refuses s ≥ N
	if err != nil {
		return false
	}
	var buffer [MaxBits / 8]byte
	encoded := append(append(buffer[:0], k.prefix...), digest[:]...)
	want, err := bigmod.NewNat().SetBytes(encoded, k.modulus)
	if err != nil {
		return false
	}
	return bigmod.NewNat().ExpShortVarTime(s, uint(k.standard.E), k.modulus).Equal(want) == 1
}

// messages are what is hashed: crypto/sha256 takes no string.
var messages = sync.Pool{New: func() any { return new([]byte) }}

func sum(message string) [sha256.Size]byte {
	buffer := messages.Get().(*[]byte)
	defer messages.Put(buffer)
	*buffer = append((*buffer)[:0], message...)
	return sha256.Sum256(*buffer)
}
