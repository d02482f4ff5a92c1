package dialect_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/dialect"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

func TestWhoIsLetThroughIsToldOf(t *testing.T) {
	s := newSite(t, nil)
	user := s.bearer(gognitotest.User{Username: "ada", Subject: "34c8", Groups: []string{"admins", "x,root"}})
	for name, asks := range proxies {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS"} {
			a := s.ask(t, asks(method, "/admin/x", user)...)
			if a.StatusCode != http.StatusOK || a.body != "" {
				t.Errorf("%s, %s: %d %q", name, method, a.StatusCode, a.body)
			}
			for header, want := range map[string]string{
				"X-Auth-User": "ada", "X-Auth-Subject": "34c8", "X-Auth-Groups": "admins,x%2Croot", "X-Auth-Scopes": "aws.cognito.signin.user.admin",
				"Cache-Control": "no-store", "Vary": "", "Content-Type": "", "Set-Cookie": "", "Location": "",
			} {
				if got := a.Header.Values(header); strings.Join(got, "|") != want {
					t.Errorf("%s, %s, %s: %q, want %q", name, method, header, got, want)
				}
			}
		}
	}
}

// A15: no answer is one for others.
func TestA15NothingIsKeptForOthers(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) { told.Browsers.SignInURL = "https://auth.example/login" })
	for name, asks := range proxies {
		for what, lines := range map[string][]string{
			"public":      asks("GET", "/public/x"),
			"a user":      asks("GET", "/me", s.bearer(gognitotest.User{})),
			"nobody":      asks("GET", "/me"),
			"a page":      asks("GET", "/me", "Accept: text/html"),
			"the sign-in": signInLines("GET", "/me", "Accept: text/html"),
			"forbidden":   asks("GET", "/admin/x", s.bearer(gognitotest.User{})),
			"malformed":   asks("GET", "/me%00"),
			"a list":      asks("GET", "/me", "X-Original-Proto: https", "X-Forwarded-Proto: https"),
		} {
			a := s.ask(t, lines...)
			if a.Header.Get("Cache-Control") != "no-store" ||
				strings.Contains(a.Header.Get("Vary"), "Authorization, Cookie") != (a.StatusCode != http.StatusOK) {
				t.Errorf("%s, %s: %d %v", name, what, a.StatusCode, a.Header)
			}
		}
	}
	if a := s.ask(t, "GET /verify HTTP/1.1", "Host: x"); a.StatusCode != http.StatusNotFound || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
}

func TestAHEADRequestGetsNoBody(t *testing.T) {
	s := newSite(t, nil)
	for path, status := range map[string]int{"/verify/envoy/me": 401, "/verify/envoy/me%00": 400, "/verify/envoy/public/x": 200, "/x": 404, "/.well-known/jwks.json": 404} {
		a, connection := s.send(t, "HEAD "+path+" HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n")
		var rest bytes.Buffer
		if _, err := rest.ReadFrom(connection); err != nil || a.StatusCode != status || rest.Len() > 0 || a.body != "" {
			t.Errorf("%s: %d, %q, %v", path, a.StatusCode, rest.String(), err)
		}
	}
}

// An application that reads the list must not read another one.
func TestAGroupWithoutANameIsNoFaultOfTheGateways(t *testing.T) {
	s := newSite(t, nil)
	a := s.ask(t, proxies["nginx"]("GET", "/me", s.bearer(gognitotest.User{Username: "ada", Groups: []string{"a", ""}}))...)
	if a.StatusCode != http.StatusForbidden || s.log.of("reason") != "identity_unnamed" {
		t.Errorf("%d, reason %s", a.StatusCode, s.log.of("reason"))
	}
}

// nginx takes 4 KiB of header, and makes 500 of more.
func TestTheHeaderOfAnAnswerStaysWithinNginxsBuffer(t *testing.T) {
	s := newSite(t, nil)
	largest := 0
	for n := range 400 {
		groups := make([]string, n)
		for i := range groups {
			groups[i] = fmt.Sprintf("group-%04d", i)
		}
		a := s.ask(t, proxies["nginx"]("GET", "/me", s.bearer(gognitotest.User{Username: "ada", Groups: groups}))...)
		if a.StatusCode == http.StatusForbidden {
			if s.log.of("reason") != "identity_too_large" || largest < 3000 {
				t.Errorf("refused after %d bytes as %s", largest, s.log.of("reason"))
			}
			return
		}
		if largest = a.raw; a.StatusCode != http.StatusOK || largest > 3584 {
			t.Fatalf("%d groups: %d, %d bytes of header", n, a.StatusCode, largest)
		}
	}
	t.Error("there is no limit")
}

