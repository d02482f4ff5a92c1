package differential_test

import (
	"encoding/base64"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// kidOf gives the header another kid, given as JSON.
func kidOf(change func(d *draft, good string) string) func(*draft) {
	return func(d *draft) { d.header.set("kid", change(d, d.header.text("kid"))) }
}

// headerMember adds one of the members, given as JSON.
func headerMember(members ...member) func(*draft) {
	return func(d *draft) {
		m := members[d.IntN(len(members))]
		d.header.add(m.name, m.value)
	}
}

const (
	algorithm  = gognito.ReasonAlgorithm
	unknownKey = gognito.ReasonUnknownKey
)

// headerMutations change the header; the signature is true, over what is sent.
var headerMutations = []mutation{
	{name: "other alg", slot: "alg", on: all, reason: algorithm, class: "other alg, signed with RS256", apply: func(d *draft) {
		d.header.set("alg", q(d.one("none", "None", "NONE", "HS256", "HS512", "RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "Rs256", "RS256 ", " RS256", "RS256\x00", "RSA-OAEP", "dir", "R\u017f256")))
	}},
	{name: "alg escaped", slot: "alg", on: all, apply: func(d *draft) { d.header.set("alg", escaped("RS256", d.between(-1, 5))) }},
	{name: "name of alg escaped", slot: "alg", on: all, apply: func(d *draft) { d.header.rename("alg", escaped("alg", d.between(-1, 3))) }},
	{name: "alg of another type", slot: "alg", on: all, reason: malformed, apply: func(d *draft) {
		d.header.set("alg", d.one("null", "256", "true", `["RS256"]`, `{"alg":"RS256"}`, `""`))
	}},
	{name: "no alg", slot: "alg", on: all, reason: malformed, class: "no alg", apply: func(d *draft) { d.header.drop("alg") }},
	{name: "name of alg in another case", slot: "alg", on: all, reason: malformed, class: "no alg", apply: func(d *draft) { d.header.rename("alg", d.one("ALG", "Alg")) }},
	{name: "ALG beside alg", slot: "alg", on: all, apply: headerMember(member{"ALG", `"none"`}, member{"Alg", `"HS256"`}, member{"aLg", "5"})},
	{name: "alg twice", slot: "alg", on: all, reason: malformed, class: "name twice", apply: headerMember(member{"alg", `"RS256"`}, member{"alg", `"none"`}, member{escaped("alg", 0), `"RS256"`}, member{escaped("alg", -1), `"HS256"`})},
	{name: "alg twice, the other first", slot: "alg", on: all, reason: malformed, class: "name twice", apply: func(d *draft) {
		d.header = append(object{{"alg", d.one(`"none"`, `"RS256"`, `"HS256"`, "5")}}, d.header...)
	}},

	{name: "unknown kid", often: 5, slot: "kid", on: all, reason: unknownKey, apply: kidOf(func(d *draft, good string) string {
		return q(d.one(d.text(), strings.ToLower(good), strings.ToUpper(good), good+" ", " "+good, good+"\x00", strings.TrimRight(good, "="), good[1:], good+"=", "../../dev/null", "/dev/null", "0", "' OR 1=1", d.attackerURL+"/jwks.json", strings.Repeat("k", 9000)))
	})},
	{name: "kid escaped", slot: "kid", on: all, apply: kidOf(func(d *draft, good string) string { return escaped(good, d.between(-1, len(good))) })},
	{name: "name of kid escaped", slot: "kid", on: all, apply: func(d *draft) { d.header.rename("kid", escaped("kid", d.between(-1, 3))) }},
	{name: "no kid", slot: "kid", on: all, reason: malformed, class: "no kid", apply: func(d *draft) { d.header.drop("kid") }},
	{name: "empty kid", slot: "kid", on: all, reason: malformed, class: "no kid", apply: kidOf(func(*draft, string) string { return `""` })},
	{name: "null as kid", slot: "kid", on: all, reason: malformed, class: "no kid", apply: kidOf(func(*draft, string) string { return "null" })},
	{name: "kid of another type", slot: "kid", on: all, reason: malformed, apply: kidOf(func(d *draft, good string) string { return d.one("7", "true", "["+q(good)+"]", `{"kid":`+q(good)+"}") })},
	{name: "name of kid in another case", slot: "kid", on: all, reason: malformed, class: "no kid", apply: func(d *draft) { d.header.rename("kid", d.one("KID", "Kid")) }},
	{name: "KID beside kid", slot: "kid", on: all, apply: headerMember(member{"KID", `"x"`}, member{"Kid", "5"})},
	{name: "kid twice", slot: "kid", on: all, reason: malformed, class: "name twice", apply: func(d *draft) {
		d.header.add(d.one("kid", escaped("kid", 1)), d.one(d.header.get("kid"), `"x"`))
	}},
	{name: "kid twice, the other first", slot: "kid", on: all, reason: malformed, class: "name twice", apply: func(d *draft) {
		d.header = append(object{{"kid", d.one(`"x"`, "5", d.header.get("kid"))}}, d.header...)
	}},
	{name: "the pool's other key", slot: "kid", on: all, apply: func(d *draft) {
		if d.key == d.identity {
			d.key = d.access
		} else {
			d.key = d.identity
		}
		d.header.set("kid", q(d.key.ID))
	}},

	{name: "crit", slot: "crit", on: all, reason: malformed, class: "crit", apply: headerMember(
		member{"crit", `["exp"]`}, member{"crit", `["b64"]`}, member{"crit", `["x","y"]`}, member{"crit", "[]"}, member{"crit", "null"}, member{"crit", `["alg"]`}, member{"crit", `["kid"]`}, member{`"\u0063rit"`, `["x"]`})},
	{name: "crit of another type", slot: "crit", on: all, reason: malformed, class: "crit", apply: headerMember(member{"crit", `"exp"`}, member{"crit", "7"}, member{"crit", "{}"}, member{"crit", "[7]"})},
	{name: "crit in another case", slot: "crit", on: all, apply: headerMember(member{"CRIT", `["x"]`}, member{"Crit", "[]"})},

	{name: "typ", slot: "typ", on: all, apply: headerMember(member{"typ", `"JWT"`}, member{"typ", `"jwt"`}, member{"typ", `"at+jwt"`}, member{"typ", `"JOSE"`}, member{"typ", `""`})},
	{name: "typ or cty of another type", slot: "typ", on: all, class: "header member of another type", apply: headerMember(member{"typ", "7"}, member{"typ", "[]"}, member{"cty", "7"}, member{"cty", "{}"})},
	{name: "cty", slot: "typ", on: all, apply: headerMember(member{"cty", `"json"`}, member{"cty", `""`})},
	{name: "cty JWT", slot: "typ", on: all, apply: headerMember(member{"cty", `"JWT"`})},
	{name: "other header member", slot: "member", on: all, apply: headerMember(member{"x", "null"}, member{"custom", `{"a":[1,{}]}`}, member{"", "0"}, member{"iss", `"x"`}, member{"exp", "1"}, member{"zip", `"DEF"`}, member{"enc", `"A256GCM"`}, member{"__proto__", "{}"}, member{"nonce", `"x"`})},
	{name: "b64 true without crit", slot: "member", on: all, reason: malformed, class: "b64 without crit", apply: headerMember(member{"b64", "true"})},
	{name: "b64 false without crit", slot: "member", on: all, reason: malformed, class: "b64 without crit", apply: headerMember(member{"b64", "false"})},
	{name: "b64 of another type", slot: "member", on: all, reason: malformed, class: "b64 without crit", apply: headerMember(member{"b64", `"x"`}, member{"b64", "0"}, member{"b64", "null"})},
	{name: "header member twice", slot: "member", on: all, reason: malformed, class: "name twice", apply: func(d *draft) {
		d.header.add(d.one("x", "typ"), `"JWT"`)
		d.header.add(d.header[len(d.header)-1].name, `"JWT"`)
	}},
	{name: "attacker's URL", slot: "keys", on: all, apply: func(d *draft) { d.header.add(d.one("jku", "x5u"), q(d.attackerURL+"/keys")) }},
	{name: "attacker's jwk", slot: "keys", on: all, apply: func(d *draft) { d.header.add("jwk", q(d.attacker.JWK())) }},
	{name: "attacker's certificate", slot: "keys", on: all, apply: func(d *draft) {
		d.header.add("x5c", q([]string{base64.StdEncoding.EncodeToString(d.attacker.Certificate())}))
	}},
	{name: "faulty jwk, jku or x5c", slot: "keys", on: all, class: "header member of another type", apply: headerMember(
		member{"jwk", "7"}, member{"jwk", "{}"}, member{"jwk", `{"kty":"oct"}`}, member{"x5c", `"x"`}, member{"x5c", `["!"]`}, member{"jku", "7"}, member{"x5u", "[]"}, member{"x5t", "7"})},

	{name: "signed by another pool's key", slot: "signature kid", on: all, reason: gognito.ReasonSignature, apply: func(d *draft) { d.key = d.attacker }},
	{name: "signed by another pool's key of its own kid", slot: "kid", on: all, reason: unknownKey, apply: func(d *draft) {
		d.key = d.attacker
		d.header.set("kid", q(d.key.ID))
		if d.IntN(2) == 0 {
			d.header.add("jwk", q(d.key.JWK()))
		}
	}},
	{name: "another pool's token", slot: "iss kid", on: all, reason: gognito.ReasonIssuer, apply: func(d *draft) {
		d.key = d.attacker
		d.header.set("kid", q(d.key.ID))
		d.payload.set("iss", q(mint.Issuer(mint.NewPoolID("eu-west-1"))))
	}},
}
