package alb_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/alb"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/mint"
)

// check verifies the token and wants the reason, "" for none.
func check(t testing.TB, v gognito.TokenVerifier, token string, want gognito.Reason) *gognito.Claims {
	t.Helper()
	claims, err := v.Verify(t.Context(), token)
	if got := gognito.ReasonOf(err); got != want || (err == nil) != (want == "") || (claims == nil) != (err != nil) {
		t.Fatalf("Verify: claims %v, error %v (%v); want reason %q", claims, err, errors.Unwrap(err), want)
	}
	return claims
}

func verifier(t testing.TB, c alb.Config) *alb.Verifier {
	t.Helper()
	v, err := alb.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newALB(t testing.TB) (*gognitotest.ALB, *gognitotest.Pool) {
	t.Helper()
	pool := gognitotest.NewPool(t)
	return gognitotest.NewALB(t, pool), pool
}

var ada = gognitotest.User{
	Username: "ada", Groups: []string{"admins"}, Scopes: []string{"orders/read"},
	Attributes: map[string]string{"email": "ada@example.org", "email_verified": "true", "custom:tenant": "acme"},
}

func TestTheClaimsSayWhoTheUserIsAndNoMore(t *testing.T) {
	lb, pool := newALB(t)
	u := ada
	u.Claims = map[string]any{ // whatever a payload says
		"cognito:groups": []string{"admins"}, "scope": "orders/write", "token_use": "access", "client_id": "other", "aud": "other",
	}
	c := check(t, lb.Verifier(), lb.Data(u), "")
	if c.Username != "ada" || c.Issuer != pool.Issuer() || c.ClientID != pool.ClientID() || len(c.Subject) != 36 {
		t.Errorf("claims of %q, %q, %q, %q", c.Username, c.Issuer, c.ClientID, c.Subject)
	}
	if access, err := pool.Verifier().Verify(t.Context(), pool.AccessToken(ada)); err != nil || access.Subject != c.Subject {
		t.Errorf("the access token's subject differs: %v", err)
	}
	if c.TokenUse != alb.TokenUse || c.TokenUse == gognito.AccessToken || c.TokenUse == gognito.IDToken || c.TokenUse == gognito.AnyToken {
		t.Errorf("token use %q", c.TokenUse)
	}
	if c.Groups != nil || c.Scopes != nil || c.Audience != nil || c.Machine() || gognito.InAnyGroup("admins")(&gognito.User{Claims: c}) == nil {
		t.Errorf("groups %v, scopes %v, audience %v", c.Groups, c.Scopes, c.Audience)
	}
	if want := pool.Now().Add(2 * time.Minute); !c.ExpiresAt.Equal(want) || !c.IssuedAt.IsZero() || !c.AuthTime.IsZero() {
		t.Errorf("expires at %v, want %v", c.ExpiresAt, want)
	}
	var extra struct {
		Email    string `json:"email"`
		Verified string `json:"email_verified"`
		Tenant   string `json:"custom:tenant"`
	}
	if err := c.Decode(&extra); err != nil || extra.Email != "ada@example.org" || extra.Verified != "true" || extra.Tenant != "acme" {
		t.Errorf("decoded %+v, %v", extra, err)
	}
	if text := fmt.Sprintf("%v %+v %s", c, c, c); strings.Contains(text, "ada") {
		t.Errorf("the claims print as %s", text)
	}
}

func TestEveryHostileTokenIsRefusedForItsReason(t *testing.T) {
	lb, _ := newALB(t)
	v := lb.Verifier()
	for _, h := range mint.ALBHostileVariants() {
		t.Run(h.Name, func(t *testing.T) {
			_, err := v.Verify(t.Context(), lb.Hostile(h.Name))
			if got := gognito.ReasonOf(err); got != gognito.Reason(h.Reason) {
				t.Errorf("reason %q (%v), want %q", got, err, h.Reason)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.ContainsAny(err.Error(), `"{\/`) || strings.Contains(err.Error(), "eyJ") {
					t.Errorf("an error or its cause quotes the token: %v", err)
				}
			}
		})
	}
	check(t, v, lb.Data(ada), "")
	if n := lb.Fetches(); n != 3 {
		t.Errorf("%d fetches, want those of three key IDs: the load balancer's, a stranger's and one of nobody", n)
	}
}

// Whatever is not for this verifier is refused without a look at the network.
func TestNothingButAKeyIDOfAMatchingTokenCausesAFetch(t *testing.T) {
	lb, _ := newALB(t)
	for _, h := range lb.HostileTokens() {
		before := lb.Fetches()
		check(t, lb.Verifier(), h.Token, h.Reason)
		fetched := lb.Fetches() - before
		afterKey := h.Reason == gognito.ReasonSignature || h.Reason == gognito.ReasonExpired || h.Reason == gognito.ReasonUnknownKey ||
			strings.HasPrefix(h.Name, "sub-") || strings.HasPrefix(h.Name, "username-") || strings.HasPrefix(h.Name, "payload-exp-")
		if want := map[bool]int{true: 1}[afterKey]; fetched != want {
			t.Errorf("%s: %d fetches, want %d", h.Name, fetched, want)
		}
	}
}

// A signature (r, n-s) is as good as (r, s): ES256 asks for neither of the two.
func TestBothSignsOfASignatureAreGood(t *testing.T) {
	lb, pool := newALB(t)
	key := mint.NewALBKey()
	c := lb.Config()
	c.KeyURL, c.HTTPClient = keyHost, newHost(key).client()
	v := verifier(t, c)
	session := mint.NewSession(mint.Pool{ID: pool.UserPoolID(), Issuer: pool.Issuer()}, mint.User{Username: "ada", Subject: "s"}, pool.ClientID(), pool.Now())
	exp := pool.Now().Add(time.Minute)
	token := mint.SignALB(key, mint.NewALBHeader(key, lb.ARN(), session, exp), mint.ALBClaims(session, exp))
	check(t, v, token, "")
	check(t, v, otherSign(t, token), "")
}

func TestTheEarlierOfTheTwoExpDecides(t *testing.T) {
	lb, pool := newALB(t)
	c := lb.Config()
	c.Leeway = time.Minute
	strict, lenient := lb.Verifier(), verifier(t, c)
	token := lb.Data(gognitotest.User{Claims: map[string]any{"exp": pool.Now().Add(time.Minute).Unix()}}) // the header: two
	if claims := check(t, strict, token, ""); !claims.ExpiresAt.Equal(pool.Now().Add(time.Minute)) {
		t.Errorf("expires at %v", claims.ExpiresAt)
	}
	check(t, lenient, token, "")
	pool.Advance(time.Minute - 1)
	check(t, strict, token, "")
	pool.Advance(1)
	check(t, strict, token, gognito.ReasonExpired)
	check(t, lenient, token, "")
	pool.Advance(time.Minute)
	check(t, lenient, token, gognito.ReasonExpired)

	later := lb.Data(gognitotest.User{Claims: map[string]any{"exp": pool.Now().Add(time.Hour).Unix()}})
	if claims := check(t, strict, later, ""); !claims.ExpiresAt.Equal(pool.Now().Add(2 * time.Minute)) {
		t.Errorf("expires at %v; the header says two minutes", claims.ExpiresAt)
	}
}

func TestOneOfTwoLoadBalancersIsEnough(t *testing.T) {
	pool := gognitotest.NewPool(t)
	blue, green := gognitotest.NewALB(t, pool), gognitotest.NewALB(t, pool)
	c := blue.Config()
	c.LoadBalancers = []string{green.ARN(), blue.ARN()}
	v := verifier(t, c)
	check(t, v, blue.Data(ada), "")
	check(t, blue.Verifier(), green.Data(ada), gognito.ReasonIssuer)
}

func TestVerifyIsTracedWithThePoolsID(t *testing.T) {
	lb, pool := newALB(t)
	var verified []gognito.VerifyInfo
	var fetched []gognito.KeysInfo
	c := lb.Config()
	c.Trace = &gognito.Trace{
		Verified:    func(_ context.Context, info gognito.VerifyInfo) { verified = append(verified, info) },
		KeysFetched: func(info gognito.KeysInfo) { fetched = append(fetched, info) },
	}
	v := verifier(t, c)
	check(t, v, lb.Data(ada), "")
	check(t, v, lb.Hostile("expired"), gognito.ReasonExpired)
	check(t, v, lb.Hostile("kid-unknown"), gognito.ReasonUnknownKey)
	if len(verified) != 3 || verified[0].Err != nil || gognito.ReasonOf(verified[1].Err) != gognito.ReasonExpired || verified[2].UserPoolID != pool.UserPoolID() {
		t.Errorf("traced %+v", verified)
	}
	// The URL is the configured one: a key ID in it would be an attacker's label.
	if len(fetched) != 2 || fetched[0].URL != lb.KeyURL() || fetched[0].Keys != 1 || fetched[0].Err != nil ||
		fetched[1].URL != lb.KeyURL() || fetched[1].Keys != 0 || !errors.Is(fetched[1].Err, gognito.ErrKeyNotFound) {
		t.Errorf("traced %+v", fetched)
	}
}

func TestAHandlerTakesTheHeaderAndRefusesEveryHostileOne(t *testing.T) {
	lb, _ := newALB(t)
	auth := &httpauth.Authenticator{Verifier: lb.Verifier(), Source: httpauth.Header(alb.Header)}
	handler := auth.Handle(func(w http.ResponseWriter, _ *http.Request, u *gognito.User) { fmt.Fprint(w, u.Username) })
	if got := get(handler, func(h http.Header) { lb.SetHeaders(h, ada) }); got != "200 ada" {
		t.Error(got)
	}
	if got := get(handler, func(http.Header) {}); got != "401 Unauthorized" {
		t.Error(got)
	}
	for _, h := range lb.HostileTokens() {
		if got := get(handler, func(header http.Header) { header.Set(alb.Header, h.Token) }); got != "401 Unauthorized" {
			t.Errorf("%s: %s", h.Name, got)
		}
	}
	// Another site's page can make the browser send the session cookie that the
	// load balancer knows the user by.
	if got := get(handler, func(h http.Header) { lb.SetHeaders(h, ada); h.Set("Sec-Fetch-Site", "cross-site") }, http.MethodPost); got != "403 Forbidden" {
		t.Error(got)
	}
}
