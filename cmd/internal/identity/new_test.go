package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/cmd/internal/identity"
)

// faults returns the fields of the error's faults, sorted.
func faults(t testing.TB, err error) []string {
	t.Helper()
	var fields []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			fault, ok := errors.AsType[*identity.Fault](err)
			if !ok || fault.Problem == "" {
				t.Errorf("%v is no fault with a problem", err)
				continue
			}
			fields = append(fields, fault.Field)
		}
	} else if err != nil {
		t.Errorf("%v is no list of faults", err)
	}
	slices.Sort(fields)
	return fields
}

func TestNamesThatMeanSomethingElseAreRefused(t *testing.T) {
	for _, name := range []string{
		// Too many spellings, or none.
		"", "X-A-B-C-D", "X_Auth_User", "X.Auth.User", "X-Auth-User ", " X-Auth-User", "X--User", "-X-User", "X-User-", "X-Auth-Üser",
		"X-Auth\r\nUser", "X-Auth:User", "1X", strings.Repeat("X", 65),
		// A22, and its like.
		"Host", "hOST", "Connection", "Keep-Alive", "Proxy", "Proxy-Connection", "Proxy-Authorization", "Content-Length", "Content-Type",
		"Transfer-Encoding", "Te", "Trailer", "Upgrade", "Expect", "Date", "Cookie", "Cookie2", "Set-Cookie", "Authorization",
		"Www-Authenticate", "Authentication-Info", "Location", "Refresh", "Cache-Control", "Vary", "Age", "Etag", "Range", "If-Match",
		"Accept", "Accept-Encoding", "Origin", "Referer", "User-Agent", "Access-Control-Allow-Origin", "Sec-Fetch-Mode", "Sec-Websocket-Key",
		"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-User", "X-Real-Ip", "X-Real-IP", "X-Client-Ip", "True-Client-Ip", "Client-Ip",
		"X-Original-Uri", "X-Original-Method", "X-Rewrite-Url", "X-Http-Method-Override", "X-Method-Override", "X-Host", "Destination",
		"X-Envoy-Original-Path", "X-Envoy-Auth-Headers-To-Remove", "X-Envoy-Auth", "X-Accel-Redirect", "X-Sendfile", "X-Requested-With",
		"Traceparent", "Max-Forwards", "Early-Data",
	} {
		for field, c := range map[string]identity.Config{
			"headers." + name:  {MaxBytes: 1, Headers: []identity.Header{{Name: name, Source: "username"}}},
			"token_header":     {MaxBytes: 1, TokenHeader: name},
			"assertion.header": {MaxBytes: 1, Assertion: assertion(t)},
		} {
			if c.Assertion != nil {
				c.Assertion.Header = name
			}
			want := []string{field}
			if field == "token_header" && name == "" {
				want = nil // not wanted
			}
			_, err := identity.New(c)
			expect(t, field+" "+name, faults(t, err), want)
		}
	}
}

func TestOrdinaryNamesAreTaken(t *testing.T) {
	for _, name := range []string{
		"X-Auth-User", "x-auth-user", "REMOTE-USER", "Remote-User", "X-Webauth-User", "X-Auth-Request-Email", "X-Amzn-Oidc-Identity",
		"Authorized-User", "Hosting", "User", "X2", "X-A-B-C", strings.Repeat("x", 64),
	} {
		if _, err := identity.New(identity.Config{MaxBytes: 1, Headers: []identity.Header{{Name: name, Source: "username"}}}); err != nil {
			t.Error(err)
		}
	}
}

func TestEachFieldHasANameOfItsOwn(t *testing.T) {
	c := identity.Config{
		MaxBytes: 1, TokenHeader: "x-auth-USER", Assertion: assertion(t),
		Headers: []identity.Header{{Name: "X-Auth-User", Source: "username"}, {Name: "x-auth-user", Source: "username"}},
	}
	c.Assertion.Header = "X-AUTH-User"
	_, err := identity.New(c)
	expect(t, "faults", faults(t, err), []string{"assertion.header", "headers.x-auth-user", "token_header"})
}

