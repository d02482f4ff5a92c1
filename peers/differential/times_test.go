package differential_test

import (
	"strconv"

	"github.com/gognito/gognito"
)

// with sets a claim to the JSON that value returns.
func with(name string, value func(d *draft) string) func(*draft) {
	return func(d *draft) { d.payload.set(name, value(d)) }
}

func always(value string) func(*draft) string { return func(*draft) string { return value } }

const (
	malformed   = gognito.ReasonMalformed
	expired     = gognito.ReasonExpired
	notYetValid = gognito.ReasonNotYetValid
)

// timeMutations change exp, nbf, iat and auth_time. No time is within a minute
// of the present but those of the past.
var timeMutations = []mutation{
	{name: "exp later", slot: "exp", on: all, apply: with("exp", func(d *draft) string { return d.at(d.between(600, 1e8)) })},
	{name: "exp with a fraction", slot: "exp", on: all, apply: with("exp", func(d *draft) string { return d.at(900) + d.one(".5", ".0", ".999999999", ".000000000000000000001") })},
	{name: "exp with an exponent", slot: "exp", on: all, apply: with("exp", func(d *draft) string { return d.one("4.1e9", "41E8", "4.1E+9", "41000000000e-1") })},
	{name: "exp in the year 9000", slot: "exp", on: all, apply: with("exp", always("221845392000"))},
	{name: "exp of some minutes ago", slot: "exp", on: all, reason: expired, apply: with("exp", func(d *draft) string { return d.at(-d.between(120, 1e7)) })},
	{name: "exp of a second ago", slot: "exp", on: all, reason: expired, apply: with("exp", func(d *draft) string { return d.at(-1) })},
	{name: "exp with a fraction, ago", slot: "exp", on: all, reason: expired, apply: with("exp", func(d *draft) string { return d.at(-100) + ".5" })},
	{name: "exp zero", slot: "exp", on: all, reason: expired, apply: with("exp", func(d *draft) string { return d.one("0", "-0", "0.0", "0e9") })},
	{name: "exp small", slot: "exp", on: all, reason: expired, apply: with("exp", func(d *draft) string { return d.one("1", "1e3", "1.5", "1e-7") })},
	{name: "exp negative", slot: "exp", on: all, reason: expired, apply: with("exp", func(d *draft) string { return "-" + d.one("1", "1700000000", "4.1e9") })},
	{name: "exp of the year 10000", slot: "exp", on: all, reason: malformed, class: "date out of range", apply: with("exp", always("253402300800"))},
	{name: "exp in milliseconds", slot: "exp", on: all, reason: malformed, class: "date out of range", apply: with("exp", func(d *draft) string { return d.at(3600) + "000" })},
	{name: "exp huge", slot: "exp", on: all, reason: malformed, class: "date out of range", apply: with("exp", func(d *draft) string {
		return d.one("1e30", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e19", "1.7976931348623157e308")
	})},
	{name: "exp beyond all numbers", slot: "exp", on: all, reason: malformed, class: "date out of range", apply: with("exp", func(d *draft) string { return d.one("1e400", "1e999999999") })},
	{name: "exp far below zero", slot: "exp", on: all, reason: malformed, apply: with("exp", func(d *draft) string { return d.one("-1e30", "-9223372036854775808", "-62135596801", "-1e400") })},

	{name: "nbf of the past", slot: "nbf", on: all, apply: with("nbf", func(d *draft) string { return d.at(-d.between(60, 1e8)) + d.one("", ".5") })},
	{name: "nbf zero", slot: "nbf", on: all, apply: with("nbf", func(d *draft) string { return d.one("0", "-0", "1e3", "-1") })},
	{name: "nbf within five minutes", often: 3, slot: "nbf", on: all, reason: notYetValid, class: "nbf within five minutes", apply: with("nbf", func(d *draft) string { return d.at(d.between(200, 290)) })},
	{name: "nbf of the future", often: 6, slot: "nbf", on: all, reason: notYetValid, apply: with("nbf", func(d *draft) string { return d.at(d.between(600, 1e8)) + d.one("", ".5", "e0") })},
	{name: "nbf in milliseconds", slot: "nbf", on: all, reason: malformed, apply: with("nbf", func(d *draft) string { return d.at(-3600) + "000" })},
	{name: "nbf huge", slot: "nbf", on: all, reason: malformed, class: "date out of range", apply: with("nbf", func(d *draft) string { return d.one("1e30", "9223372036854775807", "1e400") })},
	{name: "nbf far below zero", slot: "nbf", on: all, reason: malformed, class: "date out of range", apply: with("nbf", func(d *draft) string { return d.one("-1e30", "-1e400", "-62135596801", "-9223372036854775808") })},

	{name: "iat long ago", slot: "iat", on: all, apply: with("iat", func(d *draft) string { return d.at(-d.between(60, 1e8)) + d.one("", ".25") })},
	{name: "iat zero or below", slot: "iat", on: all, apply: with("iat", func(d *draft) string { return d.one("0", "-0", "-1e3") })},
	{name: "iat of the future", slot: "iat", on: all, class: "iat of the future", apply: with("iat", func(d *draft) string { return d.at(d.between(600, 1e8)) })},
	{name: "iat in milliseconds", slot: "iat", on: all, reason: malformed, class: "date out of range", apply: with("iat", func(d *draft) string { return d.at(-3600) + "000" })},
	{name: "iat huge", slot: "iat", on: all, reason: malformed, class: "date out of range", apply: with("iat", func(d *draft) string { return d.one("1e30", "1e400", "9223372036854775808", "-1e30") })},

	{name: "other auth_time", slot: "auth_time", on: all, apply: with("auth_time", func(d *draft) string { return d.one("0", "-1", "1e3", d.at(3600), d.at(-1e6)) })},
	{name: "auth_time huge", slot: "auth_time", on: all, reason: malformed, class: "date out of range", apply: with("auth_time", func(d *draft) string { return d.one("1e30", "1e400", "-1e30", d.at(0)+"000") })},
}

// harmlessClaims add or change what no verifier of Cognito's tokens asks for.
var harmlessClaims = []mutation{
	{name: "other sub", slot: "sub", on: users, apply: with("sub", func(d *draft) string { return d.one(`"x"`, `" "`, `"\u0000"`, `"Łukasz😀"`, q(d.text())) })},
	{name: "claim of odd Unicode", slot: "custom", on: all, apply: with("custom:a", func(d *draft) string {
		return `"` + d.one(`\u0000`, `\u2028`, "\u2028", `\ud83d\ude00`, "😀", "\ufffd", `\ufffe`, "\uffff", "é", "e\u0301", `\"\\\/\b\f\n\r\t`, "\x7f") + `"`
	})},
	{name: "claim name of odd Unicode", slot: "custom", on: all, apply: func(d *draft) {
		d.payload.add(d.one(`""`, `"\u0000"`, "\"\u2028\"", `"\ud83d\ude00"`, `"ı\u017f"`, `"__proto__"`, `"constructor"`, `"custom:\"a"`, `"."`), `"x"`)
	}},
	{name: "claim of any type", slot: "custom", on: all, apply: with("custom:a", func(d *draft) string {
		return d.one("null", "true", "[]", "{}", `[null,{"a":[]}]`, "-0", "1E5", "0.1", "9007199254740993", "9223372036854775808", "1.79e308")
	})},
	{name: "claim beyond a float64", slot: "custom", on: all, class: "number beyond float64", apply: with("custom:a", func(d *draft) string { return d.one("1e400", "-1e400", "[1e309]") })},
	{name: "claim of 31 levels", slot: "custom", on: all, apply: with("custom:a", func(d *draft) string { return nested(d.between(1, 32)) })},
	{name: "claim of 900 members", slot: "custom", on: all, apply: with("custom:a", func(d *draft) string { return members(d.between(100, 900)) })},
	{name: "claim of 4,000 elements", slot: "custom", on: all, apply: with("custom:a", func(d *draft) string { return elements(d.between(1000, 4000)) })},
	{name: "claim of 30 KiB", slot: "custom", on: all, apply: with("custom:a", func(d *draft) string { return long(30 << 10) })},
	{name: "claim of 32 levels and more", slot: "custom", on: all, reason: malformed, class: "beyond the limits", apply: with("custom:a", func(d *draft) string { return nested(d.between(32, 200)) })},
	{name: "claim of 1,000 members and more", slot: "custom", on: all, reason: malformed, class: "beyond the limits", apply: with("custom:a", func(d *draft) string { return members(d.between(1000, 1500)) })},
	{name: "claim of 5,001 elements and more", slot: "custom", on: all, reason: malformed, class: "beyond the limits", apply: with("custom:a", func(d *draft) string { return elements(d.between(5002, 7000)) })},
	{name: "claim of 60 KiB", slot: "custom", on: all, reason: malformed, class: "over 64 KiB", apply: with("custom:a", func(d *draft) string { return long(60 << 10) })},
	{name: "claim that others give a meaning", slot: "custom", on: all, apply: func(d *draft) {
		d.payload.set(d.one("azp", "cnf", "act", "email_verified", "identities", "acr", "amr", "version", "updated_at", "address"), d.one("7", "null", "[]", `"x"`, `{"x":1}`))
	}},
	{name: "nonce or at_hash of another type", slot: "custom", on: all, class: "claim of OpenID Connect of another type", apply: func(d *draft) {
		d.payload.set(d.one("nonce", "at_hash", "_claim_names"), d.one("7", "[]", "true"))
	}},
	{name: "distributed claims", slot: "custom", on: all, class: "claim of OpenID Connect of another type", apply: func(d *draft) {
		d.payload.add("_claim_names", `{"email":"src"}`)
	}},
}

func long(n int) string { return q(string(make([]byte, n/6))) } // \u0000 has six bytes

func nested(n int) string {
	text := "1"
	for i := range n {
		if i%2 == 0 {
			text = "[" + text + "]"
		} else {
			text = `{"a":` + text + "}"
		}
	}
	return text
}

func members(n int) string {
	text := "{"
	for i := range n {
		text += q("a"+strconv.Itoa(i)) + ":0,"
	}
	return text + `"a":0}`
}

func elements(n int) string {
	text := "["
	for range n {
		text += "0,"
	}
	return text + "0]"
}
