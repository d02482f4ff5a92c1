package drf_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/gognitotest"
)

// A spoof is what somebody sends in the header that the gateway speaks in.
type spoof struct {
	name   string
	header http.Header
	// unknown: it names a key that the gateway may have had for a moment only. Who
	// does not ask for each such assertion can't tell.
	unknown bool
}

// refusals returns the statuses that the application may refuse it with.
func (s spoof) refusals() []int {
	if s.unknown {
		return []int{http.StatusUnauthorized, http.StatusServiceUnavailable}
	}
	return []int{http.StatusUnauthorized}
}

// spoofs returns every kind of bad assertion about eve. In all but the last few there
// is exactly one fault: without it the assertion would be good.
func spoofs(t *testing.T, gateway *signer, pool *gognitotest.Pool) []spoof {
	t.Helper()
	stranger := newSigner(t)
	lure := publish(t, stranger)
	t.Cleanup(func() {
		if n := lure.fetches.Load(); n != 0 {
			t.Errorf("%d fetches from the attacker's URL, want none", n)
		}
	})
	good := gateway.signES256(gateway.header(nil), claims(nil))
	parts := strings.Split(good, ".")
	other := strings.Split(gateway.signES256(gateway.header(nil), claims(map[string]any{"username": "jane"})), ".")
	secret := gateway.publicPEM(t)
	change := func(name string, value any) map[string]any { return map[string]any{name: value} }
	ago := func(d time.Duration) int64 { return time.Now().Add(-d).Unix() }

	var list []spoof
	add := func(name string, assertions ...string) {
		list = append(list, spoof{name: name, header: asserted(assertions...)})
	}
	addUnknown := func(name, assertion string) {
		list = append(list, spoof{name, asserted(assertion), true})
	}
	add("a stranger's key under the gateway's kid", stranger.signES256(gateway.header(nil), claims(nil)))
	addUnknown("a stranger's key under its own kid", stranger.signES256(stranger.header(nil), claims(nil)))
	add("a stranger's key without a kid", stranger.signES256(stranger.header(change("kid", nil)), claims(nil)))
	add("a stranger's key that the header brings along", stranger.signES256(gateway.header(change("jwk", stranger.jwk())), claims(nil)))
	addUnknown("a stranger's key at a URL of the header", stranger.signES256(stranger.header(change("jku", lure.url)), claims(nil)))
	add("no signature, alg none", unsigned(gateway.header(change("alg", "none")), claims(nil))+".")
	add("no signature, alg None", unsigned(gateway.header(change("alg", "None")), claims(nil))+".")
	add("no signature, alg ES256", unsigned(gateway.header(nil), claims(nil))+".")
	add("alg none with a good signature", gateway.signES256(gateway.header(change("alg", "none")), claims(nil)))
	add("no alg", gateway.signES256(gateway.header(change("alg", nil)), claims(nil)))
	add("a signature of zeros", parts[0]+"."+parts[1]+"."+base64URL(make([]byte, 64)))
	add("HS256 with the public key as its secret", signHS256(secret, gateway.header(change("alg", "HS256")), claims(nil)))
	add("HS256 with the public key, alg ES256", signHS256(secret, gateway.header(nil), claims(nil)))
	add("HS256 with an empty secret", signHS256(nil, gateway.header(change("alg", "HS256")), claims(nil)))
	add("the payload of another assertion", parts[0]+"."+other[1]+"."+parts[2])
	add("another type", gateway.signES256(gateway.header(change("typ", "JWT")), claims(nil)))
	add("no type", gateway.signES256(gateway.header(change("typ", nil)), claims(nil)))
	add("a critical extension", gateway.signES256(gateway.header(change("crit", []string{"exp"})), claims(nil)))
	add("a detached payload", gateway.signES256(gateway.header(map[string]any{"b64": false, "crit": []string{"b64"}}), claims(nil)))
	add("expired", gateway.signES256(gateway.header(nil), claims(map[string]any{"iat": ago(time.Hour), "exp": ago(10 * time.Second)})))
	add("without an expiry", gateway.signES256(gateway.header(nil), claims(change("exp", nil))))
	add("an expiry of null", gateway.signES256(gateway.header(nil), claims(change("exp", (*int)(nil)))))
	add("of tomorrow", gateway.signES256(gateway.header(nil), claims(change("iat", ago(-time.Hour)))))
	add("not yet valid", gateway.signES256(gateway.header(nil), claims(change("nbf", ago(-time.Hour)))))
	add("another issuer", gateway.signES256(gateway.header(nil), claims(change("iss", "https://gateway.example.evil.example"))))
	add("no issuer", gateway.signES256(gateway.header(nil), claims(change("iss", nil))))
	add("for another application", gateway.signES256(gateway.header(nil), claims(change("aud", "invoices"))))
	add("for nobody", gateway.signES256(gateway.header(nil), claims(change("aud", nil))))
	add("about a machine", gateway.signES256(gateway.header(nil), claims(change("username", nil))))
	add("the pool's access token", pool.AccessToken(gognitotest.User{Username: "eve", Groups: []string{"editors"}}))
	add("a bearer scheme before a good one", "Bearer "+good)
	add("two good ones in a field", good+","+good)
	add("two good ones in two fields", good, good)
	add("empty", "")
	add("not a token", "eve")
	add("a header nested too deep", base64URL([]byte(strings.Repeat("[", 5000)))+".e30.AA")
	add("not UTF-8", "\xff\xfe.\xff.\xff")
	return append(list,
		spoof{name: "a stranger's, by another spelling", header: http.Header{
			"X_auth_assertion": {stranger.signES256(gateway.header(nil), claims(nil))},
		}},
		spoof{name: "what the gateway says in other fields", header: http.Header{
			"X-Auth-User": {"eve"}, "X-Auth-Subject": {"eve"}, "X-Auth-Groups": {"editors"},
		}})
}
