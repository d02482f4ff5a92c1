package gateway_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/gognitotest"
)

// rules are those of the tests: one of each kind.
var rules = []decide.Rule{
	{Name: "health", Paths: []string{"/healthz"}, Access: decide.Public},
	{Name: "closed", Paths: []string{"/closed/*"}},
	{Name: "admin", Paths: []string{"/admin/*"}, Access: decide.Authenticated, Groups: []string{"admins"}},
	{Name: "write", Paths: []string{"/articles/*"}, Methods: []string{"POST"}, Access: decide.Authenticated, Permissions: []string{"articles.write"}},
	{Name: "orders", Paths: []string{"/orders"}, Access: decide.Authenticated, Scopes: []string{"orders/read"}},
	{Name: "people", Paths: []string{"/*"}, Methods: []string{"GET", "POST", "DELETE"}, Access: decide.Authenticated},
}

// base are settings that the tests change.
func base() *settings.Settings {
	return &settings.Settings{
		Tokens:      settings.Tokens{Bearer: true, Cookies: []string{"access"}},
		Rules:       rules,
		Permissions: map[string][]string{"editors": {"articles.write"}},
		Identity: identity.Config{
			Headers:  []identity.Header{{Name: "X-Auth-User", Source: "username"}, {Name: "X-Auth-Groups", Source: "groups"}},
			MaxBytes: 3072,
		},
		Realm: "app",
	}
}

