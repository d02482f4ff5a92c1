package gognito_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

// verifier returns a verifier for the pool, with the config changed.
func verifier(t testing.TB, pool *gognitotest.Pool, change func(*gognito.Config)) *gognito.Verifier {
	t.Helper()
	c := pool.Config()
	if change != nil {
		change(&c)
	}
	v, err := gognito.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// check verifies the token twice, so that what is remembered is judged as well,
// and wants the reason, "" for none.
func check(t testing.TB, v gognito.TokenVerifier, token string, want gognito.Reason) *gognito.Claims {
	t.Helper()
	var claims *gognito.Claims
	for range 2 {
		var err error
		claims, err = v.Verify(t.Context(), token)
		if got := gognito.ReasonOf(err); got != want || (err == nil) != (want == "") || (claims == nil) != (err != nil) {
			t.Fatalf("Verify: claims %v, error %v; want reason %q", claims, err, want)
		}
	}
	return claims
}

func TestAnAccessTokenSaysWhoItsUserIs(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{
		Username: "jane", Subject: "34c84488-e0e1-70ae-d2ee-991ad1a898c8",
		Groups: []string{"editors", "x,admins"}, Scopes: []string{"openid", "api/read"},
		Claims: map[string]any{"origin_jti": "origin", "jti": "this"},
	})
	now := pool.Now().Truncate(time.Second).UTC()
	got := check(t, pool.Verifier(), token, "")
	want := gognito.Claims{
		Issuer: pool.Issuer(), Subject: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", ClientID: pool.ClientID(),
		Username: "jane", TokenUse: gognito.AccessToken,
		Groups: []string{"editors", "x,admins"}, Scopes: []string{"openid", "api/read"},
		JTI: "this", OriginJTI: "origin", IssuedAt: now, AuthTime: now, ExpiresAt: now.Add(time.Hour),
	}
	if plain := fieldsOf(got); !reflect.DeepEqual(plain, fieldsOf(&want)) {
		t.Errorf("claims\n got %v\nwant %v", plain, fieldsOf(&want))
	}
	if got.Machine() {
		t.Error("a user's token is taken for a machine's")
	}
}

// fieldsOf returns the exported fields by name.
func fieldsOf(c *gognito.Claims) map[string]any {
	fields := make(map[string]any)
	v := reflect.ValueOf(*c)
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.IsExported() {
			fields[f.Name] = v.Field(i).Interface()
		}
	}
	return fields
}

func TestAnIDTokenIsAcceptedWhereItIsAskedFor(t *testing.T) {
	pool := gognitotest.NewPool(t)
	jane := gognitotest.User{Username: "jane", Groups: []string{"editors"}, Claims: map[string]any{"scope": "api/write"}}
	access, id := pool.AccessToken(jane), pool.IDToken(jane)
	for _, test := range []struct {
		use        gognito.TokenUse
		access, id gognito.Reason
	}{
		{"", "", gognito.ReasonTokenUse},
		{gognito.AccessToken, "", gognito.ReasonTokenUse},
		{gognito.IDToken, gognito.ReasonTokenUse, ""},
		{gognito.AnyToken, "", ""},
	} {
		t.Run(string(test.use), func(t *testing.T) {
			v := verifier(t, pool, func(c *gognito.Config) { c.TokenUse = test.use })
			check(t, v, access, test.access)
			claims := check(t, v, id, test.id)
			if test.id != "" {
				return
			}
			if claims.Username != "jane" || claims.ClientID != pool.ClientID() || claims.TokenUse != gognito.IDToken {
				t.Errorf("claims of the ID token: %v", fieldsOf(claims))
			}
			if claims.Scopes != nil {
				t.Errorf("an ID token has the scopes %v; it says who its user is, not what its bearer may do", claims.Scopes)
			}
		})
	}
	either := verifier(t, pool, func(c *gognito.Config) { c.TokenUse = gognito.AnyToken })
	check(t, either, pool.AccessToken(gognitotest.User{Claims: map[string]any{"token_use": "refresh"}}), gognito.ReasonTokenUse)
	check(t, either, pool.AccessToken(gognitotest.User{Claims: map[string]any{"token_use": "any"}}), gognito.ReasonTokenUse)
}

