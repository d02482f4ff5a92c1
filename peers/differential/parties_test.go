package differential_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// issuerMutations name other issuers, truly signed.
func issuerMutations() []mutation {
	list := []mutation{
		{name: "the pool's other issuer", slot: "iss", on: all, apply: func(d *draft) {
			other := d.pool.Issuer
			if d.payload.text("iss") == other {
				other = mint.UpdatedIssuer(d.pool.ID)
			}
			d.payload.set("iss", q(other))
		}},
		{name: "issuer escaped", slot: "iss", on: all, apply: func(d *draft) {
			d.payload.set("iss", escaped(d.payload.text("iss"), d.between(-1, 40)))
		}},
	}
	changes := map[string]func(d *draft, good string) string{
		"longer":          func(d *draft, good string) string { return good + d.one("a", "/", " ", "\x00", "?", "#", "/x", "\n") },
		"shorter":         func(_ *draft, good string) string { return good[:len(good)-1] },
		"preceded":        func(d *draft, good string) string { return d.one(" ", "https://", "\ufeff", "x") + good },
		"empty":           func(*draft, string) string { return "" },
		"of another pool": func(*draft, string) string { return mint.Issuer(mint.NewPoolID("eu-west-1")) },
		"of another region": func(_ *draft, good string) string {
			return strings.Replace(good, "//cognito-idp.eu-west-1", "//cognito-idp.eu-west-2", 1)
		},
		"in upper case":   func(_ *draft, good string) string { return strings.ToUpper(good) },
		"in another case": func(_ *draft, good string) string { return strings.Replace(good, "cognito", "Cognito", 1) },
		"without TLS":     func(_ *draft, good string) string { return strings.Replace(good, "https", "http", 1) },
		"of another host": func(d *draft, good string) string {
			return strings.Replace(good, ".com/", d.one(".com.evil.example/", ".com:443/", ".com./", ".com@evil.example/", ".com//", ".cn/"), 1)
		},
		"of another prefix": func(d *draft, good string) string {
			return strings.Replace(good, "//", d.one("//x-", "//x.", "//cognito-idp.", "//x@"), 1)
		},
		"percent-encoded":     func(_ *draft, good string) string { return strings.Replace(good, "_", "%5F", 1) },
		"of a homograph":      func(_ *draft, good string) string { return strings.Replace(good, "o", "\u043e", 1) },
		"with one other byte": func(d *draft, good string) string { i := d.IntN(len(good)); return good[:i] + "~" + good[i+1:] },
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		change := changes[name]
		list = append(list, mutation{
			name: "issuer " + name, slot: "iss", on: all, reason: gognito.ReasonIssuer,
			apply: func(d *draft) {
				good := d.payload.text("iss")
				other := change(d, good)
				if other == good { // the region of the other form of issuer
					other = strings.Replace(good, "eu-west-1.", "eu-west-2.", 1)
				}
				d.payload.set("iss", q(other))
			},
		})
	}
	return list
}

const clientReason = gognito.ReasonClient

