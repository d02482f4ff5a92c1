package echoauth_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/echoauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
)

func TestWhatCanNotWorkDoesNotMount(t *testing.T) {
	none := &httpauth.Authenticator{}
	auth := &httpauth.Authenticator{Verifier: gognitotest.NewPool(t).Verifier()}
	for name, mount := range map[string]func(){
		"Require":             func() { echoauth.Require(none) },
		"Optional":            func() { echoauth.Optional(none) },
		"Allow":               func() { echoauth.Allow(none, gognito.InAnyGroup("admins")) },
		"Handle":              func() { echoauth.Handle(none, func(*echo.Context, *gognito.User) error { return nil }) },
		"Allow, no policy":    func() { echoauth.Allow(auth, nil) },
		"Handle, no function": func() { echoauth.Handle(auth, nil) },
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

// Wherever it is mounted, nothing behind it runs for a request that is refused, and
// Attach runs once for one that is not.
func TestEveryPlaceToMountGuardsWhatIsBehind(t *testing.T) {
	pool := gognitotest.NewPool(t)
	attached := 0
	auth := &httpauth.Authenticator{
		Verifier: pool.Verifier(),
		Attach:   func(*http.Request, *gognito.User) error { attached++; return nil },
	}
	require, allow := echoauth.Require(auth), echoauth.Allow(auth, gognito.InAnyGroup("admins"))
	root := pool.AccessToken(gognitotest.User{Username: "root", Groups: []string{"admins"}})
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	for name, mount := range map[string]func(e *echo.Echo, behind echo.MiddlewareFunc){
		"Pre, and a route": func(e *echo.Echo, behind echo.MiddlewareFunc) {
			e.Pre(require)
			e.Use(behind)
			e.Any("/api/x", admin, require, allow)
		},
		"Use, and a route": func(e *echo.Echo, behind echo.MiddlewareFunc) {
			e.Use(require, behind)
			e.Any("/api/x", admin, allow)
		},
		"a group, and a route": func(e *echo.Echo, behind echo.MiddlewareFunc) {
			e.Group("/api", require, behind).Any("/x", admin, allow)
		},
		"groups in a group": func(e *echo.Echo, behind echo.MiddlewareFunc) {
			e.Group("/api", require, behind).Group("/x", require, allow).Any("", admin)
		},
		"Optional, and Use": func(e *echo.Echo, behind echo.MiddlewareFunc) {
			e.Pre(echoauth.Optional(auth))
			e.Use(require, behind)
			e.Any("/api/x", admin, allow)
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := echo.New()
			behind := 0
			mount(e, func(next echo.HandlerFunc) echo.HandlerFunc {
				return func(c *echo.Context) error { behind++; return next(c) }
			})
			for _, test := range []struct {
				method, path, token string
				status              int
				passes              bool
			}{
				{http.MethodGet, "/api/x", "", http.StatusUnauthorized, false},
				{http.MethodPost, "/api/x", "x.y.z", http.StatusUnauthorized, false},
				{http.MethodHead, "/api/x", "", http.StatusUnauthorized, false},
				{http.MethodGet, "/api/none", "", http.StatusUnauthorized, false},
				{http.MethodGet, "/api/none", jane, http.StatusNotFound, true},
				{http.MethodGet, "/api/x", jane, http.StatusForbidden, true},
				{http.MethodHead, "/api/x", jane, http.StatusForbidden, true},
				{http.MethodGet, "/api/x", root, http.StatusOK, true},
				{http.MethodHead, "/api/x", root, http.StatusOK, true},
			} {
				attached, behind = 0, 0
				w := call(e, test.method, test.path, test.token)
				if w.Code != test.status || test.status == http.StatusOK && test.method == http.MethodGet && w.Body.String() != "root is an admin" {
					t.Errorf("%s %s: %d %s, want %d", test.method, test.path, w.Code, w.Body, test.status)
				}
				if !test.passes && behind > 0 {
					t.Errorf("%s %s: what is behind ran", test.method, test.path)
				}
				if test.passes && attached != 1 {
					t.Errorf("%s %s: Attach ran %d times", test.method, test.path, attached)
				}
				if test.method == http.MethodHead && w.Code != http.StatusOK && w.Body.Len() > 0 {
					t.Errorf("HEAD was answered with a body: %s", w.Body)
				}
			}
		})
	}
}

// What the package comment says of paths that are served for other methods only.
func TestEchoAnswersWrongMethodsOfAWildcardInFrontOfAGroup(t *testing.T) {
	auth := &httpauth.Authenticator{Verifier: gognitotest.NewPool(t).Verifier()}
	grouped, used := echo.New(), echo.New()
	grouped.Group("/api", echoauth.Require(auth)).GET("/files/*", admin)
	used.Use(echoauth.Require(auth))
	used.GET("/api/files/*", admin)
	for method, status := range map[string]int{
		http.MethodGet:     http.StatusUnauthorized,
		http.MethodPost:    http.StatusMethodNotAllowed,
		http.MethodOptions: http.StatusNoContent,
	} {
		if w := call(grouped, method, "/api/files/x", ""); w.Code != status {
			t.Errorf("%s, in a group: %d, want %d", method, w.Code, status)
		}
		if w := call(used, method, "/api/files/x", ""); w.Code != http.StatusUnauthorized {
			t.Errorf("%s, behind Use: %d", method, w.Code)
		}
	}
}

func TestAPanicIsEchosAffair(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()}
	token := pool.AccessToken(gognitotest.User{Username: "jane"})
	fault := errors.New("fault")
	e := echo.New()
	e.GET("/", func(*echo.Context) error { panic(fault) }, echoauth.Require(auth))
	func() {
		defer func() {
			if got := recover(); got != any(fault) {
				t.Errorf("panicked with %v", got)
			}
		}()
		call(e, http.MethodGet, "/", token)
	}()
	e.Use(middleware.Recover())
	if w := call(e, http.MethodGet, "/", token); w.Code != http.StatusInternalServerError {
		t.Errorf("answered %d", w.Code)
	}
}
