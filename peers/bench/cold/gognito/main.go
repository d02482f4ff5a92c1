// A program that verifies one token with gognito, and exits.
package main

import (
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/gognito"
)

func main() { setup.Cold(gognito.Cached) }
