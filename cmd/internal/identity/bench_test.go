package identity_test

import (
	"net/http"
	"testing"

	"github.com/gognito/gognito/cmd/internal/identity"
)

func BenchmarkFields(b *testing.B) {
	claims := saying(`{"sub":"7f1c","cognito:groups":["a","b"],"email_verified":true,"iss":"https://x","cognito:username":"ann","aud":"c",
		"event_id":"e","token_use":"id","auth_time":1,"exp":2,"iat":1,"email":"ann@app.example","custom:tenant":"acme"}`)
	for _, bench := range []struct {
		name   string
		config identity.Config
	}{
		{"standard", standard()},
		{"claims", standard(identity.Header{Name: "X-Email", Source: "email"}, identity.Header{Name: "X-Tenant", Source: "claim:custom:tenant"})},
		{"assertion", signing(b)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			issuer := newIssuer(b, bench.config)
			u := ann("editors", "admins")
			if bench.name == "claims" {
				u = claims
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := issuer.Fields(u, "", now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// client is what a browser sends.
func client() http.Header {
	header := make(http.Header)
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Accept-Language", "Cookie", "Dnt", "Priority", "Referer", "Sec-Ch-Ua", "Sec-Ch-Ua-Mobile",
		"Sec-Ch-Ua-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "User-Agent", "X-Auth-Else",
	} {
		header[name] = []string{"v"}
	}
	return header
}

func BenchmarkStrip(b *testing.B) {
	issuer, header := newIssuer(b, standard()), client()
	b.ReportAllocs()
	for b.Loop() {
		issuer.Strip(header)
	}
}

func BenchmarkRemovals(b *testing.B) {
	issuer, header := newIssuer(b, standard()), client()
	fields, err := issuer.Fields(ann("admins"), "", now)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		issuer.Removals(fields, header)
	}
}
