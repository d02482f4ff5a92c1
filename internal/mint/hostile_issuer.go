package mint

import "strings"

// issuerVariants name another issuer, most of them one that looks like the
// pool's. But for the tokens of another pool they are signed by the pool's own
// key, so that nothing but the comparison of issuers can refuse them: RFC 7519,
// section 4.1.1.
var issuerVariants = []Hostile{
	{"other-pool", issuer, otherPool(false)},
	{"other-pool-updated-issuer", issuer, otherPool(true)},
	{"issuer-other-pool", issuer, iss(func(_, id string) string { return Issuer(NewPoolID(regionOf(id))) })},
	{"issuer-other-region", issuer, iss(func(good, id string) string { return strings.Replace(good, regionOf(id), otherRegion(id), 1) })},
	{"issuer-empty", issuer, iss(func(_, _ string) string { return "" })},
	{"issuer-pool-id", issuer, iss(func(_, id string) string { return id })},
	{"issuer-trailing-slash", issuer, iss(func(good, _ string) string { return good + "/" })},
	{"issuer-trailing-space", issuer, iss(func(good, _ string) string { return good + " " })},
	{"issuer-trailing-nul", issuer, iss(func(good, _ string) string { return good + "\x00" })},
	{"issuer-leading-space", issuer, iss(func(good, _ string) string { return " " + good })},
	{"issuer-longer-pool-id", issuer, iss(func(good, _ string) string { return good + "A" })},
	{"issuer-shorter-pool-id", issuer, iss(func(good, _ string) string { return good[:len(good)-1] })},
	{"issuer-swapped-case-pool-id", issuer, iss(func(good, id string) string { return strings.TrimSuffix(good, id) + swapCase(id) })},
	{"issuer-upper-case-host", issuer, iss(replace("cognito-idp", "COGNITO-IDP"))},
	{"issuer-upper-case-scheme", issuer, iss(replace("https", "HTTPS"))},
	{"issuer-http", issuer, iss(replace("https:", "http:"))},
	{"issuer-without-scheme", issuer, iss(replace("https://", ""))},
	{"issuer-port", issuer, iss(replace(".com/", ".com:443/"))},
	{"issuer-host-trailing-dot", issuer, iss(replace(".com/", ".com./"))},
	{"issuer-userinfo", issuer, iss(replace("https://", "https://user@"))},
	{"issuer-as-userinfo", issuer, iss(replace(".com/", ".com@attacker.example/"))},
	{"issuer-suffix-domain", issuer, iss(replace(".com/", ".com.attacker.example/"))},
	{"issuer-prefix-domain", issuer, iss(replace("https://", "https://attacker-"))},
	{"issuer-in-path", issuer, iss(replace("https://", "https://attacker.example/"))},
	{"issuer-in-query", issuer, iss(func(good, _ string) string { return "https://attacker.example/?" + good })},
	{"issuer-in-fragment", issuer, iss(func(good, _ string) string { return "https://attacker.example/#" + good })},
	{"issuer-query", issuer, iss(func(good, _ string) string { return good + "?" })},
	{"issuer-fragment", issuer, iss(func(good, _ string) string { return good + "#" })},
	{"issuer-double-slash", issuer, iss(replace(".com/", ".com//"))},
	{"issuer-dot-segment", issuer, iss(replace(".com/", ".com/./"))},
	{"issuer-backslash", issuer, iss(replace(".com/", `.com\`))},
	{"issuer-percent-encoded", issuer, iss(func(good, _ string) string { return strings.ReplaceAll(good, "_", "%5F") })},
	{"issuer-homograph", issuer, iss(replace("cognito", "c\u043egnito"))}, // a Cyrillic o
	{"issuer-fips-host", issuer, iss(replace("cognito-idp", "cognito-idp-fips"))},
	{"issuer-wildcard-host", issuer, iss(replace("cognito-idp", "any-cognito-idp"))},
	{"issuer-jwks-url", issuer, iss(func(good, _ string) string { return good + "/.well-known/jwks.json" })},
}

// iss is a good token of another issuer.
func iss(change func(good, poolID string) string) func(Target) string {
	return with("iss", func(t Target) any { return change(t.Session.Pool.Issuer, t.Session.Pool.ID) })
}

func replace(old, replacement string) func(good, poolID string) string {
	return func(good, _ string) string { return strings.Replace(good, old, replacement, 1) }
}

// otherPool is a token that the attacker's own pool issued to a client and a user
// of the same names.
func otherPool(updated bool) func(Target) string {
	return func(t Target) string {
		id := NewPoolID(regionOf(t.Session.Pool.ID))
		t.Session.Pool = Pool{ID: id, Issuer: Issuer(id)}
		if updated {
			t.Session.Pool.Issuer = UpdatedIssuer(id)
		}
		return Sign(t.AttackerKey, AccessClaims(t.Session))
	}
}

func otherRegion(poolID string) string {
	if regionOf(poolID) == "us-west-2" {
		return "us-east-1"
	}
	return "us-west-2"
}
