// Package golangjwt has the set-ups of golang-jwt, with keyfunc and without.
package golangjwt

import (
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"

	"github.com/gognito/gognito/peers/bench/setup"
)

// Setups are those that the benchmarks compare, that of the table first.
var Setups = []setup.Setup{
	{Name: "keyfunc-json", How: "`keyfunc.NewJWKSetJSON`, `ParseWithClaims` into a struct", New: fromJSON},
	{Name: "map", How: "a `Keyfunc` that looks the `kid` up in a map of `*rsa.PublicKey`, `ParseWithClaims` into a struct", New: plain},
	{Name: "keyfunc", How: "`keyfunc.NewDefault`, `ParseWithClaims` into a struct", New: remote},
	{Name: "keyfunc-map-claims", How: "`keyfunc.NewDefault`, `Parse` into `MapClaims`", New: mapClaims},
}

func plain(p setup.Pool) (setup.Verify, error) {
	keys, err := p.Keys()
	return verifier(p, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		key := keys[kid]
		if key == nil {
			return nil, jwt.ErrTokenUnverifiable
		}
		return key, nil
	}), err
}

func fromJSON(p setup.Pool) (setup.Verify, error) {
	document, err := p.JWKS()
	if err != nil {
		return nil, err
	}
	keys, err := keyfunc.NewJWKSetJSON(document)
	if err != nil {
		return nil, err
	}
	return verifier(p, keys.Keyfunc), nil
}

func remote(p setup.Pool) (setup.Verify, error) {
	keys, err := keyfunc.NewDefault([]string{p.JWKSURL})
	if err != nil {
		return nil, err
	}
	return verifier(p, keys.Keyfunc), nil
}

func mapClaims(p setup.Pool) (setup.Verify, error) {
	keys, err := keyfunc.NewDefault([]string{p.JWKSURL})
	if err != nil {
		return nil, err
	}
	parser := newParser(p)
	return func(text string) error {
		token, err := parser.Parse(text, keys.Keyfunc)
		if err != nil {
			return err
		}
		claims, _ := token.Claims.(jwt.MapClaims)
		use, _ := claims["token_use"].(string)
		client, _ := claims["client_id"].(string)
		return setup.Cognito{TokenUse: use, ClientID: client}.Check(p)
	}, nil
}

func newParser(p setup.Pool) *jwt.Parser {
	return jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(), jwt.WithIssuer(p.Issuer))
}

// both are golang-jwt's own claims and Cognito's.
type both struct {
	setup.Cognito
	jwt.RegisteredClaims
}

func verifier(p setup.Pool, keys jwt.Keyfunc) setup.Verify {
	parser := newParser(p)
	return func(token string) error {
		var b both
		if _, err := parser.ParseWithClaims(token, &b, keys); err != nil {
			return err
		}
		return b.Check(p)
	}
}
