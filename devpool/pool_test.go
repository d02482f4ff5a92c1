package devpool_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/devpool"
)

// part returns a part of a token, decoded.
func part(t *testing.T, token string, i int) map[string]any {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatal(err)
	}
	return members
}

func signIn(t *testing.T, pool *devpool.Pool, username, password string) devpool.Tokens {
	t.Helper()
	tokens, err := pool.SignIn(t.Context(), username, password)
	if err != nil {
		t.Fatalf("signing %s in: %v", username, err)
	}
	return tokens
}

func TestTokensAreWhatTheLibraryAccepts(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	tokens := signIn(t, pool, "jane", "jane-Dev-1")
	for _, test := range []struct {
		use   gognito.TokenUse
		token string
		wrong string
	}{
		{gognito.AccessToken, tokens.Access, tokens.ID},
		{gognito.IDToken, tokens.ID, tokens.Access},
	} {
		config := pool.VerifierConfig()
		config.TokenUse = test.use
		verifier, err := gognito.New(config)
		if err != nil {
			t.Fatal(err)
		}
		claims, err := verifier.Verify(t.Context(), test.token)
		if err != nil {
			t.Fatalf("%s token: %v", test.use, err)
		}
		if claims.Username != "jane" || !slices.Equal(claims.Groups, []string{"editors", "support"}) ||
			claims.Issuer != pool.Issuer() || claims.ClientID != pool.ClientID() {
			t.Errorf("%s token: username %q, groups %q, issuer %q, client %q", test.use, claims.Username, claims.Groups, claims.Issuer, claims.ClientID)
		}
		if good := claims.ExpiresAt.Sub(claims.IssuedAt); good != tokens.ExpiresIn {
			t.Errorf("%s token: good for %v, but ExpiresIn is %v", test.use, good, tokens.ExpiresIn)
		}
		if _, err := verifier.Verify(t.Context(), test.wrong); gognito.ReasonOf(err) != gognito.ReasonTokenUse {
			t.Errorf("the other token instead of the %s token: %v, want reason %s", test.use, err, gognito.ReasonTokenUse)
		}
	}
}

func TestTokensHaveTheMembersOfCognitos(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	tokens := signIn(t, pool, "jane", "jane-Dev-1")

	access, identity := part(t, tokens.Access, 0), part(t, tokens.ID, 0)
	for _, header := range []map[string]any{access, identity} {
		if header["alg"] != "RS256" || len(header) != 2 {
			t.Errorf("header %v, want alg RS256, kid, and nothing else", header)
		}
	}
	if access["kid"] == identity["kid"] {
		t.Errorf("the access token and the ID token are signed under the same kid")
	}

	for _, test := range []struct {
		token  string
		claims string
	}{
		{tokens.Access, "auth_time client_id cognito:groups event_id exp iat iss jti origin_jti scope sub token_use username"},
		{tokens.ID, "aud auth_time cognito:groups cognito:username email email_verified event_id exp iat iss jti name origin_jti sub token_use"},
	} {
		got := strings.Join(slices.Sorted(maps.Keys(part(t, test.token, 1))), " ")
		if got != test.claims {
			t.Errorf("claims\n%s, want\n%s", got, test.claims)
		}
	}
	if verified := part(t, tokens.ID, 1)["email_verified"]; verified != true {
		t.Errorf("email_verified is %v (%T), want the boolean true", verified, verified)
	}
}

func TestAUserInNoGroupHasNoGroupsClaim(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	tokens := signIn(t, pool, "nora", "nora-Dev-1")
	for _, token := range []string{tokens.Access, tokens.ID} {
		if groups, ok := part(t, token, 1)["cognito:groups"]; ok {
			t.Errorf("cognito:groups is %v, want none", groups)
		}
	}
}

func TestASubjectStaysTheSameWhenThePoolStartsAgain(t *testing.T) {
	var subjects []any
	for range 2 {
		pool := devpool.Start(t, devpool.Config{})
		subjects = append(subjects, part(t, signIn(t, pool, "jane", "jane-Dev-1").Access, 1)["sub"])
	}
	if subjects[0] != subjects[1] {
		t.Errorf("sub was %v, and then %v", subjects[0], subjects[1])
	}
}

func TestSignInRefusesAWrongUsernameAndAWrongPasswordAlike(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	for _, test := range [][2]string{
		{"jane", "alice-Dev-1"},
		{"jane", "jane-Dev-1 "},
		{"jane", ""},
		{"Jane", "jane-Dev-1"},
		{"nobody", "jane-Dev-1"},
		{"nobody", ""},
		{"", ""},
	} {
		tokens, err := pool.SignIn(t.Context(), test[0], test[1])
		if !errors.Is(err, devpool.ErrCredentials) || tokens != (devpool.Tokens{}) {
			t.Errorf("%q with password %q: %v, want ErrCredentials and no tokens", test[0], test[1], err)
		}
	}
}

func TestTokensOfAnotherRunAreRefused(t *testing.T) {
	// Two pools of the same configuration and issuer are one that was restarted.
	server := devpool.Start(t, devpool.Config{})
	before, err := devpool.New(devpool.Config{URL: server.URL()})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := gognito.New(server.VerifierConfig())
	if err != nil {
		t.Fatal(err)
	}
	old := signIn(t, before, "jane", "jane-Dev-1")
	if _, err := verifier.Verify(t.Context(), old.Access); gognito.ReasonOf(err) != gognito.ReasonUnknownKey {
		t.Errorf("a token of another run: %v, want reason %s", err, gognito.ReasonUnknownKey)
	}
}

func TestDiscoveryNamesWhatIsThere(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	var document map[string]any
	if err := json.Unmarshal(fetch(t, pool.Issuer()+"/.well-known/openid-configuration"), &document); err != nil {
		t.Fatal(err)
	}
	if document["issuer"] != pool.Issuer() {
		t.Errorf("issuer %v, want %s", document["issuer"], pool.Issuer())
	}
	names := strings.Join(slices.Sorted(maps.Keys(document)), " ")
	if want := "id_token_signing_alg_values_supported issuer jwks_uri subject_types_supported"; names != want {
		t.Errorf("members %s, want %s", names, want)
	}
	keys, err := gognito.ParseJWKS(fetch(t, document["jwks_uri"].(string)))
	if err != nil || len(keys) != 2 {
		t.Errorf("jwks_uri has %d usable keys (%v), want 2", len(keys), err)
	}
}

func TestNothingElseIsAnswered(t *testing.T) {
	pool := devpool.Start(t, devpool.Config{})
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/", http.StatusMethodNotAllowed},
		{"GET", "/other", http.StatusNotFound},
		{"GET", "/us-east-1_Other/.well-known/jwks.json", http.StatusNotFound},
		{"POST", "/us-east-1_DevPool01/.well-known/jwks.json", http.StatusMethodNotAllowed},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, pool.URL()+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != test.want {
			t.Errorf("%s %s: status %d, want %d", test.method, test.path, answer.StatusCode, test.want)
		}
	}
}

func TestThePoolKeepsItsOwnListsOfUsers(t *testing.T) {
	config := devpool.Config{Users: []devpool.User{{Username: "ann", Password: "secret", Groups: []string{"a"}}}}
	pool := devpool.Start(t, config)
	config.Users[0].Groups[0] = "admins"
	pool.Users()[0].Groups[0] = "admins"
	if groups := pool.Users()[0].Groups; !slices.Equal(groups, []string{"a"}) {
		t.Errorf("groups %q, want only a", groups)
	}
}
