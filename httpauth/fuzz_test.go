package httpauth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// FuzzAuthorization: whatever the header is, a token comes out of it only after
// the one word Bearer and at least one space, and it is what stands behind.
func FuzzAuthorization(f *testing.F) {
	for _, seed := range []string{
		"", "Bearer x", "bearer  x", "Bearer", "Bearer ", "Bearer\tx", "Bearer,x", "Basic eDp5", "x", " Bearer x",
		"Bearer x, Bearer y", `"Bearer" x`, "Bearer\x00 x", "BEARER é", "Bearer=x",
		"Basic eDp5, Bearer x", `Digest a="\", Bearer x", bearer = y`, "x,bearer x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		r := &http.Request{Header: http.Header{"Authorization": {value}}}
		tokens, err := httpauth.Bearer(r)
		if err != nil {
			if len(tokens) > 0 {
				t.Fatal("tokens and an error")
			}
			if other := strings.HasPrefix(value, "Basic "); other && !strings.Contains(strings.ToLower(value), "bearer ") {
				t.Fatalf("%q: %v", value, err)
			}
			return
		}
		bearer := len(value) > 6 && strings.EqualFold(value[:6], "bearer") && value[6] == ' '
		if bearer != (len(tokens) == 1) {
			t.Fatalf("%q: %d tokens", value, len(tokens))
		}
		if bearer && (tokens[0].Raw != strings.TrimLeft(value[6:], " ") || tokens[0].Ambient) {
			t.Fatalf("%q: %q", value, tokens[0].Raw)
		}
		r.Header["Authorization"] = []string{value, value}
		if tokens, err := httpauth.Bearer(r); err == nil || tokens != nil {
			t.Fatal("two headers are accepted")
		}
	})
}

// FuzzCookies: whatever the header is, every candidate is ambient and was in the
// header, and Amplify's is bound to a user.
func FuzzCookies(f *testing.F) {
	const prefix = "CognitoIdentityServiceProvider.c."
	for _, seed := range []string{
		"", "t=x", "t=x; t=y", `t="x"`, "t=", "T=x", "t=x;t=y,t=z", "=x", "t", "t=\x00", "t =\\",
		prefix + "LastAuthUser=a%40b; " + prefix + "a%40b.accessToken=x",
		prefix + "LastAuthUser=50%; " + prefix + "50%25.accessToken=x",
		prefix + "LastAuthUser=; " + prefix + ".accessToken=x",
		prefix + "LastAuthUser=j; " + prefix + "j.accessToken=\\",
		prefix + "LastAuthUser=\\",
	} {
		f.Add(seed)
	}
	plain, amplify := httpauth.Cookie("t"), httpauth.AmplifyCookies("c", gognito.AccessToken)
	f.Fuzz(func(t *testing.T, value string) {
		r := &http.Request{Header: http.Header{"Cookie": {value}}}
		tokens, err := plain(r)
		if err != nil && (len(tokens) > 0 || !strings.Contains(value, "t")) {
			t.Fatalf("%q: %v", value, err)
		}
		for _, token := range tokens {
			if !token.Ambient || token.Raw == "" || token.Username != "" || !strings.Contains(value, token.Raw) {
				t.Fatalf("%q: %q", value, token.Raw)
			}
		}
		tokens, err = amplify(r)
		if err != nil && len(tokens) > 0 {
			t.Fatal("tokens and an error")
		}
		for _, token := range tokens {
			if !token.Ambient || token.Raw == "" || token.Username == "" || !strings.Contains(value, token.Raw) {
				t.Fatalf("%q: %q of %q", value, token.Raw, token.Username)
			}
		}
	})
}
