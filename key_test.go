package gognito_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

// modulus returns an odd number of that many bits. That it has no two prime
// factors does not show.
func modulus(bits int) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
	return n.Add(n, big.NewInt(12345))
}

func TestNewKeyTakesRSAKeysOfAnAcceptedSize(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edwards, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	above31Bits := math.MaxInt32 // plus one is negative where an int has 32 bits, and refused as well
	above31Bits++
	for name, test := range map[string]struct {
		key  any
		good bool
	}{
		"2048 bits":          {&rsa.PublicKey{N: modulus(2048), E: 65537}, true},
		"3072 bits":          {&rsa.PublicKey{N: modulus(3072), E: 65537}, true},
		"4096 bits":          {&rsa.PublicKey{N: modulus(4096), E: 3}, true},
		"2047 bits":          {&rsa.PublicKey{N: modulus(2047), E: 65537}, false},
		"1024 bits":          {&rsa.PublicKey{N: modulus(1024), E: 65537}, false},
		"4097 bits":          {&rsa.PublicKey{N: modulus(4097), E: 65537}, false},
		"an even modulus":    {&rsa.PublicKey{N: new(big.Int).Add(modulus(2048), big.NewInt(1)), E: 65537}, false},
		"a negative modulus": {&rsa.PublicKey{N: new(big.Int).Neg(modulus(2048)), E: 65537}, false},
		"modulus zero":       {&rsa.PublicKey{N: new(big.Int), E: 65537}, false},
		"no modulus":         {&rsa.PublicKey{E: 65537}, false},
		"exponent 1":         {&rsa.PublicKey{N: modulus(2048), E: 1}, false},
		"exponent 0":         {&rsa.PublicKey{N: modulus(2048)}, false},
		"exponent -3":        {&rsa.PublicKey{N: modulus(2048), E: -3}, false},
		"exponent 2":         {&rsa.PublicKey{N: modulus(2048), E: 2}, false},
		"exponent 65536":     {&rsa.PublicKey{N: modulus(2048), E: 65536}, false},
		"exponent 2^31-1":    {&rsa.PublicKey{N: modulus(2048), E: 1<<31 - 1}, true},
		"exponent 2^31+1":    {&rsa.PublicKey{N: modulus(2048), E: above31Bits + 1}, false},
		"ECDSA":              {&curve.PublicKey, false},
		"Ed25519":            {edwards, false},
		"a value":            {rsa.PublicKey{N: modulus(2048), E: 65537}, false},
		"a private key":      {keyPairs()[0].Private, false},
		"nil of the type":    {(*rsa.PublicKey)(nil), false},
		"nil":                {nil, false},
		"bytes":              {[]byte("secret"), false},
	} {
		t.Run(name, func(t *testing.T) {
			key, err := gognito.NewKey(test.key)
			if (err == nil) != test.good || (key != nil) != test.good {
				t.Errorf("NewKey: %v, %v", key, err)
			}
		})
	}
}

func TestParseJWKSSkipsWhatCannotVerify(t *testing.T) {
	pair := keyPairs()[0]
	good := pair.JWK()
	with := func(name string, value any) map[string]any {
		jwk := maps.Clone(good)
		jwk[name] = value
		if value == nil {
			delete(jwk, name)
		}
		return jwk
	}
	base64url := base64.RawURLEncoding.EncodeToString
	n := pair.Private.N
	for name, test := range map[string]struct {
		jwk  any
		good bool
	}{
		"as Cognito publishes it":    {good, true},
		"without use and alg":        {func() any { j := with("use", nil); delete(j, "alg"); return j }(), true},
		"with members nobody knows":  {with("x", map[string]any{"y": 1}), true},
		"key_ops verify":             {with("key_ops", []string{"verify"}), true},
		"key_ops sign":               {with("key_ops", []string{"sign", "verify"}), false},
		"key_ops empty":              {with("key_ops", []string{}), false},
		"for encryption":             {with("use", "enc"), false},
		"use of a wrong type":        {with("use", 1), false},
		"another alg":                {with("alg", "RS512"), false},
		"alg none":                   {with("alg", "none"), false},
		"alg empty":                  {with("alg", ""), false},
		"alg HS256":                  {with("alg", "HS256"), false},
		"kty oct":                    {map[string]any{"kty": "oct", "kid": "a", "k": "c2VjcmV0", "alg": "HS256"}, false},
		"kty oct with n and e":       {with("kty", "oct"), false},
		"kty EC":                     {with("kty", "EC"), false},
		"kty in lower case":          {with("kty", "rsa"), false},
		"no kty":                     {with("kty", nil), false},
		"kid missing":                {with("kid", nil), false},
		"kid empty":                  {with("kid", ""), false},
		"kid a number":               {with("kid", 1), false},
		"private d":                  {with("d", base64url(pair.Private.D.Bytes())), false},
		"private p":                  {with("p", base64url(pair.Private.Primes[0].Bytes())), false},
		"private qi":                 {with("qi", "AQ"), false},
		"private oth":                {with("oth", []any{}), false},
		"a symmetric k":              {with("k", "c2VjcmV0"), false},
		"n missing":                  {with("n", nil), false},
		"n empty":                    {with("n", ""), false},
		"n padded":                   {with("n", base64.URLEncoding.EncodeToString(append([]byte{0}, n.Bytes()...))), false},
		"n in the standard alphabet": {with("n", "++//"+good["n"].(string)[4:]), false},
		"n with a line end":          {with("n", good["n"].(string)[:10]+"\n"+good["n"].(string)[10:]), false},
		"n of 1024 bits":             {with("n", base64url(n.Bytes()[:128])), false},
		"n of 8192 bits":             {with("n", base64url(slices.Repeat(n.Bytes(), 4))), false},
		"n even":                     {with("n", base64url(new(big.Int).Sub(n, big.NewInt(1)).Bytes())), false},
		"e missing":                  {with("e", nil), false},
		"e 1":                        {with("e", "AQ"), false},
		"e 2":                        {with("e", "Ag"), false},
		"e 3":                        {with("e", "Aw"), true},
		"e of 2^31+1":                {with("e", base64url([]byte{0x80, 0, 0, 1})), false},
		"e of 2^64+1":                {with("e", base64url([]byte{1, 0, 0, 0, 0, 0, 0, 0, 1})), false},
		"e of 2^64+65537":            {with("e", base64url([]byte{1, 0, 0, 0, 0, 0, 1, 0, 1})), false},
		"e as a number":              {with("e", 65537), false},
		"a string":                   {"key", false},
		"null":                       {nil, false},
		"a list":                     {[]any{good}, false},
	} {
		t.Run(name, func(t *testing.T) {
			other := mint.WithNewID(keyPairs()[1].Private)
			document, err := json.Marshal(map[string]any{"keys": []any{test.jwk, other.JWK()}})
			if err != nil {
				t.Fatal(err)
			}
			keys, err := gognito.ParseJWKS(document)
			if err != nil {
				t.Fatalf("one bad key spoils the set: %v", err)
			}
			if keys[other.ID] == nil {
				t.Error("the good key beside it is gone")
			}
			if got := len(keys) == 2; got != test.good {
				t.Errorf("accepted: %v", got)
			}
		})
	}
}

