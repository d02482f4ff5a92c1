package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// greeter answers a pool's users by name.
func greeter(verifier gognito.TokenVerifier) http.Handler {
	auth := &httpauth.Authenticator{Verifier: verifier}
	return auth.Handle(func(w http.ResponseWriter, r *http.Request, u *gognito.User) {
		fmt.Fprintln(w, "Hello,", u.Username)
	})
}

func main() {
	verifier, err := gognito.New(gognito.Config{
		UserPoolID: "eu-west-1_AbCdEfGhI",
		ClientIDs:  []string{"5ra91i9p4trq42m2vnjs0pv06q"},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	w := httptest.NewRecorder()
	greeter(verifier).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusUnauthorized {
		fmt.Fprintln(os.Stderr, "a request without a token is answered", w.Code)
		os.Exit(1)
	}
}
