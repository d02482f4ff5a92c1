package gateway_test

import (
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/gognitotest"
)

func TestOnlyNavigationsAreSentToSignIn(t *testing.T) {
	pool := gognitotest.NewPool(t)
	s := base()
	s.Browsers.SignInURL = "https://auth.example/login"
	s.Rules = append([]decide.Rule{{Name: "profile", Paths: []string{"/profile"}, Access: decide.Authenticated, TokenUse: gognito.IDToken}}, s.Rules...)
	g := build(t, s, pool.Verifier())
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	for _, test := range []struct {
		name   string
		line   string
		header []string
		status int
	}{
		{"a page", "GET /me", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 302},
		{"its header alone", "HEAD /me", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 302},
		{"a page whose cookie is no good", "GET /me", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Cookie", "access=x"}, 302},
		{"a page in a frame", "GET /me", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe", "Accept", "text/html"}, 401},
		{"a script's request", "GET /me", []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty", "Accept", "text/html"}, 401},
		{"an image", "GET /me", []string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image", "Accept", "text/html"}, 401},
		{"an older browser's page", "GET /me", []string{"Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}, 302},
		{"an older browser's script", "GET /me", []string{"Accept", "text/html", "X-Requested-With", "XMLHttpRequest"}, 401},
		{"a program", "GET /me", []string{"Accept", "*/*"}, 401},
		{"a program that wants JSON", "GET /me", []string{"Accept", "application/json"}, 401},
		{"a form", "POST /me", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 401},
		{"a token in the header", "GET /me", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Authorization", "Bearer x"}, 401},
		{"a WebSocket", "GET /me", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-WebSocket-Key", "x"}, 401},
		{"a user who may not", "GET /admin/", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Cookie", "access=" + jane}, 403},
		{"a token of the other kind, which the sign-in page would bring again", "GET /profile", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Cookie", "access=" + jane}, 403},
		{"a script with a token of the other kind", "GET /profile", []string{"Sec-Fetch-Mode", "cors", "Cookie", "access=" + jane}, 401},
		{"a malformed page", "GET /me%00", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 400},
	} {
		out := g.Judge(call(t, test.line, test.header...))
		if out.Allow || out.Answer.Status != test.status {
			t.Errorf("%s: %+v, want %d", test.name, out.Answer, test.status)
			continue
		}
		limited := call(t, test.line, test.header...)
		limited.Limited = true
		want := map[int]int{302: 401, 400: 403, 401: 401, 403: 403}[test.status]
		if got := g.Judge(limited).Answer.Status; got != want {
			t.Errorf("%s: %d for a proxy that hands on 401 and 403 alone, want %d", test.name, got, want)
		}
		location, challenge := out.Answer.Header.Get("Location"), out.Answer.Header.Get("WWW-Authenticate")
		if (location == "https://auth.example/login") != (test.status == 302) || (challenge != "") != (test.status == 401) {
			t.Errorf("%s: Location %q, challenge %q", test.name, location, challenge)
		}
	}
}

func TestWhereToReturnToIsNoOtherSite(t *testing.T) {
	s := base()
	s.Browsers.SignInURL, s.Browsers.ReturnParameter = "https://auth.example/login?x=1", "rd"
	s.Browsers.ReturnOrigins = []string{"https://app.example"}
	g := build(t, s, gognitotest.NewPool(t).Verifier())
	const begin = "https://auth.example/login?x=1&rd="
	for _, test := range []struct{ scheme, host, target, want string }{
		{"https", "app.example", "/me?a=1&b=2", "https%3A%2F%2Fapp.example%2Fme%3Fa%3D1%26b%3D2"},
		{"https", "other.example", "/me?a=1", "%2Fme%3Fa%3D1"},
		{"http", "app.example", "/me", "%2Fme"}, // another origin
		{"", "app.example", "/me", "%2Fme"},
		{"https", "app.example.evil.example", "/me", "%2Fme"},
		{"https", "app.example:444", "/me", "%2Fme"},
		{"https", "APP.example", "/me", "%2Fme"},
		{"https", "other.example", "//evil.example", "%2F"},
		{"https", "other.example", "/\\evil.example", "%2F"},
		{"https", "other.example", "/\t/evil.example", "%2F"},
		{"https", "other.example", "/a?\r\nSet-Cookie: x", "%2F"},
		{"https", "other.example", "/a?ä", "%2F"},
		{"https", "other.example", "https://evil.example", "%2F"},
		{"https", "other.example", "javascript:alert(1)", "%2F"},
		{"https", "other.example", "/%2f%2fevil.example", "%2F%252f%252fevil.example"},
		{"https", "other.example", "/%09/evil.example", "%2F%2509%2Fevil.example"},
		{"https", "other.example", "/./\\evil.example", "%2F"},
		{"https", "other.example", "//user@evil.example", "%2F"},
		{"https", "other.example", "", "%2F"},
		{"https", "other.example", "/a?" + strings.Repeat("b", 2045), "%2Fa%3F" + strings.Repeat("b", 2045)},
		{"https", "other.example", "/a?" + strings.Repeat("b", 2046), "%2Fa"},
		{"https", "other.example", "/" + strings.Repeat("b", 2048), "%2F"},
	} {
		c := call(t, "GET "+test.target, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
		c.Scheme, c.Host, c.Target = test.scheme, test.host, test.target
		a := g.SignIn(c)
		if got := a.Header.Get("Location"); a.Status != 302 || got != begin+test.want {
			t.Errorf("%s %s %q: %d %q, want %q", test.scheme, test.host, test.target, a.Status, got, begin+test.want)
		}
	}
	if a := g.SignIn(call(t, "POST /me", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")); a.Status != 401 {
		t.Errorf("a form: %d", a.Status)
	}
}

func TestPreflightsAreRecognisedExactly(t *testing.T) {
	pool := gognitotest.NewPool(t)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	preflight := []string{"Origin", "https://spa.example", "Access-Control-Request-Method", "DELETE"}
	for _, test := range []struct {
		name   string
		line   string
		header []string
		status int // 0: passed on
	}{
		{"a preflight", "OPTIONS /me", preflight, 0},
		{"of what is denied to all", "OPTIONS /closed/x", preflight, 401},
		{"of a method that no rule takes", "OPTIONS /me", []string{"Origin", "https://spa.example", "Access-Control-Request-Method", "PUT"}, 401},
		{"malformed", "OPTIONS /me%00", preflight, 400},
		{"without an origin", "OPTIONS /me", preflight[2:], 401},
		{"without a method", "OPTIONS /me", preflight[:2], 401},
		{"with an empty method", "OPTIONS /me", []string{"Origin", "https://spa.example", "Access-Control-Request-Method", ""}, 401},
		{"with two methods", "OPTIONS /me", append(preflight[:4:4], "Access-Control-Request-Method", "GET"), 401},
		{"with two origins", "OPTIONS /me", append(preflight[:4:4], "Origin", "https://other.example"), 401},
		{"another method", "GET /me", preflight, 401},
		{"one that carries a cookie", "OPTIONS /me", append(preflight[:4:4], "Cookie", "access=x"), 401},
		{"one that carries a token", "OPTIONS /me", append(preflight[:4:4], "Authorization", "Bearer "+jane), 403},
		{"another spelling of the path", "OPTIONS /closed/../me", preflight, 401},
	} {
		s := base()
		s.Browsers.PassPreflights = true
		out := build(t, s, pool.Verifier()).Judge(call(t, test.line, test.header...))
		if out.Allow != (test.status == 0) || !out.Allow && out.Answer.Status != test.status || len(out.Fields) > 0 {
			t.Errorf("%s: allowed %v, %+v", test.name, out.Allow, out.Answer)
		}
		s.Browsers.PassPreflights = false
		if out := build(t, s, pool.Verifier()).Judge(call(t, test.line, test.header...)); out.Allow {
			t.Errorf("%s: let through although that was not asked for", test.name)
		}
	}
}

// A handshake that some other page makes a browser send carries its cookies.
func TestAWebSocketOfAnotherSitesPageIsRefused(t *testing.T) {
	pool := gognitotest.NewPool(t)
	cookie := []string{"Cookie", "access=" + pool.AccessToken(gognitotest.User{Username: "jane"})}
	bearer := []string{"Authorization", "Bearer " + pool.AccessToken(gognitotest.User{Username: "jane"})}
	s := base()
	s.Browsers.TrustedOrigins = []string{"https://spa.example"}
	g := build(t, s, pool.Verifier())
	for name, handshake := range map[string][]string{
		"as it is sent":               {"Connection", "keep-alive, Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Key", "x", "Sec-WebSocket-Version", "13"},
		"as nginx hands it on":        {"Connection", "close", "Sec-WebSocket-Key", "x", "Sec-WebSocket-Version", "13"},
		"with the version alone":      {"Sec-WebSocket-Version", "13"},
		"with an Upgrade alone":       {"Upgrade", "websocket"},
		"with the fetch's mode alone": {"Sec-Fetch-Mode", "websocket"},
	} {
		for _, test := range []struct {
			name, origin string
			credentials  []string
			allow        bool
		}{
			{"another site's page", "https://evil.example", cookie, false},
			{"one's own page", "https://app.example", cookie, true},
			{"a trusted page", "https://spa.example", cookie, true},
			{"a page of nowhere", "null", cookie, false},
			{"a token that a page has to send itself", "https://evil.example", bearer, true},
		} {
			header := append(append([]string{"Origin", test.origin}, handshake...), test.credentials...)
			if out := g.Judge(call(t, "GET /me", header...)); out.Allow != test.allow || !test.allow && out.Answer.Status != 403 {
				t.Errorf("%s, %s: allowed %v, %+v", test.name, name, out.Allow, out.Answer)
			}
		}
	}
}

func TestAPreflightThatARuleDeniesIsNoneThatPasses(t *testing.T) {
	s := base()
	s.Browsers.PassPreflights = true
	s.Rules = append([]decide.Rule{{Name: "no-options", Paths: []string{"/*"}, Methods: []string{"OPTIONS"}}}, s.Rules...)
	c := call(t, "OPTIONS /me", "Origin", "https://spa.example", "Access-Control-Request-Method", "DELETE")
	if out := build(t, s, gognitotest.NewPool(t).Verifier()).Judge(c); out.Allow || out.Answer.Status != 401 {
		t.Errorf("%+v", out)
	}
}

// Without that, a page's script could not tell a refusal from a broken network.
func TestAPageThatMayAskMaySeeThatItWasRefused(t *testing.T) {
	s := base()
	s.Browsers.TrustedOrigins = []string{"https://spa.example"}
	g := build(t, s, gognitotest.NewPool(t).Verifier())
	for origin, want := range map[string]string{
		"https://spa.example": "https://spa.example", "https://spa.example.evil.example": "", "https://evil.example": "", "null": "", "*": "",
	} {
		h := g.Judge(call(t, "GET /me", "Origin", origin)).Answer.Header
		if h.Get("Access-Control-Allow-Origin") != want || h.Get("Access-Control-Allow-Credentials") != map[bool]string{true: "true"}[want != ""] {
			t.Errorf("%s: %v", origin, h)
		}
	}
}
