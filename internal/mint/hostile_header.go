package mint

import (
	"encoding/base64"
	"strings"
)

// headerVariants have a faulty header, or one that asks for something no verifier
// of Cognito's tokens offers: RFC 7515, section 4, and RFC 8725, section 3.
var headerVariants = []Hostile{
	{"header-is-array", malformed, header(`[{"kid":$kid,"alg":"RS256"}]`)},
	{"header-is-string", malformed, header(`"RS256"`)},
	{"header-is-null", malformed, header(`null`)},
	{"header-is-number", malformed, header(`256`)},
	{"header-without-members", malformed, header(`{}`)},
	{"header-unclosed", malformed, header(`{"kid":$kid,"alg":"RS256"`)},
	{"header-trailing-comma", malformed, header(`{"kid":$kid,"alg":"RS256",}`)},
	{"header-trailing-data", malformed, header(`{"kid":$kid,"alg":"RS256"}{}`)},
	{"header-single-quotes", malformed, header(`{'kid':$kid,'alg':'RS256'}`)},
	{"header-comment", malformed, header(`{"kid":$kid,/* */"alg":"RS256"}`)},
	{"header-byte-order-mark", malformed, header("\xef\xbb\xbf" + `{"kid":$kid,"alg":"RS256"}`)},
	{"header-invalid-utf8", malformed, header(`{"kid":$kid,"alg":"RS256","typ":"` + "\xff" + `"}`)},
	{"header-lone-surrogate", malformed, header(`{"kid":$kid,"alg":"RS256","typ":"\ud800"}`)},
	{"header-deep-nesting", malformed, header(`{"kid":$kid,"alg":"RS256","x":` + nest(20_000) + `}`)},

	{"duplicate-alg", malformed, header(`{"kid":$kid,"alg":"RS256","alg":"RS256"}`)},
	{"duplicate-alg-none-first", malformed, header(`{"kid":$kid,"alg":"none","alg":"RS256"}`)},
	{"duplicate-alg-escaped", malformed, header(`{"kid":$kid,"alg":"RS256","\u0061lg":"none"}`)},
	{"duplicate-kid", malformed, header(`{"kid":$kid,"alg":"RS256","kid":$kid}`)},
	{"duplicate-header-member", malformed, header(`{"typ":"JWT","kid":$kid,"alg":"RS256","typ":"JWT"}`)},
	{"duplicate-nested-header-member", malformed, header(`{"kid":$kid,"alg":"RS256","x":{"y":1,"y":2}}`)},

	{"alg-missing", malformed, header(`{"kid":$kid}`)},
	{"alg-empty", malformed, header(`{"kid":$kid,"alg":""}`)},
	{"alg-null", malformed, header(`{"kid":$kid,"alg":null}`)},
	{"alg-number", malformed, header(`{"kid":$kid,"alg":256}`)},
	{"alg-array", malformed, header(`{"kid":$kid,"alg":["RS256"]}`)},
	{"alg-name-upper-case", malformed, header(`{"kid":$kid,"ALG":"RS256"}`)},

	{"kid-missing", malformed, header(`{"alg":"RS256"}`)},
	{"kid-empty", malformed, header(`{"kid":"","alg":"RS256"}`)},
	{"kid-null", malformed, header(`{"kid":null,"alg":"RS256"}`)},
	{"kid-number", malformed, header(`{"kid":0,"alg":"RS256"}`)},
	{"kid-array", malformed, header(`{"kid":[$kid],"alg":"RS256"}`)},
	{"kid-object", malformed, header(`{"kid":{"0":$kid},"alg":"RS256"}`)},
	{"kid-boolean", malformed, header(`{"kid":true,"alg":"RS256"}`)},
	{"kid-name-upper-case", malformed, header(`{"KID":$kid,"alg":"RS256"}`)},

	{"crit", malformed, header(`{"kid":$kid,"alg":"RS256","crit":["exp"],"exp":0}`)},
	{"crit-empty", malformed, header(`{"kid":$kid,"alg":"RS256","crit":[]}`)},
	{"crit-null", malformed, header(`{"kid":$kid,"alg":"RS256","crit":null}`)},
	{"crit-b64-true", malformed, header(`{"kid":$kid,"alg":"RS256","b64":true,"crit":["b64"]}`)},
	{"crit-b64-false", malformed, unencoded},
	{"b64-true", malformed, header(`{"kid":$kid,"alg":"RS256","b64":true}`)},
	{"b64-false", malformed, header(`{"kid":$kid,"alg":"RS256","b64":false}`)},
}

