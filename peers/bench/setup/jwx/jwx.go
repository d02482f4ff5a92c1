// Package jwx has the set-ups of jwx.
package jwx

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/lestrrat-go/jwx/v3/jws/jwsbb"
	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/gognito/gognito/peers/bench/setup"
)

// Setups are those that the benchmarks compare, that of the table first.
var Setups = []setup.Setup{
	{Name: "fast", How: "`jwsbb` for the `kid`, `jws.VerifyCompactFast` with its `*rsa.PublicKey`, `json.Unmarshal` into a struct", New: fast},
	{Name: "verify-key", How: "`jws.Verify` with a `KeyProviderFunc` that knows each `*rsa.PublicKey`, `json.Unmarshal` into a struct", New: verifyKey},
	{Name: "verify-key-set", How: "`jws.Verify` with `jws.WithKeySet`, `json.Unmarshal` into a struct", New: verifyKeySet},
	{Name: "parse-key", How: "`jwt.Parse` with a `KeyProviderFunc` that knows each `*rsa.PublicKey`", New: parseKey},
	{Name: "parse-key-set", How: "`jwt.Parse` with `jwt.WithKeySet`", New: parseKeySet},
}

var errKey = errors.New("jwx: a key that is not the pool's")

func fast(p setup.Pool) (setup.Verify, error) {
	keys, err := p.Keys()
	return func(token string) error {
		header, _, _, err := jwsbb.SplitCompactString(token)
		if err != nil {
			return err
		}
		kid, err := jwsbb.HeaderGetString(jwsbb.HeaderParseCompact(header), "kid")
		if err != nil {
			return err
		}
		key := keys[kid]
		if key == nil {
			return errKey
		}
		return payload(p)(jws.VerifyCompactFast(key, []byte(token), jwa.RS256()))
	}, err
}

// payload checks the claims in what jws.Verify returns.
func payload(p setup.Pool) func(data []byte, err error) error {
	return func(data []byte, err error) error {
		if err != nil {
			return err
		}
		var c setup.Claims
		if err := json.Unmarshal(data, &c); err != nil {
			return err
		}
		return c.Check(p)
	}
}

func verifyKey(p setup.Pool) (setup.Verify, error) {
	keys, err := provider(p)
	return func(token string) error {
		return payload(p)(jws.Verify([]byte(token), jws.WithKeyProvider(keys)))
	}, err
}

func verifyKeySet(p setup.Pool) (setup.Verify, error) {
	keys, err := jwk.Fetch(context.Background(), p.JWKSURL)
	return func(token string) error {
		return payload(p)(jws.Verify([]byte(token), jws.WithKeySet(keys)))
	}, err
}

func parseKey(p setup.Pool) (setup.Verify, error) {
	keys, err := provider(p)
	if err != nil {
		return nil, err
	}
	return parser(p, jwt.WithKeyProvider(keys)), nil
}

func parseKeySet(p setup.Pool) (setup.Verify, error) {
	keys, err := jwk.Fetch(context.Background(), p.JWKSURL)
	if err != nil {
		return nil, err
	}
	return parser(p, jwt.WithKeySet(keys)), nil
}

func provider(p setup.Pool) (jws.KeyProvider, error) {
	keys, err := p.Keys()
	return jws.KeyProviderFunc(func(_ context.Context, sink jws.KeySink, signature *jws.Signature, _ *jws.Message) error {
		kid, _ := signature.ProtectedHeaders().KeyID()
		key := keys[kid]
		if key == nil {
			return errKey
		}
		sink.Key(jwa.RS256(), key)
		return nil
	}), err
}

func parser(p setup.Pool, keys jwt.ParseOption) setup.Verify {
	options := []jwt.ParseOption{keys, jwt.WithRequiredClaim(jwt.ExpirationKey), jwt.WithIssuer(p.Issuer)}
	return func(text string) error {
		token, err := jwt.ParseString(text, options...)
		if err != nil {
			return err
		}
		var c setup.Cognito
		_ = token.Get("token_use", &c.TokenUse) // what is not there is "", which Check refuses
		_ = token.Get("client_id", &c.ClientID)
		return c.Check(p)
	}
}