func TestTheIDTokensOwnClaimsAreChecked(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := verifier(t, pool, func(c *gognito.Config) {
		c.TokenUse = gognito.IDToken
		c.Audience = []string{"https://api.example.com"}
	})
	for name, test := range map[string]struct {
		claims map[string]any
		want   gognito.Reason
	}{
		"as minted":                       {nil, ""},
		"another client":                  {map[string]any{"aud": "6h89qn2bfglbmvfebq9aaknqk0"}, gognito.ReasonClient},
		"an empty aud":                    {map[string]any{"aud": ""}, gognito.ReasonClient},
		"a resource's URL as aud":         {map[string]any{"aud": "https://api.example.com"}, gognito.ReasonClient},
		"aud as a list":                   {map[string]any{"aud": []string{pool.ClientID()}}, gognito.ReasonMalformed},
		"no aud but a client_id":          {map[string]any{"aud": nil, "client_id": pool.ClientID()}, gognito.ReasonMalformed},
		"no cognito:username":             {map[string]any{"cognito:username": nil}, gognito.ReasonMalformed},
		"a username of the other kind":    {map[string]any{"cognito:username": nil, "username": "jane"}, gognito.ReasonMalformed},
		"an empty cognito:username":       {map[string]any{"cognito:username": ""}, gognito.ReasonMalformed},
		"a client_id of a wrong type":     {map[string]any{"client_id": 1}, ""}, // not read from ID tokens
		"the subject is the client":       {map[string]any{"sub": pool.ClientID()}, ""},
		"a scope claim of a wrong type":   {map[string]any{"scope": []string{"a"}}, ""}, // not read either
		"groups of a wrong type":          {map[string]any{"cognito:groups": "admins"}, gognito.ReasonMalformed},
		"a boolean email_verified":        {map[string]any{"email_verified": true}, ""},
		"a username that is another type": {map[string]any{"username": 7}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, v, pool.IDToken(gognitotest.User{Username: "jane", Claims: test.claims}), test.want)
		})
	}
}

func TestATokenIsGoodFromNbfUntilExp(t *testing.T) {
	pool := gognitotest.NewPool(t)
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	now := start
	seconds := func(d time.Duration) int64 { return start.Add(d).Unix() }
	exact := verifier(t, pool, func(c *gognito.Config) { c.Now = func() time.Time { return now } })
	lenient := verifier(t, pool, func(c *gognito.Config) { c.Now = func() time.Time { return now }; c.Leeway = 30 * time.Second })
	token := pool.AccessToken(gognitotest.User{Claims: map[string]any{
		"iat": seconds(0), "nbf": seconds(0), "exp": seconds(time.Hour),
	}})
	for _, test := range []struct {
		at             time.Duration
		exact, lenient gognito.Reason
	}{
		{-31 * time.Second, gognito.ReasonNotYetValid, gognito.ReasonNotYetValid},
		{-30 * time.Second, gognito.ReasonNotYetValid, ""},
		{-time.Nanosecond, gognito.ReasonNotYetValid, ""},
		{0, "", ""},
		{time.Hour - time.Nanosecond, "", ""},
		{time.Hour, gognito.ReasonExpired, ""},
		{time.Hour + 30*time.Second - time.Nanosecond, gognito.ReasonExpired, ""},
		{time.Hour + 30*time.Second, gognito.ReasonExpired, gognito.ReasonExpired},
		{1000 * time.Hour, gognito.ReasonExpired, gognito.ReasonExpired},
	} {
		now = start.Add(test.at)
		check(t, exact, token, test.exact)
		check(t, lenient, token, test.lenient)
	}

	now = start
	for name, test := range map[string]struct {
		claims map[string]any
		want   gognito.Reason
	}{
		"a fraction of a second left":     {map[string]any{"exp": json.Number("1777636800.5")}, ""},
		"a fraction of a second over":     {map[string]any{"exp": json.Number("1777636799.5")}, gognito.ReasonExpired},
		"an exponent":                     {map[string]any{"exp": json.Number("1.777640400e9")}, ""},
		"issued in the future":            {map[string]any{"iat": seconds(time.Hour)}, ""},
		"no nbf":                          {map[string]any{"nbf": nil}, ""},
		"nbf a second away":               {map[string]any{"nbf": seconds(time.Second)}, gognito.ReasonNotYetValid},
		"nbf after exp, both in the past": {map[string]any{"exp": seconds(-time.Hour), "nbf": seconds(-time.Minute)}, gognito.ReasonExpired},
		"the last second of year 9999":    {map[string]any{"exp": 253402300799}, ""},
		"year 10000":                      {map[string]any{"exp": 253402300800}, gognito.ReasonMalformed},
		"milliseconds":                    {map[string]any{"exp": seconds(time.Hour) * 1000}, gognito.ReasonMalformed},
		"before the year 1":               {map[string]any{"exp": -62135596801}, gognito.ReasonMalformed},
		"no auth_time":                    {map[string]any{"auth_time": nil}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			claims := map[string]any{"iat": seconds(0), "exp": seconds(time.Hour)}
			maps.Copy(claims, test.claims)
			check(t, exact, pool.AccessToken(gognitotest.User{Claims: claims}), test.want)
		})
	}
}

