// A program that verifies one token with jwx, and exits.
package main

import (
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/jwx"
)

func main() { setup.Cold(jwx.Setups[0]) }
