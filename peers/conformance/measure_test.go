package conformance_test

import (
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/awsjwtverify"
	"github.com/gognito/gognito/internal/mint"
	"github.com/gognito/gognito/peers/judge"
)

// awsName is the peer that runs on Node.js.
const awsName = "aws-jwt-verify"

// A bench has every judge at hand.
type bench struct {
	tb     testing.TB
	names  []string // of the judges, gognito first
	script string   // of aws-jwt-verify
	forge  *forge
	server *keyServer
	judges map[place]map[string]judge.Judge

	mu  sync.Mutex
	aws map[place]map[string]error // what aws-jwt-verify says, by token
}

// A place is a key set, and the kind of token asked for.
type place struct {
	url string
	use gognito.TokenUse
}

func newBench(tb testing.TB) *bench {
	tb.Helper()
	script, err := awsjwtverify.Install(tb.Context(), tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	b := &bench{
		tb: tb, names: []string{judge.Gognito.Name, awsName}, script: script, server: newKeyServer(tb),
		judges: map[place]map[string]judge.Judge{}, aws: map[place]map[string]error{},
	}
	for _, peer := range judge.Peers {
		b.names = append(b.names, peer.Name)
	}
	b.forge = newForge(tb, b.server.URL+"/attacker")
	target := b.forge.target
	b.server.publish(mint.JWKS(target.AccessKey, target.IDKey), mint.JWKS(target.AttackerKey))
	return b
}

func (b *bench) place(p probe) place { return place{b.server.url(p.document), p.use} }

func (b *bench) setup(at place) judge.Setup {
	session := b.forge.target.Session
	return judge.Setup{
		UserPoolID: session.Pool.ID, Issuers: []string{session.Pool.Issuer},
		ClientID: session.ClientID, TokenUse: at.use, JWKSURL: at.url,
	}
}

// refusals returns the verdicts on a probe, by the judges' names: nil for one that
// accepts it. A judge that can't be set up with a probe's key set refuses what is
// signed under it.
func (b *bench) refusals(p probe) map[string]error {
	b.tb.Helper()
	at := b.place(p)
	if b.judges[at] == nil {
		b.judges[at] = map[string]judge.Judge{}
		for _, peer := range append([]judge.Peer{judge.Gognito}, judge.Peers...) {
			j, err := peer.New(b.setup(at))
			if err != nil {
				if p.document == nil {
					b.tb.Fatalf("%s: %v", peer.Name, err)
				}
				j = func(string) error { return err }
			}
			b.judges[at][peer.Name] = j
		}
	}
	verdict, ok := b.aws[at][p.token]
	if !ok {
		b.tb.Fatalf("%s was not asked about %q", awsName, p.name)
	}
	verdicts := map[string]error{awsName: verdict}
	for name, j := range b.judges[at] {
		verdicts[name] = j(p.token)
	}
	return verdicts
}

// aKeySetAtFault is what aws-jwt-verify, or JavaScript's JSON, throws for a key
// set that it does not take, before it looks at any token.
var aKeySetAtFault = regexp.MustCompile(`Jwks?\w*Error|SyntaxError`)

// askAWS has aws-jwt-verify judge the probes, those of one place at once. It gets
// both of the pool's issuers, so that it is its verifier for Cognito that judges,
// not the general one.
func (b *bench) askAWS(probes []probe) {
	b.tb.Helper()
	tokens := map[place][]string{}
	for _, p := range probes {
		at := b.place(p)
		tokens[at] = append(tokens[at], p.token)
	}
	var asking sync.WaitGroup
	places := make(chan place)
	for range runtime.NumCPU() {
		asking.Go(func() {
			for at := range places {
				b.askAWSAt(at, tokens[at])
			}
		})
	}
	for at := range tokens {
		places <- at
	}
	close(places)
	asking.Wait()
}

func (b *bench) askAWSAt(at place, tokens []string) {
	b.tb.Helper()
	s := b.setup(at)
	s.Issuers = append(s.Issuers, mint.UpdatedIssuer(s.UserPoolID))
	refusals, err := judge.AWSJWTVerify(b.tb.Context(), b.script, s, tokens)
	if err != nil {
		if at.url == b.server.url(nil) || !aKeySetAtFault.MatchString(err.Error()) {
			b.tb.Errorf("%s: %v", at.url, err)
			return
		}
		refusals = slices.Repeat([]error{err}, len(tokens))
	}
	said := map[string]error{}
	for i, token := range tokens {
		said[token] = refusals[i]
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.aws[at] = said
}

// A result is what one judge makes of a rule's probes.
type result struct{ accepted, refused []string } // breaking ones and keeping ones, by name

func (b *bench) results(r rule) map[string]result {
	b.tb.Helper()
	results := map[string]result{}
	for _, name := range b.names {
		results[name] = result{}
	}
	for _, p := range r.breaking {
		for name, refusal := range b.refusals(p) {
			if r := results[name]; refusal == nil {
				r.accepted = append(r.accepted, p.name)
				results[name] = r
			}
		}
	}
	for _, p := range r.keeping {
		for name, refusal := range b.refusals(p) {
			if r := results[name]; refusal != nil {
				r.refused = append(r.refused, p.name)
				results[name] = r
			}
		}
	}
	if len(results) != len(b.names) {
		b.tb.Fatalf("%s: verdicts of %d judges, want %d: %v", r.id, len(results), len(b.names), fmt.Sprint(results))
	}
	return results
}
