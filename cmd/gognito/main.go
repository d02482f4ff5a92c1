// Gognito puts Amazon Cognito in front of any program, and checks its tokens.
//
//	gognito serve --config gognito.yaml
//	gognito check --config gognito.yaml --request 'GET /admin'
//	gognito verify --user-pool-id eu-west-1_AbCdEfGhI --client-id 6h89qn2bfglbmvfebq9aaknqk0 "$TOKEN"
//
// See gognito --help, docs/gateway.md for serve and check, and docs/verify.md for what
// scripts can rely on.
package main

import (
	"github.com/alecthomas/kong"

	"github.com/gognito/gognito/cmd/internal/check"
	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/serve"
	"github.com/gognito/gognito/cmd/internal/verify"
)

func main() {
	program.Program{
		Name:    "gognito",
		About:   "Puts Amazon Cognito user pools in front of programs, and checks their tokens.",
		Example: verify.Example,
		Commands: &struct {
			Serve   serve.Command    `cmd:"" help:"Be the gateway: decide for nginx, Traefik, Caddy and Envoy, or as a reverse proxy."`
			Check   check.Command    `cmd:"" help:"Check the gateway's configuration, and explain what it decides."`
			Verify  verify.Command   `cmd:"" help:"Check tokens."`
			Version kong.VersionFlag `help:"Print the version."`
		}{},
	}.Main()
}