func TestTheClientAndTheAudienceMustFit(t *testing.T) {
	pool := gognitotest.NewPool(t)
	const other, third, api = "6h89qn2bfglbmvfebq9aaknqk0", "3rdclient", "https://api.example.com"
	v := verifier(t, pool, func(c *gognito.Config) {
		c.ClientIDs = append(c.ClientIDs, other)
		c.Audience = []string{api}
	})
	for name, test := range map[string]struct {
		claims map[string]any
		want   gognito.Reason
	}{
		"the client":                          {nil, ""},
		"the other client":                    {map[string]any{"client_id": other}, ""},
		"a third client":                      {map[string]any{"client_id": third}, gognito.ReasonClient},
		"two clients in one string":           {map[string]any{"client_id": pool.ClientID() + "," + other}, gognito.ReasonClient},
		"bound to this API":                   {map[string]any{"aud": api}, ""},
		"bound to this API by a client":       {map[string]any{"client_id": third, "aud": api}, gognito.ReasonClient},
		"bound to another API":                {map[string]any{"aud": "https://other.example.com"}, gognito.ReasonClient},
		"a longer URL":                        {map[string]any{"aud": api + "/"}, gognito.ReasonClient},
		"aud is the client, as a trigger may": {map[string]any{"aud": pool.ClientID()}, ""},
		"one of several audiences":            {map[string]any{"aud": []string{"https://other.example.com", api}}, ""},
		"none of several audiences":           {map[string]any{"aud": []string{"https://other.example.com", third}}, gognito.ReasonClient},
		"an empty list":                       {map[string]any{"aud": []string{}}, gognito.ReasonClient},
		"an empty string":                     {map[string]any{"aud": ""}, gognito.ReasonClient},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, v, pool.AccessToken(gognitotest.User{Claims: test.claims}), test.want)
		})
	}
	none := verifier(t, pool, nil)
	check(t, none, pool.AccessToken(gognitotest.User{Claims: map[string]any{"aud": api}}), gognito.ReasonClient)
}

