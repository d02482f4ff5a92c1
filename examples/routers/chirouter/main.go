// Chirouter guards the routes of a chi router.
//
// Use comes before the routes of its router; chi panics otherwise. What Use adds to
// a router runs before the route is found, so with auth.Require strangers get 401 at
// paths that nobody serves too. What With and Group add runs for their routes alone:
// there, they get 404 and 405.
//
// CORS middleware goes in front of the guards, since browsers send no token with a
// preflight request.
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

func main() {
	auth, err := httpauth.FromEnv()
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("localhost:8080", site(auth)))
}

func site(auth *httpauth.Authenticator) http.Handler {
	r := routes(auth)
	r.Route("/reports", reports(auth))
	return r
}

func routes(auth *httpauth.Authenticator) *chi.Mux {
	r := chi.NewRouter()
	r.Handle("GET /me", auth.Handle(func(w http.ResponseWriter, r *http.Request, u *gognito.User) { fmt.Fprintln(w, "hello, "+u.Username) }))
	r.With(auth.Require, auth.Allow(gognito.InAnyGroup("admins"))).Post("/admin", admin)
	return r
}

// reports is guarded as a whole, and administrators may do more.
func reports(auth *httpauth.Authenticator) func(chi.Router) {
	return func(r chi.Router) {
		r.Use(auth.Require)
		r.Get("/", list)
		r.Group(func(r chi.Router) {
			r.Use(auth.Allow(gognito.InAnyGroup("admins")))
			r.Delete("/{id}", remove)
		})
	}
}

func admin(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "done") }

func list(w http.ResponseWriter, r *http.Request) {
	user, _ := gognito.FromContext(r.Context())
	fmt.Fprintln(w, "reports for "+user.Username)
}

func remove(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "removed") }
