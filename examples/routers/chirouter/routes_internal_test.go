package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/examples/routers/internal/routertest"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestTheSiteIsGuarded(t *testing.T) { routertest.Site(t, site) }

// These change the path that chi looks up, or the method.
func TestTheSiteIsGuardedBehindWhatRewritesItsRequests(t *testing.T) {
	routertest.Site(t, func(auth *httpauth.Authenticator) http.Handler {
		r := chi.NewRouter()
		r.Use(middleware.CleanPath, middleware.GetHead)
		r.Mount("/", site(auth))
		return r
	})
}

func TestSharedTable(t *testing.T) {
	routertest.SharedTable(t, "chi", func(auth *httpauth.Authenticator, handler http.Handler) http.Handler {
		r := chi.NewRouter()
		r.With(auth.Optional).Handle("/"+string(adaptertest.Optional), handler)
		r.Group(func(r chi.Router) {
			r.Use(auth.Require)
			for _, route := range adaptertest.Routes {
				switch policy := route.Policy(); {
				case route == adaptertest.Optional:
				case policy != nil:
					r.With(auth.Allow(policy)).Handle("/"+string(route), handler)
				default:
					r.Handle("/"+string(route), handler)
				}
			}
		})
		return r
	})
}

// What the program's comment says of chi.
func TestUseComesFirstAndAnswersWhereNothingIsServed(t *testing.T) {
	users := routertest.NewUsers(t)
	handler := site(users.Auth)
	routertest.Want(t, handler, "GET", "/nowhere", "", "404 404 page not found")
	routertest.Want(t, handler, "GET", "/admin", "", "405")
	routertest.Want(t, handler, "GET", "/reports/no/where", "", "401 Unauthorized")
	routertest.Want(t, handler, "GET", "/reports/no/where", users.Jane, "404 404 page not found")
	routertest.Want(t, handler, "PUT", "/reports/7", "", "401 Unauthorized")
	routertest.Want(t, handler, "PUT", "/reports/7", users.Jane, "405")

	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "before routes") {
			t.Errorf("Use after a route: %q", text)
		}
	}()
	routes(users.Auth).Use(users.Auth.Require)
}

// A guard that knows the route, because it is a route's own.
func TestAttachSeesThePathOfAGuardedRoute(t *testing.T) {
	users := routertest.NewUsers(t)
	var id, pattern string
	users.Auth.Attach = func(r *http.Request, _ *gognito.User) error {
		id, pattern = r.PathValue("id"), r.Pattern
		return nil
	}
	r := chi.NewRouter()
	r.With(users.Auth.Require).Delete("/reports/{id}", remove)
	routertest.Want(t, r, "DELETE", "/reports/7", users.Jane, "200 removed")
	if id != "7" || pattern != "/reports/{id}" {
		t.Errorf("Attach saw %q at %q", id, pattern)
	}
}
