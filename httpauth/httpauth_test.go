package httpauth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// authenticate has a request authenticated that has these headers, given as name,
// value, name, value.
func authenticate(a *httpauth.Authenticator, method string, headers ...string) (*gognito.User, error) {
	r := httptest.NewRequest(method, "https://app.example/path", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return a.Authenticate(r)
}

func TestCandidatesComeFromTheFirstSourceThatHasAny(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{
		Verifier: pool.Verifier(),
		Source:   httpauth.FirstOf(httpauth.Bearer, httpauth.Header("X-Token"), httpauth.Cookie("accessToken")),
	}
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	again := pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"later"}})
	joe := pool.AccessToken(gognitotest.User{Username: "joe"})
	expired := pool.Hostile("expired")
	const none gognito.Reason = "none" // ErrNoToken
	cookies := func(values ...string) string {
		pairs := []string{"theme=dark"}
		for _, v := range values {
			pairs = append(pairs, "accessToken="+v)
		}
		return strings.Join(pairs, "; ")
	}
	for name, test := range map[string]struct {
		headers []string
		user    string
		reason  gognito.Reason
	}{
		"nothing":                          {nil, "", none},
		"an empty Authorization header":    {[]string{"Authorization", ""}, "", none},
		"Bearer":                           {[]string{"Authorization", "Bearer " + jane}, "jane", ""},
		"bearer in lower case":             {[]string{"Authorization", "bearer " + jane}, "jane", ""},
		"BEARER and more spaces":           {[]string{"Authorization", "BEARER   " + jane}, "jane", ""},
		"Bearer and no token":              {[]string{"Authorization", "Bearer"}, "", gognito.ReasonMalformed},
		"Bearer and a space":               {[]string{"Authorization", "Bearer "}, "", gognito.ReasonMalformed},
		"Bearer and a tab":                 {[]string{"Authorization", "Bearer\t" + jane}, "", gognito.ReasonMalformed},
		"Bearer and a comma":               {[]string{"Authorization", "Bearer," + jane}, "", gognito.ReasonMalformed},
		"a token and something behind":     {[]string{"Authorization", "Bearer " + jane + " " + jane}, "", gognito.ReasonMalformed},
		"two tokens joined by a proxy":     {[]string{"Authorization", "Bearer " + jane + ",Bearer " + jane}, "", gognito.ReasonMalformed},
		"Basic and Bearer joined":          {[]string{"Authorization", "Basic eDp5, Bearer " + jane, "Cookie", cookies(jane)}, "", gognito.ReasonMalformed},
		"a scheme alone and Bearer joined": {[]string{"Authorization", "Negotiate,\tbEARER   " + jane}, "", gognito.ReasonMalformed},
		"Digest and Bearer joined":         {[]string{"Authorization", `Digest realm="a\\", nc=1, Bearer ` + jane}, "", gognito.ReasonMalformed},
		"Digest that quotes Bearer":        {[]string{"Authorization", `Digest realm="a\", Bearer x", nc=1`, "Cookie", cookies(jane)}, "jane", ""},
		"Digest with a parameter bearer":   {[]string{"Authorization", `Digest nc=1, bearer = x, bearer=y, bearers z, bearer `, "Cookie", cookies(jane)}, "jane", ""},
		"two Authorization headers":        {[]string{"Authorization", "Bearer " + jane, "Authorization", "Bearer " + jane}, "", gognito.ReasonMalformed},
		"Basic beside Bearer":              {[]string{"Authorization", "Basic eDp5", "Authorization", "Bearer " + jane}, "", gognito.ReasonMalformed},
		"the bare token":                   {[]string{"Authorization", jane}, "", none}, // a scheme of its own, by its form
		"quotes instead of a scheme":       {[]string{"Authorization", `"Bearer" ` + jane}, "", gognito.ReasonMalformed},
		"Basic":                            {[]string{"Authorization", "Basic eDp5"}, "", none},
		"Bearers":                          {[]string{"Authorization", "Bearers " + jane}, "", none},
		"Basic, and a cookie":              {[]string{"Authorization", "Basic eDp5", "Cookie", cookies(jane)}, "jane", ""},
		"a bad Bearer, and a good cookie":  {[]string{"Authorization", "Bearer x", "Cookie", cookies(jane)}, "", gognito.ReasonMalformed},
		"an expired Bearer, and a cookie":  {[]string{"Authorization", "Bearer " + expired, "Cookie", cookies(jane)}, "", gognito.ReasonExpired},
		"an unusable Bearer, and a cookie": {[]string{"Authorization", "Bearer", "Cookie", cookies(jane)}, "", gognito.ReasonMalformed},
		"another user's Bearer":            {[]string{"Authorization", "Bearer " + joe, "Cookie", cookies(jane)}, "joe", ""},
		"a header":                         {[]string{"X-Token", jane}, "jane", ""},
		"a header twice":                   {[]string{"X-Token", jane, "X-Token", jane}, "", gognito.ReasonMalformed},
		"a header with a scheme":           {[]string{"X-Token", "Bearer " + jane}, "", gognito.ReasonMalformed},
		"a cookie":                         {[]string{"Cookie", cookies(jane)}, "jane", ""},
		"a quoted cookie":                  {[]string{"Cookie", cookies(`"` + jane + `"`)}, "jane", ""},
		"an emptied cookie":                {[]string{"Cookie", cookies("")}, "", none},
		"an emptied cookie beside a good":  {[]string{"Cookie", cookies("", jane)}, "jane", ""},
		"a cookie that net/http drops":     {[]string{"Cookie", `accessToken=b\d`}, "", gognito.ReasonMalformed},
		"a cookie with half a quote":       {[]string{"Cookie", `accessToken="bad`}, "", gognito.ReasonMalformed},
		"a dropped cookie beside a good":   {[]string{"Cookie", `accessToken=b\d; accessToken=` + jane}, "jane", ""},
		"a space behind the name":          {[]string{"Cookie", "accessToken =" + jane}, "jane", ""},
		"the same, dropped by net/http":    {[]string{"Cookie", `theme=dark; accessToken	=b\d`}, "", gognito.ReasonMalformed},
		"the same, emptied":                {[]string{"Cookie", `accessToken =; accessToken = `}, "", none},
		"empty quotes":                     {[]string{"Cookie", `accessToken=""`}, "", none},
		"a cookie behind 3001 others":      {[]string{"Cookie", strings.Repeat("a=b; ", 3001) + "accessToken=" + jane}, "", gognito.ReasonMalformed},
		"a cookie in another case":         {[]string{"Cookie", "accesstoken=" + jane}, "", none},
		"a cookie with a longer name":      {[]string{"Cookie", "accessToken2=" + jane + "; xaccessToken=" + jane}, "", none},
		"two cookie headers":               {[]string{"Cookie", "a=b", "Cookie", cookies(jane)}, "jane", ""},
		"two cookies of one user":          {[]string{"Cookie", cookies(jane, again)}, "jane", ""},
		"an old cookie beside a good":      {[]string{"Cookie", cookies(expired, jane)}, "jane", ""},
		"a good cookie beside an old":      {[]string{"Cookie", cookies(jane, expired, "x")}, "jane", ""},
		"two users":                        {[]string{"Cookie", cookies(jane, joe)}, "", gognito.ReasonMalformed},
		"two users, and an old cookie":     {[]string{"Cookie", cookies(expired, jane, "x", joe)}, "", gognito.ReasonMalformed},
		"no good cookie":                   {[]string{"Cookie", cookies(expired, "x")}, "", gognito.ReasonExpired},
		"no good cookie, the other way":    {[]string{"Cookie", cookies("x", expired)}, "", gognito.ReasonMalformed},
		"eight cookies":                    {[]string{"Cookie", cookies("x", "x", "x", "x", "x", "x", "x", jane)}, "jane", ""},
		"nine cookies":                     {[]string{"Cookie", cookies(jane, "x", "x", "x", "x", "x", "x", "x", "x")}, "", gognito.ReasonMalformed},
		"nothing in the query string":      {[]string{"X-Ignored", "?access_token=" + jane}, "", none},
	} {
		t.Run(name, func(t *testing.T) {
			user, err := authenticate(auth, http.MethodGet, test.headers...)
			want := test.reason
			if want == none {
				if !errors.Is(err, gognito.ErrNoToken) || user != nil {
					t.Fatalf("%v, %v; want ErrNoToken", user, err)
				}
				return
			}
			if gognito.ReasonOf(err) != want || (err == nil) != (user != nil) {
				t.Fatalf("%v, %v; want reason %q", user, err, want)
			}
			if user != nil && user.Username != test.user {
				t.Errorf("user %q, want %q", user.Username, test.user)
			}
		})
	}
}

