package gognito_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/jws"
	"github.com/gognito/gognito/internal/mint"
)

// update records what is to be recorded in testdata.
var update = flag.Bool("update", false, "write testdata anew: vectors.json, and the exported API in api.txt")

const vectorsFile = "testdata/vectors.json"

// vectors are tokens with the reason that each must be refused for, "" for none,
// for any implementation to be tried on. The verifier they are for accepts the
// access tokens of one client and no machines, without leeway, at Now.
type vectors struct {
	UserPoolID string          `json:"userPoolId"`
	ClientID   string          `json:"clientId"`
	Now        int64           `json:"now"`
	JWKS       json.RawMessage `json:"jwks"`
	Vectors    []vector        `json:"vectors"`
}

type vector struct {
	Name   string         `json:"name"`
	Reason gognito.Reason `json:"reason"`
	Token  string         `json:"token"`
}

// longestVector keeps what only is long out of the file.
const longestVector = 8 << 10

// mintVectors makes the file: one token of each hostile kind, and good ones.
// Nobody keeps the private keys.
func mintVectors() vectors {
	const client = "6h89qn2bfglbmvfebq9aaknqk0"
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	pairs := keyPairs()
	poolID := mint.NewPoolID("eu-west-1")
	pool := mint.Pool{ID: poolID, Issuer: mint.Issuer(poolID)}
	jane := mint.User{Username: "jane", Subject: mint.SubjectOf(poolID, "jane"), Groups: []string{"editors"}}
	target := mint.Target{
		Session:   mint.NewSession(pool, jane, client, now),
		AccessKey: pairs[0], IDKey: pairs[1], AttackerKey: pairs[2],
		AttackerURL: "https://attacker.example",
	}
	v := vectors{UserPoolID: poolID, ClientID: client, Now: now.Unix(), JWKS: mint.JWKS(pairs[0], pairs[1])}
	good := func(name string, change func(claims map[string]any)) {
		claims := mint.AccessClaims(target.Session)
		change(claims)
		v.Vectors = append(v.Vectors, vector{"good-" + name, "", mint.Sign(pairs[0], claims)})
	}
	good("plain", func(map[string]any) {})
	good("updated-issuer", func(c map[string]any) { c["iss"] = mint.UpdatedIssuer(poolID) })
	good("a-second-left", func(c map[string]any) { c["exp"] = now.Unix() + 1 })
	good("half-a-second-left", func(c map[string]any) { c["exp"] = float64(now.Unix()) + 0.5 })
	good("nbf-now", func(c map[string]any) { c["nbf"] = now.Unix() })
	good("iat-in-the-future", func(c map[string]any) { c["iat"] = now.Unix() + 3600 })
	good("aud-is-the-client", func(c map[string]any) { c["aud"] = client })
	good("no-groups-no-scope", func(c map[string]any) { delete(c, "cognito:groups"); delete(c, "scope") })
	good("integer-beyond-2-53", func(c map[string]any) { c["big"] = json.Number("9223372036854775807") })
	good("nested-claim", func(c map[string]any) { c["nested"] = map[string]any{"list": []any{nil, 1.5, "x"}} })
	good("claims-in-another-case", func(c map[string]any) { c["Username"] = "admin"; c["EXP"] = 0 })
	good("unicode", func(c map[string]any) {
		c["username"] = "Łukasz😀\u0000"
		c["cognito:groups"] = []string{"管理者", `"`}
	})
	for _, h := range mint.HostileVariants() {
		if token := h.Token(target); len(token) <= longestVector {
			v.Vectors = append(v.Vectors, vector{h.Name, gognito.Reason(h.Reason), token})
		}
	}
	return v
}

