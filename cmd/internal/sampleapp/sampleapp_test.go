package sampleapp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/cmd/internal/sampleapp"
	"github.com/gognito/gognito/devpool"
)

// site is the application on a server, with its pool.
type site struct {
	*httptest.Server
	pool *devpool.Pool
}

// newSite starts the application and a pool. The keys come over HTTP.
func newSite(t *testing.T, users ...devpool.User) site {
	t.Helper()
	pool := devpool.Start(t, devpool.Config{Users: users})
	server := httptest.NewServer(newApp(t, pool))
	t.Cleanup(server.Close)
	return site{server, pool}
}

func newApp(t *testing.T, pool *devpool.Pool) http.Handler {
	t.Helper()
	config := sampleapp.Config{
		Pool:       pool.VerifierConfig(),
		CookieName: "accessToken",
		SignIn: func(ctx context.Context, username, password string) (string, time.Duration, error) {
			tokens, err := pool.SignIn(ctx, username, password)
			if errors.Is(err, devpool.ErrCredentials) {
				err = sampleapp.ErrCredentials
			}
			return tokens.Access, tokens.ExpiresIn, err
		},
		Commands: []sampleapp.Command{{About: "Try it:", Line: "curl -sS http://127.0.0.1/ <token"}},
	}
	for _, u := range pool.Users() {
		config.Demo = append(config.Demo, sampleapp.DemoUser{Username: u.Username, Password: u.Password, Groups: u.Groups})
	}
	app, err := sampleapp.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return app
}

// browser is what a browser is to a server: it keeps cookies, and follows redirects
// only when told.
type browser struct {
	t    *testing.T
	base string
	http.Client
}

func (s site) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := *s.Client()
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{t, s.URL, client}
}

// signedIn returns a browser in which that default user has signed in.
func (s site) signedIn(t *testing.T, username string) *browser {
	t.Helper()
	b := s.browser(t)
	answer, _ := b.post("/sign-in", url.Values{"username": {username}, "password": {username + "-Dev-1"}})
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing %s in: status %d", username, answer.StatusCode)
	}
	return b
}

// send sends a request, with headers in pairs, and returns the answer and its body.
func (b *browser) send(method, path, body string, headers ...string) (*http.Response, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer, string(text)
}

func (b *browser) get(path string) (*http.Response, string) {
	b.t.Helper()
	return b.send(http.MethodGet, path, "", "Accept", "text/html,application/xhtml+xml")
}

// post posts a form as a browser does it from a page of the site.
func (b *browser) post(path string, form url.Values, headers ...string) (*http.Response, string) {
	b.t.Helper()
	return b.send(http.MethodPost, path, form.Encode(), append([]string{
		"Accept", "text/html,application/xhtml+xml",
		"Content-Type", "application/x-www-form-urlencoded",
		"Sec-Fetch-Site", "same-origin",
		"Origin", b.base,
	}, headers...)...)
}

func TestEachPageAnswersEachCallerAsItShould(t *testing.T) {
	s := newSite(t)
	stranger := s.browser(t)
	expired := s.browser(t) // or of another run of the pool
	expired.Jar.SetCookies(mustURL(t, s.URL), []*http.Cookie{{Name: "accessToken", Value: "e30.e30.e30"}})
	user, admin := s.signedIn(t, "nora"), s.signedIn(t, "alice")
	for _, test := range []struct {
		path                           string
		stranger, expired, user, admin int
	}{
		{"/", 200, 401, 200, 200},
		{"/me", 401, 401, 200, 200},
		{"/api/me", 401, 401, 200, 200},
		{"/admin", 401, 401, 403, 200},
		{"/sign-in", 200, 200, 200, 200},
		{"/style.css", 200, 200, 200, 200},
		{"/icon.svg", 200, 200, 200, 200},
		{"/nothing", 404, 404, 404, 404},
	} {
		for _, caller := range []struct {
			name string
			*browser
			want int
		}{
			{"a stranger", stranger, test.stranger},
			{"one whose token is refused", expired, test.expired},
			{"a user", user, test.user},
			{"an admin", admin, test.admin},
		} {
			answer, body := caller.get(test.path)
			if answer.StatusCode != caller.want {
				t.Errorf("%s for %s: status %d, want %d", test.path, caller.name, answer.StatusCode, caller.want)
			}
			wantChallenge := map[string]string{"a stranger": "Bearer", "one whose token is refused": `Bearer error="invalid_token"`}[caller.name]
			if caller.want != http.StatusUnauthorized {
				wantChallenge = ""
			}
			if got := answer.Header.Get("WWW-Authenticate"); got != wantChallenge {
				t.Errorf("%s for %s: challenge %q, want %q", test.path, caller.name, got, wantChallenge)
			}
			offersSignIn := strings.Contains(body, `href="/sign-in?next=`+strings.ReplaceAll(test.path, "/", "%2f")+`"`)
			if offersSignIn != (caller.want == http.StatusUnauthorized) {
				t.Errorf("%s for %s: it offers to sign in: %v", test.path, caller.name, offersSignIn)
			}
		}
	}
}

