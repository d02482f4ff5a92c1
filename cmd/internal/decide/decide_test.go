package decide_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
)

// site is the rules that most tests ask.
var site = []decide.Rule{
	{Name: "assets", Methods: []string{"GET"}, Paths: []string{"/public/*", "/health", "/a b/*"}, Access: decide.Public},
	{Name: "closed", Paths: []string{"/admin/internal/*"}},
	{Name: "admin", Paths: []string{"/admin/*", "/secret"}, Access: decide.Authenticated, Groups: []string{"admins"}},
	{Name: "users", Paths: []string{"/*"}, Access: decide.Authenticated},
}

func newEngine(t testing.TB, rules ...decide.Rule) *decide.Engine {
	t.Helper()
	engine, err := decide.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func get(target string) decide.Request {
	return decide.Request{Method: "GET", Host: "app.example", Target: target}
}

// person is a user with an access token, in those groups.
func person(groups ...string) *gognito.User {
	return &gognito.User{Claims: &gognito.Claims{
		Subject: "7f1c", ClientID: "client", Username: "ann", TokenUse: gognito.AccessToken, Groups: groups,
	}}
}

func signedIn(user *gognito.User) func() (*gognito.User, error) {
	return func() (*gognito.User, error) { return user, nil }
}

func stranger() (*gognito.User, error) { return nil, gognito.NewError("", nil) }

// outcome is a decision in a word: the rule and "ok", or the kind and reason.
func outcome(t testing.TB, d decide.Decision) string {
	t.Helper()
	if d.Allow != (d.Err == nil) || !d.Allow && d.User != nil {
		t.Errorf("the decision contradicts itself: %+v", d)
	}
	rule := d.Rule
	if rule == "" {
		rule = "-"
	}
	switch {
	case d.Allow:
		return rule + " ok"
	case errors.Is(d.Err, decide.ErrMalformed):
		return rule + " malformed"
	default:
		return strings.TrimSpace(fmt.Sprint(rule, " ", string(gognito.KindOf(d.Err)), " ", gognito.ReasonOf(d.Err)))
	}
}

func TestTheFirstRuleThatTakesARequestDecides(t *testing.T) {
	engine := newEngine(t,
		decide.Rule{Name: "other", Hosts: []string{"other.example", "[::1]"}, Paths: []string{"/*"}, Access: decide.Public},
		decide.Rule{Name: "read", Methods: []string{"GET", "HEAD"}, Paths: []string{"/items/*"}, Access: decide.Public},
		decide.Rule{Name: "write", Methods: []string{"POST", "DELETE"}, Paths: []string{"/items/*"}, Access: decide.Authenticated},
		decide.Rule{Name: "page", Paths: []string{"/", "/items", "/über uns"}, Access: decide.Public},
	)
	for _, test := range []struct{ method, host, target, want string }{
		{"GET", "app.example", "/items/1", "read ok"},
		{"HEAD", "app.example", "/items/1", "read ok"}, // a server answers it by what it has for GET
		{"GET", "app.example", "/items", "read ok"},    // /items/* is /items too
		{"GET", "app.example", "/items/", "read ok"},
		{"POST", "app.example", "/items/1", "write no token"},
		{"PUT", "app.example", "/items/1", "- no token"},
		{"PUT", "app.example", "/items", "page ok"},
		{"PUT", "app.example", "/items/", "page ok"}, // the slash at the end makes no difference
		{"GET", "app.example", "/", "page ok"},
		{"GET", "app.example", "/items2", "- no token"},
		{"GET", "app.example", "/x", "- no token"},
		{"GET", "app.example", "/%C3%BCber%20uns", "page ok"},

		{"PUT", "other.example", "/x", "other ok"},
		{"PUT", "OTHER.example:8443", "/x", "other ok"},
		{"PUT", "other.example.", "/x", "other ok"},
		{"PUT", "other.example.:", "/x", "other ok"},
		{"PUT", "[::1]:80", "/x", "other ok"},
		{"PUT", "[0:0::1]", "/x", "other ok"},
		{"PUT", "an.other.example", "/x", "- no token"},
		{"PUT", "other.example.evil.example", "/x", "- no token"},

		{"PUT", "", "/x", "- malformed"}, // rules name hosts
		{"PUT", "user@other.example", "/x", "- malformed"},
		{"PUT", "other.example/", "/x", "- malformed"},
		{"PUT", "other.example:80:80", "/x", "- malformed"},
		{"PUT", "other.example:http", "/x", "- malformed"},
		{"PUT", "other.example, app.example", "/x", "- malformed"},
		{"PUT", "other%2eexample", "/x", "- malformed"},
		{"PUT", "øther.example", "/x", "- malformed"},
		{"PUT", ".", "/x", "- malformed"},
		{"PUT", "other.example..", "/x", "- malformed"},
		{"PUT", ".other.example", "/x", "- malformed"},
		{"PUT", "other..example", "/x", "- malformed"},
		{"PUT", strings.Repeat("a.", 127), "/x", "- no token"},
		{"PUT", strings.Repeat("a.", 126) + "a", "/x", "- no token"},
		{"PUT", strings.Repeat("a.", 126) + "aa", "/x", "- malformed"}, // 254 bytes
		{"PUT", "[::1", "/x", "- malformed"},
		{"PUT", "[::1]]", "/x", "- malformed"},
		{"PUT", "[::1%25eth0]", "/x", "- malformed"},
		{"PUT", "[127.0.0.1]", "/x", "- malformed"},
		{"PUT", "::1", "/x", "- malformed"},

		{"", "app.example", "/x", "- malformed"},
		{"post", "app.example", "/items/1", "- malformed"}, // some servers make it POST
		{"Get", "app.example", "/items/1", "- malformed"},
		{"GET /items/1", "app.example", "/x", "- malformed"},
		{"GET\n", "app.example", "/x", "- malformed"},
		{"GÉT", "app.example", "/x", "- malformed"},
		{"M-SEARCH", "app.example", "/items", "page ok"},
	} {
		request := decide.Request{Method: test.method, Host: test.host, Target: test.target}
		if got := outcome(t, engine.Decide(request, stranger)); got != test.want {
			t.Errorf("%+v: %s, want %s", request, got, test.want)
		}
	}
}

func TestAHostIsNeededOnlyByRulesThatNameHosts(t *testing.T) {
	engine := newEngine(t, site...)
	for host, want := range map[string]string{"": "assets ok", "x.example": "assets ok", "x@y": "- malformed"} {
		if got := outcome(t, engine.Decide(decide.Request{Method: "GET", Host: host, Target: "/health"}, stranger)); got != want {
			t.Errorf("host %q: %s, want %s", host, got, want)
		}
	}
}

func TestWhatARuleDemandsMustHold(t *testing.T) {
	machine := &gognito.User{Claims: &gognito.Claims{Subject: "client", ClientID: "client", TokenUse: gognito.AccessToken, Scopes: []string{"api/read"}}}
	nameless := &gognito.User{Claims: &gognito.Claims{Subject: "7f1c", ClientID: "client", TokenUse: gognito.AccessToken}}
	idToken := person("admins")
	idToken.TokenUse = gognito.IDToken
	useless := person("admins")
	useless.TokenUse = ""
	anyUse := person("admins")
	anyUse.TokenUse = gognito.AnyToken
	scoped := person("admins")
	scoped.Scopes = []string{"api/read"}
	granted := person("admins")
	granted.Scopes = []string{"api/read", "api/write"}
	granted.Grant("edit a post")
	all := decide.Rule{
		Groups: []string{"ops", "admins"}, AllGroups: []string{"admins"},
		Scopes: []string{"api/read", "api/see"}, AllScopes: []string{"api/read", "api/write"}, Permissions: []string{"edit a post"},
	}
	for name, test := range map[string]struct {
		rule decide.Rule
		user *gognito.User
		want string
	}{
		"any user":                        {decide.Rule{}, person(), "r ok"},
		"an ID token":                     {decide.Rule{}, idToken, "r invalid token token_use"},
		"an ID token that is asked for":   {decide.Rule{TokenUse: gognito.IDToken}, idToken, "r ok"},
		"an access token for an ID token": {decide.Rule{TokenUse: gognito.IDToken}, person(), "r invalid token token_use"},
		"any token":                       {decide.Rule{TokenUse: gognito.AnyToken}, idToken, "r ok"},
		"a token of no use":               {decide.Rule{TokenUse: gognito.AnyToken}, useless, "r invalid token token_use"},
		"a token of any use":              {decide.Rule{TokenUse: gognito.AnyToken}, anyUse, "r invalid token token_use"},
		"a machine":                       {decide.Rule{}, machine, "r invalid token machine"},
		"a machine that may":              {decide.Rule{Machines: true, Scopes: []string{"api/read"}}, machine, "r ok"},
		"a person where machines may":     {decide.Rule{Machines: true}, person(), "r ok"},
		"neither person nor machine":      {decide.Rule{Machines: true}, nameless, "r invalid token machine"},
		"none of the groups":              {decide.Rule{Groups: []string{"admins"}}, person("users", "Admins", "admins,x"), "r forbidden group"},
		"one of the groups":               {decide.Rule{Groups: []string{"ops", "admins"}}, person("admins"), "r ok"},
		"not all of the groups":           {decide.Rule{AllGroups: []string{"ops", "admins"}}, person("admins"), "r forbidden group"},
		"none of the scopes":              {decide.Rule{Scopes: []string{"api/write"}}, scoped, "r forbidden scope"},
		"not all of the scopes":           {decide.Rule{AllScopes: []string{"api/read", "api/write"}}, scoped, "r forbidden scope"},
		"no permission":                   {decide.Rule{Permissions: []string{"edit a post"}}, person(), "r forbidden permission"},
		"all of it":                       {all, granted, "r ok"},
		"all of it but groups":            {all, person(), "r forbidden group"}, // before scopes, as the library has it
		"all of it but a scope":           {all, scoped, "r forbidden scope"},
	} {
		test.rule.Name, test.rule.Paths, test.rule.Access = "r", []string{"/*"}, decide.Authenticated
		d := newEngine(t, test.rule).Decide(get("/"), signedIn(test.user))
		if got := outcome(t, d); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		if d.Allow && d.User != test.user {
			t.Errorf("%s: let through as somebody else", name)
		}
	}
}

// A stranger gets the same answer for what there is and for what there is not; a
// user does for what he may not and for what there is not.
func TestAStrangerDoesNotLearnWhichPathsThereAre(t *testing.T) {
	engine := newEngine(t, site[:3]...)
	for _, test := range []struct{ target, stranger, user string }{
		{"/admin/x", "admin no token", "admin forbidden group"},
		{"/admin/internal/x", "closed no token", "closed forbidden permission"},
		{"/nothing", "- no token", "- forbidden permission"},
	} {
		if got := outcome(t, engine.Decide(get(test.target), stranger)); got != test.stranger {
			t.Errorf("%s, a stranger: %s, want %s", test.target, got, test.stranger)
		}
		if got := outcome(t, engine.Decide(get(test.target), signedIn(person()))); got != test.user {
			t.Errorf("%s, a user: %s, want %s", test.target, got, test.user)
		}
	}
}

func TestAUserIsAskedForOnceAndOnlyIfARuleWantsOne(t *testing.T) {
	engine := newEngine(t, site...)
	for target, want := range map[string]int{
		"/public/x":                  0,
		"/health?x=/admin":           0,
		"/%zz":                       0,
		"/x":                         1,
		"/admin/internal/x":          1,
		"/public/..%2fadmin;x/%2e/y": 1, // by many readings
	} {
		asked := 0
		engine.Decide(get(target), func() (*gognito.User, error) {
			asked++
			return person("admins"), nil
		})
		if asked != want {
			t.Errorf("%s: the user was asked for %d times, want %d", target, asked, want)
		}
	}
}

// A14: whatever fails, fails closed, and as what it is.
func TestA14WhateverGoesWrongDenies(t *testing.T) {
	engine := newEngine(t, decide.Rule{Name: "r", Paths: []string{"/*"}, Access: decide.Authenticated})
	attach := errors.New("the application's own")
	for name, test := range map[string]struct {
		authenticate func() (*gognito.User, error)
		want         string
	}{
		"no token":          {stranger, "r no token"},
		"an outage":         {failing(gognito.NewError(gognito.ReasonKeysUnavailable, nil)), "r unavailable keys_unavailable"},
		"a bad token":       {failing(gognito.NewError(gognito.ReasonSignature, nil)), "r invalid token signature"},
		"another site":      {failing(gognito.NewError(gognito.ReasonCrossOrigin, nil)), "r forbidden cross_origin"},
		"a caller who left": {failing(fmt.Errorf("asking: %w", context.Canceled)), "r unavailable canceled"},
		"a deadline":        {failing(fmt.Errorf("asking: %w", context.DeadlineExceeded)), "r unavailable"},
		"an outage with a deadline": {
			failing(gognito.NewError(gognito.ReasonKeysUnavailable, context.DeadlineExceeded)), "r unavailable keys_unavailable",
		},
		"the application": {failing(attach), "r"},
		"nobody":          {signedIn(nil), "r unavailable"},
		"no claims":       {signedIn(&gognito.User{}), "r unavailable"},
		"a panic":         {func() (*gognito.User, error) { panic("eyJhbGciOi") }, "r unavailable"},
		"a nil panic":     {func() (*gognito.User, error) { panic(nil) }, "r unavailable"},
		"no function":     {nil, "r unavailable"},
		"a user and an error": {
			func() (*gognito.User, error) { return person(), gognito.NewError(gognito.ReasonRevoked, nil) }, "r invalid token revoked",
		},
	} {
		d := engine.Decide(get("/"), test.authenticate)
		if got := outcome(t, d); got != test.want || d.Allow {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		if strings.Contains(fmt.Sprintf("%v %+v", d.Err, d.Err), "eyJ") {
			t.Errorf("%s: the error tells what the panic held", name)
		}
	}
	if d := engine.Decide(get("/"), failing(attach)); !errors.Is(d.Err, attach) {
		t.Errorf("the application's error is gone: %v", d.Err)
	}
	d := engine.Decide(get("/"), failing(context.DeadlineExceeded))
	if !errors.Is(d.Err, context.DeadlineExceeded) {
		t.Errorf("the deadline is gone: %v", d.Err)
	}
	var panicked *decide.PanicError
	if d := engine.Decide(get("/"), nil); !errors.As(d.Err, &panicked) || !strings.Contains(string(panicked.Stack), "userOf") {
		t.Errorf("the panic's stack is gone: %v", d.Err)
	}
	if (decide.Decision{}).Allow {
		t.Error("the zero Decision allows")
	}
}

func failing(err error) func() (*gognito.User, error) {
	return func() (*gognito.User, error) { return nil, err }
}

// To a dialect that does not know of it, a malformed request is a forbidden one.
func TestAMalformedRequestIsForbiddenToo(t *testing.T) {
	d := newEngine(t, site...).Decide(get("*"), signedIn(person("admins")))
	if !errors.Is(d.Err, decide.ErrMalformed) || gognito.KindOf(d.Err) != gognito.ErrForbidden || d.Allow {
		t.Errorf("%+v", d)
	}
}
