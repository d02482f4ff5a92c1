package extauthz_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

func TestARequestIsDecidedHoweverEnvoyTellsOfIt(t *testing.T) {
	pool := gognitotest.NewPool(t)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	ada := pool.AccessToken(gognitotest.User{Username: "ada", Groups: []string{"admins"}})
	e := start(t, of(build(t, base(), pool.Verifier())))
	for _, test := range []struct {
		name   string
		r      request
		status int // 0: it goes through
		code   codes.Code
		user   string
	}{
		{"public", get("/healthz"), 0, codes.OK, ""},
		{"public, with a query", get("/healthz?x=%zz"), 0, codes.OK, ""},
		{"a user", get("/me?a=b", bearer(jane)...), 0, codes.OK, "jane"},
		{"a user's cookie", get("/me", "cookie", "a=b; access="+jane), 0, codes.OK, "jane"},
		{"an administrator", get("/admin/x", bearer(ada)...), 0, codes.OK, "ada"},
		{"nobody", get("/me"), 401, codes.Unauthenticated, ""},
		{"no administrator", get("/admin/x", bearer(jane)...), 403, codes.PermissionDenied, ""},
		{"a path that is not decoded", get("/healthz/..%2fadmin"), 401, codes.Unauthenticated, ""},
		{"a host in the path", get("//healthz"), 401, codes.Unauthenticated, ""},
		{"a fragment", get("/admin/x#/healthz", bearer(ada)...), 400, codes.PermissionDenied, ""},
		{"a public path in the query", get("/me?/healthz"), 401, codes.Unauthenticated, ""},
		{"two tokens", get("/me", append(bearer(jane), bearer(ada)...)...), 401, codes.Unauthenticated, ""},
		{"two tokens that a client joined", get("/me", "authorization", "Bearer "+jane+",Bearer "+ada), 401, codes.Unauthenticated, ""},
		{"a bad token beside a good cookie", get("/me", append(bearer("x"), "cookie", "access="+jane)...), 401, codes.Unauthenticated, ""},
	} {
		for encoding, encode := range encodings {
			name := test.name + ", " + encoding
			response := e.ask(t, encode(test.r))
			wantRefused(t, name, response, test.status, test.code)
			for generation, g := range generations {
				if got := g.upstream(test.r, response).Get("X-Auth-User"); got != test.user {
					t.Errorf("%s, by %s: the application is told of %q, want %q", name, generation, got, test.user)
				}
			}
		}
	}
}

func TestCookiesOfSeveralLinesAreAllRead(t *testing.T) {
	pool := gognitotest.NewPool(t)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	e := start(t, of(build(t, base(), pool.Verifier())))
	r := get("/me", "cookie", "a=b", "cookie", "access="+jane)
	wantRefused(t, "raw", e.ask(t, raw(r)), 0, codes.OK)
	// A comma can't be told from one of a cookie's own: it is no token, and not jane's.
	r = get("/me", "cookie", "access="+jane, "cookie", "a=b")
	wantRefused(t, "joined", e.ask(t, joined(r)), 401, codes.Unauthenticated)
}

func TestNoHostileTokenGetsThrough(t *testing.T) {
	pool := gognitotest.NewPool(t)
	e := start(t, of(build(t, base(), pool.Verifier())))
	tokens := pool.HostileTokens()
	if len(tokens) < 50 {
		t.Fatalf("only %d hostile tokens", len(tokens))
	}
	for _, h := range tokens {
		for encoding, encode := range encodings {
			wantRefused(t, h.Name+", "+encoding, e.ask(t, encode(get("/me", bearer(h.Token)...))), 401, codes.Unauthenticated)
			wantRefused(t, h.Name+", cookie, "+encoding, e.ask(t, encode(get("/me", "cookie", "access="+h.Token))), 401, codes.Unauthenticated)
		}
	}
}

func TestWhatTheClientSaysOfItselfNeverGetsThrough(t *testing.T) {
	pool := gognitotest.NewPool(t)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"}) // in no group
	e := start(t, of(build(t, base(), pool.Verifier())))
	var forged []string
	for _, name := range []string{"x-auth-user", "x_auth_user", "x-auth_user", "x.auth.user", "x-auth-groups", "x_auth_groups", "x^auth^groups", "x-auth.groups"} {
		forged = append(forged, name, "admins", name, "root")
	}
	for name, r := range map[string]request{
		"public": get("/healthz", forged...),
		"a user": get("/me", append(bearer(jane), forged...)...),
	} {
		for encoding, encode := range encodings {
			response := e.ask(t, encode(r))
			wantRefused(t, name, response, 0, codes.OK)
			for generation, g := range generations {
				header := g.upstream(r, response)
				header.Del("Authorization")
				want := http.Header{}
				if name == "a user" {
					want.Set("X-Auth-User", "jane")
				}
				if !maps.EqualFunc(header, want, slices.Equal) {
					t.Errorf("%s, %s, by %s: the application gets %q", name, encoding, generation, header)
				}
			}
		}
	}
}

