// Package gojose has the set-ups of go-jose.
package gojose

import (
	"encoding/json"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/gognito/gognito/peers/bench/setup"
)

// Setups are those that the benchmarks compare, that of the table first.
var Setups = []setup.Setup{
	{Name: "compact", How: "`jose.ParseSignedCompact`, `Verify` with the `*rsa.PublicKey` of the `kid`, `json.Unmarshal` into a struct", New: compact},
	{Name: "claims", How: "`jwt.ParseSigned`, `Claims` with the `*rsa.PublicKey` of the `kid` into one struct, `Validate`", New: claims},
	{Name: "key-set", How: "`jwt.ParseSigned`, `Claims` with a `JSONWebKeySet` into two structs, `Validate`", New: keySet},
}

var algorithms = []jose.SignatureAlgorithm{jose.RS256}

func compact(p setup.Pool) (setup.Verify, error) {
	keys, err := p.Keys()
	return func(token string) error {
		signed, err := jose.ParseSignedCompact(token, algorithms)
		if err != nil {
			return err
		}
		key := keys[signed.Signatures[0].Header.KeyID]
		if key == nil {
			return jose.ErrJWKSKidNotFound
		}
		payload, err := signed.Verify(key)
		if err != nil {
			return err
		}
		var c setup.Claims
		if err := json.Unmarshal(payload, &c); err != nil {
			return err
		}
		return c.Check(p)
	}, err
}

// both are go-jose's own claims and Cognito's.
type both struct {
	jwt.Claims
	setup.Cognito
}

func (b both) check(p setup.Pool) error {
	if b.Expiry == nil { // go-jose does not ask for one
		return setup.ErrClaims
	}
	if err := b.ValidateWithLeeway(jwt.Expected{Issuer: p.Issuer}, 0); err != nil {
		return err
	}
	return b.Check(p)
}

func claims(p setup.Pool) (setup.Verify, error) {
	keys, err := p.Keys()
	return func(text string) error {
		token, err := jwt.ParseSigned(text, algorithms)
		if err != nil {
			return err
		}
		key := keys[token.Headers[0].KeyID]
		if key == nil {
			return jose.ErrJWKSKidNotFound
		}
		var b both
		if err := token.Claims(key, &b); err != nil {
			return err
		}
		return b.check(p)
	}, err
}

func keySet(p setup.Pool) (setup.Verify, error) {
	document, err := p.JWKS()
	if err != nil {
		return nil, err
	}
	var keys jose.JSONWebKeySet
	err = json.Unmarshal(document, &keys)
	return func(text string) error {
		token, err := jwt.ParseSigned(text, algorithms)
		if err != nil {
			return err
		}
		var b both
		if err := token.Claims(keys, &b.Claims, &b.Cognito); err != nil {
			return err
		}
		return b.check(p)
	}, err
}