func TestTheQueryStringIsNotRead(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier(), Source: httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie("access_token"))}
	body := strings.NewReader("access_token=" + pool.AccessToken(gognitotest.User{}))
	r := httptest.NewRequest(http.MethodPost, "/?access_token="+pool.AccessToken(gognitotest.User{}), body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := auth.Authenticate(r); !errors.Is(err, gognito.ErrNoToken) {
		t.Errorf("Authenticate: %v", err)
	}
}

func TestAnUnavailableCandidateOutweighsARefusedOne(t *testing.T) {
	down := gognito.NewError(gognito.ReasonKeysUnavailable, nil)
	verifier := verifierFunc(func(token string) (*gognito.Claims, error) {
		switch token {
		case "down":
			return nil, down
		case "good":
			return &gognito.Claims{Subject: "jane"}, nil
		}
		return nil, gognito.NewError(gognito.ReasonExpired, nil)
	})
	auth := &httpauth.Authenticator{Verifier: verifier, Source: httpauth.Cookie("t")}
	for cookie, want := range map[string]gognito.Reason{
		"t=old; t=down; t=old": gognito.ReasonKeysUnavailable,
		"t=down; t=old":        gognito.ReasonKeysUnavailable,
		"t=down; t=good":       "",
		"t=old":                gognito.ReasonExpired,
	} {
		if _, err := authenticate(auth, http.MethodGet, "Cookie", cookie); gognito.ReasonOf(err) != want {
			t.Errorf("%s: %v, want reason %q", cookie, err, want)
		}
	}
}

