// Gorillamux guards the routes of a gorilla/mux router.
//
// The first route that matches wins: a route of the parent that stands in front of a
// subrouter is not guarded by it, though it has the subrouter's prefix. Within one
// router, Use guards the routes that were added before it too.
//
// Middleware runs for requests that match a route, and for no others. Strangers get
// 404 and 405 where nothing is served; a NotFoundHandler or MethodNotAllowedHandler
// is open to all, whatever Use says. To guard those, wrap them, or the whole router:
// auth.Require(router).
//
// CORS middleware goes in front of the guards, since browsers send no token with a
// preflight request.
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/gorilla/mux"

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
	reports(auth, r.PathPrefix("/reports").Subrouter())
	return r
}

func routes(auth *httpauth.Authenticator) *mux.Router {
	r := mux.NewRouter()
	r.Handle("/me", auth.Handle(func(w http.ResponseWriter, r *http.Request, u *gognito.User) { fmt.Fprintln(w, "hello, "+u.Username) })).Methods("GET")
	r.Handle("/admin", auth.Require(auth.Allow(gognito.InAnyGroup("admins"))(http.HandlerFunc(admin)))).Methods("POST")
	return r
}

// reports is guarded as a whole, and administrators may do more.
func reports(auth *httpauth.Authenticator, r *mux.Router) {
	r.Use(auth.Require)
	r.HandleFunc("/", list).Methods("GET")
	admins := r.Methods("DELETE").Subrouter()
	admins.Use(auth.Allow(gognito.InAnyGroup("admins")))
	admins.HandleFunc("/{id}", remove)
}

func admin(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "done") }

func list(w http.ResponseWriter, r *http.Request) {
	user, _ := gognito.FromContext(r.Context())
	fmt.Fprintln(w, "reports for "+user.Username)
}

func remove(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "removed") }
