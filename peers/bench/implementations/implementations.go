// Package implementations lists what the benchmarks compare.
package implementations

import (
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/setup/gognito"
	"github.com/gognito/gognito/peers/bench/setup/gojose"
	"github.com/gognito/gognito/peers/bench/setup/golangjwt"
	"github.com/gognito/gognito/peers/bench/setup/gooidc"
	"github.com/gognito/gognito/peers/bench/setup/jwx"
)

// An Implementation is a Go module that verifies tokens.
type Implementation struct {
	Name, Module string
	Setups       []setup.Setup // the fastest first: it stands in the tables
}

// Gognito is what the others are compared with.
var Gognito = Implementation{"gognito", "github.com/gognito/gognito", gognito.Setups}

// Peers are the others, by name.
var Peers = []Implementation{
	{"go-jose", "github.com/go-jose/go-jose/v4", gojose.Setups},
	{"go-oidc", "github.com/coreos/go-oidc/v3", gooidc.Setups},
	{"golang-jwt", "github.com/golang-jwt/jwt/v5", golangjwt.Setups},
	{"jwx", "github.com/lestrrat-go/jwx/v3", jwx.Setups},
}

// All are all of them, gognito first.
var All = append([]Implementation{Gognito}, Peers...)

// Serving returns the set-up that a server has: that of the tables, but that
// gognito has its cache.
func (i Implementation) Serving() setup.Setup {
	if i.Name == Gognito.Name {
		return gognito.Cached
	}
	return i.Setups[0]
}
