package decide_test

import (
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
)

// A2: the query chooses no rule.
func TestA2TheQueryNeverTakesPart(t *testing.T) {
	engine := newEngine(t, site...)
	for target, want := range map[string]string{
		"/admin?x=/public":        "admin no token",
		"/admin/x?/public/y":      "admin no token",
		"/public/?/../admin":      "assets ok",
		"/public?/../admin":       "assets ok",
		"/public/x?../../admin":   "assets ok",
		"/health?%zz#\x00é":       "assets ok",
		"/health??":               "assets ok",
		"/x?/public/":             "users no token",
		"/admin#/public":          "- malformed",
		"/admin#?/public":         "- malformed",
		"/public/#/../admin":      "- malformed",
		"?/public/":               "- malformed",
		"/admin%3f/public":        "admin no token", // what decodes and parses again serves /admin
		"/admin%3F/../public/":    "admin no token",
		"/admin%23/public":        "admin no token",
		"/public/x%3f":            "users no token",
		"/public%3f/../admin":     "admin no token",
		"/public/%23/../../admin": "admin no token",
	} {
		if got := outcome(t, engine.Decide(get(target), stranger)); got != want {
			t.Errorf("%s: %s, want %s", target, got, want)
		}
	}
}

// A3: there are no paths but the rules', for health checks neither.
func TestA3NoPathIsSpecial(t *testing.T) {
	engine := newEngine(t, decide.Rule{Name: "r", Paths: []string{"/x"}, Access: decide.Public})
	for _, target := range []string{"/", "/ping", "/ready", "/health", "/healthz", "/robots.txt", "/favicon.ico", "/.well-known/x", "/oauth2/auth"} {
		if got := outcome(t, engine.Decide(get(target), stranger)); got != "- no token" {
			t.Errorf("%s: %s, want it denied", target, got)
		}
	}
}

