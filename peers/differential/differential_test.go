package differential_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/big"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/awsjwtverify"
	"github.com/gognito/gognito/peers/judge"
)

var (
	tokens = flag.Int("tokens", 30_000, "how many tokens are made")
	seed   = flag.Uint64("seed", 1, "what they are made from")
)

// chunk is how many tokens are judged at a time. It bounds how old they get, since
// some of them have times that are minutes away.
const chunk = 3000

// A token is accepted by gognito alone only if the difference is listed, and
// refused by gognito alone likewise.
func TestEveryDifferenceFromThePeersIsListed(t *testing.T) {
	started := time.Now()
	w := newWorld(t)
	script, err := awsjwtverify.Install(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	uses := []gognito.TokenUse{gognito.AccessToken, gognito.IDToken}
	benches := make(map[gognito.TokenUse]*bench)
	for _, use := range uses {
		benches[use] = newBench(t, w.setup(use), judge.Peers)
	}
	g := newGenerator(w, *seed)
	t.Logf("%d tokens, seed %d; %d mutations, each alone on every kind of token first: %d", *tokens, *seed, len(g.every), len(g.sweep))
	counts := newTally(*seed)
	for first := 0; first < *tokens; first += chunk {
		verdicts := judged(t, g, benches, first, min(first+chunk, *tokens))
		judgedByNode(t, script, benches, verdicts)
		for _, v := range verdicts {
			counts.count(v)
			if v.reason == "" {
				compareClaims(t, benches[v.use], v)
			}
		}
	}
	counts.report(t, w.jwks())
	t.Logf("took %v", time.Since(started).Round(time.Second))
}

// judged makes the tokens from first on, and returns what the judges in Go say.
// Each token goes to its own set-up, and every eighth to the other one too.
func judged(t *testing.T, g *generator, benches map[gognito.TokenUse]*bench, first, end int) []*verdict {
	t.Helper()
	var (
		next     atomic.Int64
		mu       sync.Mutex
		verdicts []*verdict
		workers  sync.WaitGroup
	)
	next.Store(int64(first))
	for range 4 {
		workers.Go(func() {
			for {
				i := int(next.Add(1) - 1)
				if i >= end {
					return
				}
				s := g.sample(i, time.Now())
				for use, b := range benches {
					if use != s.kind.use() && (i%8 != 0 || s.changesKind()) {
						continue
					}
					v := judgeInGo(t, b, s)
					mu.Lock()
					verdicts = append(verdicts, v)
					mu.Unlock()
				}
			}
		})
	}
	workers.Wait()
	return verdicts
}

func judgeInGo(t *testing.T, b *bench, s sample) *verdict {
	t.Helper()
	v := &verdict{sample: s, use: b.setup.TokenUse, refused: make(map[string]error)}
	v.err = ask(b.gognito, s.token)
	if _, ok := v.err.(panicked); ok {
		t.Errorf("%v: gognito: %v: %q", s, v.err, s.token)
	}
	v.reason = gognito.ReasonOf(v.err)
	for name, verify := range b.peers {
		if refusal := ask(verify, s.token); refusal != nil {
			v.refused[name] = refusal
		}
	}
	return v
}

// judgedByNode adds what aws-jwt-verify says, one process for each set-up.
func judgedByNode(t *testing.T, script string, benches map[gognito.TokenUse]*bench, verdicts []*verdict) {
	t.Helper()
	var processes sync.WaitGroup
	for use, b := range benches {
		var batch []*verdict
		var texts []string
		for _, v := range verdicts {
			if v.use == use {
				batch, texts = append(batch, v), append(texts, v.token)
			}
		}
		processes.Go(func() {
			refusals, err := judge.AWSJWTVerify(t.Context(), script, b.setup, texts)
			if err != nil {
				t.Error(err)
				return
			}
			for i, refusal := range refusals {
				if refusal != nil {
					batch[i].refused[awsJWTVerify] = refusal
				}
			}
		})
	}
	processes.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// compareClaims fails the test unless the claims that gognito read are those that
// encoding/json reads.
func compareClaims(t *testing.T, b *bench, v *verdict) {
	t.Helper()
	claims, err := b.verifier.Verify(t.Context(), v.token)
	if err != nil {
		t.Errorf("%v: at second sight: %v: %s", v.sample, err, v.token)
		return
	}
	other, err := claimsOf(v.token)
	if err != nil {
		t.Errorf("%v: encoding/json: %v: %s", v.sample, err, v.token)
		return
	}
	client, username := "client_id", "username"
	if claims.TokenUse == gognito.IDToken {
		client, username = "aud", "cognito:username"
	}
	var groups any // an empty list is none
	if list, _ := other["cognito:groups"].([]any); len(list) > 0 {
		groups = list
	}
	var got any
	if claims.Groups != nil {
		list := []any{}
		for _, group := range claims.Groups {
			list = append(list, group)
		}
		got = list
	}
	for name, pair := range map[string][2]any{
		"iss": {claims.Issuer, other["iss"]}, "sub": {claims.Subject, other["sub"]}, "token_use": {string(claims.TokenUse), other["token_use"]},
		client: {claims.ClientID, other[client]}, username: {claims.Username, other[username]}, "groups": {got, groups},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%v: %s is %q, and encoding/json says %q: %s", v.sample, name, pair[0], pair[1], v.token)
		}
	}
	if fault := sameTime(claims.ExpiresAt, other["exp"]); fault != "" {
		t.Errorf("%v: exp: %s: %s", v.sample, fault, v.token)
	}
}

// sameTime compares a time with a number of seconds, exactly to a microsecond:
// a float64 holds no more.
func sameTime(got time.Time, number any) string {
	want, ok := new(big.Rat).SetString(string(number.(json.Number)))
	if !ok {
		return "no number"
	}
	off := new(big.Rat).Sub(new(big.Rat).SetFrac64(got.UnixMicro(), 1e6), want)
	if off.Abs(off).Cmp(big.NewRat(2, 1e6)) > 0 {
		return fmt.Sprintf("%v is not %v", got, number)
	}
	return ""
}
