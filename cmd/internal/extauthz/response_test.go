package extauthz_test

import (
	"net/http"
	"slices"
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

func TestARefusalComesToTheClientAsTheGatewayAnswersIt(t *testing.T) {
	s := base()
	s.Browsers = settings.Browsers{SignInURL: "https://auth.example/login", ReturnParameter: "rd"}
	e := start(t, of(build(t, s, gognitotest.NewPool(t).Verifier())))
	page := []string{"sec-fetch-mode", "navigate", "sec-fetch-dest", "document"}
	for _, test := range []struct {
		name      string
		r         request
		status    int
		challenge string
		location  string
		body      string
	}{
		{"a page", get("/me?a=b&c", page...), 302, "", "https://auth.example/login?rd=%2Fme%3Fa%3Db%26c", ""},
		{"a page of another host", get("//evil.example/", page...), 302, "", "https://auth.example/login?rd=%2F", ""},
		{"a program", get("/me"), 401, `Bearer realm="app"`, "", "Unauthorized\n"},
		{"a program that likes JSON", get("/me", "accept", "application/json"), 401, `Bearer realm="app"`, "", `{"title":"Unauthorized","status":401}` + "\n"},
		{"a bad token", get("/me", bearer("x")...), 401, `Bearer realm="app", error="invalid_token"`, "", "Unauthorized\n"},
		{"malformed", get("/%00", page...), 400, "", "", "Bad Request\n"},
	} {
		for encoding, encode := range encodings {
			response := e.ask(t, encode(test.r))
			for generation, g := range generations {
				name := test.name + ", " + encoding + ", by " + generation
				header := g.local(response)
				if statusOf(response) != test.status || header.Get("WWW-Authenticate") != test.challenge ||
					header.Get("Location") != test.location || response.GetDeniedResponse().Body != test.body ||
					header.Get("Cache-Control") != "no-store" {
					t.Errorf("%s: %d %q %q", name, statusOf(response), header, response.GetDeniedResponse().Body)
				}
				if len(header["Content-Type"]) != 1 {
					t.Errorf("%s: types %q", name, header["Content-Type"])
				}
			}
		}
	}
}

func TestFieldsOfOneNameStaySeveral(t *testing.T) {
	want := http.Header{
		"Content-Type":     {"text/html"},
		"Set-Cookie":       {"a=b; Path=/", "c=d; Expires=Wed, 21 Oct 2015 07:28:00 GMT", "e=f"},
		"Www-Authenticate": {`Bearer realm="a,b"`, `Basic realm="c"`},
	}
	response := extauthz.Denied(&gateway.Answer{Status: http.StatusUnauthorized, Header: want, Body: []byte("no")})
	wantWellFormed(t, response)
	var names []string
	for _, m := range response.GetDeniedResponse().Headers {
		names = append(names, m.Header.Key)
	}
	if !slices.IsSorted(names) {
		t.Errorf("the order is another one each time: %q", names)
	}
	for generation, g := range generations {
		got := g.local(response)
		for name, values := range want {
			if !slices.Equal(got[name], values) {
				t.Errorf("by %s: %s is %q", generation, name, got[name])
			}
		}
	}
}

func TestADenialHasAStatusThatEnvoyKnowsAndACodeThatIsNotOK(t *testing.T) {
	for status, want := range map[int]struct {
		status int
		code   codes.Code
	}{
		302: {302, codes.PermissionDenied},
		400: {400, codes.PermissionDenied},
		401: {401, codes.Unauthenticated},
		403: {403, codes.PermissionDenied},
		431: {431, codes.Internal},
		500: {500, codes.Internal},
		503: {503, codes.Unavailable},

		// Nothing of these is an answer to a request that is denied.
		0:                 {403, codes.Internal},
		-1:                {403, codes.Internal},
		100:               {403, codes.Internal},
		200:               {403, codes.Internal},
		204:               {403, codes.Internal},
		299:               {403, codes.Internal},
		425:               {403, codes.Internal},
		599:               {403, codes.Internal},
		1<<32 + 401:       {403, codes.Internal},
		-(1 << 32) + 1000: {403, codes.Internal},
	} {
		response := extauthz.Denied(&gateway.Answer{Status: status})
		wantWellFormed(t, response)
		wantRefused(t, http.StatusText(status), response, want.status, want.code)
	}
}

// An error while a response is encoded is one of gRPC, which failure_mode_allow lets
// through.
func TestWhatCantBeSentIsADenial(t *testing.T) {
	for name, response := range map[string]proto.Message{
		"a value":     extauthz.Denied(&gateway.Answer{Status: 302, Header: http.Header{"Location": {"https://a/\xff"}}}),
		"a second":    extauthz.Denied(&gateway.Answer{Status: 302, Header: http.Header{"Set-Cookie": {"a", "\xff"}}}),
		"a line end":  extauthz.Denied(&gateway.Answer{Status: 302, Header: http.Header{"Location": {"https://a/\r\nSet-Cookie: a=b"}}}),
		"a body":      extauthz.Denied(&gateway.Answer{Status: 403, Body: []byte("\xff")}),
		"nothing":     extauthz.Denied(nil),
		"an identity": extauthz.Allowed([]identity.Field{identity.NewField("X-Auth-User", "ad\xff")}, nil),
		"two lines":   extauthz.Allowed([]identity.Field{identity.NewField("A", "a"), identity.NewField("X-Auth-User", "jane\nX-Auth-Groups: admins")}, nil),
	} {
		b, err := proto.Marshal(response)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := newResponse(t, b)
		wantWellFormed(t, got)
		wantRefused(t, name, got, 500, codes.Internal)
		if headers := got.GetDeniedResponse().Headers; len(headers) != 1 || headers[0].Header.Key != "cache-control" {
			t.Errorf("%s: %v", name, headers)
		}
	}
	// The same through a server: nothing of the settings is looked at by the gateway.
	s := base()
	s.Realm = "\xff"
	e := start(t, of(build(t, s, gognitotest.NewPool(t).Verifier())))
	wantRefused(t, "a realm", e.ask(t, raw(get("/me"))), 500, codes.Internal)
}

func TestWhatIsSetIsNotRemoved(t *testing.T) {
	pool := gognitotest.NewPool(t)
	s := base()
	s.Identity.TokenHeader = "X-Auth-Token"
	ada := pool.AccessToken(gognitotest.User{Username: "ada", Groups: []string{"admins", "ops"}})
	response := start(t, of(build(t, s, pool.Verifier()))).ask(t, raw(get("/admin", append(bearer(ada), "x-auth-user", "root", "x_auth_token", "x")...)))
	ok := response.GetOkResponse()
	var set []string
	for _, m := range ok.GetHeaders() {
		set = append(set, m.Header.Key+": "+m.Header.Value)
	}
	if want := []string{"x-auth-user: ada", "x-auth-groups: admins,ops", "x-auth-token: " + ada}; !slices.Equal(set, want) {
		t.Errorf("set %q", set)
	}
	for _, name := range []string{"x_auth_user", "x.auth.user", "x_auth_groups", "x_auth_token", "x-auth_token"} {
		if !slices.Contains(ok.GetHeadersToRemove(), name) {
			t.Errorf("%s stays", name)
		}
	}
	for _, name := range []string{"x-auth-user", "x-auth-groups", "x-auth-token", "authorization"} {
		if slices.Contains(ok.GetHeadersToRemove(), name) {
			t.Errorf("%s is removed", name)
		}
	}
}

func TestWithoutIdentityNothingIsAppended(t *testing.T) {
	s := base()
	s.Identity.Headers = nil
	s.Rules = []decide.Rule{{Name: "all", Paths: []string{"/*"}, Access: decide.Public}}
	ok := start(t, of(build(t, s, gognitotest.NewPool(t).Verifier()))).ask(t, raw(get("/"))).GetOkResponse()
	if ok == nil || len(ok.Headers) > 0 || len(ok.HeadersToRemove) > 0 {
		t.Errorf("%v", ok)
	}
	if action := corev3.HeaderValueOption_HeaderAppendAction(0); action != corev3.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD {
		t.Errorf("an action that was left out is %v", action)
	}
}
