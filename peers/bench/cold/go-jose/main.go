// A program that verifies one token with go-jose, and exits.
package main

import (
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/gojose"
)

func main() { setup.Cold(gojose.Setups[0]) }
