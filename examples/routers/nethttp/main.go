// Nethttp guards the routes of net/http's own ServeMux.
//
// The most specific pattern wins, wherever it stands: a guard at /reports/ does not
// cover a pattern such as /reports/public on the same mux. Guard a mux of its own,
// as reports does: there, what nobody serves is answered with 401 too, so strangers
// don't learn which paths exist. A GET pattern also serves HEAD.
//
// CORS middleware goes in front of the guards, since browsers send no token with a
// preflight request.
package main

import (
	"fmt"
	"log"
	"net/http"

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
	mux := routes(auth)
	mux.Handle("/reports/", reports(auth))
	return mux
}

func routes(auth *httpauth.Authenticator) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /me", auth.Handle(func(w http.ResponseWriter, r *http.Request, u *gognito.User) { fmt.Fprintln(w, "hello, "+u.Username) }))
	mux.Handle("POST /admin", auth.Require(auth.Allow(gognito.InAnyGroup("admins"))(http.HandlerFunc(admin))))
	return mux
}

// reports is guarded as a whole, and administrators may do more.
func reports(auth *httpauth.Authenticator) http.Handler {
	admins := auth.Allow(gognito.InAnyGroup("admins"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /reports/{$}", list)
	mux.Handle("DELETE /reports/{id}", admins(http.HandlerFunc(remove)))
	return auth.Require(mux)
}

func admin(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "done") }

func list(w http.ResponseWriter, r *http.Request) {
	user, _ := gognito.FromContext(r.Context())
	fmt.Fprintln(w, "reports for "+user.Username)
}

func remove(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "removed") }