func TestMachinesAreAdmittedOnRequestOnly(t *testing.T) {
	pool := gognitotest.NewPool(t)
	strict := verifier(t, pool, nil)
	admitting := verifier(t, pool, func(c *gognito.Config) { c.AllowMachines = true })
	machine := pool.MachineToken("api/read", "api/write")
	check(t, strict, machine, gognito.ReasonMachine)
	claims := check(t, admitting, machine, "")
	if !claims.Machine() || claims.Username != "" || claims.Groups != nil || len(claims.Scopes) != 2 {
		t.Errorf("a machine's claims: %v", fieldsOf(claims))
	}
	user := gognitotest.User{Username: "jane"}
	if check(t, admitting, pool.AccessToken(user), "").Machine() {
		t.Error("a user is taken for a machine")
	}
	for name, claims := range map[string]map[string]any{
		"no username, and the subject is not the client":   {"username": nil},
		"an empty username, and the subject is the client": {"username": "", "sub": pool.ClientID()},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, admitting, pool.AccessToken(gognitotest.User{Claims: claims}), gognito.ReasonMalformed)
		})
	}
	named := pool.AccessToken(gognitotest.User{Username: "jane", Claims: map[string]any{"sub": pool.ClientID()}})
	if check(t, strict, named, "").Machine() {
		t.Error("a user whose subject is the client's ID is taken for a machine")
	}
}

func TestTheFirstFaultIsTheReason(t *testing.T) {
	pool := gognitotest.NewPool(t)
	past := pool.Now().Add(-time.Hour).Unix()
	future := pool.Now().Add(time.Hour).Unix()
	v := verifier(t, pool, func(c *gognito.Config) {
		c.Revocation = gognito.RevocationFunc(func(context.Context, *gognito.Claims) (bool, error) { return true, nil })
	})
	// Each token has the faults of all those below it too.
	claims := map[string]any{
		"cognito:groups": 1, "exp": past, "nbf": future, "token_use": "id", "client_id": "other", "sub": "other",
		"aud": "other", "cognito:username": "x", "username": nil,
	}
	without := func(names ...string) map[string]any {
		for _, name := range names {
			delete(claims, name)
		}
		return maps.Clone(claims)
	}
	for _, test := range []struct {
		token string
		want  gognito.Reason
	}{
		{pool.AccessToken(gognitotest.User{Claims: without()}), gognito.ReasonMalformed},
		{pool.AccessToken(gognitotest.User{Claims: without("cognito:groups")}), gognito.ReasonExpired},
		{pool.AccessToken(gognitotest.User{Claims: without("exp")}), gognito.ReasonNotYetValid},
		{pool.AccessToken(gognitotest.User{Claims: without("nbf")}), gognito.ReasonTokenUse},
		{pool.AccessToken(gognitotest.User{Claims: without("token_use", "aud")}), gognito.ReasonClient},
		{pool.MachineToken(), gognito.ReasonMachine},
		{pool.AccessToken(gognitotest.User{}), gognito.ReasonRevoked},
	} {
		check(t, v, test.token, test.want)
	}
}

func TestAForeignIssuerOrAMalformedTokenNeverCausesAFetch(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := pool.Verifier()
	// What is malformed in a claim is known after the signature only.
	form := regexp.MustCompile(`^(crit|header-|payload-is-|duplicate-(alg|kid|iss)|kid-(missing|null)|padded-|trailing-|two-|four-|over-|jwe)`)
	tried := map[gognito.Reason]int{}
	for _, hostile := range pool.HostileTokens() {
		switch {
		case hostile.Reason == gognito.ReasonAlgorithm, hostile.Reason == gognito.ReasonIssuer,
			hostile.Reason == gognito.ReasonMalformed && form.MatchString(hostile.Name):
			check(t, v, hostile.Token, hostile.Reason)
			tried[hostile.Reason]++
		}
	}
	if n := pool.Fetches(); n != 0 {
		t.Errorf("%d fetches", n)
	}
	if tried[gognito.ReasonMalformed] < 30 || tried[gognito.ReasonIssuer] < 30 || tried[gognito.ReasonAlgorithm] < 20 {
		t.Errorf("tried too few: %v", tried)
	}
}