type verifierFunc func(token string) (*gognito.Claims, error)

func (f verifierFunc) Verify(_ context.Context, token string) (*gognito.Claims, error) {
	return f(token)
}

func TestAVerifierThatSaysNothingAdmitsNobody(t *testing.T) {
	auth := &httpauth.Authenticator{Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return nil, nil })}
	user, err := authenticate(auth, http.MethodGet, "Authorization", "Bearer x")
	if user != nil || err == nil || httpauth.Status(err) != http.StatusInternalServerError {
		t.Errorf("Authenticate: %v, %v", user, err)
	}
}

// A request with a token is never one without, whatever the error of some part
// has in its chain: it might come from another service that had no token.
func TestARequestWithATokenIsNeverTakenForOneWithout(t *testing.T) {
	pool := gognitotest.NewPool(t)
	elsewhere := fmt.Errorf("another service: %w", gognito.NewError("", nil))
	config := pool.Config()
	config.Revocation = gognito.RevocationFunc(func(context.Context, *gognito.Claims) (bool, error) { return false, elsewhere })
	revoking, err := gognito.New(config)
	if err != nil {
		t.Fatal(err)
	}
	config = pool.Config()
	config.Keys = keySource(func() (*gognito.Key, error) { return nil, elsewhere })
	keyless, err := gognito.New(config)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		auth   *httpauth.Authenticator
		status int
		reason gognito.Reason
	}{
		"the revocation checker": {&httpauth.Authenticator{Verifier: revoking}, 503, gognito.ReasonRevocationUnavailable},
		"the source of keys":     {&httpauth.Authenticator{Verifier: keyless}, 503, gognito.ReasonKeysUnavailable},
		"the verifier": {&httpauth.Authenticator{
			Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return nil, elsewhere }),
		}, 500, ""},
		"Attach": {&httpauth.Authenticator{
			Verifier: pool.Verifier(), Attach: func(*http.Request, *gognito.User) error { return elsewhere },
		}, 500, ""},
	} {
		t.Run(name, func(t *testing.T) {
			test.auth.Logger = slog.New(slog.DiscardHandler)
			token := "Bearer " + pool.AccessToken(gognitotest.User{})
			if _, err := authenticate(test.auth, http.MethodGet, "Authorization", token); errors.Is(err, gognito.ErrNoToken) || gognito.ReasonOf(err) != test.reason {
				t.Errorf("Authenticate: %v", err)
			}
			reached := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the handler is reached") })
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Authorization", token)
			w := httptest.NewRecorder()
			test.auth.Optional(reached).ServeHTTP(w, r)
			if w.Code != test.status {
				t.Errorf("Optional answers %d, want %d", w.Code, test.status)
			}
		})
	}
}

