package mint

import (
	"encoding/json"
	"strings"
)

// claimVariants are genuine tokens that are not good now, or not good here:
// RFC 7519, section 4.1.
var claimVariants = []Hostile{
	{"expired", expired, with("exp", seconds(-600))},
	{"expired-a-second-ago", expired, with("exp", seconds(-1))},
	{"expired-half-a-second-ago", expired, with("exp", func(t Target) any { return float64(t.Session.IssuedAt.Unix()) - 0.5 })},
	{"expires-now", expired, with("exp", seconds(0))},
	{"exp-zero", expired, with("exp", 0)},
	{"exp-negative", expired, with("exp", -1)},
	{"not-yet-valid", notYetValid, with("nbf", seconds(600))},
	{"not-yet-valid-for-a-second", notYetValid, with("nbf", seconds(1))},

	{"id-token", tokenUse, func(t Target) string { return Sign(t.IDKey, IDClaims(t.Session)) }},
	{"id-token-access-key", tokenUse, func(t Target) string { return Sign(t.AccessKey, IDClaims(t.Session)) }},
	{"token-use-upper-case", tokenUse, with("token_use", "ACCESS")},
	{"token-use-refresh", tokenUse, with("token_use", "refresh")},
	{"token-use-any", tokenUse, with("token_use", "any")},
	{"token-use-empty", tokenUse, with("token_use", "")},

	{"other-client", client, with("client_id", func(Target) any { return NewClientID() })},
	{"client-upper-case", client, clientID(strings.ToUpper)},
	{"client-longer", client, clientID(func(good string) string { return good + "a" })},
	{"client-shorter", client, clientID(func(good string) string { return good[:len(good)-1] })},
	{"client-space-after", client, clientID(func(good string) string { return good + " " })},
	{"client-list", client, clientID(func(good string) string { return NewClientID() + "," + good })},
	{"client-empty", client, with("client_id", "")},
	{"audience-other-resource", client, with("aud", "https://api.attacker.example")},
	{"audience-other-client", client, with("aud", func(Target) any { return NewClientID() })},
	{"audience-other-resources", client, with("aud", []string{"https://a.attacker.example", "https://b.attacker.example"})},
	{"audience-empty", client, with("aud", "")},
	{"audience-none", client, with("aud", []string{})},

	{"machine", machine, func(t Target) string { return Sign(t.AccessKey, MachineClaims(t.Session)) }},
	{"other-client-machine", client, func(t Target) string {
		t.Session.ClientID = NewClientID()
		return Sign(t.AccessKey, MachineClaims(t.Session))
	}},
}

// typeVariants are genuinely signed and lack a claim that Cognito always writes,
// or have one of the wrong type.
var typeVariants = []Hostile{
	{"missing-iss", malformed, without("iss")},
	{"missing-sub", malformed, without("sub")},
	{"missing-exp", malformed, without("exp")},
	{"missing-iat", malformed, without("iat")},
	{"missing-token-use", malformed, without("token_use")},
	{"missing-client-id", malformed, without("client_id")},
	{"missing-username", malformed, without("username")},
	{"username-name-capitalized", malformed, renamed("username", "Username")},
	{"exp-name-upper-case", malformed, renamed("exp", "EXP")},
	{"iss-name-upper-case", malformed, renamed("iss", "ISS")},
	{"client-id-name-capitalized", malformed, renamed("client_id", "Client_id")},
	{"token-use-name-capitalized", malformed, renamed("token_use", "Token_use")},
	{"username-name-long-s", malformed, renamed("username", "u\u017fername")},

	{"iss-number", malformed, with("iss", 1)},
	{"iss-null", malformed, with("iss", nil)},
	{"iss-array", malformed, with("iss", func(t Target) any { return []string{t.Session.Pool.Issuer} })},
	{"sub-number", malformed, with("sub", 1)},
	{"sub-null", malformed, with("sub", nil)},
	{"sub-empty", malformed, with("sub", "")},
	{"username-number", malformed, with("username", 1)},
	{"username-null", malformed, with("username", nil)},
	{"username-empty", malformed, with("username", "")},
	{"username-array", malformed, with("username", []string{"admin"})},
	{"username-object", malformed, with("username", map[string]any{"$ne": nil})},
	{"username-boolean", malformed, with("username", true)},
	{"token-use-number", malformed, with("token_use", 1)},
	{"token-use-array", malformed, with("token_use", []string{"access", "id"})},
	{"token-use-null", malformed, with("token_use", nil)},
	{"client-id-number", malformed, with("client_id", 1)},
	{"client-id-null", malformed, with("client_id", nil)},
	{"client-id-array", malformed, with("client_id", func(t Target) any { return []string{t.Session.ClientID} })},

	{"exp-string", malformed, with("exp", "99999999999")},
	{"exp-null", malformed, with("exp", nil)},
	{"exp-boolean", malformed, with("exp", true)},
	{"exp-array", malformed, with("exp", []int{1})},
	{"exp-object", malformed, with("exp", map[string]any{})},
	{"exp-1e30", malformed, with("exp", json.Number("1e30"))},
	{"exp-1e400", malformed, with("exp", json.Number("1e400"))},
	{"exp-max-int64", malformed, with("exp", json.Number("9223372036854775807"))},
	{"exp-over-int64", malformed, with("exp", json.Number("9223372036854775808"))},
	{"iat-string", malformed, with("iat", "1700000000")},
	{"iat-null", malformed, with("iat", nil)},
	{"iat-1e400", malformed, with("iat", json.Number("1e400"))},
	{"nbf-string", malformed, with("nbf", "0")},
	{"nbf-null", malformed, with("nbf", nil)},
	{"nbf-1e400", malformed, with("nbf", json.Number("-1e400"))},
	{"auth-time-string", malformed, with("auth_time", "1700000000")},
	{"jti-number", malformed, with("jti", 1)},
	{"origin-jti-number", malformed, with("origin_jti", 1)},
	{"aud-number", malformed, with("aud", 1)},
	{"aud-null", malformed, with("aud", nil)},
	{"aud-number-in-list", malformed, with("aud", func(t Target) any { return []any{t.Session.ClientID, 1} })},
	{"groups-string", malformed, with("cognito:groups", "admins")},
	{"groups-null", malformed, with("cognito:groups", nil)},
	{"groups-object", malformed, with("cognito:groups", map[string]bool{"admins": true})},
	{"groups-number-in-list", malformed, with("cognito:groups", []any{"staff", 1})},
	{"groups-null-in-list", malformed, with("cognito:groups", []any{"staff", nil})},
	{"groups-list-in-list", malformed, with("cognito:groups", []any{[]string{"admins"}})},
	{"scope-array", malformed, with("scope", []string{ScopeSignIn})},
	{"scope-number", malformed, with("scope", 1)},
	{"scope-null", malformed, with("scope", nil)},
}

// seconds is a time so many seconds after the present.
func seconds(n int64) func(Target) any {
	return func(t Target) any { return t.Session.IssuedAt.Unix() + n }
}

func clientID(change func(good string) string) func(Target) string {
	return with("client_id", func(t Target) any { return change(t.Session.ClientID) })
}