// clientMutations are tokens of other clients, for other audiences and of other
// uses.
var clientMutations = []mutation{
	{name: "other client", often: 3, slot: "client_id", on: access, reason: clientReason, apply: func(d *draft) { d.payload.set("client_id", q(mint.NewClientID())) }},
	{name: "client in another case", often: 1, slot: "client_id", on: access, reason: clientReason, apply: func(d *draft) { d.payload.set("client_id", q(strings.ToUpper(d.clientID)+"A")) }},
	{name: "client, longer", slot: "client_id", on: access, reason: clientReason, apply: func(d *draft) { d.payload.set("client_id", q(d.clientID+d.one(" ", "a", ",x", "\x00"))) }},
	{name: "client, shorter", slot: "client_id", on: access, reason: clientReason, apply: func(d *draft) { d.payload.set("client_id", q(d.clientID[:d.IntN(len(d.clientID))])) }},
	{name: "other client's machine", slot: "sub username client_id", on: machine, reason: clientReason, apply: func(d *draft) {
		other := q(mint.NewClientID())
		d.payload.set("client_id", other)
		d.payload.set("sub", other)
	}},
	{name: "a machine with another sub", slot: "sub username client_id", on: machine, reason: malformed, class: "missing claim", apply: func(d *draft) { d.payload.set("sub", q(d.text())) }},
	{name: "a user without a name, whose sub is the client", slot: "sub username client_id aud", on: access, reason: gognito.ReasonMachine, class: "machine", apply: func(d *draft) {
		d.payload.drop("username")
		d.payload.set("sub", q(d.clientID))
	}},

	{name: "audience is the client", slot: "aud", on: access, apply: func(d *draft) { d.payload.set("aud", q(d.clientID)) }},
	{name: "audience has the client", slot: "aud", on: access, apply: func(d *draft) { d.payload.set("aud", q([]string{d.text(), d.clientID})) }},
	{name: "audience has the client twice", slot: "aud", on: access, apply: func(d *draft) { d.payload.set("aud", q([]string{d.clientID, d.clientID})) }},
	{name: "other audience", slot: "aud", on: access, reason: clientReason, class: "audience of an access token", apply: func(d *draft) { d.payload.set("aud", q("https://api.example/"+d.text())) }},
	{name: "other audiences", slot: "aud", on: bearers, reason: clientReason, class: "audience of an access token", apply: func(d *draft) { d.payload.set("aud", q([]string{"https://api.example", d.text()})) }},
	{name: "no audience at all", slot: "aud", on: access, reason: clientReason, class: "audience of an access token", apply: func(d *draft) { d.payload.set("aud", d.one("[]", `""`, `[""]`)) }},
	{name: "other client's ID token", often: 4, slot: "aud", on: identity, reason: clientReason, apply: func(d *draft) { d.payload.set("aud", q(mint.NewClientID())) }},
	{name: "ID token of a longer or shorter client", slot: "aud", on: identity, reason: clientReason, apply: func(d *draft) {
		d.payload.set("aud", q(d.one(d.clientID+" ", d.clientID+"a", d.clientID[1:], strings.ToUpper(d.clientID)+"A", "")))
	}},
	{name: "a list of the client as ID token's audience", slot: "aud", on: identity, reason: malformed, class: "list of audiences in an ID token", apply: func(d *draft) {
		d.payload.set("aud", q([]string{d.clientID, "x"}[:1+d.IntN(2)]))
	}},
	{name: "a list of others as ID token's audience", slot: "aud", on: identity, reason: malformed, apply: func(d *draft) { d.payload.set("aud", d.one("[]", `["x"]`, `["x","y"]`)) }},

	{name: "other token_use", slot: "token_use", on: access, reason: gognito.ReasonTokenUse, apply: func(d *draft) {
		d.payload.set("token_use", q(d.one("", "any", "refresh", "ACCESS", "Access", " access", "access ", "id,access", "null")))
	}},
	{name: "other token_use of an ID token", slot: "token_use", on: identity, reason: gognito.ReasonTokenUse, apply: func(d *draft) {
		d.payload.set("token_use", q(d.one("", "any", "refresh", "ID", "Id", "id ", "access id")))
	}},
	{name: "an access token that says it is an ID token", slot: "token_use", on: bearers, reason: malformed, apply: func(d *draft) { d.payload.set("token_use", `"id"`) }},
	{name: "an ID token that says it is an access token", slot: "token_use", on: identity, reason: malformed, apply: func(d *draft) { d.payload.set("token_use", `"access"`) }},
	{name: "an access token with all that an ID token has", slot: "kind token_use cognito:username aud client_id username", on: access, reason: gognito.ReasonTokenUse, apply: func(d *draft) {
		d.payload.set("token_use", `"id"`)
		d.payload.set("cognito:username", `"jane"`)
		d.payload.set("aud", q(d.clientID))
	}},
}
