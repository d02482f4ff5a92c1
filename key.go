package gognito

import (
	"context"
	"crypto"
	"crypto/rsa"
	"fmt"

	"github.com/gognito/gognito/internal/rs256"
)

// A Key is a public key of a pool, made ready for checks once. It is immutable
// and safe for concurrent use; its address is its identity.
type Key struct{ rsa *rs256.PublicKey }

// NewKey makes a public key ready. It takes an *rsa.PublicKey of 2048 to 4096
// bits with an odd modulus and an odd exponent from 3 to 2^31-1, and nothing
// else: Cognito signs with RS256 only.
func NewKey(public crypto.PublicKey) (*Key, error) {
	key, ok := public.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("gognito: NewKey takes an *rsa.PublicKey, not a %T", public)
	}
	prepared, err := rs256.NewPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("gognito: NewKey: %w", err)
	}
	return &Key{rsa: prepared}, nil
}

// A KeySource finds a pool's public key by the ID that a token's header names.
//
// Key is called at every Verify, that of a remembered token included, so it
// answers from memory, and it must be safe for concurrent use. An error that
// wraps [ErrKeyNotFound] means that no such key exists ([ReasonUnknownKey]); any
// other error means that the source can't tell ([ReasonKeysUnavailable]). The
// same *Key must come back for as long as the material is the same: a token is
// remembered together with the *Key that it was verified under, and another
// *Key means verifying it anew.
type KeySource interface {
	Key(ctx context.Context, kid string) (*Key, error)
}

// StaticKeys is a KeySource of keys that never change, by key ID. The map must
// not be changed once a Verifier uses it.
type StaticKeys map[string]*Key

// Key returns the key of that ID, or [ErrKeyNotFound].
func (s StaticKeys) Key(_ context.Context, kid string) (*Key, error) {
	if key, ok := s[kid]; ok && key != nil {
		return key, nil
	}
	return nil, ErrKeyNotFound
}