type keySource func() (*gognito.Key, error)

func (f keySource) Key(context.Context, string) (*gognito.Key, error) { return f() }

func TestAHeaderThatAGatewaySetsIsGuardedAsACookieIs(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier(), Source: httpauth.Header("X-Amzn-Oidc-Accesstoken")}
	token := pool.AccessToken(gognitotest.User{})
	if _, err := authenticate(auth, http.MethodPost, "X-Amzn-Oidc-Accesstoken", token); err != nil {
		t.Errorf("no browser: %v", err)
	}
	if _, err := authenticate(auth, http.MethodPost, "X-Amzn-Oidc-Accesstoken", token, "Sec-Fetch-Site", "cross-site"); gognito.ReasonOf(err) != gognito.ReasonCrossOrigin {
		t.Errorf("from another site: %v", err)
	}
}

func TestCookiesOfOtherSitesPagesAreRefused(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{Username: "jane"})
	cookie := &httpauth.Authenticator{Verifier: pool.Verifier(), Source: httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie("t"))}
	trusting := &httpauth.Authenticator{Verifier: pool.Verifier(), Source: httpauth.Cookie("t"), CrossOrigin: http.NewCrossOriginProtection()}
	if err := trusting.CrossOrigin.AddTrustedOrigin("https://partner.example"); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		auth    *httpauth.Authenticator
		method  string
		headers []string
		want    gognito.Reason
	}{
		"GET from another site":           {cookie, "GET", []string{"Sec-Fetch-Site", "cross-site"}, ""},
		"HEAD from another site":          {cookie, "HEAD", []string{"Sec-Fetch-Site", "cross-site"}, ""},
		"POST from the same origin":       {cookie, "POST", []string{"Sec-Fetch-Site", "same-origin"}, ""},
		"POST typed by the user":          {cookie, "POST", []string{"Sec-Fetch-Site", "none"}, ""},
		"POST from another site":          {cookie, "POST", []string{"Sec-Fetch-Site", "cross-site"}, gognito.ReasonCrossOrigin},
		"POST from a sibling":             {cookie, "POST", []string{"Sec-Fetch-Site", "same-site"}, gognito.ReasonCrossOrigin},
		"PUT from another site":           {cookie, "PUT", []string{"Sec-Fetch-Site", "cross-site"}, gognito.ReasonCrossOrigin},
		"DELETE from another site":        {cookie, "DELETE", []string{"Sec-Fetch-Site", "cross-site"}, gognito.ReasonCrossOrigin},
		"an unknown method":               {cookie, "PURGE", []string{"Sec-Fetch-Site", "cross-site"}, gognito.ReasonCrossOrigin},
		"get in lower case":               {cookie, "get", []string{"Sec-Fetch-Site", "cross-site"}, gognito.ReasonCrossOrigin},
		"an old browser, the same origin": {cookie, "POST", []string{"Origin", "https://app.example"}, ""},
		"an old browser, another origin":  {cookie, "POST", []string{"Origin", "https://attacker.example"}, gognito.ReasonCrossOrigin},
		"a sandboxed page":                {cookie, "POST", []string{"Origin", "null"}, gognito.ReasonCrossOrigin},
		"no browser":                      {cookie, "POST", nil, ""},
		"a trusted origin":                {trusting, "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://partner.example"}, ""},
		"not the trusted origin":          {trusting, "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://partner.example.attacker.example"}, gognito.ReasonCrossOrigin},
		"a WebSocket":                     {cookie, "GET", []string{"Sec-Fetch-Site", "cross-site", "Connection", "Upgrade", "Upgrade", "websocket"}, gognito.ReasonCrossOrigin},
		"a WebSocket, in lower case":      {cookie, "GET", []string{"Sec-Fetch-Site", "cross-site", "Connection", "upgrade"}, gognito.ReasonCrossOrigin},
		"a WebSocket, among options":      {cookie, "GET", []string{"Sec-Fetch-Site", "cross-site", "Connection", "keep-alive, uPgRaDe "}, gognito.ReasonCrossOrigin},
		"a WebSocket, in a second header": {cookie, "GET", []string{"Sec-Fetch-Site", "cross-site", "Connection", "keep-alive", "Connection", "Upgrade"}, gognito.ReasonCrossOrigin},
		"a WebSocket without Sec-Fetch":   {cookie, "GET", []string{"Origin", "https://attacker.example", "Connection", "Upgrade"}, gognito.ReasonCrossOrigin},
		"a WebSocket of the own origin":   {cookie, "GET", []string{"Origin", "https://app.example", "Connection", "Upgrade"}, ""},
		"a WebSocket of a trusted origin": {trusting, "GET", []string{"Origin", "https://partner.example", "Connection", "Upgrade"}, ""},
		"not quite an upgrade":            {cookie, "GET", []string{"Sec-Fetch-Site", "cross-site", "Connection", "upgrades"}, ""},
		"HTTP/2's CONNECT":                {cookie, "CONNECT", []string{"Sec-Fetch-Site", "cross-site"}, gognito.ReasonCrossOrigin},
	} {
		t.Run(name, func(t *testing.T) {
			headers := append([]string{"Cookie", "t=" + token}, test.headers...)
			if _, err := authenticate(test.auth, test.method, headers...); gognito.ReasonOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Errorf("with the cookie: %v, want reason %q", err, test.want)
			}
			// It comes before the token is looked at.
			headers[1] = "t=x"
			want := test.want
			if want == "" {
				want = gognito.ReasonMalformed
			}
			if _, err := authenticate(test.auth, test.method, headers...); gognito.ReasonOf(err) != want {
				t.Errorf("with a bad cookie: %v, want reason %q", err, want)
			}
			// A page of another site can't make the browser send this header.
			if test.auth == cookie {
				headers = append([]string{"Authorization", "Bearer " + token}, test.headers...)
				if _, err := authenticate(test.auth, test.method, headers...); err != nil {
					t.Errorf("with a Bearer token: %v", err)
				}
			}
		})
	}
}

