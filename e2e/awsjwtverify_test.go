package e2e_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/awsjwtverify"
)

func TestAWSJWTVerifyDiffersOnlyWhereListed(t *testing.T) {
	t.Setenv("AWS_COGNITO_REGION", "") // the developer's own
	gognito := build(t, "gognito")
	script, err := awsjwtverify.Install(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pool := gognitotest.NewPool(t)
	at := pool.Now()
	access := poolJudge(pool)
	dev, devTokens := devJudge(t)
	judges := []judge{
		access,
		access.with("ID tokens", options{"tokenUse": "id"}, "--token-use", "id"),
		access.with("either token, machines too", options{"tokenUse": nil}, "--token-use", "any", "--allow-machines"),
		access.with("either of two groups", options{"groups": []string{"admins", "x,admins"}}, "--group", "admins", "--group", "x,admins"),
		access.with("one scope", options{"scope": "openid"}, "--scope", "openid"),
		access.with("two scopes", options{"scope": []string{"openid", "orders/read"}}, "--scope", "openid", "--scope", "orders/read"),
		access.with("a minute's leeway", options{"graceSeconds": 60}, "--leeway", "1m"),
		access.with("a resource", nil, "--audience", resource),
		dev,
		dev.with("ID tokens of gognito-dev", options{"tokenUse": "id"}, "--token-use", "id"),
	}
	tokens := slices.Concat(goodTokens(pool), devTokens, hostileTokens(pool))

	seen := map[string]map[string]bool{} // the tokens on which each listed difference was seen
	for _, d := range differences {
		seen[d.name] = map[string]bool{}
	}
	for _, j := range judges {
		ours, theirs := j.gognito(t, gognito, at, tokens), j.awsJWTVerify(t, script, at, tokens)
		accepted, refused, differ := 0, 0, 0
		for i, token := range tokens {
			if j.name == access.name && ours[i].Reason != token.reason {
				t.Errorf("%s: gognito gives the reason %q, want %q", token.name, ours[i].Reason, token.reason)
			}
			our, their := compare(ours[i], theirs[i])
			switch {
			case our != their:
				differ++
				if d, ok := listed(token.name, our, their); ok {
					seen[d.name][token.name] = true
				} else {
					t.Errorf("%s: not listed: of %s, gognito says %s; and aws-jwt-verify, %s", j.name, token.name, our, their)
				}
			case ours[i].Valid:
				accepted++
			default:
				refused++
			}
		}
		t.Logf("%s: of %d tokens both accept %d and refuse %d; on %d they differ", j.name, len(tokens), accepted, refused, differ)
		if accepted == 0 || refused == 0 {
			t.Errorf("%s: both accept %d tokens and refuse %d, want some of each", j.name, accepted, refused)
		}
	}
	for _, d := range differences {
		for _, token := range d.tokens {
			if !seen[d.name][token] {
				t.Errorf("listed, but there is no such difference: %q of %s", d.name, token)
			}
		}
	}
}

// A verdict is the answer of gognito verify.
type verdict struct {
	Valid  bool
	Claims map[string]any // numbers as they are written
	Reason string
}

// compare words two verdicts, alike if they are the same. Why a token is refused
// is of interest only where the other accepts it; and of the claims, only those
// that differ are named.
func compare(our verdict, their awsjwtverify.Verdict) (ours, theirs string) {
	switch {
	case !our.Valid && !their.Valid:
		return "refused", "refused"
	case !our.Valid:
		return our.Reason, "valid"
	case !their.Valid:
		return "valid", their.Error
	}
	ours, theirs = "valid", "valid"
	all := maps.Clone(our.Claims)
	maps.Copy(all, their.Claims)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !reflect.DeepEqual(our.Claims[name], their.Claims[name]) {
			ours += ", " + name + " " + value(our.Claims, name)
			theirs += ", " + name + " " + value(their.Claims, name)
		}
	}
	return ours, theirs
}

func value(claims map[string]any, name string) string {
	v, ok := claims[name]
	if !ok {
		return "left out"
	}
	text, _ := json.Marshal(v)
	return string(text)
}
