// Package setup is what the implementations' set-ups have in common. It imports
// the standard library alone, so that a program which starts cold carries one
// implementation and nothing of the others.
package setup

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"time"
)

// A Pool is whose access tokens are accepted, of one client.
type Pool struct {
	ID, Issuer, ClientID string
	JWKSURL              string // on the loopback interface
}

// Verify returns nil for a token that it accepts. It is safe for concurrent use.
type Verify func(token string) error

// A Setup is one way to have an implementation verify access tokens. New fetches
// the keys, so that no verification waits for them.
type Setup struct {
	Name string
	How  string // in the words of its documentation
	New  func(Pool) (Verify, error)
}

// ErrClaims is returned for claims that a set-up compares itself.
var ErrClaims = errors.New("setup: another issuer, client or token_use, or not its time")

// Cognito are the claims that a general library does not know.
type Cognito struct {
	TokenUse string `json:"token_use"`
	ClientID string `json:"client_id"`
}

// Check checks them.
func (c Cognito) Check(p Pool) error {
	if c.TokenUse != "access" || c.ClientID != p.ClientID {
		return ErrClaims
	}
	return nil
}

// Claims are all that is checked, for set-ups that get a verified payload. They
// are the fewest that will do: an application wants the user as well.
type Claims struct {
	Cognito
	Issuer    string `json:"iss"`
	Expires   int64  `json:"exp"` // 0 is long ago
	NotBefore int64  `json:"nbf"`
}

// Check checks them.
func (c Claims) Check(p Pool) error {
	if now := time.Now().Unix(); c.Issuer != p.Issuer || now >= c.Expires || now < c.NotBefore {
		return ErrClaims
	}
	return c.Cognito.Check(p)
}

// Keys fetches the pool's keys, by their IDs.
func (p Pool) Keys() (map[string]*rsa.PublicKey, error) {
	document, err := p.JWKS()
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []struct{ Kid, N, E string }
	}
	if err := json.Unmarshal(document, &set); err != nil {
		return nil, err
	}
	keys := make(map[string]*rsa.PublicKey)
	for _, k := range set.Keys {
		n, err := base64.RawURLEncoding.DecodeString(k.N)
		if err != nil {
			return nil, err
		}
		e, err := base64.RawURLEncoding.DecodeString(k.E)
		if err != nil {
			return nil, err
		}
		keys[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	}
	return keys, nil
}

// JWKS fetches the pool's keys as they are published.
func (p Pool) JWKS() ([]byte, error) {
	response, err := http.Get(p.JWKSURL) //nolint:noctx // the set-up's own
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // nothing is lost
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("setup: %s: %s", p.JWKSURL, response.Status)
	}
	return io.ReadAll(response.Body)
}

// Cold is the whole of a program that starts cold: it verifies the token that
// its arguments name, see Arguments, and exits with 0 if it is good.
func Cold(s Setup) {
	p := Pool{ID: os.Args[1], Issuer: os.Args[2], ClientID: os.Args[3], JWKSURL: os.Args[4]}
	verify, err := s.New(p)
	if err == nil {
		err = verify(os.Args[5])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Arguments are what a program that starts cold is called with.
func (p Pool) Arguments(token string) []string {
	return []string{p.ID, p.Issuer, p.ClientID, p.JWKSURL, token}
}
