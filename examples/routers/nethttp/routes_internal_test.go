package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gognito/gognito/examples/routers/internal/routertest"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestTheSiteIsGuarded(t *testing.T) { routertest.Site(t, site) }

func TestSharedTable(t *testing.T) {
	routertest.SharedTable(t, "nethttp", func(auth *httpauth.Authenticator, handler http.Handler) http.Handler {
		required, mux := http.NewServeMux(), http.NewServeMux()
		mux.Handle("/", auth.Require(required))
		for _, route := range adaptertest.Routes {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				pattern := method + " /" + string(route)
				switch policy := route.Policy(); {
				case route == adaptertest.Optional:
					mux.Handle(pattern, auth.Optional(handler))
				case policy != nil:
					required.Handle(pattern, auth.Allow(policy)(handler))
				default:
					required.Handle(pattern, handler)
				}
			}
		}
		return mux
	})
}

// What the program's comment says of net/http.
func TestTheMostSpecificPatternIsNotGuardedByAnother(t *testing.T) {
	users := routertest.NewUsers(t)
	mux := routes(users.Auth)
	mux.Handle("/reports/", reports(users.Auth))
	mux.HandleFunc("/reports/public", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "open") })
	routertest.Want(t, mux, "GET", "/reports/public", "", "200 open")
	routertest.Want(t, mux, "GET", "/reports/nowhere", "", "401 Unauthorized")
	routertest.Want(t, mux, "PUT", "/reports/7", "", "401 Unauthorized")
	routertest.Want(t, mux, "GET", "/nowhere", "", "404 404 page not found")
	routertest.Want(t, mux, "HEAD", "/me", "", "401 Unauthorized")
	routertest.Want(t, mux, "HEAD", "/me", users.Jane, "200 hello, jane") // the recorder keeps the body
}
