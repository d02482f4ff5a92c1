package differential_test

import (
	"strings"

	"github.com/gognito/gognito"
)

// A claim that gognito reads: of which tokens it must be a part, in which its
// type is checked, and what type that is.
type claimRule struct {
	name         string
	must, check  kind
	good, others []string // JSON of the right type, and of others
}

var (
	notTexts = []string{"null", "true", "7", `["x"]`, `{"x":"y"}`, "1e400"}
	notDates = []string{"null", "false", `"1700000000"`, `""`, "[1700000000]", `{"$date":0}`, `"2030-01-01T00:00:00Z"`}
	notLists = []string{"null", "true", "7", `"admins"`, `{"0":"admins"}`, `["admins",7]`, `["admins",null]`, `[["admins"]]`}
	notNames = append([]string{`""`}, notTexts...)
)

var claimRules = []claimRule{
	{"iss", all, all, nil, notTexts},
	{"sub", all, all, nil, notNames},
	{"exp", all, all, nil, notDates},
	{"iat", all, all, nil, notDates},
	{"nbf", 0, all, nil, notDates},
	{"auth_time", 0, all, nil, notDates},
	{"token_use", all, all, nil, notTexts},
	// In an ID token it means nothing to gognito, but the judges of the peers
	// read it, so that another type is not tried there.
	{"client_id", bearers, bearers, nil, notTexts},
	{"aud", identity, all, nil, []string{"null", "true", "7", `{"x":"y"}`, `["x",7]`, `["x",null]`, `[["x"]]`}},
	{"username", access, bearers, []string{`"jane"`, `"Łukasz😀"`, `"\u0000"`, `" "`}, notNames},
	{"cognito:username", identity, identity, []string{`"jane"`, `"管理者"`, `"\ud83d\ude00"`}, notNames},
	{"cognito:groups", 0, all, []string{"[]", `["a"]`, `["a","a",""]`, `["` + strings.Repeat(`g","`, 100) + `"]`}, notLists},
	{"scope", 0, bearers, []string{`""`, `" "`, `"a  b a"`, `"orders/read"`}, notTexts},
	{"jti", 0, all, []string{`""`, `"x"`}, notTexts},
	{"origin_jti", 0, all, []string{`""`, `"x"`}, notTexts},
}

// missingClaims takes each claim away.
func missingClaims() []mutation {
	var list []mutation
	for _, c := range claimRules {
		missing := func(d *draft) { d.payload.drop(c.name) }
		if c.must != 0 {
			list = append(list, mutation{name: "no " + c.name, slot: c.name, on: c.must, reason: gognito.ReasonMalformed, class: "missing claim", apply: missing})
		}
		if c.must != all && c.name != "username" { // machines have none
			list = append(list, mutation{name: "no optional " + c.name, slot: c.name, on: all &^ c.must, apply: missing})
		}
	}
	return list
}

// mistypedClaims gives each claim every wrong type, and other values of the right
// one.
func mistypedClaims() []mutation {
	var list []mutation
	for _, c := range claimRules {
		give := func(value string) func(*draft) { return func(d *draft) { d.payload.set(c.name, value) } }
		for _, value := range c.others {
			class := "claim of another type"
			if value == `""` && (c.name == "sub" || strings.HasSuffix(c.name, "username")) {
				class = "empty name"
			}
			list = append(list, mutation{name: c.name + " " + value, slot: c.name, on: c.check, reason: gognito.ReasonMalformed, class: class, apply: give(value)})
		}
		for _, value := range c.good {
			list = append(list, mutation{name: "other " + c.name + " " + shortened(value), slot: c.name, on: c.check &^ machine, apply: give(value)})
		}
	}
	return append(list, otherKindsClaims...)
}

// What is read of one kind of token means nothing in the other.
var otherKindsClaims = []mutation{
	{name: "username number in an ID token", slot: "username", on: identity, apply: func(d *draft) { d.payload.set("username", "7") }},
	{name: "scope list in an ID token", slot: "scope", on: identity, class: "scope of another type in an ID token", apply: func(d *draft) { d.payload.set("scope", `["x"]`) }},
	{name: "cognito:username number in an access token", slot: "cognito:username", on: bearers, apply: func(d *draft) { d.payload.set("cognito:username", "7") }},
	{name: "other client_id in an ID token", slot: "client_id", on: identity, apply: func(d *draft) { d.payload.set("client_id", q(d.text())) }},
}

func shortened(text string) string { return text[:min(len(text), 24)] }

// nameMutations write claims' names otherwise.
func nameMutations() []mutation {
	var list []mutation
	for _, c := range claimRules {
		on := c.must
		if on == 0 {
			on = users &^ c.must
		}
		// Another letter case is another name. The judges of some peers compare
		// names without it.
		for _, to := range []string{strings.ToUpper(c.name), strings.ToUpper(c.name[:1]) + c.name[1:]} {
			if c.must != 0 {
				list = append(list, mutation{
					name: c.name + " called " + to, slot: c.name, on: c.must, reason: gognito.ReasonMalformed, class: "name in another letter case",
					apply: func(d *draft) { d.payload.rename(c.name, to) },
				})
			}
		}
		list = append(list, mutation{
			name: c.name + " escaped", slot: c.name, on: on,
			apply: func(d *draft) { d.payload.rename(c.name, escaped(c.name, d.between(-1, len(c.name)))) },
		})
		twice := func(how string, add func(d *draft)) {
			list = append(list, mutation{
				name: c.name + " twice" + how, slot: c.name, on: c.must, reason: gognito.ReasonMalformed, class: "name twice", apply: add,
			})
		}
		if c.must == 0 {
			continue
		}
		twice(", the same", func(d *draft) { d.payload.add(c.name, d.payload.get(c.name)) })
		twice(", the other first", func(d *draft) { d.payload = append(object{{c.name, q(d.text())}}, d.payload...) })
		twice(", the other last", func(d *draft) { d.payload.add(c.name, d.one(q(d.text()), "0", "null", "[]")) })
		twice(", once escaped", func(d *draft) { d.payload.add(escaped(c.name, d.IntN(len(c.name))), d.payload.get(c.name)) })
	}
	for _, name := range []string{"Iss", "EXP", "Aud", "Sub", "Nbf", "Iat"} {
		list = append(list, mutation{
			name: name + " beside its own", slot: strings.ToLower(name), on: users, class: "another letter case beside",
			apply: func(d *draft) { d.payload.add(name, d.one(q(d.text()), "1", "[]", `{"x":1}`)) },
		})
	}
	for _, name := range []string{"Token_use", "CLIENT_ID"} {
		list = append(list, mutation{
			name: name + " beside its own", slot: strings.ToLower(name), on: access, class: "another letter case beside",
			apply: func(d *draft) { d.payload.add(name, q(d.text())) },
		})
	}
	return append(list,
		mutation{
			name: "custom claim twice", slot: "custom", on: all, reason: gognito.ReasonMalformed, class: "name twice",
			apply: func(d *draft) { d.payload.add("custom:a", q(d.text())); d.payload.add("custom:a", q(d.text())) },
		},
		mutation{
			name: "nested name twice", slot: "custom", on: all, reason: gognito.ReasonMalformed, class: "name twice",
			apply: func(d *draft) { d.payload.add("custom:a", d.one(`{"b":1,"b":2}`, `[[{"b":1,"\u0062":1}]]`)) },
		},
		mutation{
			name: "claims in another order", slot: "order", on: all,
			apply: func(d *draft) {
				d.Shuffle(len(d.payload), func(i, j int) { d.payload[i], d.payload[j] = d.payload[j], d.payload[i] })
			},
		},
	)
}