// keyVariants name a key that the pool does not publish, or bring one along.
var keyVariants = []Hostile{
	{"kid-unknown", unknownKey, kid(func(string) string { return newKeyID() })},
	{"kid-path-traversal", unknownKey, kid(reply("../../../../../../dev/null"))},
	{"kid-url", unknownKey, func(t Target) string { return kid(reply(t.AttackerURL + "/jwks.json"))(t) }},
	{"kid-sql", unknownKey, kid(reply("x' UNION SELECT 'AA=="))},
	{"kid-shell", unknownKey, kid(reply("key;sleep 5"))},
	{"kid-line-feed", unknownKey, kid(func(good string) string { return good + "\r\nSet-Cookie: x=y" })},
	{"kid-nul", unknownKey, kid(func(good string) string { return good + "\x00" })},
	{"kid-space-before", unknownKey, kid(func(good string) string { return " " + good })},
	{"kid-space-after", unknownKey, kid(func(good string) string { return good + " " })},
	{"kid-without-padding", unknownKey, kid(func(good string) string { return strings.TrimRight(good, "=") })},
	{"kid-case-swapped", unknownKey, kid(swapCase)},
	{"kid-long", unknownKey, kid(reply(strings.Repeat("k", 16<<10)))},

	{"attacker-key", unknownKey, func(t Target) string { return Sign(t.AttackerKey, AccessClaims(t.Session)) }},
	{"attacker-jwk", unknownKey, func(t Target) string { return attacker(t, t.AttackerKey.ID, "jwk", t.AttackerKey.JWK()) }},
	{"attacker-jku", unknownKey, func(t Target) string { return attacker(t, t.AttackerKey.ID, "jku", t.AttackerURL+"/jwks.json") }},
	{"attacker-x5u", unknownKey, func(t Target) string { return attacker(t, t.AttackerKey.ID, "x5u", t.AttackerURL+"/cert.pem") }},
	{"attacker-x5c", unknownKey, func(t Target) string { return attacker(t, t.AttackerKey.ID, "x5c", chain(t)) }},
	{"attacker-jwk-pool-kid", signature, func(t Target) string { return attacker(t, t.AccessKey.ID, "jwk", t.AttackerKey.JWK()) }},
	{"attacker-jku-pool-kid", signature, func(t Target) string { return attacker(t, t.AccessKey.ID, "jku", t.AttackerURL+"/jwks.json") }},
	{"attacker-x5u-pool-kid", signature, func(t Target) string { return attacker(t, t.AccessKey.ID, "x5u", t.AttackerURL+"/cert.pem") }},
	{"attacker-x5c-pool-kid", signature, func(t Target) string { return attacker(t, t.AccessKey.ID, "x5c", chain(t)) }},
}

// attacker signs good claims with the attacker's key and puts a member into the
// header that would make a gullible verifier use that key.
func attacker(t Target, kid, member string, value any) string {
	header := marshal(map[string]any{"kid": kid, "alg": "RS256", member: value})
	return SignRaw(t.AttackerKey, header, marshal(AccessClaims(t.Session)))
}

func chain(t Target) []string {
	return []string{base64.StdEncoding.EncodeToString(t.AttackerKey.Certificate())}
}

// unencoded signs the payload as it is and not its encoding (RFC 7797), and
// sends it encoded.
func unencoded(t Target) string {
	header := []byte(`{"kid":` + string(marshal(t.AccessKey.ID)) + `,"alg":"RS256","b64":false,"crit":["b64"]}`)
	body := marshal(AccessClaims(t.Session))
	return Compact(header, body, Signature(t.AccessKey, encode(header)+"."+string(body)))
}

func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, text)
}

// nest returns an array that holds an array, n deep.
func nest(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