// build returns the gateway for the settings.
func build(t *testing.T, s *settings.Settings, v gognito.TokenVerifier) *gateway.Gateway {
	t.Helper()
	g, err := gateway.New(s, v, &telemetry.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// call returns the call of a request of a program: "GET /path", and pairs of header
// names and values.
func call(t testing.TB, line string, header ...string) *gateway.Call {
	t.Helper()
	method, target, _ := strings.Cut(line, " ")
	r := (&http.Request{Method: method, Host: "app.example", Header: http.Header{}, URL: new(url.URL)}).WithContext(t.Context())
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return &gateway.Call{Dialect: "test", Method: method, Host: "app.example", Request: r, Target: target, Scheme: "https"}
}

// told returns what the application is told, as "name: value" lines.
func told(fields []identity.Field) string {
	var lines []string
	for _, f := range fields {
		lines = append(lines, f.Name+": "+f.Value())
	}
	return strings.Join(lines, "\n")
}

func TestARequestIsDecidedAndAnswered(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := pool.Verifier()
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	ed := pool.AccessToken(gognitotest.User{Username: "ed", Groups: []string{"editors"}})
	ada := pool.AccessToken(gognitotest.User{Username: "ada", Groups: []string{"admins", "x,admins"}})
	const (
		bare    = `Bearer realm="app"`
		invalid = `Bearer realm="app", error="invalid_token"`
		scope   = `Bearer realm="app", error="insufficient_scope"`
	)
	bearer := func(token string) []string { return []string{"Authorization", "Bearer " + token} }
	for _, test := range []struct {
		name      string
		line      string
		header    []string
		status    int // 0: allowed
		challenge string
		told      string
	}{
		{name: "public", line: "GET /healthz"},
		{name: "public, and tokens are not looked at", line: "GET /healthz", header: bearer("rubbish")},
		{name: "public in another spelling", line: "GET /admin/..%2fhealthz", status: 401, challenge: bare},
		{name: "nobody", line: "GET /me", status: 401, challenge: bare},
		{name: "a user", line: "GET /me", header: bearer(jane), told: "X-Auth-User: jane"},
		{name: "a user's cookie", line: "GET /me", header: []string{"Cookie", "access=" + jane}, told: "X-Auth-User: jane"},
		{name: "a bad token beside a good cookie", line: "GET /me", header: append(bearer("rubbish"), "Cookie", "access="+jane), status: 401, challenge: invalid},
		{name: "closed to a user", line: "GET /closed/x", header: bearer(ada), status: 403},
		{name: "closed to a stranger", line: "GET /closed/x", status: 401, challenge: bare},
		{name: "no admin", line: "GET /admin/x", header: bearer(jane), status: 403},
		{name: "an admin", line: "GET /admin/x", header: bearer(ada), told: "X-Auth-User: ada\nX-Auth-Groups: admins,x%2Cadmins"},
		{name: "no permission", line: "POST /articles/1", header: bearer(jane), status: 403},
		{name: "permission by group", line: "POST /articles/1", header: bearer(ed), told: "X-Auth-User: ed\nX-Auth-Groups: editors"},
		{name: "no scope", line: "GET /orders", header: bearer(jane), status: 403, challenge: scope},
		{name: "an ID token", line: "GET /me", header: bearer(pool.IDToken(gognitotest.User{Username: "jane"})), status: 401, challenge: invalid},
		{name: "no rule for the method", line: "PUT /me", header: bearer(jane), status: 403},
		{name: "malformed", line: "GET /me%00", header: bearer(jane), status: 400},
		{name: "no path", line: "OPTIONS *", status: 400},
		{name: "a form of another site's page", line: "POST /me", header: []string{"Cookie", "access=" + jane, "Sec-Fetch-Site", "cross-site"}, status: 403},
		{name: "a form of one's own page", line: "POST /me", header: []string{"Cookie", "access=" + jane, "Sec-Fetch-Site", "same-origin"}, told: "X-Auth-User: jane"},
	} {
		out := build(t, base(), v).Judge(call(t, test.line, test.header...))
		if out.Allow != (test.status == 0) || (out.Answer == nil) != out.Allow {
			t.Errorf("%s: allowed: %v, answered: %+v", test.name, out.Allow, out.Answer)
			continue
		}
		if got := told(out.Fields); got != test.told {
			t.Errorf("%s: the application is told %q, want %q", test.name, got, test.told)
		}
		if out.Allow {
			continue
		}
		a := out.Answer
		if a.Status != test.status || a.Header.Get("WWW-Authenticate") != test.challenge ||
			a.Header.Get("Cache-Control") != "no-store" || !strings.Contains(a.Header.Get("Vary"), "Cookie") ||
			string(a.Body) != http.StatusText(test.status)+"\n" {
			t.Errorf("%s: answered %d %v %q, want %d, challenge %q", test.name, a.Status, a.Header, a.Body, test.status, test.challenge)
		}
	}
}

func TestAProxyThatHandsOnLittleGetsNothingElse(t *testing.T) {
	pool := gognitotest.NewPool(t)
	s := base()
	s.Browsers.SignInURL = "https://auth.example/login"
	g := build(t, s, pool.Verifier())
	for line, want := range map[string]int{"GET /me": 401, "GET /me%00": 403} {
		c := call(t, line, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
		c.Limited = true
		if out := g.Judge(c); out.Allow || out.Answer.Status != want || out.Answer.Header.Get("Location") != "" {
			t.Errorf("%s: %+v", line, out.Answer)
		}
	}
}

func TestAnOutageIsNoRefusal(t *testing.T) {
	pool := gognitotest.NewPool(t)
	pool.SetOutage(true)
	token := pool.AccessToken(gognitotest.User{Username: "jane"})
	out := build(t, base(), pool.Verifier()).Judge(call(t, "GET /me", "Authorization", "Bearer "+token))
	if out.Allow || out.Answer.Status != 503 || out.Answer.Header.Get("Retry-After") == "" || out.Answer.Header.Get("WWW-Authenticate") != "" {
		t.Errorf("%+v", out.Answer)
	}
}

type verifierFunc func(context.Context, string) (*gognito.Claims, error)

func (f verifierFunc) Verify(ctx context.Context, token string) (*gognito.Claims, error) {
	return f(ctx, token)
}

func TestWhateverGoesWrongDenies(t *testing.T) {
	for name, test := range map[string]struct {
		verify verifierFunc
		status int
	}{
		"a panic":           {func(context.Context, string) (*gognito.Claims, error) { panic("secret") }, 503},
		"neither":           {func(context.Context, string) (*gognito.Claims, error) { return nil, nil }, 500},
		"an odd error":      {func(context.Context, string) (*gognito.Claims, error) { return nil, errors.New("odd") }, 500},
		"no token, it says": {func(context.Context, string) (*gognito.Claims, error) { return nil, gognito.ErrNoToken }, 500},
		"too slow": {func(ctx context.Context, _ string) (*gognito.Claims, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, 503},
	} {
		c := call(t, "GET /me", "Authorization", "Bearer x")
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		c.Request = c.Request.WithContext(ctx)
		if out := build(t, base(), test.verify).Judge(c); out.Allow || out.Answer == nil || out.Answer.Status != test.status {
			t.Errorf("%s: %+v", name, out)
		}
		cancel()
	}
}

func TestFaultsOfTheSurroundingsAreForbidden(t *testing.T) {
	g := build(t, base(), gognitotest.NewPool(t).Verifier())
	for _, err := range []error{gateway.ErrUntrusted, gateway.ErrMetadata} {
		out := g.Refuse(call(t, "GET /healthz"), err)
		if out.Allow || out.Answer.Status != 403 || len(out.Fields) > 0 {
			t.Errorf("%v: %+v", err, out)
		}
	}
}

func TestAUserOfWhomTooMuchIsToldIsForbidden(t *testing.T) {
	pool := gognitotest.NewPool(t)
	s := base()
	s.Identity.MaxBytes = 100
	token := pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{strings.Repeat("a", 128)}})
	out := build(t, s, pool.Verifier()).Judge(call(t, "GET /me", "Authorization", "Bearer "+token))
	if out.Allow || out.Answer.Status != 403 || len(out.Fields) > 0 {
		t.Errorf("%+v", out)
	}
}

func TestTheTokenThatIsPassedOnIsTheUsersOwn(t *testing.T) {
	pool := gognitotest.NewPool(t)
	s := base()
	s.Identity.Headers, s.Identity.TokenHeader = nil, "X-Auth-Token"
	s.Tokens = settings.Tokens{AmplifyClients: []string{pool.ClientID()}}
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	// Someone else's good token comes first, under jane's name.
	joe := pool.AccessToken(gognitotest.User{Username: "joe"})
	prefix := "CognitoIdentityServiceProvider." + pool.ClientID() + "."
	cookies := prefix + "LastAuthUser=jane; " + prefix + "jane.accessToken=" + joe + "; " + prefix + "jane.accessToken=" + jane
	out := build(t, s, pool.Verifier()).Judge(call(t, "GET /me", "Cookie", cookies))
	if !out.Allow || told(out.Fields) != "X-Auth-Token: "+jane {
		t.Errorf("allowed: %v, told jane's own: %v, answered %+v", out.Allow, told(out.Fields) == "X-Auth-Token: "+jane, out.Answer)
	}
}