func TestTheHandlerSeesOnlyWhatTheMiddlewareLetThrough(t *testing.T) {
	pool := gognitotest.NewPool(t)
	outage := gognitotest.NewPool(t)
	outage.SetOutage(true)
	attached := 0
	var logged bytes.Buffer
	newAuth := func(p *gognitotest.Pool) *httpauth.Authenticator {
		return &httpauth.Authenticator{
			Verifier: p.Verifier(),
			Logger:   slog.New(slog.NewTextHandler(&logged, nil)),
			Attach: func(r *http.Request, u *gognito.User) error {
				attached++
				switch r.Header.Get("X-Attach") {
				case "fails":
					return errors.New("the database says no")
				case "forbids":
					return fmt.Errorf("banned: %w", gognito.NewError(gognito.ReasonPermission, nil))
				case "is down":
					return fmt.Errorf("no database: %w", gognito.ErrUnavailable)
				case "finds no token":
					return fmt.Errorf("elsewhere: %w", gognito.ErrNoToken)
				}
				return httpauth.GrantByGroup(map[string][]string{"editors": {"write"}})(r, u)
			},
		}
	}
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u, ok := gognito.FromContext(r.Context())
		if !ok {
			_, _ = io.WriteString(w, "hello, stranger")
			return
		}
		_, _ = fmt.Fprintf(w, "hello, %s %v", u.Username, u.Permissions())
	})
	auth, down := newAuth(pool), newAuth(outage)
	handlers := map[string]http.Handler{
		"Require":          auth.Require(hello),
		"Optional":         auth.Optional(hello),
		"Handle":           auth.Handle(func(w http.ResponseWriter, r *http.Request, u *gognito.User) { hello(w, r) }),
		"Require group":    auth.Require(auth.Allow(gognito.InAnyGroup("admins"))(hello)),
		"Require scope":    auth.Require(auth.Allow(gognito.HasAllScopes("api/write"))(hello)),
		"Require write":    auth.Require(auth.Allow(gognito.Can("write"))(hello)),
		"Optional write":   auth.Optional(auth.Allow(gognito.Can("write"))(hello)),
		"Allow alone":      auth.Allow(gognito.Can("write"))(hello),
		"Require outage":   down.Require(hello),
		"Optional outage":  down.Optional(hello),
		"undecided policy": auth.Require(auth.Allow(func(*gognito.User) error { return errors.New("x") })(hello)),
	}
	jane := "Bearer " + pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"editors"}})
	joe := "Bearer " + pool.AccessToken(gognitotest.User{Username: "joe"})
	bad := "Bearer " + pool.Hostile("expired")
	other := "Bearer " + outage.AccessToken(gognitotest.User{})
	for _, test := range []struct {
		handler, authorization, attach string
		status                         int
		body, challenge                string
	}{
		{"Require", "", "", 401, "", "Bearer"},
		{"Require", bad, "", 401, "", `Bearer error="invalid_token"`},
		{"Require", "Bearer", "", 401, "", `Bearer error="invalid_token"`},
		{"Require", jane, "", 200, "hello, jane [write]", ""},
		{"Require", jane, "fails", 500, "", ""},
		{"Require", jane, "forbids", 403, "", ""},
		{"Require", jane, "is down", 503, "", ""},
		{"Require", jane, "finds no token", 500, "", ""},
		{"Optional", "", "", 200, "hello, stranger", ""},
		{"Optional", "Basic eDp5", "", 200, "hello, stranger", ""},
		{"Optional", bad, "", 401, "", `Bearer error="invalid_token"`},
		{"Optional", "Bearer", "", 401, "", `Bearer error="invalid_token"`},
		{"Optional", jane, "", 200, "hello, jane [write]", ""},
		{"Optional", jane, "fails", 500, "", ""},
		{"Optional", jane, "finds no token", 500, "", ""},
		{"Handle", "", "", 401, "", "Bearer"},
		{"Handle", jane, "", 200, "hello, jane [write]", ""},
		{"Require group", jane, "", 403, "", ""},
		{"Require group", "", "", 401, "", "Bearer"},
		{"Require scope", jane, "", 403, "", `Bearer error="insufficient_scope"`},
		{"Require write", jane, "", 200, "hello, jane [write]", ""},
		{"Require write", joe, "", 403, "", ""},
		{"Optional write", "", "", 401, "", "Bearer"},
		{"Optional write", joe, "", 403, "", ""},
		{"Allow alone", jane, "", 401, "", "Bearer"},
		{"Require outage", other, "", 503, "", ""},
		{"Optional outage", other, "", 503, "", ""},
		{"Require outage", bad, "", 401, "", `Bearer error="invalid_token"`}, // a foreign issuer is judged all the same
		{"undecided policy", jane, "", 500, "", ""},
	} {
		name := strings.Join([]string{test.handler, test.authorization[:min(len(test.authorization), 9)], test.attach}, "/")
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			if test.authorization != "" {
				r.Header.Set("Authorization", test.authorization)
			}
			r.Header.Set("X-Attach", test.attach)
			// Whoever stands in the context already is not this request's user.
			if strings.HasPrefix(test.handler, "Optional") {
				r = r.WithContext(gognito.NewContext(r.Context(), &gognito.User{Claims: &gognito.Claims{Username: "mallory"}}))
			}
			w := httptest.NewRecorder()
			logged.Reset()
			attached = 0
			handlers[test.handler].ServeHTTP(w, r)
			if w.Code != test.status || w.Code == 200 && w.Body.String() != test.body {
				t.Fatalf("%d %q, want %d %q", w.Code, w.Body, test.status, test.body)
			}
			if attached > 1 || attached == 0 && test.status == 200 && strings.Contains(test.body, "jane") {
				t.Errorf("Attach ran %d times", attached)
			}
			if got := w.Header().Get("WWW-Authenticate"); got != test.challenge {
				t.Errorf("challenge %q, want %q", got, test.challenge)
			}
			if (w.Header().Get("Retry-After") != "") != (test.status == 503) {
				t.Errorf("Retry-After %q with %d", w.Header().Get("Retry-After"), w.Code)
			}
			if test.status != 200 && w.Header().Get("Cache-Control") != "no-store" {
				t.Error("the refusal may be cached")
			}
			if (logged.Len() > 0) != (test.status >= 500) {
				t.Errorf("logged %q with %d", logged.String(), w.Code)
			}
			for _, secret := range []string{"eyJ", "jane", "joe", "expired", "group", "database"} {
				if strings.Contains(w.Body.String(), secret) && test.status != 200 {
					t.Errorf("the answer tells %q", secret)
				}
				if secret != "database" && secret != "group" && strings.Contains(logged.String(), secret) {
					t.Errorf("the log tells %q", secret)
				}
			}
		})
	}
}

