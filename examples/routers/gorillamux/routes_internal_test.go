package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gorilla/mux"

	"github.com/gognito/gognito/examples/routers/internal/routertest"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestTheSiteIsGuarded(t *testing.T) { routertest.Site(t, site) }

func TestTheSiteIsGuardedHoweverPathsAreRead(t *testing.T) {
	routertest.Site(t, func(auth *httpauth.Authenticator) http.Handler {
		r := mux.NewRouter().StrictSlash(true).SkipClean(true).UseEncodedPath()
		r.PathPrefix("/").Handler(site(auth))
		return r
	})
}

func TestSharedTable(t *testing.T) {
	routertest.SharedTable(t, "gorilla/mux", func(auth *httpauth.Authenticator, handler http.Handler) http.Handler {
		r := mux.NewRouter()
		r.Handle("/"+string(adaptertest.Optional), auth.Optional(handler)).Methods("GET", "POST")
		required := r.Methods("GET", "POST").Subrouter()
		required.Use(auth.Require)
		for _, route := range adaptertest.Routes {
			switch policy := route.Policy(); {
			case route == adaptertest.Optional:
			case policy != nil:
				s := required.Path("/" + string(route)).Subrouter()
				s.Use(auth.Allow(policy))
				s.Handle("", handler)
			default:
				required.Handle("/"+string(route), handler)
			}
		}
		return r
	})
}

// What the program's comment says of gorilla/mux.
func TestMiddlewareGuardsWhatMatchesAndNothingElse(t *testing.T) {
	users := routertest.NewUsers(t)
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, s) }
	}
	r := routes(users.Auth)
	r.HandleFunc("/reports/public", text("open"))
	reports(users.Auth, r.PathPrefix("/reports").Subrouter())
	later := r.PathPrefix("/later").Subrouter()
	later.HandleFunc("/", list)
	later.Use(users.Auth.Require)
	routertest.Want(t, r, "GET", "/reports/public", "", "200 open")
	routertest.Want(t, r, "GET", "/later/", "", "401 Unauthorized")
	routertest.Want(t, r, "GET", "/reports/no/where", "", "404 404 page not found")
	routertest.Want(t, r, "PUT", "/me", "", "405")

	r.Use(users.Auth.Require)
	r.NotFoundHandler, r.MethodNotAllowedHandler = text("nothing here"), text("not so")
	routertest.Want(t, r, "GET", "/nowhere", "", "200 nothing here")
	routertest.Want(t, r, "PUT", "/me", "", "200 not so")
	routertest.Want(t, users.Auth.Require(r), "GET", "/nowhere", "", "401 Unauthorized")
	routertest.Want(t, users.Auth.Require(r), "PUT", "/me", "", "401 Unauthorized")
}
