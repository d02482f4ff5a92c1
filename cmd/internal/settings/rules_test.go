package settings_test

import (
	"strings"
	"testing"
)

func TestWhatIsWrongWithARuleIsToldWhereItIs(t *testing.T) {
	const keys = "is no setting; there are access, all_groups, all_scopes, groups, hosts, machines, methods, name, paths, permissions, scopes, token_use"
	for _, test := range []struct {
		rules string // from line 3 on
		want  []string
	}{
		{"- {paths: [/a]}", []string{`3:3: rules[0].name: must be 1 to 64 letters, digits and "._-"`}},
		{"- {name: a b, paths: [/a]}", []string{`3:4: rules[0].name: must be 1 to 64 letters, digits and "._-"`}},
		{"- name: a", []string{`3:3: rules[0].paths: is missing or empty: "/*" is every path`}},
		{"- name: a\n  paths: []", []string{"4:3: rules[0].paths: is empty, which stands for nothing: name something, or leave the key out"}},
		{"- name: a\n  paths:\n  - /a\n  - /b/", []string{"6:5: rules[0].paths[1]: must not end with a slash: it takes the path with one and without"}},
		{"- name: a\n  paths: [/a, '/a/../b', \"/*x\"]", []string{
			"4:15: rules[0].paths[1]: must not hold . or .. as a segment",
			`4:26: rules[0].paths[2]: may hold a * only at its end, as "/*": there are no other wildcards`,
		}},
		{"- name: a\n  hosts: ['*']\n  methods: [post]\n  paths: [/a]", []string{
			"4:11: rules[0].hosts[0]: has a wildcard: name each host, or leave hosts out",
			`5:13: rules[0].methods[0]: must be written as "POST"`,
		}},
		{"- name: a\n  paths: [/a]\n  access: open", []string{"5:3: rules[0].access: must be authenticated, public or deny"}},
		{"- name: a\n  paths: [/a]\n  access: public\n  groups: [g]\n  machines: true\n  token_use: id", []string{
			"6:3: rules[0].groups: is for rules whose access is authenticated",
			"7:3: rules[0].machines: can't be met with token_use id: machines have access tokens only",
			"7:3: rules[0].machines: is for rules whose access is authenticated",
			"8:3: rules[0].token_use: is for rules whose access is authenticated",
		}},
		{"- name: a\n  paths: [/a]\n  token_use: id\n  scopes: [s]", []string{"6:3: rules[0].scopes: can't be met with token_use id: only access tokens have scopes"}},
		{"- name: a\n  paths: [/a]\n  scopes: [s t]", []string{"5:12: rules[0].scopes[0]: holds a space: a scope has none, so write several as several"}},
		{"- name: a\n  paths: [/a]\n  token_use: refresh", []string{"5:3: rules[0].token_use: must be access, id or any"}},

		// Rules among each other; the path is found whatever its letter case.
		{"- name: a\n  paths: [/A/*]\n- name: a\n  paths: [/x, /A/B]", []string{
			"5:3: rules[1].name: is the name of an earlier rule too",
			`6:15: rules[1].paths[1]: is never reached: the rule "a", which comes first, takes all of it (letter case aside)`,
		}},
		// An empty list of what is demanded does not demand nothing (A11).
		{"- name: a\n  paths: [/a]\n  groups: []", []string{"5:3: rules[0].groups: is empty, which stands for nothing: name something, or leave the key out"}},
		{"- name: a\n  paths: [/a]\n  groups:", []string{"5:3: rules[0].groups: has no value: give it one, or leave the key out"}},
		{"- name: a\n  paths: [/a]\n  groups: ['']", []string{"5:12: rules[0].groups[0]: is empty: give it a value, or leave the key out"}},
		{"- name: a\n  paths: [/a]\n  groups: admins", []string{`5:3: rules[0].groups: must be a list: [a, b], or "- a" in a line of its own`}},

		// One that was read in part is checked alone: what it covers is not known.
		{"- name: a\n  paths: [/*]\n  host: [x]\n- name: b\n  paths: [/b]", []string{"5:3: rules[0].host: " + keys}},
		{"- name: a b\n  paths: [/c/]\n  access: [public]\n- name: b\n  paths: [/b]\n- c\n-", []string{
			`3:3: rules[0].name: must be 1 to 64 letters, digits and "._-"`,
			"4:11: rules[0].paths[0]: must not end with a slash: it takes the path with one and without",
			"5:3: rules[0].access: must be a text",
			`8:3: rules[2]: must be a mapping: "key: value", in lines of their own`,
			"9:3: rules[3]: has no value: give it one, or leave the key out",
		}},
	} {
		for i, want := range test.want {
			test.want[i] = "f.yaml:" + want
		}
		refused(t, onePool+"rules:\n"+test.rules, test.want...)
	}
	refused(t, onePool+"rules: []", "f.yaml:2:1: rules: is empty, which stands for nothing: name something, or leave the key out")
}

// A rule that nobody can meet was meant for somebody.
func TestAPermissionThatNoGroupGrantsIsAFault(t *testing.T) {
	const rule = "rules: [{name: a, paths: [/*], permissions: [read, write]}]\n"
	const fault = "is granted to no group, so nobody could have it: grant it under permissions, or leave it out"
	at := func(before string) string { return "f.yaml:2:" + column(before) + ": rules[0].permissions" }
	read := at("rules: [{name: a, paths: [/*], permissions: [") + "[0]: " + fault
	wrote := at("rules: [{name: a, paths: [/*], permissions: [read, ") + "[1]: " + fault
	refused(t, onePool+rule, read, wrote)
	refused(t, onePool+rule+"permissions: {a: [read]}\n", wrote)
	refused(t, onePool+rule+"permissions: {a: [Write, read]}\n", wrote)
	parse(t, onePool+rule+"permissions: {a: [read], b: [write]}\n")

	// What is granted is not known, so only that is told.
	refused(t, onePool+rule+"permissions: {a: [read], b: write}\n",
		"f.yaml:3:"+column("permissions: {a: [read], ")+`: permissions.b: must be a list: [a, b], or "- a" in a line of its own`)
	refused(t, onePool+"permissions: {' a': [x]}",
		`f.yaml:2:15: permissions." a": is the name of no group: it is empty, begins or ends with a space, or holds a control character`)
	refused(t, onePool+`permissions: {"a\n": [x]}`,
		`f.yaml:2:15: permissions."a\n": is the name of no group: it is empty, begins or ends with a space, or holds a control character`)
	refused(t, onePool+"permissions: {a: []}", "f.yaml:2:15: permissions.a: is empty, which stands for nothing: name something, or leave the key out")
}

func TestNoMoreThanAHundredFaultsAreListed(t *testing.T) {
	lines := strings.Repeat("- {name: a, paths: [/a], x: y}\n", 101)
	_, err := parseError(t, onePool+"rules:\n"+lines)
	if len(err) != 101 || !strings.HasPrefix(err[0], "f.yaml:3:26: rules[0].x: ") || err[100] != "and 1 faults more" {
		t.Errorf("%d lines: %q", len(err), err)
	}
}
