package gognitotest_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

func TestAnAccessTokenSaysWhatTheUserSays(t *testing.T) {
	pool := gognitotest.NewPool(t)
	claims := verified(t, pool.Config(), pool.AccessToken(gognitotest.User{
		Username: "ada", Groups: []string{"admins", "staff"}, Scopes: []string{"openid", "orders/read"},
		Claims: map[string]any{"custom:tenant": "acme", "event_id": nil},
	}))
	if claims.Username != "ada" || claims.TokenUse != gognito.AccessToken || claims.ClientID != pool.ClientID() || claims.Issuer != pool.Issuer() {
		t.Errorf("claims of %s %s of client %s, issuer %s", claims.TokenUse, claims.Username, claims.ClientID, claims.Issuer)
	}
	if !slices.Equal(claims.Groups, []string{"admins", "staff"}) || !slices.Equal(claims.Scopes, []string{"openid", "orders/read"}) {
		t.Errorf("groups %q, scopes %q", claims.Groups, claims.Scopes)
	}
	var all map[string]any
	if err := claims.Decode(&all); err != nil {
		t.Fatal(err)
	}
	if _, there := all["event_id"]; there || all["custom:tenant"] != "acme" {
		t.Errorf("custom:tenant is %v; event_id is there: %t, want acme and false", all["custom:tenant"], there)
	}
}

func TestTheZeroUserHasPlausibleClaims(t *testing.T) {
	pool := gognitotest.NewPool(t)
	claims := verified(t, pool.Config(), pool.AccessToken(gognitotest.User{}))
	if claims.Username != "user" || len(claims.Subject) != 36 || len(claims.Groups) != 0 ||
		!slices.Equal(claims.Scopes, []string{"aws.cognito.signin.user.admin"}) {
		t.Errorf("username %q, sub %q, groups %q, scopes %q", claims.Username, claims.Subject, claims.Groups, claims.Scopes)
	}
	if !claims.IssuedAt.Equal(pool.Now()) || !claims.ExpiresAt.Equal(pool.Now().Add(time.Hour)) {
		t.Errorf("iat %v and exp %v at %v", claims.IssuedAt, claims.ExpiresAt, pool.Now())
	}
}

func TestAnIDTokenSharesTheSignInAndNotTheKey(t *testing.T) {
	pool := gognitotest.NewPool(t)
	ada := gognitotest.User{Username: "ada", Attributes: map[string]string{"email": "ada@example.org", "email_verified": "true"}}
	accessToken := pool.AccessToken(ada)
	pool.Advance(time.Minute)
	idToken := pool.IDToken(ada)

	access := verified(t, pool.Config(), accessToken)
	config := pool.Config()
	config.TokenUse = gognito.IDToken
	id := verified(t, config, idToken)
	if id.Username != "ada" || id.Subject != access.Subject || id.ClientID != access.ClientID {
		t.Errorf("the ID token is of %s, %s, client %s", id.Username, id.Subject, id.ClientID)
	}
	if id.OriginJTI != access.OriginJTI || !id.AuthTime.Equal(access.AuthTime) || id.JTI == access.JTI {
		t.Errorf("origin_jti %s and %s, auth_time %v and %v, jti %s and %s",
			id.OriginJTI, access.OriginJTI, id.AuthTime, access.AuthTime, id.JTI, access.JTI)
	}
	if !id.IssuedAt.Equal(access.IssuedAt.Add(time.Minute)) {
		t.Errorf("iat %v, want a minute after %v", id.IssuedAt, access.IssuedAt)
	}
	var attributes struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := id.Decode(&attributes); err != nil || attributes.Email != "ada@example.org" || !attributes.Verified {
		t.Errorf("attributes %+v, %v", attributes, err)
	}
	if a, b := kid(t, accessToken), kid(t, idToken); a == b {
		t.Errorf("both tokens have the kid %q", a)
	}
}

func TestUsersDifferInSubjectAndSignIn(t *testing.T) {
	pool := gognitotest.NewPool(t)
	ada := verified(t, pool.Config(), pool.AccessToken(gognitotest.User{Username: "ada"}))
	bob := verified(t, pool.Config(), pool.AccessToken(gognitotest.User{Username: "bob"}))
	again := verified(t, pool.Config(), pool.AccessToken(gognitotest.User{Username: "ada"}))
	if ada.Subject == bob.Subject || ada.OriginJTI == bob.OriginJTI {
		t.Errorf("ada and bob share sub %s or origin_jti %s", ada.Subject, ada.OriginJTI)
	}
	if ada.Subject != again.Subject || ada.OriginJTI != again.OriginJTI || ada.JTI == again.JTI {
		t.Errorf("ada has two subs, two sign-ins, or one jti: %s %s, %s %s, %s %s",
			ada.Subject, again.Subject, ada.OriginJTI, again.OriginJTI, ada.JTI, again.JTI)
	}
}

func TestAMachineTokenIsAcceptedWhereMachinesAre(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.MachineToken("orders/read", "orders/write")
	if _, err := pool.Verifier().Verify(t.Context(), token); gognito.ReasonOf(err) != gognito.ReasonMachine {
		t.Errorf("reason %q, want machine", gognito.ReasonOf(err))
	}
	config := pool.Config()
	config.AllowMachines = true
	claims := verified(t, config, token)
	if !claims.Machine() || !slices.Equal(claims.Scopes, []string{"orders/read", "orders/write"}) {
		t.Errorf("machine %t, scopes %q", claims.Machine(), claims.Scopes)
	}
}

