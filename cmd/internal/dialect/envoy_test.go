package dialect_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

// removals returns what Envoy is told to take out of the client's request.
func removals(a *answer) []string {
	lines := a.Header["X-Envoy-Auth-Headers-To-Remove"]
	if len(lines) != 1 {
		return nil
	}
	return strings.Split(lines[0], ", ")
}

// A5, A6: whatever the client sent that could pass for the identity is taken out, but
// for what we set, which takes the place of the client's.
func TestA5EnvoyTakesOutWhatCouldPassForTheIdentity(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) { told.Browsers.PassPreflights = true })
	spoofed := []string{"X-Auth-User: root", "x-auth-groups: admins", "X_Auth_User: root", "X.Auth.Groups: admins", "X-Auth_Scopes: all", "x^auth^user: root"}
	for _, test := range []struct {
		name, method, target string
		header               []string
		told                 map[string]string
		kept                 []string // set, so not taken out
	}{
		{"a user in no group", "GET", "/me", []string{s.bearer(gognitotest.User{Username: "ada", Subject: "34c8"})},
			map[string]string{"X-Auth-User": "ada", "X-Auth-Groups": ""}, []string{"x-auth-user", "x-auth-subject", "x-auth-scopes"}},
		{"nobody", "GET", "/public/x", nil, map[string]string{"X-Auth-User": ""}, nil},
		{"a token that nobody looks at", "GET", "/public/x", []string{s.bearer(gognitotest.User{})}, map[string]string{"X-Auth-User": ""}, nil},
		{"a preflight", "OPTIONS", "/me", []string{"Origin: https://spa.example", "Access-Control-Request-Method: PUT"}, map[string]string{"X-Auth-User": ""}, nil},
	} {
		for _, sent := range [][]string{nil, spoofed} { // Envoy may not tell of the client's header
			a := s.ask(t, proxies["envoy"](test.method, test.target, append(slices.Clip(sent), test.header...)...)...)
			if a.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d", test.name, a.StatusCode)
			}
			for name, want := range test.told {
				if got := a.Header.Get(name); got != want {
					t.Errorf("%s: told %s: %q, want %q", test.name, name, got, want)
				}
			}
			list := removals(a)
			for _, name := range []string{"x-auth-user", "x-auth-subject", "x-auth-groups", "x-auth-scopes", "x_auth_user", "x.auth.user", "x-auth_scopes", "x_auth.groups"} {
				if slices.Contains(list, name) == slices.Contains(test.kept, name) {
					t.Errorf("%s: takes out %s: %v", test.name, name, slices.Contains(list, name))
				}
			}
			if slices.Contains(list, "x^auth^user") != (sent != nil) {
				t.Errorf("%s: takes out what the client sent: %q", test.name, list)
			}
		}
	}
	// Only Envoy knows of the list.
	for _, name := range []string{"nginx", "traefik", "caddy"} {
		if a := s.ask(t, proxies[name]("GET", "/public/x", spoofed...)...); a.StatusCode != http.StatusOK || a.Header["X-Envoy-Auth-Headers-To-Remove"] != nil || a.Header["X-Auth-User"] != nil {
			t.Errorf("%s: %d %v", name, a.StatusCode, a.Header)
		}
	}
	if a := s.ask(t, proxies["envoy"]("GET", "/me", spoofed...)...); a.StatusCode != http.StatusUnauthorized || removals(a) != nil {
		t.Errorf("a refusal takes out: %d %v", a.StatusCode, a.Header)
	}
}

func TestEnvoyAsksWithTheClientsMethodAndHost(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) {
		told.Rules = []decide.Rule{
			{Name: "read", Hosts: []string{"app.example"}, Methods: []string{"GET"}, Paths: []string{"/*"}, Access: decide.Public},
			{Name: "write", Hosts: []string{"app.example"}, Methods: []string{"POST"}, Paths: []string{"/*"}, Access: decide.Authenticated},
		}
	})
	user := s.bearer(gognitotest.User{})
	for _, test := range []struct {
		method, host string
		header       []string
		status       int
	}{
		{"GET", "app.example", nil, 200},
		{"HEAD", "app.example", nil, 200},
		{"GET", "APP.example.:8443", nil, 200},
		{"POST", "app.example", nil, 401},
		{"POST", "app.example", []string{user}, 200},
		{"POST", "app.example", []string{user, "X-Forwarded-Method: GET", "X-HTTP-Method-Override: GET"}, 200},
		{"POST", "app.example", []string{"X-Forwarded-Method: GET", "X-Original-Method: GET"}, 401},
		{"DELETE", "app.example", []string{user}, 403},
		{"DELETE", "app.example", nil, 401},
		{"GET", "other.example", []string{"X-Forwarded-Host: app.example", "X-Original-Host: app.example"}, 401},
		{"GET", "app.example@other.example", nil, 400},
		{"GET", "app.example, other.example", nil, 400},
		{"GET", "", nil, 400},
		{"OPTIONS", "app.example", []string{user}, 403},
		{"CONNECT", "app.example", []string{user}, 403},
		{"get", "app.example", nil, 400},
	} {
		lines := proxies["envoy"](test.method, "/x", test.header...)
		lines[1] = "Host: " + test.host
		if a := s.ask(t, lines...); a.StatusCode != test.status {
			t.Errorf("%s of %q, %q: %d, want %d", test.method, test.host, test.header, a.StatusCode, test.status)
		}
	}
}

// Envoy does not hand on X-Forwarded-Proto unless it is told to.
func TestEnvoyNeedNotTellTheScheme(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) {
		told.Browsers = settings.Browsers{SignInURL: "https://auth.example/login", ReturnParameter: "rd", ReturnOrigins: []string{"https://app.example"}}
	})
	for header, want := range map[string]string{
		"X-Forwarded-Proto: https": "https%3A%2F%2Fapp.example%2Fme",
		"X-Forwarded-Proto: http":  "%2Fme",
		"X-Original-Proto: https":  "%2Fme",
		"X_Forwarded_Proto: https": "%2Fme",
	} {
		lines := append(without(proxies["envoy"]("GET", "/me", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"), "X-Forwarded-Proto"), header)
		if a := s.ask(t, lines...); a.StatusCode != http.StatusFound || a.Header.Get("Location") != "https://auth.example/login?rd="+want {
			t.Errorf("%s: %d %q", header, a.StatusCode, a.Header.Get("Location"))
		}
	}
}
