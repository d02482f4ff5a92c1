// A program that verifies one token with go-oidc, and exits.
package main

import (
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/gooidc"
)

func main() { setup.Cold(gooidc.Setups[0]) }