func TestNothingElseSaysWhichRequestItIs(t *testing.T) {
	e := start(t, of(build(t, base(), gognitotest.NewPool(t).Verifier())))
	for encoding, encode := range encodings {
		c := encode(get("/me?uri=/healthz",
			"x-forwarded-uri", "/healthz", "x-original-uri", "/healthz", "x-original-url", "/healthz", "x-rewrite-url", "/healthz",
			"x-envoy-original-path", "/healthz", "x-forwarded-method", "GET", "x-forwarded-prefix", "/healthz",
			"user-agent", "kube-probe/1.30", "x-auth-user", "ada", "x-amzn-oidc-data", "x", "x-forwarded-for", "127.0.0.1"))
		c.Attributes.ContextExtensions = map[string]string{"rule": "health", "path": "/healthz", "policy": "public", "access": "public"}
		c.Attributes.Request.Http.Query = "/healthz"
		c.Attributes.Request.Http.Fragment = "/healthz"
		c.Attributes.Request.Http.Body = "/healthz"
		wantRefused(t, encoding, e.ask(t, c), 401, codes.Unauthenticated)
	}
}

func TestAWebSocketOfAnotherSiteIsRefused(t *testing.T) {
	pool := gognitotest.NewPool(t)
	cookie := "access=" + pool.AccessToken(gognitotest.User{Username: "jane"})
	s := base()
	s.Browsers.TrustedOrigins = []string{"https://spa.example"}
	e := start(t, of(build(t, s, pool.Verifier())))
	for _, test := range []struct {
		name   string
		fields []string
		status int
	}{
		{"its own", []string{"origin", "https://app.example", "connection", "Upgrade", "upgrade", "websocket"}, 0},
		{"a trusted one", []string{"origin", "https://spa.example", "connection", "Upgrade", "upgrade", "websocket"}, 0},
		{"another", []string{"origin", "https://evil.example", "connection", "Upgrade", "upgrade", "websocket"}, 403},
		{"another, with a Connection of several", []string{"origin", "https://evil.example", "connection", "keep-alive, uPGRADE", "upgrade", "websocket"}, 403},
		{"another, without Connection", []string{"origin", "https://evil.example", "upgrade", "websocket"}, 403},
		{"another, with the key alone", []string{"origin", "https://evil.example", "sec-websocket-key", "AQIDBAUGBwgJCgsMDQ4PEA=="}, 403},
		{"nobody's", []string{"origin", "null", "upgrade", "websocket"}, 403},
		{"two origins", []string{"origin", "https://app.example", "origin", "https://evil.example", "sec-fetch-site", "cross-site", "upgrade", "websocket"}, 403},
	} {
		for encoding, encode := range encodings {
			code := codes.OK
			if test.status != 0 {
				code = codes.PermissionDenied
			}
			r := get("/chat", append([]string{"cookie", cookie}, test.fields...)...)
			wantRefused(t, test.name+", "+encoding, e.ask(t, encode(r)), test.status, code)
		}
	}
	// HTTP/2 has another handshake (RFC 8441), which is no method that a page may send.
	r := request{http.MethodConnect, "/chat", []string{":protocol", "websocket", "cookie", cookie, "origin", "https://evil.example"}}
	for encoding, encode := range encodings {
		wantRefused(t, "RFC 8441, "+encoding, e.ask(t, encode(r)), 403, codes.PermissionDenied)
	}
}

func TestAConnectHasNoPathToBeJudgedBy(t *testing.T) {
	pool := gognitotest.NewPool(t)
	e := start(t, of(build(t, base(), pool.Verifier())))
	token := pool.AccessToken(gognitotest.User{Username: "jane"})
	for encoding, encode := range encodings {
		wantRefused(t, encoding, e.ask(t, encode(request{http.MethodConnect, "", bearer(token)})), 403, codes.PermissionDenied)
	}
}

func TestAPreflightGoesThroughIfThatIsWanted(t *testing.T) {
	for passes, want := range map[bool]int{true: 0, false: 401} {
		s := base()
		s.Browsers = settings.Browsers{PassPreflights: passes}
		e := start(t, of(build(t, s, gognitotest.NewPool(t).Verifier())))
		preflight := []string{"origin", "https://spa.example", "access-control-request-method", "PUT", "x-auth-user", "ada"}
		code := map[int]codes.Code{0: codes.OK, 401: codes.Unauthenticated}[want]
		for encoding, encode := range encodings {
			r := request{http.MethodOptions, "/me", preflight}
			response := e.ask(t, encode(r))
			wantRefused(t, encoding, response, want, code)
			if got := generation(byAppend).upstream(r, response).Get("X-Auth-User"); want == 0 && got != "" {
				t.Errorf("the application is told of %q", got)
			}
			r.fields = slices.Concat(preflight, []string{"access-control-request-method", "DELETE"})
			wantRefused(t, "two methods, "+encoding, e.ask(t, encode(r)), 401, codes.Unauthenticated)
		}
	}
}
