package gognito

import (
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gognito/gognito/internal/jws"
)

// maxKeys is the most keys that a set may have. Cognito publishes two, and a few
// more while it rotates them.
const maxKeys = 100

var errNoUsableKey = errors.New("gognito: the key set has no usable key")

// A SkippedKey is one member of a key set that can't verify tokens.
type SkippedKey struct {
	Index int    // its place in the set, from 0
	Why   string // what is wrong with it; never any part of the key
}

// ParseJWKS reads a JSON Web Key Set (RFC 7517, section 5), such as a pool's
// jwks.json. A key that is not an RS256 verification key is skipped; a document
// that is not strict JSON, or has no usable key, or more than 100 of them, is an
// error.
func ParseJWKS(document []byte) (StaticKeys, error) {
	keys, _, err := parseJWKS(document)
	return keys, err
}

func parseJWKS(document []byte) (StaticKeys, []SkippedKey, error) {
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(document, &set); err != nil {
		return nil, nil, fmt.Errorf("gognito: not a JSON Web Key Set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return nil, nil, fmt.Errorf("gognito: the key set has more than %d keys", maxKeys)
	}
	keys := make(StaticKeys, len(set.Keys))
	var skipped []SkippedKey
	for i, text := range set.Keys {
		kid, key, err := parseJWK(text)
		if err == nil && keys[kid] != nil {
			if keys[kid].rsa.Equal(key.rsa) {
				continue
			}
			err = errors.New("another key has the same kid")
		}
		if err != nil {
			skipped = append(skipped, SkippedKey{Index: i, Why: err.Error()})
			continue
		}
		keys[kid] = key
	}
	if len(keys) == 0 {
		return nil, skipped, errNoUsableKey
	}
	return keys, skipped, nil
}

// jwk holds the members of a JSON Web Key that decide whether it may verify an
// RS256 signature (RFC 7517, section 4; RFC 7518, section 6.3).
type jwk struct {
	KeyType       string   `json:"kty"`
	KeyID         string   `json:"kid"`
	Use           *string  `json:"use"`
	KeyOperations []string `json:"key_ops"`
	Algorithm     *string  `json:"alg"`
	Modulus       string   `json:"n"`
	Exponent      string   `json:"e"`
	// The private parts, and a symmetric key.
	D  jsontext.Value `json:"d"`
	P  jsontext.Value `json:"p"`
	Q  jsontext.Value `json:"q"`
	DP jsontext.Value `json:"dp"`
	DQ jsontext.Value `json:"dq"`
	QI jsontext.Value `json:"qi"`
	Ot jsontext.Value `json:"oth"`
	K  jsontext.Value `json:"k"`
}

func parseJWK(text jsontext.Value) (kid string, key *Key, err error) {
	var j jwk
	if err := json.Unmarshal(text, &j); err != nil {
		return "", nil, errors.New("not a JSON Web Key")
	}
	switch {
	case j.KeyType != "RSA":
		return "", nil, errors.New("kty is not RSA")
	case j.KeyID == "":
		return "", nil, errors.New("no kid")
	case j.Use != nil && *j.Use != "sig":
		return "", nil, errors.New("use is not sig")
	case j.Algorithm != nil && *j.Algorithm != "RS256":
		return "", nil, errors.New("alg is not RS256")
	case j.KeyOperations != nil && !(len(j.KeyOperations) == 1 && j.KeyOperations[0] == "verify"):
		return "", nil, errors.New("key_ops is not verify alone")
	case j.private():
		// A published private key signs for anybody.
		return "", nil, errors.New("it holds private parts")
	}
	n, err := jws.Decode(j.Modulus)
	if err != nil {
		return "", nil, errors.New("n is not base64url")
	}
	e, err := exponent(j.Exponent)
	if err != nil {
		return "", nil, err
	}
	if key, err = NewKey(&rsa.PublicKey{N: new(big.Int).SetBytes(n), E: e}); err != nil {
		return "", nil, errors.New("n or e is out of range")
	}
	return j.KeyID, key, nil
}

func (j *jwk) private() bool {
	for _, part := range []jsontext.Value{j.D, j.P, j.Q, j.DP, j.DQ, j.QI, j.Ot, j.K} {
		if part != nil {
			return true
		}
	}
	return false
}

func exponent(text string) (int, error) {
	b, err := jws.Decode(text)
	if err != nil {
		return 0, errors.New("e is not base64url")
	}
	e := new(big.Int).SetBytes(b)
	if e.BitLen() >= strconv.IntSize {
		return 0, errors.New("n or e is out of range")
	}
	return int(e.Int64()), nil
}
