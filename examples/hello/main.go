// Hello greets the Cognito user who asks.
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
	http.Handle("GET /me", auth.Handle(func(w http.ResponseWriter, r *http.Request, u *gognito.User) {
		fmt.Fprintf(w, "Hello, %s of %v\n", u.Username, u.Groups)
	}))
	log.Fatal(http.ListenAndServe("localhost:8080", nil))
}
