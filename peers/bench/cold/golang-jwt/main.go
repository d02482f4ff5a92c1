// A program that verifies one token with golang-jwt, and exits.
package main

import (
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/golangjwt"
)

func main() { setup.Cold(golangjwt.Setups[0]) }
