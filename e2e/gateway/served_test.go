package gateway_test

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
)

// hostileSpellings are those that some server takes for a path below /admin.
func hostileSpellings() []string {
	return []string{
		"/admin/users", "//admin/users", "///admin/users", "/admin//users", "/./admin/users", "/static/../admin/users", "/static/./../admin/users",
		"/static/%2e%2e/admin/users", "/static/%2E./admin/users", "/static/..%2fadmin/users", "/static/..%2Fadmin%2Fusers", "/static/%2e%2e%2fadmin/users",
		"/static%2f..%2fadmin/users", "/static//../admin/users", "/static/..//admin/users", "/static/x/..%2f../admin/users", "/%2fadmin/users",
		"/%61dmin/users", "/%61%64%6d%69%6e/users", "/admin%2fusers", "/admin/%2fusers", "/admin/./users", "/admin/x/../users", "/admin/%75sers",
		"/ADMIN/users", "/Admin/users", "/%41dmin/users", "/admin;x/users", "/admin;x=1/users", "/;/admin/users", "/static/..;/admin/users",
		"/static/..;x=1/admin/users", `/static\..\admin\users`, `\admin\users`, `/\admin/users`, `/static/..\admin/users`, "/static/..%5cadmin/users",
		"/static/..%5Cadmin%5Cusers", "/%5cadmin/users", "/admin%5cusers", "/admin%3f/static/x", "/admin%3Fx", "/admin%23/static/x", "/admin/users%23",
		"/admin/users%3f/../../static/x", "/admin/users?/static/x", "/admin/users#/static/x", "/static/x#/../../admin/users", "/static/x%23/../../admin/users",
		"/static/x%3f/../../admin/users", "/admin%00/users", "/admin/users%00.js", "/static/%00/../../admin/users", "/%2561dmin/users",
		"/static/%252e%252e/admin/users", "/static/..%252fadmin/users", "/static/%25252e%25252e/admin/users", "/admin%09/users", "/admin%20/users",
		"/admin./users", "/admin/users/", "/admin/users/.", "/admin/..%2fadmin/users", "/admin%c0%af../users", "/static/%c0%ae%c0%ae/admin/users",
		"/static/%u002e%u002e/admin/users", "/../admin/users", "/static/../../admin/users", "http://app.example/admin/users", "//app.example/admin/users",
		"/healthz/../admin/users", "/healthz%2f..%2fadmin/users", "/static/app.js/../../admin/users", "/static/app.js%2f..%2f..%2fadmin/users",
	}
}

// How a path is judged is how it is served: nobody but an administrator gets anything
// to the application that it could take for a path below /admin, whichever spelling it
// begins as, and whichever the proxy makes of that.
func TestAnAdminPathIsServedToAdministratorsOnly(t *testing.T) {
	w := newWorld(t)
	user, admin := w.bearer(person("ann", "staff")), w.bearer(person("root", "admins"))
	normalising := startNginx(t, w, swap{"proxy_pass http://application;", "proxy_pass http://application/;"})
	normalising.name = "nginx with a path in proxy_pass"
	for _, s := range append(setUps(t, w), normalising) {
		served := make(map[string]int)
		for _, target := range hostileSpellings() {
			for _, m := range []*message{request("GET", target, user), request("GET", target), request("GET", target, "Accept: text/html")} {
				if a, seen := s.serve(t, w, m); len(seen) > 0 && readsAsAdmin(seen[0].target) {
					t.Errorf("%s: %q was answered %d, and the application was asked for %q", s.name, target, a.status, seen[0].target)
				}
			}
			a, seen := s.serve(t, w, request("GET", target, admin))
			if (a.status == http.StatusOK) != (len(seen) == 1) {
				t.Errorf("%s: %q, an administrator: answered %d, and the application saw %d requests", s.name, target, a.status, len(seen))
			}
			if len(seen) == 1 {
				served[seen[0].target]++
			}
		}
		t.Logf("%s: an administrator's spellings arrive as %d paths, %d times as /admin/users", s.name, len(served), served["/admin/users"])
		switch n := served["/admin/users"]; {
		case n == 0:
			t.Errorf("%s: an administrator does not get there", s.name)
		case s == normalising && n < 20:
			t.Errorf("%s: %d spellings became /admin/users; this nginx should make it of many", s.name, n)
		}
	}
}

var parameters = regexp.MustCompile(`;[^/]*`)

// readsAsAdmin reports whether some server takes a target for a path below /admin: one
// that decodes it any number of times, resolves dots and merges slashes, before, after
// or not at all, takes backslashes for slashes, or drops parameters, a fragment, or
// what looks like a query.
func readsAsAdmin(target string) bool {
	target, _, _ = strings.Cut(target, "?")
	seen := map[string]bool{target: true}
	for queue := []string{target}; len(queue) > 0; queue = queue[1:] {
		text := queue[0]
		if lower := strings.ToLower(text); lower == "/admin" || strings.HasPrefix(lower, "/admin/") {
			return true
		}
		decoded, err := url.PathUnescape(text)
		if err != nil {
			decoded = text
		}
		beforeQuery, _, _ := strings.Cut(text, "?")
		beforeFragment, _, _ := strings.Cut(text, "#")
		beforeNull, _, _ := strings.Cut(text, "\x00")
		for _, next := range []string{
			decoded, path.Clean("/" + text), strings.ReplaceAll(text, `\`, "/"), parameters.ReplaceAllString(text, ""),
			beforeQuery, beforeFragment, beforeNull, strings.ReplaceAll(text, "//", "/"),
		} {
			if !seen[next] && len(seen) < 10_000 {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return false
}

func TestSpellingsOfAnAdminPathAreKnown(t *testing.T) {
	for target, want := range map[string]bool{
		"/admin": true, "/ADMIN/x": true, "/static/..%252fadmin": true, `/static\..\admin`: true, "/a;b/..;/admin;c": true, "//admin": true,
		"/admin%3f": true, "/admin%00": true, "/static/admin": false, "/administer": false, "/?/admin": false, "/x%2fadmin": false,
	} {
		if got := readsAsAdmin(target); got != want {
			t.Errorf("%s: %v, want %v", target, got, want)
		}
	}
}
