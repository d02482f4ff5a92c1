package check_test

import (
	"fmt"
	"os"

	"github.com/gognito/gognito/cmd/internal/check"
	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/settings"
)

func Example() {
	command := check.Command{
		Flags: settings.Flags{
			UserPoolID: []string{"eu-west-1_AbCdEfGhI"}, ClientID: []string{"6h89qn2bfglbmvfebq9aaknqk0"}, ListenAdmin: "127.0.0.1:9999",
		},
		Request: []string{"GET /a//b"},
	}
	if err := command.Run(program.Streams{Out: os.Stdout, Err: os.Stderr}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the settings are valid (no file)
	//
	// pools
	//   eu-west-1_AbCdEfGhI: access tokens of clients 6h89qn2bfglbmvfebq9aaknqk0
	//
	// tokens
	//   from the Authorization header
	//
	// listeners
	//   verify  127.0.0.1:9180  nginx, Traefik, Caddy and Envoy
	//   admin   127.0.0.1:9999  health, status and metrics
	//   proxies are trusted in 127.0.0.0/8, ::1/128
	//
	// the application is told
	//   X-Auth-User: username
	//   X-Auth-Subject: subject
	//   X-Auth-Groups: groups
	//   X-Auth-Scopes: scopes
	//
	// rules, of which the first that takes a request decides
	//   1. everything: /*: users with access tokens
	//   else: nobody
	//
	// GET "/a//b"
	//   is not in canonical spelling, so no public rule takes it
	//   "/a//b" is taken by rule "everything" (authenticated) for "/*"
	//   "/a/b" is taken by rule "everything" (authenticated) for "/*"
	//   so it is for users with an access token
	//   rule "everything" decides, and who has no token is answered 401
}
