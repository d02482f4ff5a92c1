// Gognito checks the tokens of Amazon Cognito user pools.
//
//	gognito verify --user-pool-id eu-west-1_AbCdEfGhI --client-id 6h89qn2bfglbmvfebq9aaknqk0 "$TOKEN"
//
// See gognito --help, and docs/verify.md for what scripts can rely on.
package main

import (
	"github.com/alecthomas/kong"

	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/verify"
)

func main() {
	program.Program{
		Name:    "gognito",
		About:   "Checks the tokens of Amazon Cognito user pools.",
		Example: verify.Example,
		Commands: &struct {
			Verify  verify.Command   `cmd:"" help:"Check tokens."`
			Version kong.VersionFlag `help:"Print the version."`
		}{},
	}.Main()
}
