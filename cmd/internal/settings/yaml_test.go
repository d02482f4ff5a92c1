package settings_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// parseError returns what is refused, in lines.
func parseError(t *testing.T, text string) (*settings.Settings, []string) {
	t.Helper()
	s, err := settings.Parse("f.yaml", []byte(text))
	if s != nil || err == nil {
		t.Fatalf("%.200s\nis taken", text)
	}
	return s, strings.Split(err.Error(), "\n")
}

func TestWhatYAMLAllowsAndHidesThingsIsRefused(t *testing.T) {
	const alias = "is an anchor or an alias, which are not read: write the value out, and in quotes if it begins with & or *"
	const tag = "has a tag, which are not read: leave it out, and write a value that begins with ! in quotes"
	const unknown = "is no setting; there are browsers, identity, limits, listen, log, permissions, pools, proxy, realm, rules, tls, tokens, trusted_proxies"
	for _, test := range []struct {
		text string
		want []string
	}{
		{"realm: a\nrealm: b", []string{"3:1: realm: is there twice, in line 2 too: keep one"}},
		{"realm: a\n\"realm\": b", []string{"3:1: realm: is there twice, in line 2 too: keep one"}},
		{"log: {access: true, access: false}", []string{"2:21: log.access: is there twice, in line 2 too: keep one"}},
		{"pools: [{user_pool_id: eu-west-1_x, client_ids: [x]}]", []string{"2:1: pools: is there twice, in line 1 too: keep one"}},
		{"log:\n  <<: {access: true}", []string{"3:3: log: << is not read: write the keys out"}},
		{"log: &a {access: true}", []string{"2:1: log: " + alias}},
		{"realm: &a x\ntls: *a", []string{"2:1: realm: " + alias, "3:1: tls: " + alias}},
		{"tokens: {cookies: [&a x, *a]}", []string{"2:20: tokens.cookies[0]: " + alias, "2:26: tokens.cookies[1]: " + alias}},
		{"realm: !!str x", []string{"2:1: realm: " + tag}},
		{"realm: !secret x", []string{"2:1: realm: " + tag}},
		{"realm: !!binary aGk=", []string{"2:1: realm: " + tag}},
		{"? realm\n: x", []string{"2:1: a key must be a text"}},
		{"realm:", []string{"2:1: realm: has no value: give it one, or leave the key out"}},
		{"realm: null", []string{"2:1: realm: has no value: give it one, or leave the key out"}},
		{"realm: ~", []string{"2:1: realm: has no value: give it one, or leave the key out"}},
		{"log: {access}", []string{"2:7: log.access: has no value: give it one, or leave the key out"}},
		{"tokens: {cookies: [a, ~]}", []string{"2:23: tokens.cookies[1]: has no value: give it one, or leave the key out"}},
		{"Realm: a", []string{"2:1: Realm: " + unknown}},
		{"\"rea\\u006cm\\u200b\": a", []string{"2:1: \"realm\\u200b\": " + unknown}},
		{"true: a", []string{"2:1: true: " + unknown}},
		{strings.Repeat("é", 70) + ": a", []string{"2:1: \"" + strings.Repeat(`\u00e9`, 64) + `\u2026": ` + unknown}},
		{"realm: a\n---\nrealm: b", []string{"4:1: a second document begins: a configuration is one"}},
		{"realm: a\n...\nrealm: b", []string{"4:1: a second document begins: a configuration is one"}},
		{"%YAML 1.2\n---\nrealm: a", []string{"2:1: is a directive of YAML, which are not read: leave it out, and write a value that begins with % in quotes"}},
		{"realm: [a, [b, [c]]]", []string{"2:1: realm: must be a text"}},
		{"log: {a: {b: {c: {d: {e: {f: {g: {h: {}}}}}}}}}", []string{"2:7: log.a: is no setting; there are access, audit", "2:35: log.a.b.c.d.e.f.g.h: is nested deeper than any setting is"}},
		{"realm: a: b", []string{"2:8: is no valid YAML: mapping value is not allowed in this context"}},
		{"realm: 'hunter2", []string{"2:8: is no valid YAML: could not find end character of single-quoted text"}},
		{"realm: |hunter2\n  a", []string{"2:8: is no valid YAML: invalid header option"}},
		{"realm: [a", []string{"2:8: is no valid YAML: sequence end token ']' not found"}},
		{"\tlog: {access: true}", []string{"2:1: is no valid YAML: found character '\t' that cannot start any token"}},
		{"log:\n\taccess: true", []string{"3:1: is no valid YAML: found character '\t' that cannot start any token"}},
		{"realm: a\xff", []string{"2:9: is not UTF-8"}},
		{"realm: a\x00b\nrealm: \x1b[2J", []string{"2:9: holds a control character: leave it out", "3:8: holds a control character: leave it out"}},
		{"realm: a\rtls: b", []string{"2:9: holds a control character: leave it out"}},
		{"realm: \ufeffa", []string{"2:8: holds a control character: leave it out"}},
	} {
		var want []string
		for _, line := range test.want {
			want = append(want, "f.yaml:"+line)
		}
		refused(t, onePool+test.text, want...)
	}
	for text, want := range map[string]string{
		"":                               "f.yaml: is empty, as a file is that was cut: write settings into it, or name no file",
		"# nothing\n":                    "f.yaml: is empty, as a file is that was cut: write settings into it, or name no file",
		"---\n":                          "f.yaml: is empty, as a file is that was cut: write settings into it, or name no file",
		"null":                           "f.yaml:1:1: has no value: give it one, or leave the key out",
		"a":                              `f.yaml:1:1: must hold settings, each as "key: value"`,
		"- a":                            `f.yaml:1:1: must hold settings, each as "key: value"`,
		"{}":                             "f.yaml:1:1: is empty: write something into it, or leave it out",
		"hunter2: &a [*a]":               "f.yaml:1:1: hunter2: is an anchor or an alias, which are not read: write the value out, and in quotes if it begins with & or *",
		"-----BEGIN PRIVATE KEY-----":    `f.yaml:1:1: must hold settings, each as "key: value"`,
		strings.Repeat("#", 1<<20) + "#": "f.yaml: is larger than 1048576 bytes",
	} {
		_, err := parseError(t, text)
		if !slices.Contains(err, want) {
			t.Errorf("%.100q: %q, want %q", text, err, want)
		}
	}
}

