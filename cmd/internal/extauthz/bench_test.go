package extauthz_test

import (
	"context"
	"testing"

	"github.com/gognito/gognito"
)

// One question, without gRPC around it and with a verifier that takes no time.
func BenchmarkCheck(b *testing.B) {
	claims := &gognito.Claims{Subject: "1", Username: "jane", TokenUse: gognito.AccessToken, Groups: []string{"ops", "editors"}}
	s := of(build(b, base(), verifierFunc(func(context.Context, string) (*gognito.Claims, error) { return claims, nil })))
	ctx := from(context.Background(), "127.0.0.1:1")
	browser := []string{
		"user-agent", "Mozilla/5.0", "accept", "*/*", "accept-language", "en", "accept-encoding", "gzip", "referer", "https://app.example/",
		"sec-fetch-site", "same-origin", "sec-fetch-mode", "cors", "sec-fetch-dest", "empty", "x-request-id", "1", "x-forwarded-for", "203.0.113.7",
	}
	for _, bench := range []struct {
		name string
		r    request
	}{
		{"public", get("/healthz", browser...)},
		{"user", get("/me?a=b", append(browser, bearer("x.y.z")...)...)},
		{"nobody", get("/me?a=b", browser...)},
	} {
		for encoding, encode := range encodings {
			question := encode(bench.r)
			b.Run(bench.name+"/"+encoding, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := s.Check(ctx, question); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
