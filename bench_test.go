package gognito_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

// benchmark is a pool with its keys in memory, and an access token of the size
// that Cognito's have.
type benchmark struct {
	config gognito.Config
	pair   *mint.Key
	token  string
}

func newBenchmark(tb testing.TB) benchmark {
	tb.Helper()
	pool, pair := gognitotest.NewPool(tb), keyPairs()[0]
	session := mint.NewSession(mint.Pool{ID: pool.UserPoolID(), Issuer: pool.Issuer()},
		mint.User{Username: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", Subject: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", Groups: []string{"editors", "reviewers"}},
		pool.ClientID(), pool.Now())
	session.Scopes = []string{"phone", "openid", "profile", "email"}
	config := pool.Config()
	config.Keys = gognito.StaticKeys{pair.ID: prepared(tb, pair)}
	return benchmark{config, pair, mint.Sign(pair, mint.AccessClaims(session))}
}

func (b benchmark) verifier(tb testing.TB, cacheBytes int) *gognito.Verifier {
	tb.Helper()
	c := b.config
	c.CacheBytes = cacheBytes
	v, err := gognito.New(c)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// BenchmarkBareRSA is the limit line: the signature check of the standard
// library alone.
func BenchmarkBareRSA(b *testing.B) {
	bench := newBenchmark(b)
	dot := strings.LastIndexByte(bench.token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(bench.token[dot+1:])
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte(bench.token[:dot]))
	b.ReportAllocs()
	for b.Loop() {
		if err := rsa.VerifyPKCS1v15(&bench.pair.Private.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFirstTime(b *testing.B) {
	bench := newBenchmark(b)
	v := bench.verifier(b, -1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(b.Context(), bench.token); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLongest is a good token of nearly 64 KiB, the first time.
func BenchmarkLongest(b *testing.B) {
	bench := newBenchmark(b)
	v := bench.verifier(b, -1)
	var claims map[string]any
	if err := check(b, v, bench.token, "").Decode(&claims); err != nil {
		b.Fatal(err)
	}
	claims["custom:note"] = strings.Repeat("x", 46<<10)
	token := mint.Sign(bench.pair, claims)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRepeated(b *testing.B) {
	bench := newBenchmark(b)
	v := bench.verifier(b, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(b.Context(), bench.token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParallel(b *testing.B) {
	bench := newBenchmark(b)
	for name, cacheBytes := range map[string]int{"FirstTime": -1, "Repeated": 0} {
		b.Run(name, func(b *testing.B) {
			v := bench.verifier(b, cacheBytes)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := v.Verify(b.Context(), bench.token); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func BenchmarkRefused(b *testing.B) {
	bench := newBenchmark(b)
	v := bench.verifier(b, 0)
	last := len(bench.token) - 2
	forged := func(payload string) string {
		return mint.Compact(mint.Header(bench.pair.ID), []byte(payload), make([]byte, 256))
	}
	// The long ones are as long as a token may be, and made to cost; BenchmarkLongest
	// is what they are compared with.
	for name, token := range map[string]string{
		"AtLimits":  forged(`{"iss":"` + mint.Issuer(bench.config.UserPoolID) + `","l":[` + strings.Repeat(`0,`, 4000) + `0]` + members(990) + `}`),
		"Deep":      forged(`{"a":` + strings.Repeat(`{"":`, 9000) + `0` + strings.Repeat(`}`, 9001)),
		"Members":   forged("{" + strings.Repeat(`"":0,`, 9000) + `"":0}`),
		"Escapes":   forged(`{"iss":"` + mint.Issuer(bench.config.UserPoolID) + `","cognito:groups":[` + strings.Repeat(`"\u0041",`, 4800) + `""]}`),
		"Elements":  forged(`{"cognito:groups":[` + strings.Repeat(`"",`, 15_000) + `""]}`),
		"Scopes":    forged(`{"iss":"` + mint.Issuer(bench.config.UserPoolID) + `","scope":"` + strings.Repeat(" ", 46<<10) + `"}`),
		"Garbage":   strings.Repeat("x", len(bench.token)),
		"Algorithm": mint.Compact([]byte(`{"alg":"none","kid":"x"}`), []byte(`{}`), nil),
		"Signature": bench.token[:last] + swapped(bench.token[last:last+1]) + bench.token[last+1:],
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), token); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}

// members returns that many members of different names.
func members(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"%d":{}`, i)
	}
	return b.String()
}

func swapped(s string) string {
	if s == "A" {
		return "B"
	}
	return "A"
}