func TestSourcesAreKnown(t *testing.T) {
	for source, hint := range map[string]string{
		"": "unknown source", "Username": "unknown source", "name": "unknown source", "claims:x": "unknown source", "email_verified": "unknown source",
		"claim:": "must name a claim", "claim:a\nb": "must name a claim", "claim: sub": "must name a claim", "claim:sub ": "must name a claim", "claim:\xff": "must name a claim", "claim:" + strings.Repeat("x", 257): "must name a claim",
		"claim:username": "source username,", "claim:cognito:username": "source username,", "claim:sub": "source subject,",
		"claim:cognito:groups": "source groups,", "claim:scope": "source scopes,", "claim:email": "source email,",
		"claim:phone_number": "source phone_number,", "claim:client_id": "source client_id,", "claim:aud": "source client_id,",
		"claim:token_use": "source token_use,",
	} {
		_, err := identity.New(only(source))
		expect(t, source, faults(t, err), []string{"headers.X-Auth-Value"})
		if err != nil && !strings.Contains(err.Error(), hint) {
			t.Errorf("%q: %v does not say %q", source, err, hint)
		}
	}
	for _, source := range []string{"claim:custom:tenant", "claim:cognito:roles", "claim:https://app.example/größe", "claim:iss", "claim:Sub", "claim:a b"} {
		if _, err := identity.New(only(source)); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryFaultIsReported(t *testing.T) {
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, err = identity.New(identity.Config{
		Headers:     []identity.Header{{Name: "Host", Source: "x"}, {Name: "X-Ok", Source: "username"}},
		TokenHeader: "Cookie",
		Assertion:   &identity.Assertion{Header: "Vary", Key: p384},
	})
	expect(t, "faults", faults(t, err), []string{
		"assertion.audience", "assertion.header", "assertion.issuer", "assertion.key_file", "assertion.lifetime",
		"headers.Host", "headers.Host", "max_bytes", "token_header",
	})
}

func TestNumbersHaveLimits(t *testing.T) {
	for most, want := range map[int][]string{-1: {"max_bytes"}, 0: {"max_bytes"}, 1: nil, 65536: nil, 65537: {"max_bytes"}} {
		_, err := identity.New(identity.Config{MaxBytes: most})
		expect(t, "faults", faults(t, err), want)
	}
	for lifetime, want := range map[time.Duration][]string{
		0: {"assertion.lifetime"}, 4 * time.Second: {"assertion.lifetime"}, -time.Minute: {"assertion.lifetime"}, 5 * time.Second: nil,
		10 * time.Minute: nil, 10*time.Minute + time.Second: {"assertion.lifetime"}, 5500 * time.Millisecond: {"assertion.lifetime"},
	} {
		c := identity.Config{MaxBytes: 1, Assertion: assertion(t)}
		c.Assertion.Lifetime = lifetime
		_, err := identity.New(c)
		expect(t, lifetime.String(), faults(t, err), want)
	}
	c := identity.Config{MaxBytes: 1}
	for i := range 33 {
		c.Headers = append(c.Headers, identity.Header{Name: "X-A" + strings.Repeat("a", i), Source: "username"})
	}
	_, err := identity.New(c)
	expect(t, "33 headers", faults(t, err), []string{"headers"})
	c.Headers = c.Headers[:32]
	_, err = identity.New(c)
	expect(t, "32 headers", faults(t, err), []string(nil))
}

func TestAKeyMustBeWhole(t *testing.T) {
	mixed, outside := *keyOf(t, 7), *keyOf(t, 7)
	mixed.PublicKey = keyOf(t, 8).PublicKey
	outside.D = elliptic.P256().Params().N //nolint:staticcheck // no parser returns such a key
	for name, key := range map[string]*ecdsa.PrivateKey{"none": nil, "empty": {}, "of two halves": &mixed, "of no private number": &outside} {
		c := identity.Config{MaxBytes: 1, Assertion: assertion(t)}
		c.Assertion.Key = key
		_, err := identity.New(c)
		expect(t, name, faults(t, err), []string{"assertion.key_file"})
	}
}

func TestIssuerAndAudienceArePlain(t *testing.T) {
	for _, text := range []string{"", "a b", "a\n", "größe", "a\x7f", "\xff"} {
		c := identity.Config{MaxBytes: 1, Assertion: assertion(t)}
		c.Assertion.Issuer, c.Assertion.Audience = text, text
		_, err := identity.New(c)
		expect(t, text, faults(t, err), []string{"assertion.audience", "assertion.issuer"})
	}
}
