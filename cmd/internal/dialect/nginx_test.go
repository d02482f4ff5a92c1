package dialect_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

// nginx makes 500 of whatever is neither 2xx nor 401 nor 403.
func TestNginxGetsNothingThatItMakesAFaultOf(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) { told.Browsers.SignInURL = "https://auth.example/login" })
	user := s.bearer(gognitotest.User{})
	navigation := []string{"Accept: text/html", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}
	for _, test := range []struct {
		name, method, target string
		header               []string
		status               int
	}{
		{"a navigation", "GET", "/me", navigation, 401},
		{"a program", "GET", "/me", nil, 401},
		{"a bad token", "GET", "/me", []string{"Authorization: Bearer x"}, 401},
		{"no administrator", "GET", "/admin/x", []string{user}, 403},
		{"malformed", "GET", "/me%00", []string{user}, 403},
		{"malformed, a navigation", "GET", "/me#x", navigation, 403},
		{"a method in lower case", "get", "/me", []string{user}, 403},
		{"a user", "PATCH", "/me", []string{user}, 200},
	} {
		a := s.ask(t, proxies["nginx"](test.method, test.target, test.header...)...)
		if a.StatusCode != test.status || a.Header.Get("Location") != "" || (a.Header.Get("WWW-Authenticate") != "") != (test.status == 401) {
			t.Errorf("%s: %d %v", test.name, a.StatusCode, a.Header)
		}
	}
	// The others hand on what they get.
	for name, want := range map[string]int{"traefik": 302, "caddy": 302, "envoy": 302} {
		a := s.ask(t, proxies[name]("GET", "/me", navigation...)...)
		if a.StatusCode != want || a.Header.Get("Location") != "https://auth.example/login" {
			t.Errorf("%s: %d %v", name, a.StatusCode, a.Header)
		}
	}
}

// An outage of ours stays one: nginx makes 500 of it, and not a sign-out.
func TestAnOutageIsNo401(t *testing.T) {
	s := newSite(t, nil)
	s.SetOutage(true)
	for name, asks := range proxies {
		a := s.ask(t, asks("GET", "/me", s.bearer(gognitotest.User{}))...)
		if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || s.log.of("reason") != "keys_unavailable" {
			t.Errorf("%s: %d %s", name, a.StatusCode, s.log.of("reason"))
		}
	}
}

// signInLines are what nginx asks when it has refused.
func signInLines(method, target string, header ...string) []string {
	lines := proxies["nginx"](method, target, header...)
	lines[0] = strings.Replace(lines[0], "/verify/", "/sign-in/", 1)
	return lines
}

func TestNginxIsToldTheWayToSignIn(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) {
		told.Browsers = settings.Browsers{
			SignInURL: "https://auth.example/login", ReturnParameter: "rd", ReturnOrigins: []string{"https://app.example"},
		}
	})
	navigation := []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"}
	for _, test := range []struct {
		name     string
		lines    []string
		status   int
		location string
	}{
		{"a page", signInLines("GET", "/me?a=1&b=2", navigation...), 302, "https%3A%2F%2Fapp.example%2Fme%3Fa%3D1%26b%3D2"},
		{"a page whose cookie is good", signInLines("GET", "/me", append(navigation, "Cookie: access="+s.AccessToken(gognitotest.User{}))...), 302, "https%3A%2F%2Fapp.example%2Fme"},
		{"another site's", signInLines("GET", "//evil.example/x", navigation...), 302, "https%3A%2F%2Fapp.example%2F"},
		{"what is no path", signInLines("GET", "https://evil.example/x", navigation...), 302, "https%3A%2F%2Fapp.example%2F"},
		{"a query of nginx's own", append([]string{"GET /sign-in/nginx?rd=https://evil.example HTTP/1.1"}, signInLines("GET", "/me", navigation...)[1:]...), 302, "https%3A%2F%2Fapp.example%2Fme"},
		{"another origin", append(without(signInLines("GET", "/me", navigation...), "X-Original-Host"), "X-Original-Host: evil.example"), 302, "%2Fme"},
		{"another scheme", append(without(signInLines("GET", "/me", navigation...), "X-Original-Proto"), "X-Original-Proto: http"), 302, "%2Fme"},
		{"a client's own header", append(signInLines("GET", "/me", navigation...), "X-Forwarded-Host: evil.example", "X-Forwarded-Uri: //evil.example"), 302, "https%3A%2F%2Fapp.example%2Fme"},
		{"a form", signInLines("POST", "/me", navigation...), 401, ""},
		{"a script", signInLines("GET", "/me", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"), 401, ""},
		{"a program", signInLines("GET", "/me"), 401, ""},
		{"twice the host", append(signInLines("GET", "/me", navigation...), "X-Original-Host: evil.example"), 403, ""},
		{"no method", without(signInLines("GET", "/me", navigation...), "X-Original-Method"), 403, ""},
	} {
		a := s.ask(t, test.lines...)
		location := ""
		if test.location != "" {
			location = "https://auth.example/login?rd=" + test.location
		}
		if a.StatusCode != test.status || a.Header.Get("Location") != location || a.Header.Get("Cache-Control") != "no-store" ||
			(a.Header.Get("WWW-Authenticate") != "") != (test.status == 401) {
			t.Errorf("%s: %d %v, want %d, to %q", test.name, a.StatusCode, a.Header, test.status, location)
		}
	}
	if s.log.of("reason") != "proxy_metadata" {
		t.Errorf("a refusal is logged as %q", s.log.of("reason"))
	}
}

// A18: a page of another site can make a browser shake hands, with its cookies. What
// nginx leaves of the handshake still tells.
func TestA18AHandshakeOfAnotherSitesPageIsRefused(t *testing.T) {
	s := newSite(t, nil)
	cookie := "Cookie: access=" + s.AccessToken(gognitotest.User{})
	for name, asks := range proxies {
		marks := []string{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"}
		if name == "caddy" { // which hands on all of it
			marks = append(marks, "Connection: Upgrade", "Upgrade: websocket")
		}
		for origin, want := range map[string]int{"https://evil.example": 403, "null": 403, "https://app.example.evil.example": 403, "https://app.example": 200} {
			a := s.ask(t, asks("GET", "/me", append([]string{cookie, "Origin: " + origin}, marks...)...)...)
			if a.StatusCode != want || want == 403 && s.log.of("reason") != "cross_origin" {
				t.Errorf("%s, a handshake of %s: %d, %s", name, origin, a.StatusCode, s.log.of("reason"))
			}
		}
		for origin, want := range map[string]int{"https://evil.example": 403, "https://app.example": 200} {
			if a := s.ask(t, asks("POST", "/me", cookie, "Origin: "+origin)...); a.StatusCode != want {
				t.Errorf("%s, a form of %s: %d, want %d", name, origin, a.StatusCode, want)
			}
		}
		if a := s.ask(t, asks("POST", "/me", cookie, "Sec-Fetch-Site: cross-site")...); a.StatusCode != http.StatusForbidden {
			t.Errorf("%s, a form of another site: %d", name, a.StatusCode)
		}
	}
}