func TestRevocationIsAskedEveryTime(t *testing.T) {
	pool := gognitotest.NewPool(t)
	var revoked bool
	var fault error
	asked := 0
	v := verifier(t, pool, func(c *gognito.Config) {
		c.Revocation = gognito.RevocationFunc(func(_ context.Context, claims *gognito.Claims) (bool, error) {
			asked++
			if claims.Username != "jane" {
				t.Errorf("asked about %q", claims.Username)
			}
			return revoked, fault
		})
	})
	token := pool.AccessToken(gognitotest.User{Username: "jane"})
	check(t, v, token, "")
	revoked = true
	check(t, v, token, gognito.ReasonRevoked)
	fault = errors.New("the store is down")
	check(t, v, token, gognito.ReasonRevocationUnavailable)
	if _, err := v.Verify(t.Context(), token); !errors.Is(err, gognito.ErrUnavailable) || !errors.Is(err, fault) {
		t.Errorf("a failing checker: %v", err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	fault = canceled.Err()
	if _, err := v.Verify(canceled, token); gognito.ReasonOf(err) != gognito.ReasonCanceled || !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who went away: %v", err)
	}
	fault, revoked = nil, false
	check(t, v, token, "")
	before := asked
	check(t, v, pool.Hostile("expired"), gognito.ReasonExpired)
	if asked != before {
		t.Error("asked about a token that had been refused already")
	}
}

func TestABrokenKeySourceIsAnOutage(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{})
	for name, source := range map[string]keyFunc{
		"it fails":           func() (*gognito.Key, error) { return nil, errors.New("no") },
		"it returns nothing": func() (*gognito.Key, error) { return nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			v := verifier(t, pool, func(c *gognito.Config) { c.Keys = source })
			check(t, v, token, gognito.ReasonKeysUnavailable)
		})
	}
	v := verifier(t, pool, func(c *gognito.Config) { c.Keys = gognito.StaticKeys{"x": nil} })
	check(t, v, token, gognito.ReasonUnknownKey)
}

type keyFunc func() (*gognito.Key, error)

func (f keyFunc) Key(context.Context, string) (*gognito.Key, error) { return f() }

func TestTheSameKeyIDInTwoPoolsIsTwoKeys(t *testing.T) {
	a, b := gognitotest.NewPool(t), gognitotest.NewPool(t)
	keyOfA := keyPairs()[0]
	keyOfB := &mint.Key{ID: keyOfA.ID, Private: keyPairs()[1].Private}
	pools, err := gognito.NewPools(
		verifier(t, a, func(c *gognito.Config) { c.Keys = gognito.StaticKeys{keyOfA.ID: prepared(t, keyOfA)} }),
		verifier(t, b, func(c *gognito.Config) { c.Keys = gognito.StaticKeys{keyOfB.ID: prepared(t, keyOfB)} }),
	)
	if err != nil {
		t.Fatal(err)
	}
	token := func(of *gognitotest.Pool, key *mint.Key) string {
		session := mint.NewSession(mint.Pool{ID: of.UserPoolID(), Issuer: of.Issuer()},
			mint.User{Username: "jane", Subject: mint.NewSubject()}, of.ClientID(), of.Now())
		return mint.Sign(key, mint.AccessClaims(session))
	}
	check(t, pools, token(a, keyOfA), "")
	check(t, pools, token(b, keyOfB), "")
	check(t, pools, token(a, keyOfB), gognito.ReasonSignature)
	check(t, pools, token(b, keyOfA), gognito.ReasonSignature)
}

func TestMembersOfTheHeaderThatMeanNothingHereAreIgnored(t *testing.T) {
	pool, pair := gognitotest.NewPool(t), keyPairs()[0]
	v := verifier(t, pool, func(c *gognito.Config) { c.Keys = gognito.StaticKeys{pair.ID: prepared(t, pair)} })
	session := mint.NewSession(mint.Pool{ID: pool.UserPoolID(), Issuer: pool.Issuer()},
		mint.User{Username: "jane", Subject: mint.NewSubject()}, pool.ClientID(), pool.Now())
	payload, err := json.Marshal(mint.AccessClaims(session))
	if err != nil {
		t.Fatal(err)
	}
	for _, members := range []string{`"typ":"JWT"`, `"typ":"at+jwt"`, `"typ":1`, `"cty":"x"`, `"x":{"alg":"none","crit":["x"]}`, `"zip":"DEF"`, `"":null`} {
		header := `{` + members + `,"kid":"` + pair.ID + `","alg":"RS256"}`
		check(t, v, mint.SignRaw(pair, []byte(header), payload), "")
	}
}

