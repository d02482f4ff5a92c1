package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/gognitotest"
)

// now is when the tests take place.
var now = time.Unix(1_800_000_000, 0)

// standard is what the configuration file has unless it says otherwise.
func standard(more ...identity.Header) identity.Config {
	return identity.Config{MaxBytes: 3072, Headers: append([]identity.Header{
		{Name: "X-Auth-User", Source: "username"},
		{Name: "X-Auth-Subject", Source: "subject"},
		{Name: "X-Auth-Groups", Source: "groups"},
		{Name: "X-Auth-Scopes", Source: "scopes"},
	}, more...)}
}

// only has a single header.
func only(source string) identity.Config {
	return identity.Config{MaxBytes: 65536, Headers: []identity.Header{{Name: "X-Auth-Value", Source: source}}}
}

// keyOf returns the P-256 key of a small number.
func keyOf(t testing.TB, number int64) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), big.NewInt(number).FillBytes(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func assertion(t testing.TB) *identity.Assertion {
	t.Helper()
	return &identity.Assertion{
		Header: "X-Auth-Assertion", Key: keyOf(t, 7), Issuer: "https://gateway.example", Audience: "app", Lifetime: time.Minute,
	}
}

func newIssuer(t testing.TB, c identity.Config) *identity.Issuer {
	t.Helper()
	issuer, err := identity.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return issuer
}

// ann is a user with an access token, in those groups.
func ann(groups ...string) *gognito.User {
	return &gognito.User{Claims: &gognito.Claims{
		Issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI", Subject: "7f1c", ClientID: "client",
		Username: "ann", TokenUse: gognito.AccessToken, Groups: groups, Scopes: []string{"openid", "orders/read"},
		ExpiresAt: now.Add(time.Hour),
	}}
}

// saying is a user whose token has these claims, a JSON object.
func saying(claims string) *gognito.User {
	c := gognito.NewClaims(claims)
	c.Subject, c.ClientID, c.TokenUse, c.ExpiresAt = "7f1c", "client", gognito.IDToken, now.Add(time.Hour)
	return &gognito.User{Claims: c}
}

// verified is the user of a token of a pool, made and verified.
func verified(t testing.TB, u gognitotest.User) *gognito.User {
	t.Helper()
	pool := gognitotest.NewPool(t)
	config := pool.Config()
	config.TokenUse = gognito.IDToken
	v, err := gognito.New(config)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := v.Verify(t.Context(), pool.IDToken(u))
	if err != nil {
		t.Fatal(err)
	}
	return &gognito.User{Claims: claims}
}

// told returns the fields as lines.
func told(t testing.TB, c identity.Config, u *gognito.User) string {
	t.Helper()
	fields, err := newIssuer(t, c).Fields(u, "", now)
	if err != nil {
		t.Fatal(err)
	}
	return lines(fields)
}

func lines(fields []identity.Field) string {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f.Name + ": " + f.Value() + "\n")
	}
	return b.String()
}

// expect compares in whole.
func expect(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// expectRefusal wants an error of a kind, and nothing told.
func expectRefusal(t testing.TB, fields []identity.Field, err, want error, kind gognito.Kind) {
	t.Helper()
	if want != nil && !errors.Is(err, want) {
		t.Errorf("the error is %v, want %v", err, want)
	}
	if got := gognito.KindOf(err); err == nil || got != kind {
		t.Errorf("the error %v is of kind %q, want %q", err, got, kind)
	}
	if fields != nil {
		t.Errorf("beside the error, %d fields are told", len(fields))
	}
}