func TestProgramsAreAnsweredWithoutPages(t *testing.T) {
	s := newSite(t)
	tokens, err := s.pool.SignIn(t.Context(), "jane", "jane-Dev-1")
	if err != nil {
		t.Fatal(err)
	}
	program := s.browser(t)
	bearer := "Bearer " + tokens.Access
	for _, test := range []struct {
		name, path, accept, authorization, cookie string
		status                                    int
		mediaType, body                           string
	}{
		{"a Bearer token", "/api/me", "*/*", bearer, "", 200, "application/json", `{"username":"jane","groups":["editors","support"],"permissions":["articles:read","articles:write","tickets:answer"],"desk":"Newsroom"}` + "\n"},
		{"a cookie", "/api/me", "*/*", "", "accessToken=" + tokens.Access, 200, "application/json", `{"username":"jane","groups":["editors","support"],"permissions":["articles:read","articles:write","tickets:answer"],"desk":"Newsroom"}` + "\n"},
		{"another cookie", "/api/me", "*/*", "", "idToken=" + tokens.Access, 401, "text/plain; charset=utf-8", "Unauthorized\n"},
		{"no token", "/api/me", "application/json", "", "", 401, "application/problem+json", `{"title":"Unauthorized","status":401}` + "\n"},
		{"an ID token", "/api/me", "application/json", "Bearer " + tokens.ID, "", 401, "application/problem+json", `{"title":"Unauthorized","status":401}` + "\n"},
		{"a bad Bearer token and a good cookie", "/api/me", "*/*", "Bearer e30.e30.e30", "accessToken=" + tokens.Access, 401, "text/plain; charset=utf-8", "Unauthorized\n"},
		{"not an admin", "/admin", "application/json", bearer, "", 403, "application/problem+json", `{"title":"Forbidden","status":403}` + "\n"},
	} {
		headers := []string{"Accept", test.accept}
		if test.authorization != "" {
			headers = append(headers, "Authorization", test.authorization)
		}
		if test.cookie != "" {
			headers = append(headers, "Cookie", test.cookie)
		}
		answer, body := program.send(http.MethodGet, test.path, "", headers...)
		if answer.StatusCode != test.status || answer.Header.Get("Content-Type") != test.mediaType || body != test.body {
			t.Errorf("%s: status %d, %s, %q, want %d, %s, %q", test.name,
				answer.StatusCode, answer.Header.Get("Content-Type"), body, test.status, test.mediaType, test.body)
		}
	}
}

func TestYourPageShowsWhatTheTokenSaysAndWhatIsAttached(t *testing.T) {
	s := newSite(t)
	for username, want := range map[string][]string{
		"jane":  {"<h1>Hello, <bdi>jane</bdi></h1>", "<bdi>editors</bdi>", "<bdi>support</bdi>", "<bdi>articles:write</bdi>", "<bdi>tickets:answer</bdi>", "Newsroom, floor 2"},
		"alice": {"<h1>Hello, <bdi>alice</bdi></h1>", "<bdi>admins</bdi>", "<bdi>users:manage</bdi>", "Control room, floor 3"},
		"nora":  {"<h1>Hello, <bdi>nora</bdi></h1>", "<dt>Groups</dt><dd>None</dd>", "<dt>Permissions</dt><dd>None</dd>", "Lobby, floor 0"},
	} {
		_, body := s.signedIn(t, username).get("/me")
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("the page of %s lacks %s", username, text)
			}
		}
	}
}

func TestAnOutageIsNoSignOut(t *testing.T) {
	// Nobody serves this pool's keys.
	pool, err := devpool.New(devpool.Config{URL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newApp(t, pool))
	defer server.Close()
	b := site{server, pool}.signedIn(t, "jane")
	for _, path := range []string{"/", "/me", "/admin"} {
		answer, body := b.get(path)
		if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" || !strings.Contains(body, "Try again in a moment") {
			t.Errorf("%s: status %d, Retry-After %q", path, answer.StatusCode, answer.Header.Get("Retry-After"))
		}
		if cookies := answer.Cookies(); len(cookies) > 0 {
			t.Errorf("%s: it sets cookies", path)
		}
	}
}

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
