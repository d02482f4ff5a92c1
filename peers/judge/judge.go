// Package judge sets other implementations up to verify a user pool's tokens, as
// their own documentation says, and gognito beside them. Each checks the same:
// the signature under the pool's keys, the issuer, the times, token_use and the
// client.
package judge

import (
	"errors"
	"slices"

	"github.com/gognito/gognito"
)

// A Setup is what every judge is to accept: one pool's tokens of one use, for one
// client, at the present time.
type Setup struct {
	UserPoolID string
	Issuers    []string // of the pool
	ClientID   string
	TokenUse   gognito.TokenUse // AccessToken or IDToken
	JWKSURL    string           // where the pool's keys are, on the loopback interface
}

// A Judge returns nil for a token that it accepts. It is safe for concurrent use.
type Judge func(token string) error

// A Peer is an implementation written in Go. New fetches the keys, so that no
// verdict waits for them.
type Peer struct {
	Name   string
	Module string // its module's path, whose version the build knows
	New    func(Setup) (Judge, error)
}

// Gognito is what the peers are compared with.
var Gognito = Peer{"gognito", "github.com/gognito/gognito", newGognito}

// Peers are the others, by name.
var Peers = []Peer{
	{"go-jose", "github.com/go-jose/go-jose/v4", newGoJose},
	{"go-oidc", "github.com/coreos/go-oidc/v3", newGoOIDC},
	{"golang-jwt", "github.com/golang-jwt/jwt/v5", newGolangJWT},
	{"jwx", "github.com/lestrrat-go/jwx/v3", newJWX},
}

var (
	errIssuer   = errors.New("judge: another issuer")
	errTokenUse = errors.New("judge: another token_use")
	errClient   = errors.New("judge: another client")
)

// cognitoClaims are the claims that AWS says to check and a general library does
// not know.
type cognitoClaims struct {
	TokenUse string `json:"token_use"`
	ClientID string `json:"client_id"`
}

// check checks them. An ID token's client is its aud, which libraries do know.
func (c cognitoClaims) check(s Setup) error {
	switch {
	case c.TokenUse != string(s.TokenUse):
		return errTokenUse
	case s.TokenUse == gognito.AccessToken && c.ClientID != s.ClientID:
		return errClient
	}
	return nil
}

// checkIssuer is for libraries that know one issuer only, where a pool has two.
func (s Setup) checkIssuer(issuer string) error {
	if !slices.Contains(s.Issuers, issuer) {
		return errIssuer
	}
	return nil
}

// issuer returns the pool's only issuer, or "" if it has two.
func (s Setup) issuer() string {
	if len(s.Issuers) == 1 {
		return s.Issuers[0]
	}
	return ""
}

// audience returns the aud that is asked for, or "" for access tokens.
func (s Setup) audience() string {
	if s.TokenUse == gognito.IDToken {
		return s.ClientID
	}
	return ""
}