func TestHugeTokensAreRefusedWhateverTheyHold(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := pool.Verifier()
	pad := func(n int) string {
		return pool.AccessToken(gognitotest.User{Claims: map[string]any{"custom:note": strings.Repeat("x", n)}})
	}
	check(t, v, pad(46<<10), "") // just under 64 KiB when encoded
	check(t, v, pad(49<<10), gognito.ReasonMalformed)
	check(t, v, pad(1<<20), gognito.ReasonMalformed)
	check(t, v, strings.Repeat("a", 1<<20), gognito.ReasonMalformed)
	check(t, v, strings.Repeat(".", 1<<16), gognito.ReasonMalformed)
}

func TestUnusualButGoodTokensAreAccepted(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := pool.Verifier()
	many := make([]string, 100)
	for i := range many {
		many[i] = strings.Repeat("g", 120) + string(rune('a'+i%26))
	}
	for name, user := range map[string]gognitotest.User{
		"a hundred long groups":         {Groups: many},
		"a username that needs escapes": {Username: `ja"ne\u0000` + "\t", Groups: []string{`a"b`, "\u2028"}},
		"a federated username":          {Username: "LoginWithAmazon_amzn1.account.EXAMPLE"},
		"beyond ASCII":                  {Username: "Łukasz😀", Groups: []string{"管理者"}},
		"no groups":                     {Claims: map[string]any{"cognito:groups": []string{}}},
		"no scope":                      {Claims: map[string]any{"scope": nil}},
		"an empty scope":                {Claims: map[string]any{"scope": ""}},
		"two spaces in scope":           {Claims: map[string]any{"scope": "a  b "}},
		"without revocation's claims":   {Claims: map[string]any{"jti": nil, "origin_jti": nil, "event_id": nil}},
		"claims of a trigger":           {Claims: map[string]any{"nested": map[string]any{"a": []any{1, nil, map[string]any{}}}}},
		"step-up claims":                {Claims: map[string]any{"acr": "urn:cognito:loa:4", "amr": []string{"pwd", "otp"}}},
		"a claim in another case":       {Claims: map[string]any{"Username": "other", "EXP": 1, "Cognito:Groups": "admins"}},
	} {
		t.Run(name, func(t *testing.T) {
			claims := check(t, v, pool.AccessToken(user), "")
			if user.Username != "" && claims.Username != user.Username {
				t.Errorf("username %q, want %q", claims.Username, user.Username)
			}
			if len(user.Groups) > 0 && !reflect.DeepEqual(claims.Groups, user.Groups) {
				t.Errorf("groups %q, want %q", claims.Groups, user.Groups)
			}
			if strings.HasPrefix(name, "two spaces") && !reflect.DeepEqual(claims.Scopes, []string{"a", "b"}) {
				t.Errorf("scopes %q", claims.Scopes)
			}
			if name == "no groups" && claims.Groups != nil {
				t.Errorf("groups %#v, want nil", claims.Groups)
			}
		})
	}
}

func TestTheUpdatedIssuerIsThePoolsToo(t *testing.T) {
	pool := gognitotest.NewPool(t)
	claims := check(t, pool.Verifier(), pool.AccessToken(gognitotest.User{Claims: map[string]any{"iss": pool.UpdatedIssuer()}}), "")
	if claims.Issuer != pool.UpdatedIssuer() {
		t.Errorf("issuer %q", claims.Issuer)
	}
	local := verifier(t, pool, func(c *gognito.Config) { c.Issuer = "http://127.0.0.1:9080/" + pool.UserPoolID() })
	check(t, local, pool.AccessToken(gognitotest.User{}), gognito.ReasonIssuer)
	check(t, local, pool.AccessToken(gognitotest.User{Claims: map[string]any{"iss": "http://127.0.0.1:9080/" + pool.UserPoolID()}}), "")
}