func TestEveryVectorIsJudgedAsRecorded(t *testing.T) {
	if *update {
		text, err := json.MarshalIndent(mintVectors(), "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorsFile, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	keys, err := gognito.ParseJWKS(v.JWKS)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := gognito.New(gognito.Config{
		UserPoolID: v.UserPoolID, ClientIDs: []string{v.ClientID}, Keys: keys,
		Now: func() time.Time { return time.Unix(v.Now, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	perReason := make(map[gognito.Reason]int)
	for _, vector := range v.Vectors {
		perReason[vector.Reason]++
		t.Run(vector.Name, func(t *testing.T) { check(t, verifier, vector.Token, vector.Reason) })
	}
	for _, reason := range slices.Sorted(maps.Keys(perReason)) {
		t.Logf("%4d %s", perReason[reason], reason)
	}
	// The rest of the reasons depend on more than a token.
	for _, reason := range []gognito.Reason{
		"", gognito.ReasonMalformed, gognito.ReasonAlgorithm, gognito.ReasonIssuer, gognito.ReasonUnknownKey, gognito.ReasonSignature,
		gognito.ReasonExpired, gognito.ReasonNotYetValid, gognito.ReasonTokenUse, gognito.ReasonClient, gognito.ReasonMachine,
	} {
		if perReason[reason] == 0 {
			t.Errorf("no vector for reason %q", reason)
		}
	}
}

func TestEveryFlippedBitOfATokenRefusesIt(t *testing.T) {
	bench := newBenchmark(t)
	v := bench.verifier(t, 0)
	check(t, v, bench.token, "") // so that it is remembered
	token := []byte(bench.token)
	for i := range token {
		for bit := range 8 {
			token[i] ^= 1 << bit
			if claims, err := v.Verify(t.Context(), string(token)); err == nil || claims != nil {
				t.Errorf("with bit %d of byte %d flipped it is accepted", bit, i)
			}
			token[i] ^= 1 << bit
		}
	}
	check(t, v, string(token), "")
}

// FuzzVerify: whatever is done to a good token, it is refused; and the verifier
// gives a reason out of the closed set.
func FuzzVerify(f *testing.F) {
	bench := newBenchmark(f)
	v := bench.verifier(f, 0)
	f.Add(bench.token)
	f.Add(strings.Replace(bench.token, ".", "..", 1))
	f.Add(mint.SignRaw(bench.pair, []byte(`{"alg":"RS256","kid":"`+bench.pair.ID+`"}`), []byte(`{"iss":"x"}`)))
	f.Add(mint.Sign(bench.pair, map[string]any{"iss": bench.config.UserPoolID}))
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := v.Verify(t.Context(), token)
		if token == bench.token {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		if err == nil || claims != nil || gognito.ReasonOf(err) == "" {
			t.Fatalf("%q: %v, %v", token, claims, err)
		}
	})
}

// FuzzPayload: a genuine signature does not make a payload's shape good. What is
// accepted has every claim that a user stands on.
func FuzzPayload(f *testing.F) {
	bench := newBenchmark(f)
	v := bench.verifier(f, -1)
	_, rest, _ := strings.Cut(bench.token, ".")
	payload, _, _ := strings.Cut(rest, ".")
	f.Add(decoded(f, payload))
	f.Add([]byte(`{"iss":"` + mint.Issuer(bench.config.UserPoolID) + `","exp":1e400}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		claims, err := v.Verify(t.Context(), mint.Sign(bench.pair, payload))
		if (err == nil) != (claims != nil) {
			t.Fatalf("%v, %v", claims, err)
		}
		if err != nil {
			return
		}
		if claims.Subject == "" || claims.Username == "" || claims.TokenUse != gognito.AccessToken ||
			claims.ClientID != bench.config.ClientIDs[0] || !claims.ExpiresAt.After(bench.config.Now()) {
			t.Fatalf("%q: accepted as %v", payload, fieldsOf(claims))
		}
		var all map[string]any
		if err := claims.Decode(&all); err != nil || all["username"] != claims.Username {
			t.Fatalf("%q: %v, %v", payload, all, err)
		}
	})
}

func decoded(tb testing.TB, segment string) []byte {
	tb.Helper()
	text, err := jws.Decode(segment)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}
