package main

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/gognito/gognito/internal/mint"
	"github.com/gognito/gognito/peers/bench/setup"
)

// An issuer is a pool that publishes its keys on the loopback interface, where its
// issuer is too, so that any program can be told of it.
type issuer struct {
	setup.Pool
	keys    [2]*mint.Key // like Cognito's: one signs access tokens
	foreign *mint.Key    // not published
	session mint.Session
	server  *http.Server
}

func newIssuer() (*issuer, error) {
	i := new(issuer)
	for _, key := range []**mint.Key{&i.keys[0], &i.keys[1], &i.foreign} {
		var err error
		if *key, err = mint.NewKey(); err != nil {
			return nil, err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nothing to wait for
	if err != nil {
		return nil, err
	}
	i.ID, i.ClientID = mint.NewPoolID("eu-west-1"), mint.NewClientID()
	i.Issuer = "http://" + listener.Addr().String() + "/" + i.ID
	i.JWKSURL = i.Issuer + "/.well-known/jwks.json"
	document := mint.JWKS(i.keys[:]...)
	i.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(document) // who hung up needs no keys
	})}
	go i.server.Serve(listener) //nolint:errcheck // until close

	subject := mint.NewSubject()
	i.session = mint.NewSession(mint.Pool{ID: i.ID, Issuer: i.Issuer},
		mint.User{Username: subject, Subject: subject, Groups: []string{"editors", "reviewers"}}, i.ClientID, time.Now().Add(-time.Minute))
	i.session.Scopes = []string{"phone", "openid", "profile", "email"}
	i.session.Lifetime = 12 * time.Hour
	return i, nil
}

func (i *issuer) close() error { return i.server.Close() }

// good returns a new access token of the size that Cognito's have, about 1.1 KB.
func (i *issuer) good() string { return mint.Sign(i.keys[0], mint.AccessClaims(i.session)) }

// bad returns tokens that nobody may let through, by the one fault of each.
func (i *issuer) bad() map[string]string {
	with := func(claim string, value any) string {
		claims := mint.AccessClaims(i.session)
		claims[claim] = value
		return mint.Sign(i.keys[0], claims)
	}
	good := i.good()
	at, other := len(good)-2, "A"
	if good[at:at+1] == other {
		other = "B"
	}
	return map[string]string{
		"expired":           with("exp", time.Now().Add(-time.Hour).Unix()),
		"of another issuer": with("iss", mint.Issuer(i.ID)),
		"of another client": with("client_id", mint.NewClientID()),
		"of a foreign key":  mint.Sign(i.foreign, mint.AccessClaims(i.session)),
		"tampered with":     good[:at] + other + good[at+1:],
	}
}

// file writes that many good tokens into a file, a line each, and returns its name.
// Signing them is most of what it costs, so it signs on two cores.
func (i *issuer) file(ctx context.Context, folder string, count int) (name string, err error) {
	tokens := make(chan string, 1000)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var signers sync.WaitGroup
	for n := range 2 {
		signers.Go(func() {
			for range (count + n) / 2 {
				select {
				case tokens <- i.good():
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		signers.Wait()
		close(tokens)
	}()
	f, err := os.CreateTemp(folder, "tokens")
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // Flush has written all of it
	w := bufio.NewWriter(f)
	for token := range tokens {
		_, _ = w.WriteString(token + "\n") // Flush has the error
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return f.Name(), context.Cause(ctx)
}