func TestParseJWKSWantsAStrictDocumentWithAUsableKey(t *testing.T) {
	one := string(mint.JWKS(keyPairs()[0]))
	jwk, _ := json.Marshal(keyPairs()[0].JWK())
	many := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = strings.Replace(string(jwk), `"kid":"`, fmt.Sprintf(`"kid":"%d`, i), 1)
		}
		return `{"keys":[` + strings.Join(list, ",") + `]}`
	}
	twin := mint.Key{ID: keyPairs()[0].ID, Private: keyPairs()[1].Private}
	for name, test := range map[string]struct {
		document string
		want     int // keys; 0: an error
	}{
		"one":                       {one, 1},
		"a hundred":                 {many(100), 100},
		"a hundred and one":         {many(101), 0},
		"the same key twice":        {string(mint.JWKS(keyPairs()[0], keyPairs()[0])), 1},
		"two keys under one kid":    {string(mint.JWKS(keyPairs()[0], &twin)), 1},
		"empty":                     {"", 0},
		"null":                      {"null", 0},
		"a list":                    {"[" + string(jwk) + "]", 0},
		"a bare key":                {string(jwk), 0},
		"no keys":                   {"{}", 0},
		"an empty set":              {`{"keys":[]}`, 0},
		"keys null":                 {`{"keys":null}`, 0},
		"keys an object":            {`{"keys":{"a":` + string(jwk) + `}}`, 0},
		"KEYS":                      {strings.Replace(one, "keys", "KEYS", 1), 0},
		"duplicate keys":            {strings.Replace(one, "{", `{"keys":[],`, 1), 0},
		"a duplicate name in a key": {strings.Replace(one, `"use":"sig"`, `"use":"sig","use":"sig"`, 1), 0},
		"trailing data":             {one + "{}", 0},
		"a byte order mark":         {"\ufeff" + one, 0},
		"invalid UTF-8":             {strings.Replace(one, `"sig"`, "\"s\xffg\"", 1), 0},
		"HTML":                      {"<!doctype html><title>Sign in</title>", 0},
	} {
		t.Run(name, func(t *testing.T) {
			keys, err := gognito.ParseJWKS([]byte(test.document))
			if len(keys) != test.want || (err == nil) != (test.want > 0) {
				t.Errorf("%d keys, %v; want %d", len(keys), err, test.want)
			}
		})
	}
}

func TestAKeyThatIsNoneIsAnOutage(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{})
	v := verifier(t, pool, func(c *gognito.Config) { c.Keys = emptyKeys{} })
	check(t, v, token, gognito.ReasonKeysUnavailable)
	if _, err := new(gognito.RemoteKeys).Key(t.Context(), "a"); !errors.Is(err, gognito.ErrKeyNotFound) {
		t.Errorf("a RemoteKeys of no URLs: %v", err)
	}
}

// emptyKeys answers with a Key that nobody made.
type emptyKeys struct{}

func (emptyKeys) Key(context.Context, string) (*gognito.Key, error) { return new(gognito.Key), nil }
