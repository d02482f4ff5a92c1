package ginauth_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/ginauth"
)

func TestAGroupIsGuardedAndARouteAsksForMore(t *testing.T) {
	auth, token := newAuth(t)
	r := gin.New()
	r.GET("/", greet)
	group := r.Group("/g", ginauth.Require(auth))
	group.GET("/any", greet)
	group.HEAD("/any", greet)
	group.DELETE("/any", ginauth.Allow(auth, admins), greet)
	group.Group("/admins", ginauth.Allow(auth, admins)).Any("/all", greet)
	jane, root := token("jane"), token("root", "admins")
	for _, test := range []struct{ method, path, token, want string }{
		{"GET", "/", "", "200 hello, stranger"},
		{"GET", "/g/any", "", "401 Unauthorized"},
		{"GET", "/g/any", jane, "200 hello, jane"},
		{"HEAD", "/g/any", "", "401 Unauthorized"}, // the body ends up in the recorder alone
		{"HEAD", "/g/any", jane, "200 hello, jane"},
		{"DELETE", "/g/any", jane, "403 Forbidden"},
		{"DELETE", "/g/any", root, "200 hello, root"},
		{"HEAD", "/g/admins/all", jane, "403 Forbidden"},
		{"OPTIONS", "/g/admins/all", "", "401 Unauthorized"},
		{"PATCH", "/g/admins/all", root, "200 hello, root"},
	} {
		if got := ask(r, test.method, test.path, test.token); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.method, test.path, got, test.want)
		}
	}
}

// Whatever gin makes of a path, a stranger gets to no handler behind a guard.
func TestNoPathLeadsAroundAGuard(t *testing.T) {
	auth, token := newAuth(t)
	tried := 0
	for setting := range 1 << 6 {
		on := func(bit int) bool { return setting>>bit&1 == 1 }
		r := gin.New()
		r.RedirectTrailingSlash, r.RedirectFixedPath, r.RemoveExtraSlash = on(0), on(1), on(2)
		r.UseRawPath, r.UseEscapedPath, r.HandleMethodNotAllowed = on(3), on(4), on(5)
		reached := false
		reach := func(c *gin.Context) { reached = true; greet(c) }
		guarded := r.Group("/g", ginauth.Require(auth))
		guarded.GET("/me", reach)
		guarded.POST("/all/*path", reach)
		guarded.GET("/one/:name", reach)
		for _, method := range []string{"GET", "POST", "HEAD", "OPTIONS", "PUT", "CONNECT", "get"} {
			for _, path := range []string{
				"/g/me", "/g/me/", "//g/me", "/g//me", "/G/ME", "/g/./me", "/x/../g/me", "/g/%6De", "/g%2Fme", "/g/me%2F",
				"/g/me?x=/", "/g/all", "/g/all/", "/g/all/../me", "/g/one/a%2Fb", "/g/one/", "/g/one/..%2F..%2Fme",
			} {
				tried++
				got := ask(r, method, path, "")
				if reached || strings.HasPrefix(got, "2") {
					t.Fatalf("%s %s was answered with %s, setting %06b", method, path, got, setting)
				}
			}
		}
		// What is redirected is guarded where it arrives.
		for _, path := range []string{"/g/me", "/g/me/", "//g/me", "/G/ME"} {
			w := httptest.NewRecorder()
			r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if location := w.Header().Get("Location"); location != "" {
				if got := ask(r, "GET", location, ""); got != "401 Unauthorized" {
					t.Errorf("%s leads to %s, which answers %s", path, location, got)
				}
			}
		}
		if got := ask(r, "GET", "/g/me", token("jane")); got != "200 hello, jane" {
			t.Errorf("a user got %s, setting %06b", got, setting)
		}
	}
	t.Logf("tried %d requests", tried)
}

func TestARewrittenRequestIsGuardedWhereItArrives(t *testing.T) {
	auth, token := newAuth(t)
	r := gin.New()
	rewrite := func(c *gin.Context) {
		c.Request.URL.Path = "/admin"
		r.HandleContext(c)
	}
	r.GET("/open", rewrite)
	r.GET("/users", ginauth.Require(auth), rewrite)
	r.GET("/admin", ginauth.Require(auth), ginauth.Allow(auth, admins), greet)
	for _, test := range []struct{ path, token, want string }{
		{"/open", "", "401 Unauthorized"},
		{"/open", token("jane"), "403 Forbidden"},
		{"/users", "", "401 Unauthorized"},
		{"/users", token("jane"), "403 Forbidden"},
		{"/users", token("root", "admins"), "200 hello, root"},
	} {
		if got := ask(r, "GET", test.path, test.token); got != test.want {
			t.Errorf("%s: %s, want %s", test.path, got, test.want)
		}
	}
}

func TestTheUserIsInTheRequestsContextAndInGinsByItsFallback(t *testing.T) {
	auth, token := newAuth(t)
	for _, fallback := range []bool{false, true} {
		r := gin.New()
		r.ContextWithFallback = fallback
		r.GET("/", ginauth.Require(auth), func(c *gin.Context) {
			_, of := gognito.FromContext(c)
			copied := c.Copy()
			_, ofCopy := gognito.FromContext(copied)
			user, ok := gognito.FromContext(copied.Request.Context())
			if !ok || user.Username != "jane" || of != fallback || ofCopy != fallback {
				t.Errorf("fallback %v: of c %v, of its copy %v, of the copy's request %v", fallback, of, ofCopy, ok)
			}
			greet(c)
		})
		if got := ask(r, "GET", "/", token("jane")); got != "200 hello, jane" {
			t.Error(got)
		}
	}
}

// What the package comment says of gin.
func TestGinSurprisesInTheWaysThatAreDocumented(t *testing.T) {
	auth, token := newAuth(t)
	r := gin.New()
	r.GET("/before", greet)
	r.Use(ginauth.Require(auth))
	r.GET("/after", greet)
	wrapped := gin.New()
	wrapped.GET("/", gin.WrapH(auth.Require(http.NotFoundHandler())), func(c *gin.Context) { c.String(http.StatusOK, ", and what is behind ran") })
	grouped := gin.New()
	grouped.Group("/", ginauth.Require(auth)).GET("/me", greet)
	for _, test := range []struct {
		handler                   http.Handler
		method, path, token, want string
	}{
		{r, "GET", "/before", "", "200 hello, stranger"},
		{r, "GET", "/after", "", "401 Unauthorized"},
		{r, "GET", "/nowhere", "", "401 Unauthorized"},
		{r, "GET", "/nowhere", token("jane"), "404 404 page not found"},
		{r, "HEAD", "/after", token("jane"), "404 404 page not found"},
		{grouped, "GET", "/nowhere", "", "404 404 page not found"},
		{wrapped, "GET", "/", "", "401 Unauthorized\n, and what is behind ran"},
	} {
		if got := ask(test.handler, test.method, test.path, test.token); got != test.want {
			t.Errorf("%s %s: %q, want %q", test.method, test.path, got, test.want)
		}
	}

	var logged bytes.Buffer
	broken := gin.New()
	broken.Use(gin.RecoveryWithWriter(&logged))
	broken.GET("/", func(*gin.Context) { panic(http.ErrAbortHandler) })
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Header = http.Header{"Authorization": {"Bearer secret"}, "Cookie": {"session=token"}}
	broken.ServeHTTP(httptest.NewRecorder(), request)
	if text := logged.String(); strings.Contains(text, "secret") || !strings.Contains(text, "session=token") {
		t.Errorf("Recovery logs otherwise than is documented:\n%s", text)
	}
}