func TestTheKeySetIsForEverybody(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(told *settings.Settings) {
		told.TrustedProxies = nil
		told.Identity.Assertion = &identity.Assertion{
			Header: "X-Auth-Assertion", Key: key, Issuer: "https://gateway.example", Audience: "app", Lifetime: time.Minute,
		}
	})
	want := string(s.handler.Current().Identity().JWKS())
	if !strings.Contains(want, `"keys"`) {
		t.Fatalf("%q", want)
	}
	for line, status := range map[string]int{
		"GET /.well-known/jwks.json HTTP/1.1":      200,
		"HEAD /.well-known/jwks.json HTTP/1.1":     200,
		"GET /.well-known/jwks.json?x=1 HTTP/1.1":  200,
		"POST /.well-known/jwks.json HTTP/1.1":     405,
		"GET /.well-known/jwks.json/ HTTP/1.1":     404,
		"GET //.well-known/jwks.json HTTP/1.1":     404,
		"GET /.well-known/../jwks.json HTTP/1.1":   404,
		"GET /.well-known/jwks%2ejson HTTP/1.1":    404,
		"GET /verify/.well-known/jwks.json HTTP/1": 400,
	} {
		a := s.ask(t, line, "Host: gateway")
		if a.StatusCode != status {
			t.Errorf("%s: %d, want %d", line, a.StatusCode, status)
		}
		if status == 200 && (a.Header.Get("Content-Type") != "application/jwk-set+json" || a.Header.Get("Content-Length") != fmt.Sprint(len(want)) || strings.HasPrefix(line, "GET") && a.body != want) {
			t.Errorf("%s: %v %q", line, a.Header, a.body)
		}
		if status == 405 && a.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %v", line, a.Header)
		}
	}
}

// A12: no dialect lets a hostile token through, in the header or a cookie.
func TestA12HostileTokensAreRefusedInEveryDialect(t *testing.T) {
	s := newSite(t, nil)
	for _, hostile := range s.HostileTokens() {
		for name, asks := range proxies {
			for _, header := range []string{"Authorization: Bearer " + hostile.Token, "Cookie: access=" + hostile.Token} {
				a := s.ask(t, asks("GET", "/me", header)...)
				if a.StatusCode != http.StatusUnauthorized || s.log.of("reason") != string(hostile.Reason) || a.Header.Get("X-Auth-User") != "" {
					t.Errorf("%s, %s: %d, %s, want %s", name, hostile.Name, a.StatusCode, s.log.of("reason"), hostile.Reason)
				}
			}
		}
	}
}

