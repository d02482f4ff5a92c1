package gognito_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

func TestPoolsRouteByTheExactIssuer(t *testing.T) {
	a, b, foreign := gognitotest.NewPool(t), gognitotest.NewPool(t), gognitotest.NewPool(t)
	var infos []gognito.VerifyInfo
	trace := &gognito.Trace{Verified: func(_ context.Context, info gognito.VerifyInfo) { infos = append(infos, info) }}
	pools, err := gognito.NewPools(
		verifier(t, a, func(c *gognito.Config) { c.Trace = trace }),
		verifier(t, b, func(c *gognito.Config) { c.Trace = trace; c.TokenUse = gognito.IDToken; c.CacheBytes = -1 }),
	)
	if err != nil {
		t.Fatal(err)
	}
	jane := gognitotest.User{Username: "jane"}
	if got := check(t, pools, a.AccessToken(jane), "").Issuer; got != a.Issuer() {
		t.Errorf("issuer %q", got)
	}
	check(t, pools, b.IDToken(jane), "")
	check(t, pools, b.AccessToken(jane), gognito.ReasonTokenUse)
	check(t, pools, a.IDToken(jane), gognito.ReasonTokenUse)
	check(t, pools, foreign.AccessToken(jane), gognito.ReasonIssuer)
	check(t, pools, "no token", gognito.ReasonMalformed)
	// b's issuer, and a's key.
	check(t, pools, a.AccessToken(gognitotest.User{Claims: map[string]any{"iss": b.Issuer()}}), gognito.ReasonUnknownKey)
	// a's issuer, and b's client.
	check(t, pools, a.AccessToken(gognitotest.User{Claims: map[string]any{"client_id": b.ClientID()}}), gognito.ReasonClient)

	want := []gognito.VerifyInfo{
		{UserPoolID: a.UserPoolID()}, {UserPoolID: a.UserPoolID(), Remembered: true},
		{UserPoolID: b.UserPoolID()}, {UserPoolID: b.UserPoolID()}, // without a cache
	}
	for i, w := range want {
		if got := infos[i]; got.UserPoolID != w.UserPoolID || got.Remembered != w.Remembered || got.Err != nil {
			t.Errorf("traced %d: %+v, want %+v", i, got, w)
		}
	}
	if n := len(infos); n != 16 {
		t.Errorf("%d calls traced, want each once: 16", n)
	}
	if last := infos[10]; last.UserPoolID != "" || gognito.ReasonOf(last.Err) != gognito.ReasonMalformed {
		t.Errorf("a token of no pool was traced as %+v", last)
	}
	if err := pools.Prefetch(t.Context()); err != nil {
		t.Error(err)
	}
	b.Rotate()
	a.SetOutage(true)
	if err := pools.Prefetch(t.Context()); err != nil {
		t.Errorf("keys that are there: %v", err)
	}
}

func TestPrefetchOfPoolsNamesTheOnesThatFailed(t *testing.T) {
	a, b := gognitotest.NewPool(t), gognitotest.NewPool(t)
	b.SetOutage(true)
	pools, err := gognito.NewPools(a.Verifier(), b.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	err = pools.Prefetch(t.Context())
	if gognito.ReasonOf(err) != gognito.ReasonKeysUnavailable || !strings.Contains(err.Error(), b.UserPoolID()) || strings.Contains(err.Error(), a.UserPoolID()) {
		t.Errorf("Prefetch: %v", err)
	}
}

func TestKeyStatusTellsOfEachKeySet(t *testing.T) {
	a, b := gognitotest.NewPool(t), gognitotest.NewPool(t)
	static := verifier(t, b, func(c *gognito.Config) { c.Keys = gognito.StaticKeys{}; c.Issuer = b.UpdatedIssuer() })
	b.SetOutage(true)
	pools, err := gognito.NewPools(a.Verifier(), verifier(t, b, func(c *gognito.Config) { c.Issuer = b.Issuer() }), static)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range pools.KeyStatus() {
		if !set.Fetched.IsZero() || set.KeyIDs != nil || set.Err != nil {
			t.Errorf("before anything was fetched: %+v", set)
		}
	}
	before := time.Now()
	if err := pools.Prefetch(t.Context()); err == nil {
		t.Fatal("Prefetch succeeded in an outage")
	}
	status := pools.KeyStatus()
	if len(status) != 2 {
		t.Fatalf("%d sets, want one for each pool with a URL", len(status))
	}
	if good := status[0]; good.URL != a.JWKSURL() || len(good.KeyIDs) != 2 || good.Fetched.Before(before) || good.Err != nil {
		t.Errorf("fetched: %+v", good)
	}
	if bad := status[1]; bad.URL != b.JWKSURL() || bad.KeyIDs != nil || !bad.Fetched.IsZero() || bad.Err == nil {
		t.Errorf("in an outage: %+v", bad)
	}
}

func TestPoolsRefuseWhatTheyCannotRoute(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := pool.Verifier()
	for name, test := range map[string]struct {
		verifiers []*gognito.Verifier
		want      string
	}{
		"none":            {nil, "no verifiers"},
		"nil":             {[]*gognito.Verifier{v, nil}, "verifier 1 is nil"},
		"the same":        {[]*gognito.Verifier{v, v}, pool.Issuer()},
		"a shared issuer": {[]*gognito.Verifier{v, verifier(t, pool, func(c *gognito.Config) { c.Issuer = pool.UpdatedIssuer() })}, pool.UpdatedIssuer()},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := gognito.NewPools(test.verifiers...); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("NewPools: %v; want it to name %q", err, test.want)
			}
		})
	}
}
