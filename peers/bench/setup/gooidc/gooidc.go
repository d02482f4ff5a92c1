// Package gooidc has the set-ups of go-oidc.
package gooidc

import (
	"context"
	"crypto"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/gognito/gognito/peers/bench/setup"
)

// Setups are those that the benchmarks compare, that of the table first.
var Setups = []setup.Setup{
	{Name: "remote", How: "`oidc.NewVerifier` with `oidc.NewRemoteKeySet`, `Claims` into a struct", New: remote},
	{Name: "static", How: "`oidc.NewVerifier` with an `oidc.StaticKeySet`, `Claims` into a struct", New: static},
}

// remote fetches the keys when the first token comes: the benchmarks begin with
// one that is not counted.
func remote(p setup.Pool) (setup.Verify, error) {
	return verifier(p, oidc.NewRemoteKeySet(context.Background(), p.JWKSURL)), nil
}

func static(p setup.Pool) (setup.Verify, error) {
	keys, err := p.Keys()
	var set oidc.StaticKeySet
	for _, key := range keys {
		set.PublicKeys = append(set.PublicKeys, crypto.PublicKey(key))
	}
	return verifier(p, &set), err
}

func verifier(p setup.Pool, keys oidc.KeySet) setup.Verify {
	// An access token has no aud to find the client in.
	v := oidc.NewVerifier(p.Issuer, keys, &oidc.Config{SkipClientIDCheck: true})
	return func(text string) error {
		token, err := v.Verify(context.Background(), text)
		if err != nil {
			return err
		}
		var c setup.Cognito
		if err := token.Claims(&c); err != nil {
			return err
		}
		return c.Check(p)
	}
}
