package dashboard_test

import (
	"context"
	"errors"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/otelauth"
	"github.com/gognito/gognito/gognitotest"
)

// runEverything makes each reason happen, and all that befalls keys, and tells it.
func runEverything(t *testing.T, telemetry otelauth.Config) {
	t.Helper()
	trace, err := otelauth.NewTrace(telemetry)
	if err != nil {
		t.Fatal(err)
	}
	verifier := func(pool *gognitotest.Pool, keyFile string, revoked gognito.RevocationFunc) *gognito.Verifier {
		t.Helper()
		config := pool.Config()
		config.Trace = trace
		if revoked != nil {
			config.Revocation = revoked
		}
		if config.Keys, err = gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{pool.JWKSURL()}, File: keyFile, Trace: trace}); err != nil {
			t.Fatal(err)
		}
		v, err := gognito.New(config)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	verify := func(ctx context.Context, v gognito.TokenVerifier, token string, want gognito.Reason) {
		t.Helper()
		if _, err := v.Verify(ctx, token); gognito.ReasonOf(err) != want || (err == nil) != (want == "") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	ctx := t.Context()
	a, b, foreign := gognitotest.NewPool(t), gognitotest.NewPool(t), gognitotest.NewPool(t)
	anybody := gognitotest.User{Username: "ada.lovelace"}
	first := verifier(a, "", nil)
	pools, err := gognito.NewPools(first, verifier(b, "", nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := otelauth.ObserveKeys(telemetry, pools); err != nil {
		t.Fatal(err)
	}
	for _, v := range []gognito.TokenVerifier{first, pools} {
		for _, hostile := range a.HostileTokens() {
			verify(ctx, v, hostile.Token, hostile.Reason)
		}
		good := a.AccessToken(anybody)
		verify(ctx, v, good, "")
		verify(ctx, v, good, "") // remembered
	}
	verify(ctx, pools, b.AccessToken(anybody), "")
	verify(ctx, pools, foreign.AccessToken(anybody), gognito.ReasonIssuer)

	for reason, answer := range map[gognito.Reason]gognito.RevocationFunc{
		gognito.ReasonRevoked:               func(context.Context, *gognito.Claims) (bool, error) { return true, nil },
		gognito.ReasonRevocationUnavailable: func(context.Context, *gognito.Claims) (bool, error) { return false, errors.New("no answer") },
	} {
		verify(ctx, verifier(a, "", answer), a.AccessToken(anybody), reason)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	verify(canceled, verifier(a, "", func(ctx context.Context, _ *gognito.Claims) (bool, error) { return false, ctx.Err() }),
		a.AccessToken(anybody), gognito.ReasonCanceled)
	trace.Verified(ctx, gognito.VerifyInfo{Err: errors.New("not the library's")})

	b.SetOutage(true)
	folder := t.TempDir() // which can't be read as a file
	verify(ctx, verifier(b, folder, nil), b.AccessToken(anybody), gognito.ReasonKeysUnavailable)
	a.SetOutage(true)
	if err := first.Refresh(ctx); err == nil {
		t.Error("Refresh succeeded in an outage")
	}
}
