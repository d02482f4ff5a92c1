// Package subject mints what is verified: a pool whose keys are on the loopback
// interface, and tokens, at the present time, since implementations go by the
// real clock.
package subject

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gognito/gognito/internal/mint"
	"github.com/gognito/gognito/peers/bench/setup"
)

// A Subject is a pool and its tokens. The good one is an access token of the size
// that Cognito's have, about 1.1 KB.
type Subject struct {
	setup.Pool
	Good    string
	Refused map[string]string // by kind; each but garbage has one fault
	server  *http.Server
	session mint.Session
}

// keys are the process' own. Like Cognito, one signs access tokens, the other
// ID tokens.
var keys = sync.OnceValues(func() (pair [2]*mint.Key, err error) {
	for i := range pair {
		if pair[i], err = mint.NewKey(); err != nil {
			return pair, err
		}
	}
	return pair, nil
})

// New starts a pool.
func New() (*Subject, error) {
	pair, err := keys()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nothing to wait for
	if err != nil {
		return nil, err
	}
	document := mint.JWKS(pair[:]...)
	s := &Subject{server: &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document) // who hung up needs no keys
	})}}
	go s.server.Serve(listener) //nolint:errcheck // until Close

	id := mint.NewPoolID("eu-west-1")
	s.Pool = setup.Pool{ID: id, Issuer: mint.Issuer(id), ClientID: mint.NewClientID(), JWKSURL: "http://" + listener.Addr().String() + "/.well-known/jwks.json"}
	user := mint.NewSubject()
	s.session = mint.NewSession(mint.Pool{ID: id, Issuer: s.Issuer},
		mint.User{Username: user, Subject: user, Groups: []string{"editors", "reviewers"}}, s.ClientID, time.Now().Add(-time.Minute))
	s.session.Scopes = []string{"phone", "openid", "profile", "email"}
	s.Good = s.Token("", nil)
	s.Refused = map[string]string{
		"garbage":    strings.Repeat("x", len(s.Good)),
		"signature":  tampered(s.Good),
		"expired":    s.Token("exp", time.Now().Add(-time.Hour).Unix()),
		"early":      s.Token("nbf", time.Now().Add(time.Hour).Unix()),
		"unexpiring": s.Token("exp", nil),
		"issuer":     s.Token("iss", mint.Issuer(mint.NewPoolID("eu-west-1"))),
		"client":     s.Token("client_id", mint.NewClientID()),
		"use":        s.identity(),
	}
	return s, nil
}

// Close stops serving the keys.
func (s *Subject) Close() error { return s.server.Close() }

// Token returns another token, good but for one claim, unless its name is "". A
// claim that is nil is left out.
func (s *Subject) Token(claim string, value any) string {
	pair, _ := keys() // they are there
	claims := mint.AccessClaims(s.session)
	if claims[claim] = value; value == nil {
		delete(claims, claim)
	}
	return mint.Sign(pair[0], claims)
}

// identity returns an ID token of the client that names it as an access token
// does too, so that nothing but its use is wrong.
func (s *Subject) identity() string {
	pair, _ := keys()
	claims := mint.IDClaims(s.session)
	claims["client_id"] = s.ClientID
	return mint.Sign(pair[0], claims)
}

// tampered returns a token under a signature that is not quite its own.
func tampered(token string) string {
	at, other := len(token)-2, "A"
	if token[at:at+1] == other {
		other = "B"
	}
	return token[:at] + other + token[at+1:]
}