func TestAttachRunsOnceHoweverOftenARequestIsWrapped(t *testing.T) {
	pool := gognitotest.NewPool(t)
	attached := 0
	auth := &httpauth.Authenticator{Verifier: pool.Verifier(), Attach: func(*http.Request, *gognito.User) error { attached++; return nil }}
	other := &httpauth.Authenticator{Verifier: pool.Verifier(), Attach: auth.Attach}
	handle := func(http.ResponseWriter, *http.Request, *gognito.User) {}
	serve := func(h http.Handler) int {
		attached = 0
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer "+pool.AccessToken(gognitotest.User{}))
		h.ServeHTTP(httptest.NewRecorder(), r)
		return attached
	}
	if n := serve(auth.Require(auth.Optional(auth.Handle(handle)))); n != 1 {
		t.Errorf("Attach ran %d times", n)
	}
	if n := serve(auth.Require(other.Handle(handle))); n != 2 {
		t.Errorf("Attach of two Authenticators ran %d times", n)
	}
}

func TestWhatCanNotWorkDoesNotMount(t *testing.T) {
	pool := gognitotest.NewPool(t)
	good := &httpauth.Authenticator{Verifier: pool.Verifier()}
	handler := http.NotFoundHandler()
	handle := func(http.ResponseWriter, *http.Request, *gognito.User) {}
	for name, mount := range map[string]func(){
		"Require without a Verifier":        func() { new(httpauth.Authenticator).Require(handler) },
		"what New returned beside an error": func() { (&httpauth.Authenticator{Verifier: (*gognito.Verifier)(nil)}).Require(handler) },
		"what NewPools returned beside one": func() { (&httpauth.Authenticator{Verifier: (*gognito.Pools)(nil)}).Require(handler) },
		"Optional without a Verifier":       func() { new(httpauth.Authenticator).Optional(handler) },
		"Handle without a Verifier":         func() { new(httpauth.Authenticator).Handle(handle) },
		"Allow without a Verifier":          func() { new(httpauth.Authenticator).Allow(gognito.Can("x")) },
		"Allow without a policy":            func() { good.Allow(nil) },
		"Require without a handler":         func() { good.Require(nil) },
		"Handle without a function":         func() { good.Handle(nil) },
		"a realm with a line end": func() {
			(&httpauth.Authenticator{Verifier: pool.Verifier(), Realm: "a\r\nSet-Cookie: b"}).Require(handler)
		},
		"a nil source":                 func() { httpauth.FirstOf(httpauth.Bearer, nil) },
		"a cookie without a name":      func() { httpauth.Cookie("") },
		"a cookie with a bad name":     func() { httpauth.Cookie("a b") },
		"a header without a name":      func() { httpauth.Header("") },
		"a header with a bad name":     func() { httpauth.Header("X-Token:") },
		"Amplify's cookies of no use":  func() { httpauth.AmplifyCookies("client", "") },
		"Amplify's cookies of any use": func() { httpauth.AmplifyCookies("client", gognito.AnyToken) },
		"Amplify's without a client":   func() { httpauth.AmplifyCookies("", gognito.AccessToken) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it mounts")
				}
			}()
			mount()
		})
	}
}