// A4: whichever server stands behind, the spelling of a path opens nothing. The
// user is in no group.
func TestA4NoSpellingOpensAPath(t *testing.T) {
	engine := newEngine(t, site...)
	for _, test := range []struct{ target, stranger, user string }{
		// What is meant to work.
		{"/public/x", "assets ok", "assets ok"},
		{"/public", "assets ok", "assets ok"},
		{"/public/", "assets ok", "assets ok"},
		{"/public/%E2%82%AC%20%5Bid%5D.js", "assets ok", "assets ok"},
		{"/public/logo@2x.png", "assets ok", "assets ok"},
		{"/public/logo%402x.png", "assets ok", "assets ok"}, // a reserved character that no server splits at
		{"/public/...", "assets ok", "assets ok"},
		{"/public/.x/..y/z..", "assets ok", "assets ok"},
		{"/a%20b/c", "assets ok", "assets ok"},
		{"/files/a%2fb;v=1", "users no token", "users ok"}, // all of whose readings a user may see
		{"/proxy/https://x.example/", "users no token", "users ok"},

		// Public rules take one spelling.
		{"/public//x", "users no token", "users ok"},
		{"/public/./x", "users no token", "users ok"},
		{"/public/y/../x", "users no token", "users ok"},
		{"/public/%78", "users no token", "users ok"},
		{"/public/%e2%82%ac", "users no token", "users ok"},
		{"/public/a%2Fb", "users no token", "users ok"},
		{"/public/a%5Cb", "users no token", "users ok"},
		{`/public/a\b`, "users no token", "users ok"},
		{"/public/a;b", "users no token", "users ok"},
		{"/public/a%3Bb", "users no token", "users ok"},
		{"/public/a%25b", "users no token", "users ok"},
		{"/public/[id]", "users no token", "users ok"},
		{"/public/a|b", "users no token", "users ok"},
		{"/a b/c", "- malformed", "- malformed"},

		// Seen with nginx: the application got /api/x for each like these.
		{"/public/../admin/x", "admin no token", "admin forbidden group"},
		{"/public/%2e%2e/admin/x", "admin no token", "admin forbidden group"},
		{"/public/..%2fadmin/x", "admin no token", "admin forbidden group"},
		{"/public/..%2Fadmin", "admin no token", "admin forbidden group"},
		{"//admin/x", "admin no token", "admin forbidden group"},
		{"/admin//x", "admin no token", "admin forbidden group"},
		{"/admin/%2fx", "admin no token", "admin forbidden group"},
		{"/%61dmin/x", "admin no token", "admin forbidden group"},
		{"/public/x#/../../admin", "- malformed", "- malformed"},
		{"/./admin", "admin no token", "admin forbidden group"},
		{"/../admin", "admin no token", "admin forbidden group"},
		{"/x/../../../admin", "admin no token", "admin forbidden group"},
		{"/public//../admin", "admin no token", "admin forbidden group"},  // /public/admin where slashes are not merged first
		{"/admin/../public/x", "admin no token", "admin forbidden group"}, // /admin/… where dots are not resolved
		{"/admin/..", "admin no token", "admin forbidden group"},
		{"/admin/", "admin no token", "admin forbidden group"},
		{"/secret/", "admin no token", "admin forbidden group"},

		// Semicolons, backslashes.
		{"/public/..;/admin", "admin no token", "admin forbidden group"},
		{"/public/..;x=y/admin;z", "admin no token", "admin forbidden group"},
		{"/admin;x", "admin no token", "admin forbidden group"},
		{"/secret;x/y", "admin no token", "admin forbidden group"},
		{"/;/admin", "admin no token", "admin forbidden group"},
		{"/;x/admin", "admin no token", "admin forbidden group"},
		{"/public/%2e%2e%3b/admin", "admin no token", "admin forbidden group"},
		{`/public\..\admin`, "admin no token", "admin forbidden group"},
		{"/public/..%5cadmin", "admin no token", "admin forbidden group"},
		{"/%5cadmin", "admin no token", "admin forbidden group"},
		{`/\admin`, "admin no token", "admin forbidden group"},

		// Decoded twice.
		{"/%2561dmin", "admin no token", "admin forbidden group"},
		{"/public/%252e%252e/admin", "admin no token", "admin forbidden group"},
		{"/public/..%25252fadmin", "admin no token", "admin forbidden group"},
		{"/public/%25%32%65%2e/admin", "admin no token", "admin forbidden group"},
		{"/%25zz/%252e%252e/admin", "admin no token", "admin forbidden group"},

		// Parsed as a URL.
		{"//host/admin", "admin no token", "admin forbidden group"},
		{`/\host/admin`, "admin no token", "admin forbidden group"},
		{"//host//admin", "admin no token", "admin forbidden group"},

		// Letter case.
		{"/ADMIN/x", "admin no token", "admin forbidden group"},
		{"/aDmin", "admin no token", "admin forbidden group"},
		{"/Secret", "admin no token", "admin forbidden group"},
		{"/%41DMIN", "admin no token", "admin forbidden group"},
		{"/adm%C4%B0n", "admin no token", "admin forbidden group"},  // the dotted capital I: i in lower case
		{"/adm%C4%B1n", "admin no token", "admin forbidden group"},  // the dotless i: I in upper case
		{"/%C5%BFecret", "admin no token", "admin forbidden group"}, // the long s
		{"/PUBLIC/x", "users no token", "users ok"},

		// The strictest of several.
		{"/admin/internal/../x", "closed no token", "closed forbidden permission"},
		{"/x/..%2fadmin/internal", "closed no token", "closed forbidden permission"},
		{"/admin/INTERNAL/x", "closed no token", "closed forbidden permission"},

		// Without a reading.
		{"", "- malformed", "- malformed"},
		{"*", "- malformed", "- malformed"},
		{"admin", "- malformed", "- malformed"},
		{`\admin`, "- malformed", "- malformed"},
		{"%2fadmin", "- malformed", "- malformed"},
		{"http://app.example/public/", "- malformed", "- malformed"},
		{"app.example:443", "- malformed", "- malformed"},
		{"/public/%", "- malformed", "- malformed"},
		{"/public/%2", "- malformed", "- malformed"},
		{"/public/%zz", "- malformed", "- malformed"},
		{"/public/%u002e", "- malformed", "- malformed"},
		{"/public/%00", "- malformed", "- malformed"},
		{"/public/%0d%0aX:y", "- malformed", "- malformed"},
		{"/public/%7f", "- malformed", "- malformed"},
		{"/public/%C2%85", "- malformed", "- malformed"},
		{"/public/%2500", "- malformed", "- malformed"},              // decoded twice
		{"/public/%c0%ae%c0%ae/admin", "- malformed", "- malformed"}, // dots, to some decoders
		{"/public/%ff", "- malformed", "- malformed"},
		{"/public/%25ff", "- malformed", "- malformed"},
		{"/public/é", "- malformed", "- malformed"},
		{"/public/\xff", "- malformed", "- malformed"},
		{"/public/\x7f", "- malformed", "- malformed"},
		{"/public/x\ty", "- malformed", "- malformed"},
	} {
		if got := outcome(t, engine.Decide(get(test.target), stranger)); got != test.stranger {
			t.Errorf("%q, a stranger: %s, want %s", test.target, got, test.stranger)
		}
		if got := outcome(t, engine.Decide(get(test.target), signedIn(person()))); got != test.user {
			t.Errorf("%q, a user: %s, want %s", test.target, got, test.user)
		}
	}
}

