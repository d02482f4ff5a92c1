package gognitotest_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/alb"
	"github.com/gognito/gognito/gognitotest"
)

// segment decodes one of a load balancer's, which have padding.
func segment(t *testing.T, token string, i int) []byte {
	t.Helper()
	b, err := base64.URLEncoding.DecodeString(strings.Split(token, ".")[i])
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What AWS documents of the header, read by nothing of this repository.
func TestTheFakeLoadBalancerSignsAsARealOne(t *testing.T) {
	pool := gognitotest.NewPool(t)
	lb := gognitotest.NewALB(t, pool)
	for range 3 { // of any length
		token := lb.Data(gognitotest.User{Username: "ada", Groups: []string{"admins"}, Scopes: []string{"a/b"}})
		for s := range strings.SplitSeq(token, ".") {
			if len(s)%4 != 0 {
				t.Errorf("a segment of %d characters has no padding", len(s))
			}
		}
		var header, payload map[string]any
		if err := json.Unmarshal(segment(t, token, 0), &header); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(segment(t, token, 1), &payload); err != nil {
			t.Fatal(err)
		}
		exp := float64(pool.Now().Add(2 * time.Minute).Unix())
		if header["alg"] != "ES256" || header["typ"] != "JWT" || header["signer"] != lb.ARN() || header["iss"] != pool.Issuer() || header["client"] != pool.ClientID() || header["exp"] != exp || len(header) != 7 {
			t.Errorf("header %v", header)
		}
		if payload["username"] != "ada" || payload["email_verified"] != "true" || payload["email"] != "ada@example.com" || payload["iss"] != pool.Issuer() || payload["exp"] != exp || payload["sub"] == nil || len(payload) != 6 {
			t.Errorf("payload %v", payload)
		}
		block, rest := pem.Decode([]byte(fetch(t, lb.KeyURL()+"/"+header["kid"].(string))))
		if block == nil || block.Type != "PUBLIC KEY" || len(rest) > 0 {
			t.Fatal("the key is not one PEM block")
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256([]byte(token[:strings.LastIndexByte(token, '.')]))
		signature := segment(t, token, 2)
		if len(signature) != 64 || !ecdsa.Verify(key.(*ecdsa.PublicKey), digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
			t.Errorf("a signature of %d bytes does not verify", len(signature))
		}
	}
	if n := lb.Fetches(); n != 3 {
		t.Errorf("%d fetches counted, of 3", n)
	}
}

func TestTheFakeLoadBalancerSetsThreeHeadersOfOneUser(t *testing.T) {
	pool := gognitotest.NewPool(t)
	lb := gognitotest.NewALB(t, pool)
	h := make(http.Header)
	lb.SetHeaders(h, gognitotest.User{Username: "ada", Groups: []string{"admins"}})
	data, err := lb.Verifier().Verify(t.Context(), h.Get("x-amzn-oidc-data"))
	if err != nil {
		t.Fatal(err)
	}
	access := verified(t, pool.Config(), h.Get("x-amzn-oidc-accesstoken"))
	if data.Subject != access.Subject || data.Subject != h.Get("x-amzn-oidc-identity") || !slices.Equal(access.Groups, []string{"admins"}) || data.Groups != nil || len(h) != 3 {
		t.Errorf("subjects %q, %q and %q; groups %v and %v", data.Subject, access.Subject, h.Get("x-amzn-oidc-identity"), access.Groups, data.Groups)
	}
}

func TestALoadBalancersKeyRotatesAndFails(t *testing.T) {
	lb := gognitotest.NewALB(t, gognitotest.NewPool(t))
	warm := lb.Verifier()
	verify := func(v *alb.Verifier, token string, want gognito.Reason) {
		t.Helper()
		if _, err := v.Verify(t.Context(), token); gognito.ReasonOf(err) != want || (err == nil) != (want == "") {
			t.Errorf("%v, want reason %q", err, want)
		}
	}
	old := lb.Data(gognitotest.User{})
	verify(warm, old, "")
	lb.Rotate()
	rotated := lb.Data(gognitotest.User{})
	verify(warm, rotated, "")
	verify(warm, old, "")
	verify(lb.Verifier(), old, gognito.ReasonUnknownKey)
	lb.SetOutage(true)
	verify(lb.Verifier(), rotated, gognito.ReasonKeysUnavailable)
	verify(warm, rotated, "")
	lb.SetOutage(false)
	verify(lb.Verifier(), rotated, "")
	if n := lb.Fetches(); n != 5 {
		t.Errorf("%d fetches, want 5", n)
	}
}

func TestHostileTokensOfALoadBalancerAreSortedAndCarryTheirReasons(t *testing.T) {
	lb := gognitotest.NewALB(t, gognitotest.NewPool(t))
	var names []string
	reasons := map[string]gognito.Reason{}
	for _, h := range lb.HostileTokens() {
		names = append(names, h.Name)
		reasons[h.Name] = h.Reason
	}
	if !slices.IsSorted(names) {
		t.Errorf("names are not sorted: %q", names)
	}
	for name, want := range map[string]gognito.Reason{
		"access-token":       gognito.ReasonMalformed,
		"unpadded-signature": gognito.ReasonMalformed,
		"alg-none":           gognito.ReasonAlgorithm,
		"other-signer":       gognito.ReasonIssuer,
		"updated-issuer":     gognito.ReasonIssuer,
		"other-client":       gognito.ReasonClient,
		"kid-unknown":        gognito.ReasonUnknownKey,
		"der-signature":      gognito.ReasonSignature,
		"header-expired":     gognito.ReasonExpired,
		"payload-expired":    gognito.ReasonExpired,
	} {
		if got := reasons[name]; got != want {
			t.Errorf("%s: reason %q, want %q", name, got, want)
		}
	}
	for _, name := range []string{"empty", "leading-space", "newline-in-payload"} {
		if _, ok := reasons[name]; ok {
			t.Errorf("%s is listed, and no header carries it as it is", name)
		}
	}
}

func TestAnUnknownHostileNameOfALoadBalancerFailsTheTest(t *testing.T) {
	var r recorder
	defer r.end()
	gognitotest.NewALB(&r, gognitotest.NewPool(&r)).Hostile("alg-nine")
	for _, want := range []string{`"alg-nine"`, " alg-none ", " zero-signature"} {
		if !strings.Contains(r.failed(), want) {
			t.Errorf("the failure %q lacks %q", r.failed(), want)
		}
	}
}

func TestAVerifierThatAsksForWhatIsNoKeyIDFailsTheTest(t *testing.T) {
	for _, path := range []string{"/../x", "/attacker/key.pem", "/12345678-1234-1234-1234-123456789ABC", "/12345678-1234-1234-1234-123456789012?x"} {
		var r recorder
		lb := gognitotest.NewALB(&r, gognitotest.NewPool(&r))
		fetch(t, lb.KeyURL()+path)
		r.end()
		if !strings.Contains(r.failed(), "not a UUID") {
			t.Errorf("%s: the test has not failed: %q", path, r.failed())
		}
	}
}
