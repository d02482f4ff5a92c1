package differential_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
	"github.com/gognito/gognito/peers/judge"
)

// A world is a user pool, its keys' server, and what an attacker has.
type world struct {
	pool                       mint.Pool
	clientID                   string
	access, identity, attacker *mint.Key
	jwksURL, attackerURL       string
}

// newWorld fails the test if anybody follows a URL that came in a token.
func newWorld(tb testing.TB) *world {
	tb.Helper()
	var w world
	var generating sync.WaitGroup
	for _, key := range []**mint.Key{&w.access, &w.identity, &w.attacker} {
		generating.Go(func() {
			made, err := mint.NewKey()
			if err != nil {
				tb.Error(err)
			}
			*key = made
		})
	}
	generating.Wait()
	if tb.Failed() {
		tb.FailNow()
	}
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/jwks.json" {
			tb.Errorf("a judge asked for %s, which a token told it to", r.URL.Path)
			http.NotFound(answer, r)
			return
		}
		answer.Header().Set("Content-Type", "application/json")
		_, _ = answer.Write(w.jwks())
	}))
	tb.Cleanup(server.Close)
	id := mint.NewPoolID("eu-west-1")
	w.pool = mint.Pool{ID: id, Issuer: mint.Issuer(id)}
	w.clientID = mint.NewClientID()
	w.jwksURL, w.attackerURL = server.URL+"/jwks.json", server.URL+"/attacker"
	return &w
}

func (w *world) jwks() []byte { return mint.JWKS(w.access, w.identity) }

// setup asks for the pool's tokens of one use, under either of its issuers.
func (w *world) setup(use gognito.TokenUse) judge.Setup {
	return judge.Setup{
		UserPoolID: w.pool.ID, Issuers: []string{w.pool.Issuer, mint.UpdatedIssuer(w.pool.ID)},
		ClientID: w.clientID, TokenUse: use, JWKSURL: w.jwksURL,
	}
}

// session is a sign-in of some minutes ago, so that no clock can take it for one
// of the future.
func (w *world) session(now time.Time) mint.Session {
	user := mint.User{Username: "jane", Subject: mint.SubjectOf(w.pool.ID, "jane"), Groups: []string{"editors", "staff"}}
	s := mint.NewSession(w.pool, user, w.clientID, now.Add(-3*time.Minute).Truncate(time.Second))
	s.Lifetime = 2 * time.Hour
	return s
}

// A judged set-up: gognito, its claims, and the peers in Go by name.
type bench struct {
	setup    judge.Setup
	gognito  judge.Judge
	verifier *gognito.Verifier
	peers    map[string]judge.Judge
}

func newBench(tb testing.TB, s judge.Setup, peers []judge.Peer) *bench {
	tb.Helper()
	b := &bench{setup: s, peers: make(map[string]judge.Judge)}
	var err error
	if b.gognito, err = judge.Gognito.New(s); err != nil {
		tb.Fatal(err)
	}
	for _, peer := range peers {
		if b.peers[peer.Name], err = peer.New(s); err != nil {
			tb.Fatalf("%s: %v", peer.Name, err)
		}
	}
	keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{s.JWKSURL}})
	if err != nil {
		tb.Fatal(err)
	}
	b.verifier, err = gognito.New(gognito.Config{
		UserPoolID: s.UserPoolID, ClientIDs: []string{s.ClientID}, TokenUse: s.TokenUse, Keys: keys, CacheBytes: -1,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// A panicked judge gave no answer; what it panicked with is in the text.
type panicked struct{ with any }

func (p panicked) Error() string { return fmt.Sprint("panic: ", p.with) }

// ask returns a peer's verdict, of which a panic is one.
func ask(verify judge.Judge, token string) (refusal error) {
	defer func() {
		if with := recover(); with != nil {
			refusal = panicked{with}
		}
	}()
	return verify(token)
}