// What proxies hand on of the client's is judged as it is.
func TestTheClientsOwnHeadersAreJudgedAsTheyAre(t *testing.T) {
	s := newSite(t, nil)
	good := s.bearer(gognitotest.User{Username: "ada"})
	joe := "access=" + s.AccessToken(gognitotest.User{Username: "joe"})
	for what, test := range map[string]struct {
		header []string
		status int
		user   string
	}{
		"once":                   {[]string{good}, 200, "ada"},
		"another case":           {[]string{strings.Replace(good, "Bearer", "bEARER", 1)}, 200, "ada"},
		"twice":                  {[]string{good, good}, 401, ""},
		"beside Basic":           {[]string{good, "Authorization: Basic eDp5"}, 401, ""},
		"in a list":              {[]string{good + ", Bearer x"}, 401, ""},
		"a cookie":               {[]string{"Cookie: " + joe}, 200, "joe"},
		"a cookie's second":      {[]string{"Cookie: x=1", "Cookie: y=2; " + joe}, 200, "joe"},
		"tossed":                 {[]string{"Cookie: access=x", "Cookie: " + joe}, 200, "joe"},
		"two users":              {[]string{"Cookie: access=" + s.AccessToken(gognitotest.User{Username: "ada"}), "Cookie: " + joe}, 401, ""},
		"both kinds":             {[]string{good, "Cookie: " + joe}, 200, "ada"},
		"in the query":           {nil, 401, ""},
		"with a trace":           {[]string{good, "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}, 200, "ada"},
		"with a broken trace":    {[]string{good, "Traceparent: " + strings.Repeat("%00\xff", 50), "Traceparent: 00"}, 200, "ada"},
		"under another spelling": {[]string{"Authorization_: x", "X_Authorization: x", strings.Replace(good, "Auth", "auth_", 1)}, 401, ""},
		"spoofed":                {[]string{"X-Auth-User: root", "X-Auth-Groups: admins"}, 401, ""},
	} {
		for name, asks := range proxies {
			a := s.ask(t, asks("GET", "/me?access_token="+strings.TrimPrefix(good, "Authorization: Bearer "), test.header...)...)
			if a.StatusCode != test.status || a.Header.Get("X-Auth-User") != test.user {
				t.Errorf("%s, %s: %d as %q, %s", name, what, a.StatusCode, a.Header.Get("X-Auth-User"), s.log.of("reason"))
			}
		}
	}
}

type panics struct{}

func (panics) Verify(context.Context, string) (*gognito.Claims, error) { panic("a fault") }

// A14: a fault is no yes, and leaves nothing half-written.
func TestA14APanicIsNoYes(t *testing.T) {
	s := newSiteOf(t, gognitotest.NewPool(t), panics{}, nil)
	for name, asks := range proxies {
		if a := s.ask(t, asks("GET", "/me", "Authorization: Bearer x.y.z")...); a.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
	for name, current := range map[string]func() *gateway.Gateway{
		"a panic":    func() *gateway.Gateway { panic("a fault") },
		"no gateway": func() *gateway.Gateway { return nil },
	} {
		for proxy, asks := range proxies {
			w := &silent{header: make(http.Header)}
			r := read(t, asks("GET", "/public/x")...)
			r.RemoteAddr = "127.0.0.1:80"
			func() {
				defer func() { _ = recover() }()
				(&dialect.Handler{Current: current}).ServeHTTP(w, r)
				t.Errorf("%s, %s: answered", proxy, name)
			}()
			if w.status != 0 || len(w.header) > 0 {
				t.Errorf("%s, %s: half an answer: %v", proxy, name, w.header)
			}
		}
	}
}

// silent notes whether anything was written.
type silent struct {
	header http.Header
	status int
}

func (w *silent) Header() http.Header       { return w.header }
func (w *silent) WriteHeader(status int)    { w.status = status }
func (w *silent) Write([]byte) (int, error) { panic("a body") }

// The request that the server has is not changed, and neither is its header.
func TestTheRequestIsNotChanged(t *testing.T) {
	s := newSite(t, nil)
	for name, asks := range proxies {
		lines := asks("POST", "/me", s.bearer(gognitotest.User{}), "Sec-WebSocket-Key: x", "Origin: https://app.example")
		r, same := read(t, lines...), read(t, lines...)
		if w := s.serve(r, "127.0.0.1:80"); w.Code != http.StatusOK {
			t.Fatalf("%s: %d", name, w.Code)
		}
		r.RemoteAddr = ""
		if r.Method != same.Method || r.Host != same.Host || r.RequestURI != same.RequestURI || *r.URL != *same.URL || fmt.Sprint(r.Header) != fmt.Sprint(same.Header) {
			t.Errorf("%s: %+v, was %+v", name, r, same)
		}
	}
}

// Answers share nothing that one of them could change in another.
func TestHeadersOfAnswersAreTheirOwn(t *testing.T) {
	s := newSite(t, nil)
	ask := func() http.Header {
		r := read(t, proxies["envoy"]("GET", "/me", s.bearer(gognitotest.User{Username: "ada"}))...)
		r.RemoteAddr = "127.0.0.1:80"
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		return w.Header()
	}
	first, want := ask(), ask()
	for name, values := range first {
		first[name] = append(values, "more") // must not reach into the next one's
		values[0] = "changed"
	}
	for name := range first {
		if !slices.Equal(first[name], []string{first[name][0], "more"}) || !slices.Equal(ask()[name], want[name]) {
			t.Errorf("%s: %q, then %q", name, first[name], ask()[name])
		}
	}
}