// A parser that builds what these ask for takes gigabytes, or minutes.
func TestAFileThatGrowsWhenItIsReadIsRefused(t *testing.T) {
	const size = 1 << 20
	fill := func(text string) string { return strings.Repeat(text, size/len(text)) }
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for _, level := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		before := string(level[0] - 1)
		laughs += "a" + level + ": &a" + level + " [" + strings.Repeat("*a"+before+", ", 8) + "*a" + before + "]\n"
	}
	merges := "a0: &a0 {x: y}\n"
	for _, level := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		before := string(level[0] - 1)
		merges += "a" + level + ": &a" + level + " {<<: [*a" + before + ", *a" + before + "]}\n"
	}
	indented := ""
	for depth := range 1400 {
		indented += strings.Repeat(" ", depth) + "a:\n"
	}
	const many = "f.yaml: holds more than 20000 words and signs, which no configuration needs"
	for _, test := range []struct{ about, text, want string }{
		{"laughs", laughs, "f.yaml:1:1: a0: is an anchor or an alias, which are not read: write the value out, and in quotes if it begins with & or *"},
		{"merges", merges, "f.yaml:1:1: a0: is an anchor or an alias, which are not read: write the value out, and in quotes if it begins with & or *"},
		{"brackets", strings.Repeat("[", 20_000), "f.yaml:1:11: brackets are nested more than 10 deep, and no setting is"},
		{"braces", strings.Repeat("{a: ", 5_000), "f.yaml:1:41: brackets are nested more than 10 deep, and no setting is"},
		{"dashes", strings.Repeat("- ", 20_000), "f.yaml:1:201: more than 100 words and signs without a comma or a new line"},
		{"indentation", indented, "f.yaml:9:9: a.a.a.a.a.a.a.a.a: is nested deeper than any setting is"},
		{"keys", fill("a: b\n"), many},
		{"nulls", fill("a:\n"), many},
		{"items", "a: [" + fill("a,")[:size-10] + "]", many},
		{"words", "realm: " + fill("a ")[:size-10], "f.yaml: pools: is missing: name the user pools, here, by --user-pool-id and --client-id, or by AWS_COGNITO_USER_POOL_ID and AWS_COGNITO_APP_CLIENT_ID"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parseError(t, test.text)
		runtime.ReadMemStats(&after)
		if !slices.Contains(err, test.want) {
			t.Errorf("%s: %q, want %q", test.about, err[:min(5, len(err))], test.want)
		}
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 400 {
			t.Errorf("%s: %d MiB", test.about, grown)
		}
	}
	// The most that is read at all.
	for _, text := range []string{strings.Repeat("a: b\n", 20_000/3), strings.Repeat("a:\n", 20_000/2)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parseError(t, text)
		runtime.ReadMemStats(&after)
		if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; len(err) > 101 || grown > 700 {
			t.Errorf("%.4q…: %d MiB, %d faults", text, grown, len(err))
		}
	}
}
