package mint_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/internal/mint"
)

var now = time.Unix(1_700_000_000, 0)

func ada() mint.Session {
	pool := mint.Pool{ID: "us-east-1_AbCdEfGhI", Issuer: mint.Issuer("us-east-1_AbCdEfGhI")}
	user := mint.User{
		Username: "ada", Subject: mint.SubjectOf(pool.ID, "ada"),
		Groups: []string{"admins", "staff"}, Roles: []string{"arn:aws:iam::123456789012:role/admins"},
		PreferredRole: "arn:aws:iam::123456789012:role/admins",
		Attributes: map[string]string{
			"email": "ada@example.com", "email_verified": "true", "phone_number_verified": "false", "custom:level": "7",
			"sub": "forged", "exp": "forged",
		},
	}
	return mint.NewSession(pool, user, mint.NewClientID(), now)
}

func TestAccessClaimsAreThoseOfASignInThroughTheAPI(t *testing.T) {
	s := ada()
	c := mint.AccessClaims(s)
	want(t, c, map[string]any{
		"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI", "token_use": "access",
		"sub": s.User.Subject, "username": "ada", "client_id": s.ClientID, "scope": "aws.cognito.signin.user.admin",
		"cognito:groups": []string{"admins", "staff"}, "origin_jti": s.OriginJTI, "event_id": s.EventID,
		"auth_time": int64(1_700_000_000), "iat": int64(1_700_000_000), "exp": int64(1_700_003_600), "jti": c["jti"],
	})
}

func TestAccessClaimsOfTheOAuthEndpointsHaveAVersion(t *testing.T) {
	s := ada()
	s.Scopes = []string{"openid", "email"}
	s.Audience = "https://api.example.com"
	c := mint.AccessClaims(s)
	if c["version"] != 2 || c["scope"] != "openid email" || c["aud"] != "https://api.example.com" {
		t.Errorf("version %v, scope %v, aud %v", c["version"], c["scope"], c["aud"])
	}
}

func TestIDClaimsAreThoseOfCognito(t *testing.T) {
	s := ada()
	s.Nonce = "n-0S6"
	c := mint.IDClaims(s)
	want(t, c, map[string]any{
		"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI", "token_use": "id",
		"sub": s.User.Subject, "cognito:username": "ada", "aud": s.ClientID, "nonce": "n-0S6",
		"email": "ada@example.com", "email_verified": true, "phone_number_verified": false, "custom:level": "7",
		"cognito:groups": []string{"admins", "staff"}, "cognito:roles": []string{"arn:aws:iam::123456789012:role/admins"},
		"cognito:preferred_role": "arn:aws:iam::123456789012:role/admins",
		"origin_jti":             s.OriginJTI, "event_id": s.EventID,
		"auth_time": int64(1_700_000_000), "iat": int64(1_700_000_000), "exp": int64(1_700_003_600), "jti": c["jti"],
	})
}

func TestMachineClaimsHaveNoUser(t *testing.T) {
	s := ada()
	s.Scopes = []string{"orders/read"}
	c := mint.MachineClaims(s)
	want(t, c, map[string]any{
		"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI", "token_use": "access",
		"sub": s.ClientID, "client_id": s.ClientID, "scope": "orders/read", "version": 2,
		"auth_time": int64(1_700_000_000), "iat": int64(1_700_000_000), "exp": int64(1_700_003_600), "jti": c["jti"],
	})
}

func TestAUserInNoGroupHasNoGroupsClaim(t *testing.T) {
	s := ada()
	s.User.Groups, s.User.Roles, s.User.PreferredRole = nil, nil, ""
	for _, c := range []map[string]any{mint.AccessClaims(s), mint.IDClaims(s)} {
		for _, name := range []string{"cognito:groups", "cognito:roles", "cognito:preferred_role"} {
			if v, ok := c[name]; ok {
				t.Errorf("%s token: %s is %v, want no such claim", c["token_use"], name, v)
			}
		}
	}
}

func TestEveryTokenHasItsOwnJTI(t *testing.T) {
	s := ada()
	a, b, c := mint.AccessClaims(s)["jti"], mint.AccessClaims(s)["jti"], mint.IDClaims(s)["jti"]
	if a == b || b == c || a == c {
		t.Errorf("jti %v, %v and %v, want three", a, b, c)
	}
}

func TestChangingClaimsLeavesTheSessionAlone(t *testing.T) {
	s := ada()
	mint.AccessClaims(s)["cognito:groups"].([]string)[0] = "changed"
	if s.User.Groups[0] != "admins" {
		t.Errorf("the session's group is now %q", s.User.Groups[0])
	}
}

func TestALifetimeDecidesExp(t *testing.T) {
	s := ada()
	s.Lifetime = 5 * time.Minute
	if exp := mint.AccessClaims(s)["exp"]; exp != now.Unix()+300 {
		t.Errorf("exp is %v, want five minutes after iat", exp)
	}
}

// want compares as JSON, which is how a verifier sees claims.
func want(t *testing.T, got, want map[string]any) {
	t.Helper()
	names := maps.Clone(got)
	maps.Copy(names, want)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		g, _ := json.Marshal(got[name])
		w, _ := json.Marshal(want[name])
		if string(g) != string(w) {
			t.Errorf("claim %s is %s, want %s", name, g, w)
		}
	}
}

func TestIdentifiersHaveCognitosShape(t *testing.T) {
	for range 100 {
		if id := mint.NewPoolID("eu-west-1"); !strings.HasPrefix(id, "eu-west-1_") || len(id) != 19 {
			t.Errorf("pool ID %q", id)
		}
		if id := mint.NewClientID(); len(id) != 26 || strings.ToLower(id) != id {
			t.Errorf("client ID %q", id)
		}
		if id := mint.NewUUID(); len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) {
			t.Errorf("UUID %q", id)
		}
		if id := mint.NewSubject(); len(id) != 36 || id[8] != '-' || strings.ContainsRune("89ab", rune(id[19])) {
			t.Errorf("subject %q has the variant of RFC 9562", id)
		}
	}
}

func TestASubjectIsStableInItsPoolOnly(t *testing.T) {
	a, again, b := mint.SubjectOf("us-east-1_A", "ada"), mint.SubjectOf("us-east-1_A", "ada"), mint.SubjectOf("us-east-1_B", "ada")
	if a != again || a == b {
		t.Errorf("subjects %q, %q and, in another pool, %q", a, again, b)
	}
}

func TestIssuersFollowFromThePoolID(t *testing.T) {
	if got := mint.UpdatedIssuer("eu-west-1_A"); got != "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A" {
		t.Errorf("updated issuer %q", got)
	}
}