func TestTokensOfTheUpdatedIssuerAreAccepted(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{Claims: map[string]any{"iss": pool.UpdatedIssuer()}})
	if claims := verified(t, pool.Config(), token); claims.Issuer != pool.UpdatedIssuer() {
		t.Errorf("issuer %s, want %s", claims.Issuer, pool.UpdatedIssuer())
	}
}

func TestATokenExpiresWhenThePoolsClockSaysSo(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{})
	pool.Advance(time.Hour - time.Nanosecond)
	if _, err := pool.Verifier().Verify(t.Context(), token); err != nil {
		t.Errorf("a nanosecond before the hour: %v", err)
	}
	pool.Advance(time.Nanosecond)
	if _, err := pool.Verifier().Verify(t.Context(), token); gognito.ReasonOf(err) != gognito.ReasonExpired {
		t.Errorf("after an hour: reason %q, want expired", gognito.ReasonOf(err))
	}
}

func TestRotationWithdrawsTheOldKeys(t *testing.T) {
	pool := gognitotest.NewPool(t)
	config := pool.Config()
	verifier, err := gognito.New(config)
	if err != nil {
		t.Fatal(err)
	}
	old := pool.AccessToken(gognitotest.User{})
	if _, err := verifier.Verify(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	pool.Rotate()
	if err := config.Keys.(*gognito.RemoteKeys).Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Verify(t.Context(), old); gognito.ReasonOf(err) != gognito.ReasonUnknownKey {
		t.Errorf("the old key's token: reason %q, want unknown_key", gognito.ReasonOf(err))
	}
	if _, err := verifier.Verify(t.Context(), pool.AccessToken(gognitotest.User{})); err != nil {
		t.Errorf("the new key's token: %v", err)
	}
}

func TestAnOutageIsNotTheTokensFault(t *testing.T) {
	pool := gognitotest.NewPool(t)
	warm := pool.Verifier()
	token := pool.AccessToken(gognitotest.User{})
	if _, err := warm.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	pool.SetOutage(true)
	cold, err := gognito.New(pool.Config())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cold.Verify(t.Context(), token); gognito.ReasonOf(err) != gognito.ReasonKeysUnavailable {
		t.Errorf("without keys: reason %q, want keys_unavailable", gognito.ReasonOf(err))
	}
	if _, err := warm.Verify(t.Context(), token); err != nil {
		t.Errorf("with keys from before the outage: %v", err)
	}
	pool.SetOutage(false)
	verified(t, pool.Config(), token)
}

func TestFetchesCountsWhatWasAskedOfTheJWKSURL(t *testing.T) {
	pool := gognitotest.NewPool(t)
	if n := pool.Fetches(); n != 0 {
		t.Errorf("%d fetches before any", n)
	}
	if got := fetch(t, pool.JWKSURL()); got != string(pool.JWKS()) {
		t.Errorf("the URL has %s, JWKS %s", got, pool.JWKS())
	}
	pool.SetOutage(true)
	fetch(t, pool.JWKSURL())
	if n := pool.Fetches(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}
}

func TestLivePoolsShareNoKeyAndEndedOnesPassTheirsOn(t *testing.T) {
	var first, second, third recorder
	a, b := moduli(t, gognitotest.NewPool(&first)), moduli(t, gognitotest.NewPool(&second))
	for _, n := range a {
		if slices.Contains(b, n) {
			t.Error("two live pools share a key")
		}
	}
	first.end()
	second.end()
	for _, n := range moduli(t, gognitotest.NewPool(&third)) {
		if !slices.Contains(a, n) && !slices.Contains(b, n) {
			t.Error("a key was generated although ended pools left four")
		}
	}
	third.end()
}

func TestAPoolsServerEndsWithTheTest(t *testing.T) {
	var r recorder
	pool := gognitotest.NewPool(&r)
	r.end()
	if response, err := http.Get(pool.JWKSURL()); err == nil {
		_ = response.Body.Close()
		t.Errorf("the server still answers, with %d", response.StatusCode)
	}
}

func TestAPoolServesManyGoroutinesWhileItRotates(t *testing.T) {
	pool := gognitotest.NewPool(t)
	config := pool.Config()
	verifier, err := gognito.New(config)
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for range 5 {
				_, err := verifier.Verify(t.Context(), pool.AccessToken(gognitotest.User{Username: "ada"}))
				if reason := gognito.ReasonOf(err); err != nil && reason != gognito.ReasonUnknownKey {
					t.Errorf("reason %q, want none, or unknown_key where the rotation is not known yet", reason)
				}
				pool.Hostile("expired")
				pool.Advance(time.Second)
				pool.JWKS()
			}
		})
	}
	work.Go(pool.Rotate)
	work.Go(func() {
		if err := config.Keys.(*gognito.RemoteKeys).Refresh(t.Context()); err != nil {
			t.Error(err)
		}
	})
	work.Wait()
}

// verified returns the claims of a token that a new verifier must accept.
func verified(t *testing.T, c gognito.Config, token string) *gognito.Claims {
	t.Helper()
	verifier, err := gognito.New(c)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := verifier.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func kid(t *testing.T, token string) string {
	t.Helper()
	text, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ Kid string }
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatal(err)
	}
	return header.Kid
}

func moduli(t *testing.T, p *gognitotest.Pool) []string {
	t.Helper()
	var set struct{ Keys []struct{ N string } }
	if err := json.Unmarshal(p.JWKS(), &set); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, k := range set.Keys {
		list = append(list, k.N)
	}
	return list
}
