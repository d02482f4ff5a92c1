package otelauth_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/otelauth"
	"github.com/gognito/gognito/gognitotest"
)

// runEverything makes each reason happen, with the spans of all, and returns what
// must not be told.
func runEverything(t *testing.T, tel *telemetry, a, b, foreign *gognitotest.Pool) (secrets map[string]bool) {
	t.Helper()
	ctx, parent := tel.tracer.Tracer("test").Start(t.Context(), "request")
	defer parent.End()
	secrets = map[string]bool{}
	verify := func(ctx context.Context, v gognito.TokenVerifier, token string, want gognito.Reason) {
		t.Helper()
		addSecrets(secrets, token)
		if _, err := v.Verify(ctx, token); gognito.ReasonOf(err) != want || (err == nil) != (want == "") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	anybody := gognitotest.User{Username: "ada.lovelace", Groups: []string{"mathematicians"}}
	first, second := tel.verifier(a, nil), tel.verifier(b, nil)
	pools, err := gognito.NewPools(first, second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := otelauth.ObserveKeys(tel.config, pools); err != nil {
		t.Fatal(err)
	}
	for _, v := range []gognito.TokenVerifier{first, pools} {
		for _, hostile := range a.HostileTokens() {
			verify(ctx, v, hostile.Token, hostile.Reason)
		}
		good := a.AccessToken(anybody)
		verify(ctx, v, good, "")
		verify(ctx, v, good, "")
	}
	verify(ctx, pools, b.AccessToken(anybody), "")
	verify(ctx, pools, foreign.AccessToken(anybody), gognito.ReasonIssuer)

	for reason, answer := range map[gognito.Reason]gognito.RevocationFunc{
		gognito.ReasonRevoked:               func(context.Context, *gognito.Claims) (bool, error) { return true, nil },
		gognito.ReasonRevocationUnavailable: func(_ context.Context, c *gognito.Claims) (bool, error) { return false, errors.New(c.Username) },
	} {
		verify(ctx, tel.verifier(a, func(c *gognito.Config) { c.Revocation = answer }), a.AccessToken(anybody), reason)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	verify(canceled, tel.verifier(a, func(c *gognito.Config) {
		c.Revocation = gognito.RevocationFunc(func(ctx context.Context, _ *gognito.Claims) (bool, error) { return false, ctx.Err() })
	}), a.AccessToken(anybody), gognito.ReasonCanceled)

	b.SetOutage(true)
	folder := t.TempDir() // which can't be read as a file
	verify(ctx, tel.verifier(b, func(c *gognito.Config) {
		c.Keys = tel.keys(gognito.RemoteKeysConfig{URLs: []string{b.JWKSURL()}, File: folder})
	}), b.AccessToken(anybody), gognito.ReasonKeysUnavailable)
	a.SetOutage(true)
	if err := first.Refresh(ctx); err == nil {
		t.Error("Refresh succeeded in an outage")
	}
	for _, pool := range []*gognitotest.Pool{a, b} {
		addKeyIDs(t, secrets, pool)
		delete(secrets, pool.UserPoolID()) // which hostile tokens claim, too
	}
	return secrets
}

// addSecrets adds a token's segments, and every string in its header and payload.
func addSecrets(to map[string]bool, token string) {
	var add func(any)
	add = func(value any) {
		switch value := value.(type) {
		case string:
			if len(value) > 4 { // shorter ones are in any text by chance
				to[value] = true
			}
		case []any:
			for _, v := range value {
				add(v)
			}
		case map[string]any:
			for _, v := range value {
				add(v)
			}
		}
	}
	for segment := range strings.SplitSeq(token, ".") {
		add(segment)
		if text, err := base64.RawURLEncoding.DecodeString(segment); err == nil {
			var object map[string]any
			if json.Unmarshal(text, &object) == nil {
				add(object)
			}
		}
	}
}

func addKeyIDs(t *testing.T, to map[string]bool, pool *gognitotest.Pool) {
	t.Helper()
	var set struct {
		Keys []struct {
			ID string `json:"kid"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(pool.JWKS(), &set); err != nil || len(set.Keys) == 0 {
		t.Fatalf("%d keys: %v", len(set.Keys), err)
	}
	for _, key := range set.Keys {
		to[key.ID] = true
	}
}

func wantNoSecret(t *testing.T, text string, secrets map[string]bool) {
	t.Helper()
	for secret := range secrets {
		if strings.Contains(text, secret) {
			t.Fatalf("%s\ntells %q", text, secret)
		}
	}
}
