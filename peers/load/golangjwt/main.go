// Command golangjwt is a server of net/http that answers 200 to who brings a good
// token, as golang-jwt and keyfunc find it, and 401 to others. It tells nobody who
// the user is.
package main

import (
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/golangjwt"
)

func main() {
	verify, err := golangjwt.Setups[0].New(setup.Pool{ID: os.Args[2], Issuer: os.Args[3], ClientID: os.Args[4], JWKSURL: os.Args[5]})
	if err != nil {
		panic(err)
	}
	server := &http.Server{
		Addr: os.Args[1], ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			if !isBearer || verify(token) != nil {
				w.WriteHeader(http.StatusUnauthorized)
			}
		}),
	}
	panic(server.ListenAndServe())
}
