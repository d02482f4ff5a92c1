// Package routertest holds the examples to what all routers have to do alike: to the
// table that adapters are held to, and to guards that no path leads around.
//
// It is for tests only.
package routertest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

// SharedTable sends the adapters' table to a router, on which mount has put the
// handler at the path of each of adaptertest.Routes, for GET and POST, behind auth.
func SharedTable(t *testing.T, router string, mount func(auth *httpauth.Authenticator, handler http.Handler) http.Handler) {
	t.Helper()
	world := adaptertest.NewWorld(t)
	world.Auth.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) {
		world.Refused(adaptertest.IDOf(r.Header), err)
		httpauth.Reply(w, r, err, "")
	}
	mounted := mount(world.Auth, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, world.Handled(r.Context(), adaptertest.IDOf(r.Header))) //nolint:gosec // the table's own text
	}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mounted.ServeHTTP(w, r.WithContext(adaptertest.EndedContext(r.Context(), r.Header)))
	}))
	t.Cleanup(server.Close)
	adaptertest.RunHTTP(t, world, router, server.URL)
}

// Users are those whom the routers' own tests know.
type Users struct {
	Auth *httpauth.Authenticator
	Jane string // the token of a user
	Root string // the token of an administrator

	attached int
}

// NewUsers returns users of a pool that ends with the test.
func NewUsers(t *testing.T) *Users {
	t.Helper()
	pool := gognitotest.NewPool(t)
	u := &Users{
		Jane: pool.AccessToken(gognitotest.User{Username: "jane"}),
		Root: pool.AccessToken(gognitotest.User{Username: "root", Groups: []string{"admins"}}),
	}
	u.Auth = &httpauth.Authenticator{
		Verifier: pool.Verifier(),
		Attach:   func(*http.Request, *gognito.User) error { u.attached++; return nil },
	}
	return u
}

// Site asks what each program answers to whom, with and without another guard around
// the whole of it.
func Site(t *testing.T, site func(*httpauth.Authenticator) http.Handler) {
	t.Helper()
	users := NewUsers(t)
	for _, handler := range []http.Handler{site(users.Auth), users.Auth.Require(site(users.Auth))} {
		for _, test := range []struct{ method, path, token, want string }{
			{"GET", "/me", "", "401 Unauthorized"},
			{"GET", "/me", "x.y.z", "401 Unauthorized"},
			{"GET", "/me", users.Jane, "200 hello, jane"},
			{"POST", "/admin", "", "401 Unauthorized"},
			{"POST", "/admin", users.Jane, "403 Forbidden"},
			{"POST", "/admin", users.Root, "200 done"},
			{"GET", "/reports/", "", "401 Unauthorized"},
			{"GET", "/reports/", users.Jane, "200 reports for jane"},
			{"DELETE", "/reports/7", "", "401 Unauthorized"},
			{"DELETE", "/reports/7", users.Jane, "403 Forbidden"},
			{"DELETE", "/reports/7", users.Root, "200 removed"},
		} {
			users.attached = 0
			Want(t, handler, test.method, test.path, test.token, test.want)
			if judged := test.token == users.Jane || test.token == users.Root; judged != (users.attached == 1) || users.attached > 1 {
				t.Errorf("%s %s: Attach ran %d times", test.method, test.path, users.attached)
			}
		}
		noPathLeadsAround(t, handler)
	}
}

// noPathLeadsAround asks a site's routes in many spellings, as a stranger.
func noPathLeadsAround(t *testing.T, site http.Handler) {
	t.Helper()
	for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "OPTIONS", "CONNECT", "get", "PROPFIND"} {
		for _, path := range []string{
			"/me", "/me/", "//me", "/./me", "/x/../me", "/ME", "/%6De", "/me%2F", "/%2Fme", "/me;x", "/me?x",
			"/admin", "/admin/", "//admin", "/x/../admin", "/%61dmin",
			"/reports", "/reports/", "/reports//", "//reports/", "/reports/7", "/reports//7", "/reports/7/", "/reports/%37",
			"/reports/x/../7", "/reports/..%2Fme", "/x/../reports/", "/%72eports/", "/reports%2F7",
		} {
			w := httptest.NewRecorder()
			site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
			if location := w.Header().Get("Location"); location != "" {
				w = httptest.NewRecorder()
				site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, location, nil))
			}
			if w.Code < 400 {
				t.Errorf("%s %s: a stranger got %d %s", method, path, w.Code, w.Body)
			}
		}
	}
}

// Want asks a handler with that token, "" for none, and fails the test if the answer
// is another.
func Want(t *testing.T, handler http.Handler, method, path, token, want string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if got := strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Body)); got != want {
		t.Errorf("%s %s: %s, want %s", method, path, got, want)
	}
}
