package e2e_test

import (
	"encoding/json"
	"time"

	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

// resource is the URL of an API that tokens can be bound to.
const resource = "https://api.example.com"

// A namedToken has the name by which the list of differences calls it.
type namedToken struct {
	name, token string
	reason      string // why gognito refuses it where access tokens are expected; "": it does not
}

// goodTokens are the tokens that a pool issues, the rare ones and those of its
// triggers included.
func goodTokens(pool *gognitotest.Pool) []namedToken {
	type user = gognitotest.User
	with := func(name string, value any) string {
		return pool.AccessToken(user{Claims: map[string]any{name: value}})
	}
	in := func(d time.Duration) int64 { return pool.Now().Add(d).Unix() }
	admin := user{
		Username: "ada", Groups: []string{"staff", "admins"},
		Attributes: map[string]string{"email": "ada@example.com", "email_verified": "true", "custom:tenant": "zoë & sons"},
	}
	return []namedToken{
		{"user", pool.AccessToken(user{}), ""},
		{"admin", pool.AccessToken(admin), ""},
		{"odd-names", pool.AccessToken(user{Username: `zoë"\<🦊>`, Groups: []string{"x,admins", "a/b:c"}}), ""},
		{"updated-issuer", with("iss", pool.UpdatedIssuer()), ""},
		{"id", pool.IDToken(user{}), "token_use"},
		{"id-admin", pool.IDToken(admin), "token_use"},
		{"id-without-username", pool.IDToken(user{Claims: map[string]any{"cognito:username": nil}}), "malformed"},
		{"id-of-other-client", pool.IDToken(user{Claims: map[string]any{"aud": mint.NewClientID()}}), "token_use"},
		{"id-of-clients", pool.IDToken(user{Claims: map[string]any{"aud": []string{pool.ClientID()}}}), "malformed"},

		{"scope-one", pool.AccessToken(user{Scopes: []string{"openid", "email"}}), ""},
		{"scope-both", pool.AccessToken(user{Scopes: []string{"openid", "email", "orders/read"}}), ""},
		{"scope-longer", pool.AccessToken(user{Scopes: []string{"openid2"}}), ""},
		{"scopes-spaced-out", with("scope", " openid  orders/read "), ""},
		{"machine-of-client", pool.MachineToken(), "machine"},
		{"machine-with-scopes", pool.MachineToken("openid", "orders/read"), "machine"},
		{"bound-to-resource", with("aud", resource), "client"},
		{"bound-to-resources", with("aud", []string{"https://other.example.com", resource}), "client"},
		{"bound-to-client", with("aud", pool.ClientID()), ""},

		{"expired-half-a-minute-ago", with("exp", in(-30*time.Second)), "expired"},
		{"expires-in-a-second", with("exp", in(time.Second)), ""},
		{"expires-in-half-a-second", with("exp", float64(in(0))+0.5), ""},
		{"valid-as-of-now", with("nbf", in(0)), ""},
		{"valid-in-half-a-minute", with("nbf", in(30*time.Second)), "not_yet_valid"},
		{"issued-in-the-future", with("iat", in(time.Minute)), ""},

		{"nested-claims", with("custom:a", map[string]any{"b": []any{nil, true, "", 1, map[string]any{}}}), ""},
		{"claims-named-like-members", pool.AccessToken(user{Claims: map[string]any{"toString": "a", "length": 1, "": "b", "hasOwnProperty": 1}}), ""},
		{"prototype-names", pool.AccessToken(user{Claims: map[string]any{
			"constructor": "x", "custom:a": map[string]any{"__proto__": 1, "b": 2},
		}}), ""},
		{"number-2-to-53", with("custom:n", json.Number("9007199254740992")), ""},
		{"numbers-of-many-digits", pool.AccessToken(user{Claims: map[string]any{
			"custom:id": json.Number("9007199254740993"), "custom:price": json.Number("12.50"), "custom:vast": json.Number("1e400"),
		}}), ""},
	}
}

// hostileTokens are all the tokens that gognitotest makes for users to test with
// that they are refused.
func hostileTokens(pool *gognitotest.Pool) []namedToken {
	var tokens []namedToken
	for _, kind := range mint.HostileVariants() {
		tokens = append(tokens, namedToken{kind.Name, pool.Hostile(kind.Name), kind.Reason})
	}
	return tokens
}
