package sampleapp_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gognito/gognito/devpool"
)

func TestEveryAnswerForbidsScriptsAndCaches(t *testing.T) {
	s := newSite(t)
	for _, b := range []*browser{s.browser(t), s.signedIn(t, "jane")} {
		for _, path := range []string{"/", "/me", "/api/me", "/admin", "/sign-in", "/nothing", "/style.css"} {
			answer, _ := b.get(path)
			caching := "no-store"
			if path == "/style.css" {
				caching = "no-cache"
			}
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
				"X-Content-Type-Options":  "nosniff",
				"Referrer-Policy":         "same-origin",
				"Cache-Control":           caching,
			} {
				if got := answer.Header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", path, name, got, want)
				}
			}
		}
	}
}

func TestHostileNamesAreShownAsText(t *testing.T) {
	const (
		name  = `"><script>alert(1)</script>`
		group = `'><img/src=x/onerror=alert(2)>{{.}}`
	)
	s := newSite(t, devpool.User{Username: name, Password: "</code><script>", Groups: []string{group, "admins"}})
	b := s.browser(t)
	for _, password := range []string{"wrong", "</code><script>"} {
		answer, body := b.post("/sign-in", url.Values{
			"username": {name}, "password": {password}, "next": {`"><script>alert(3)</script>`},
		})
		if answer.StatusCode == http.StatusSeeOther {
			break
		}
		hasNoMarkupOf(t, "/sign-in after a wrong password", body)
	}
	for _, path := range []string{"/", "/me", "/admin", `/sign-in?next="><script>alert(3)</script>`, `/<script>alert(4)</script>`} {
		// The last one is no page, and shows no name.
		_, body := b.get(path)
		hasNoMarkupOf(t, path, body)
		if shown := strings.Contains(body, "&lt;script&gt;"); !shown && !strings.HasPrefix(path, "/<") {
			t.Errorf("%s does not show the name as text", path)
		}
	}
	if _, body := b.get("/me"); !strings.Contains(body, "{{.}}") || !strings.Contains(body, "&lt;img/src=x/onerror=alert(2)&gt;") {
		t.Error("/me does not show the group as text")
	}
}

func hasNoMarkupOf(t *testing.T, path, body string) {
	t.Helper()
	for _, text := range []string{"<script", "<img/", "<img src=x", "onerror=alert(2)>"} {
		if strings.Contains(body, text) {
			t.Errorf("%s: %s got into the page as markup", path, text)
		}
	}
}

var (
	inputs = regexp.MustCompile(`<input id="([^"]+)"`)
	script = regexp.MustCompile(`(?i)<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://[^<]*"`)
)

func TestEveryPageIsMadeForEverybody(t *testing.T) {
	s := newSite(t)
	for _, b := range []*browser{s.browser(t), s.signedIn(t, "jane"), s.signedIn(t, "alice")} {
		for _, path := range []string{"/", "/me", "/admin", "/sign-in", "/nothing"} {
			_, body := b.get(path)
			for _, text := range []string{
				"<!doctype html>", `<html lang="en">`, `<meta name="viewport" content="width=device-width, initial-scale=1">`,
				"<title>", "<header", `<nav aria-label="Pages">`, `<main id="content"`, "<footer>", `<a class="skip" href="#content">`,
				"For development only.",
			} {
				if strings.Count(body, text) != 1 {
					t.Errorf("%s has %s %d times, want once", path, text, strings.Count(body, text))
				}
			}
			if n := strings.Count(body, "<h1>"); n != 1 {
				t.Errorf("%s has %d headings of the first level, want one", path, n)
			}
			for _, input := range inputs.FindAllStringSubmatch(body, -1) {
				if !strings.Contains(body, `<label for="`+input[1]+`">`) {
					t.Errorf("%s: the field %s has no label", path, input[1])
				}
			}
			if found := script.FindString(body); found != "" {
				t.Errorf("%s: the content security policy would forbid %s", path, found)
			}
		}
	}
}
