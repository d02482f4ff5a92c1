package judge_test

import (
	"fmt"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/awsjwtverify"
	"github.com/gognito/gognito/peers/judge"
)

func Example() {
	// A set-up that no key set answers for.
	setup := judge.Setup{UserPoolID: "us-east-1_AbCdEfGhI", ClientID: "c", TokenUse: gognito.AccessToken, JWKSURL: "http://127.0.0.1:1/jwks.json"}
	_, err := judge.Gognito.New(setup)
	fmt.Println(gognito.ReasonOf(err))
	// Output: keys_unavailable
}

// What each judge must be able to tell apart, or its verdicts mean nothing.
func TestEveryJudgeAcceptsTheGoodAndRefusesEachFault(t *testing.T) {
	pool := gognitotest.NewPool(t)
	script, err := awsjwtverify.Install(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	access, identity := pool.AccessToken(gognitotest.User{}), pool.IDToken(gognitotest.User{})
	updated := pool.AccessToken(gognitotest.User{Claims: map[string]any{"iss": pool.UpdatedIssuer()}})
	otherClient := map[string]any{"client_id": "other", "aud": "other"}
	faults := map[string]string{
		"another client's access token": pool.AccessToken(gognitotest.User{Claims: otherClient}),
		"another client's ID token":     pool.IDToken(gognitotest.User{Claims: otherClient}),
	}
	for _, kind := range []string{"alg-none", "tampered-signature", "expired", "not-yet-valid", "other-pool", "kid-unknown"} {
		faults[kind] = pool.Hostile(kind)
	}
	both := []string{pool.Issuer(), pool.UpdatedIssuer()}
	for _, test := range []struct {
		use     gognito.TokenUse
		issuers []string
		good    []string
		bad     string // the pool's, and of no use here
	}{
		{gognito.AccessToken, both, []string{access, updated}, identity},
		{gognito.IDToken, both, []string{identity}, access},
		{gognito.AccessToken, both[:1], []string{access}, updated},
	} {
		s := judge.Setup{UserPoolID: pool.UserPoolID(), Issuers: test.issuers, ClientID: pool.ClientID(), TokenUse: test.use, JWKSURL: pool.JWKSURL()}
		tokens := append([]string{test.bad}, test.good...)
		names := append([]string{"of the other kind"}, make([]string, len(test.good))...)
		for name, token := range faults {
			tokens, names = append(tokens, token), append(names, name)
		}
		verdicts := map[string][]error{}
		for _, peer := range append(judge.Peers, judge.Gognito) {
			verify, err := peer.New(s)
			if err != nil {
				t.Fatalf("%s: %v", peer.Name, err)
			}
			for _, token := range tokens {
				verdicts[peer.Name] = append(verdicts[peer.Name], verify(token))
			}
		}
		if verdicts["aws-jwt-verify"], err = judge.AWSJWTVerify(t.Context(), script, s, tokens); err != nil {
			t.Fatal(err)
		}
		if len(verdicts) != 6 {
			t.Fatalf("%d judges, want 6", len(verdicts))
		}
		for name, refusals := range verdicts {
			for i, refusal := range refusals {
				if good := names[i] == ""; good != (refusal == nil) {
					t.Errorf("%s, %s tokens of %d issuers: token %d (%s): %v", name, test.use, len(test.issuers), i, names[i], refusal)
				}
			}
		}
	}
}