// A4: if two readings are two rules', both must be met.
func TestA4TheDemandsOfAllReadingsHoldTogether(t *testing.T) {
	engine := newEngine(t,
		decide.Rule{Name: "a", Paths: []string{"/a/*"}, Access: decide.Authenticated, Groups: []string{"a"}},
		decide.Rule{Name: "b", Paths: []string{"/b/*"}, Access: decide.Authenticated, Groups: []string{"b"}},
		decide.Rule{Name: "rest", Paths: []string{"/*"}, Access: decide.Public},
	)
	for _, test := range []struct {
		target string
		groups []string
		want   string
	}{
		{"/a/..%2fb", []string{"a"}, "b forbidden group"},
		{"/a/..%2fb", []string{"b"}, "a forbidden group"},
		{"/a/..%2fb", []string{"a", "b"}, "a ok"},
		{"/a/%2e%2e/x", []string{"a", "b"}, "- forbidden permission"}, // a reading is /x, and no public rule takes it
		{"/a/../a/x", []string{"a"}, "a ok"},
		{"/A/x", []string{"b"}, "a forbidden group"}, // public, if letter case matters
		{"/A/x", []string{"a"}, "a ok"},
	} {
		if got := outcome(t, engine.Decide(get(test.target), signedIn(person(test.groups...)))); got != test.want {
			t.Errorf("%s as one of %q: %s, want %s", test.target, test.groups, got, test.want)
		}
	}
}

// A12: what another token says of itself opens nothing here.
func TestA12OneKindOfTokenIsNotAnother(t *testing.T) {
	engine := newEngine(t,
		decide.Rule{Name: "profile", Paths: []string{"/profile"}, Access: decide.Authenticated, TokenUse: gognito.IDToken},
		decide.Rule{Name: "api", Paths: []string{"/api/*"}, Access: decide.Authenticated},
		decide.Rule{Name: "jobs", Paths: []string{"/jobs/*"}, Access: decide.Authenticated, Machines: true},
	)
	id := person()
	id.TokenUse = gognito.IDToken
	machine := &gognito.User{Claims: &gognito.Claims{Subject: "client", ClientID: "client", TokenUse: gognito.AccessToken}}
	for _, test := range []struct {
		target string
		user   *gognito.User
		want   string
	}{
		{"/profile", id, "profile ok"},
		{"/profile", person(), "profile invalid token token_use"},
		{"/api/x", id, "api invalid token token_use"},
		{"/api/x", machine, "api invalid token machine"},
		{"/jobs/x", machine, "jobs ok"},
		{"/jobs/x", id, "jobs invalid token token_use"},
		{"/jobs/../api/x", machine, "api invalid token machine"}, // either may serve it
		{"/api/%2e%2e/jobs/x", machine, "api invalid token machine"},
	} {
		if got := outcome(t, engine.Decide(get(test.target), signedIn(test.user))); got != test.want {
			t.Errorf("%s: %s, want %s", test.target, got, test.want)
		}
	}
}
