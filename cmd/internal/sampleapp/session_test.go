package sampleapp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gognito/gognito/devpool"
)

var jane = url.Values{"username": {"jane"}, "password": {"jane-Dev-1"}}

func with(form url.Values, name, value string) url.Values {
	changed := url.Values{name: {value}}
	for other, values := range form {
		if other != name {
			changed[other] = values
		}
	}
	return changed
}

func TestSigningInSetsACookieThatNoScriptReadsAndNoOtherSiteSends(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	plain, secure := httptest.NewServer(newApp(t, pool)), httptest.NewTLSServer(newApp(t, pool))
	defer plain.Close()
	defer secure.Close()
	for _, server := range []*httptest.Server{plain, secure} {
		answer, _ := site{server, pool}.browser(t).post("/sign-in", jane)
		cookies := answer.Cookies()
		if answer.StatusCode != http.StatusSeeOther || len(cookies) != 1 {
			t.Fatalf("status %d and %d cookies, want %d and one", answer.StatusCode, len(cookies), http.StatusSeeOther)
		}
		c := cookies[0]
		if c.Name != "accessToken" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 3600 {
			t.Errorf("the cookie %s has HttpOnly %v, SameSite %v, Path %q, Domain %q, Max-Age %d", c.Name, c.HttpOnly, c.SameSite, c.Path, c.Domain, c.MaxAge)
		}
		if https := server == secure; c.Secure != https {
			t.Errorf("Secure is %v; the page is https: %v", c.Secure, https)
		}
		if got := answer.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control %q, want no-store", got)
		}
	}
}

func TestSigningInLeadsToPagesOfOurOwnOnly(t *testing.T) {
	s := newSite(t)
	for next, want := range map[string]string{
		"":                      "/me",
		"/":                     "/",
		"/me":                   "/me",
		"/admin":                "/admin",
		"/sign-in":              "/me",
		"//evil.example":        "/me",
		`/\evil.example`:        "/me",
		"https://evil.example/": "/me",
		"javascript:alert(1)":   "/me",
		"/me\r\nX-Evil: 1":      "/me",
		"/me/../..//evil":       "/me",
	} {
		answer, _ := s.browser(t).post("/sign-in", with(jane, "next", next))
		if got := answer.Header.Get("Location"); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestWhatIsWrongIsSaidAtTheField(t *testing.T) {
	s := newSite(t)
	for _, test := range []struct {
		name   string
		form   url.Values
		status int
		want   []string
	}{
		{"a wrong password", with(jane, "password", "wrong"), http.StatusUnauthorized, []string{
			`<p class="alert" id="alert" role="alert">The username or the password is wrong.</p>`,
			`value="jane"`, `required aria-invalid="true" aria-describedby="alert"`,
		}},
		{"an unknown user", with(jane, "username", "nobody"), http.StatusUnauthorized, []string{
			`<p class="alert" id="alert" role="alert">The username or the password is wrong.</p>`, `value="nobody"`,
		}},
		{"no username", with(jane, "username", ""), http.StatusUnprocessableEntity, []string{
			`aria-describedby="username-error"`, `id="username-error" role="alert">Enter your username.</p>`,
		}},
		{"no password", with(jane, "password", ""), http.StatusUnprocessableEntity, []string{
			`aria-describedby="password-error"`, `id="password-error" role="alert">Enter your password.</p>`,
		}},
		{"a form beyond all bounds", with(jane, "next", strings.Repeat("x", 20_000)), http.StatusUnprocessableEntity, []string{
			"Enter your username.", "Enter your password.",
		}},
	} {
		answer, body := s.browser(t).post("/sign-in", test.form)
		if answer.StatusCode != test.status || len(answer.Cookies()) > 0 {
			t.Errorf("%s: status %d and %d cookies, want %d and none", test.name, answer.StatusCode, len(answer.Cookies()), test.status)
		}
		for _, text := range test.want {
			if !strings.Contains(body, text) {
				t.Errorf("%s: the page lacks %s", test.name, text)
			}
		}
		if strings.Contains(body, `value="jane-Dev-1" autocomplete`) {
			t.Errorf("%s: the page repeats the password that was typed", test.name)
		}
	}
}

func TestSigningOutTakesTheCookieAway(t *testing.T) {
	s := newSite(t)
	b := s.signedIn(t, "jane")
	if answer, _ := b.get("/me"); answer.StatusCode != http.StatusOK {
		t.Fatalf("status %d before signing out", answer.StatusCode)
	}
	answer, _ := b.post("/sign-out", nil)
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/" {
		t.Errorf("status %d to %q, want 303 to /", answer.StatusCode, answer.Header.Get("Location"))
	}
	cookies := answer.Cookies()
	if len(cookies) != 1 || cookies[0].MaxAge >= 0 || cookies[0].Value != "" || cookies[0].Path != "/" || !cookies[0].HttpOnly {
		t.Errorf("cookies %v, want accessToken with nothing in it, to be deleted", cookies)
	}
	if answer, _ := b.get("/me"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d after signing out, want 401", answer.StatusCode)
	}
	if answer, _ := b.get("/sign-out"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("a link signs out: status %d, want 404", answer.StatusCode)
	}
}

func TestAnotherSiteCanSignNobodyInOrOut(t *testing.T) {
	s := newSite(t)
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"},
		{"Sec-Fetch-Site", "", "Origin", "https://evil.example"}, // an old browser
		{"Sec-Fetch-Site", "", "Origin", "null"},
	} {
		for _, path := range []string{"/sign-in", "/sign-out"} {
			b := s.signedIn(t, "nora")
			answer, body := b.post(path, jane, headers...)
			if answer.StatusCode != http.StatusForbidden || len(answer.Cookies()) > 0 || !strings.Contains(body, "That came from another site") {
				t.Errorf("%s with %q: status %d and %d cookies, want 403 and none", path, headers, answer.StatusCode, len(answer.Cookies()))
			}
			if _, body := b.get("/api/me"); !strings.Contains(body, `"username":"nora"`) {
				t.Errorf("%s with %q: afterwards the user is %s", path, headers, body)
			}
		}
	}
}

func TestATokenThatBrowsersWouldDropIsNotPutInACookie(t *testing.T) {
	user := devpool.User{Username: "ann", Password: "secret"}
	for i := range 60 {
		user.Groups = append(user.Groups, strings.Repeat("g", 50)+string(rune('A'+i)))
	}
	s := newSite(t, user)
	answer, body := s.browser(t).post("/sign-in", url.Values{"username": {"ann"}, "password": {"secret"}})
	if answer.StatusCode != http.StatusUnprocessableEntity || len(answer.Cookies()) > 0 || !strings.Contains(body, "too long for a cookie") {
		t.Errorf("status %d and %d cookies, want 422, none, and a word about it", answer.StatusCode, len(answer.Cookies()))
	}
}
