package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/gognitotest"
)

// signing has nothing but an assertion, and the headers that are given.
func signing(t testing.TB, headers ...identity.Header) identity.Config {
	t.Helper()
	return identity.Config{MaxBytes: 65536, Assertion: assertion(t), Headers: headers}
}

// assert returns the assertion about a user.
func assert(t testing.TB, i *identity.Issuer, u *gognito.User) string {
	t.Helper()
	fields, err := i.Fields(u, "", now)
	if err != nil {
		t.Fatal(err)
	}
	last := fields[len(fields)-1]
	if last.Name != "X-Auth-Assertion" {
		t.Fatalf("the last field is %s", last.Name)
	}
	return last.Value()
}

// open verifies an assertion as an application does, by nothing but the key set, and
// returns its claims.
func open(t testing.TB, keySet []byte, token string) map[string]any {
	t.Helper()
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	if err := json.Unmarshal(keySet, &set); err != nil || len(set.Keys) != 1 {
		t.Fatalf("the key set %s: %v", keySet, err)
	}
	key := set.Keys[0]
	expect(t, "the key", []string{key["kty"], key["crv"], key["use"], key["alg"], fmt.Sprint(len(key))}, []string{"EC", "P-256", "sig", "ES256", "7"})
	x, y := decode(t, key["x"]), decode(t, key["y"])
	if len(x) != 32 || len(y) != 32 {
		t.Fatalf("the coordinates have %d and %d bytes", len(x), len(y))
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil {
		t.Fatal(err)
	}

	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("the assertion has %d parts", len(parts))
	}
	thumbprint := sha256.Sum256([]byte(`{"crv":"P-256","kty":"EC","x":"` + key["x"] + `","y":"` + key["y"] + `"}`))
	var header map[string]any
	object(t, parts[0], &header)
	expect(t, "the header", header, map[string]any{
		"alg": "ES256", "typ": "gognito-assertion+jwt", "kid": base64.RawURLEncoding.EncodeToString(thumbprint[:]),
	})
	expect(t, "kid", key["kid"], header["kid"])
	signature := decode(t, parts[2])
	if len(signature) != 64 {
		t.Fatalf("the signature has %d bytes", len(signature))
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Fatal("the signature is not of this key and this text")
	}
	var claims map[string]any
	object(t, parts[1], &claims)
	return claims
}

func decode(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func object(t testing.TB, text string, into *map[string]any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(decode(t, text))))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func TestAnAssertionSaysWhatTheTokenSays(t *testing.T) {
	issuer := newIssuer(t, signing(t))
	u := ann("editors", "x,admins")
	u.Grant("b", "a")
	claims := open(t, issuer.JWKS(), assert(t, issuer, u))
	if jti, _ := claims["jti"].(string); len(jti) < 22 {
		t.Errorf("jti is %q", jti)
	}
	delete(claims, "jti")
	expect(t, "claims", claims, map[string]any{
		"iss": "https://gateway.example", "aud": "app", "iat": json.Number("1800000000"), "exp": json.Number("1800000060"),
		"sub": "7f1c", "username": "ann", "client_id": "client", "token_use": "access", "scope": "openid orders/read",
		"groups": []any{"editors", "x,admins"}, "permissions": []any{"a", "b"},
	})
}

func TestAnAssertionAboutAMachineHasNoUsername(t *testing.T) {
	issuer := newIssuer(t, signing(t))
	u := &gognito.User{Claims: &gognito.Claims{Subject: "robot", ClientID: "robot", TokenUse: gognito.AccessToken, ExpiresAt: now.Add(time.Hour)}}
	claims := open(t, issuer.JWKS(), assert(t, issuer, u))
	delete(claims, "jti")
	expect(t, "claims", claims, map[string]any{
		"iss": "https://gateway.example", "aud": "app", "iat": json.Number("1800000000"), "exp": json.Number("1800000060"),
		"sub": "robot", "client_id": "robot", "token_use": "access", "scope": "", "groups": []any{}, "permissions": []any{},
	})
}

func TestAnAssertionEndsWithTheToken(t *testing.T) {
	issuer := newIssuer(t, signing(t))
	for left, want := range map[time.Duration]string{
		time.Hour: "1800000060", time.Minute + time.Nanosecond: "1800000060", 59 * time.Second: "1800000059",
		1500 * time.Millisecond: "1800000001", -10 * time.Second: "1799999990", // a leeway let the token pass
	} {
		u := ann()
		u.ExpiresAt = now.Add(left)
		expect(t, left.String(), open(t, issuer.JWKS(), assert(t, issuer, u))["exp"], any(json.Number(want)))
	}
}

func TestClaimsThatAreToldAreAsserted(t *testing.T) {
	var headers []identity.Header
	for i, source := range []string{
		"email", "phone_number", "claim:text", "claim:number", "claim:yes", "claim:list", "claim:object", "claim:null",
		"claim:empty", "claim:mixed", "claim:absent", "claim:text",
	} {
		headers = append(headers, identity.Header{Name: fmt.Sprintf("X-Auth-%d", i), Source: source})
	}
	issuer := newIssuer(t, signing(t, headers...))
	u := saying(`{"email":"a@b","email_verified":true,"phone_number":"+1","phone_number_verified":"false","text":"\u0061\"\n<","number":9007199254740993,
		"yes":true,"list":["a", "b,c"],"object":{"a":1},"null":null,"empty":"","mixed":["a",1],"other":"not asked for"}`)
	claims := open(t, issuer.JWKS(), assert(t, issuer, u))
	for _, name := range []string{"iss", "aud", "iat", "exp", "jti", "sub", "client_id", "token_use", "scope", "groups", "permissions"} {
		delete(claims, name)
	}
	expect(t, "claims", claims, map[string]any{
		"email": "a@b", "text": "a\"\n<", "number": json.Number("9007199254740993"), "yes": true, "list": []any{"a", "b,c"},
	})
}

// A claim of the token must not lengthen the assertion, or give other groups.
func TestNoClaimTakesThePlaceOfTheAssertionsOwn(t *testing.T) {
	names := []string{"iss", "exp", "nbf", "iat", "jti", "groups", "permissions"}
	var headers []identity.Header
	claims := make(map[string]any)
	for _, name := range names {
		headers = append(headers, identity.Header{Name: "X-Token-" + name, Source: "claim:" + name})
		claims[name] = "of the token"
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	issuer := newIssuer(t, signing(t, headers...))
	fields, err := issuer.Fields(saying(string(payload)), "", now)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "fields", len(fields), len(names)+1)
	for name, value := range open(t, issuer.JWKS(), fields[len(names)].Value()) {
		if value == "of the token" {
			t.Errorf("%s is the token's", name)
		}
	}
}

func TestHostileNamesStayWhatTheyAre(t *testing.T) {
	issuer := newIssuer(t, signing(t))
	for _, name := range []string{
		`","groups":["admins"],"x":"`, `\`, `\"`, "a\x00\x1f\x7fb", "</script>", "\u2028\u2029", "Zoë 🦊", `\u0022`, "\ufffd", strings.Repeat(`"`, 500),
	} {
		u := ann(name, "x")
		u.Username, u.Subject, u.ClientID = name, name, name
		u.Grant(name)
		claims := open(t, issuer.JWKS(), assert(t, issuer, u))
		for _, claim := range []string{"username", "sub", "client_id"} {
			expect(t, claim, claims[claim], any(name))
		}
		expect(t, "groups", claims["groups"], any([]any{name, "x"}))
		expect(t, "permissions", claims["permissions"], any([]any{name}))
	}
	for _, name := range []string{"a\xff", "\xed\xa0\x80"} { // JSON can't hold them, and nothing else may stand for them
		fields, err := issuer.Fields(ann(name), "", now)
		expectRefusal(t, fields, err, nil, "")
		if err != nil && strings.Contains(err.Error(), name) {
			t.Errorf("the error quotes the name: %q", err)
		}
	}
}

func TestAnAssertionOfATokenOfAPool(t *testing.T) {
	u := verified(t, gognitotest.User{Username: "Zoë", Groups: []string{"x,admins"}, Attributes: map[string]string{"email": "zoe@b"}})
	issuer := newIssuer(t, signing(t, identity.Header{Name: "X-Auth-Email", Source: "email"}))
	claims := open(t, issuer.JWKS(), assert(t, issuer, u))
	expect(t, "names", []any{claims["username"], claims["groups"], claims["token_use"], claims["client_id"], claims["email"]},
		[]any{"Zoë", []any{"x,admins"}, "id", u.ClientID, nil})
}

// Half of the keys of 128 have a coordinate that begins with a zero byte, and so have
// signatures: each is written in full (RFC 7518, sections 3.4 and 6.2.1).
func TestShortNumbersAreWrittenInFull(t *testing.T) {
	for _, number := range []int64{7, 43, 379} { // y of 43 and x of 379 are short
		c := signing(t)
		c.Assertion.Key = keyOf(t, number)
		issuer := newIssuer(t, c)
		for range 300 {
			open(t, issuer.JWKS(), assert(t, issuer, ann()))
		}
	}
}

func TestNoTwoAssertionsAreTheSame(t *testing.T) {
	issuer := newIssuer(t, signing(t))
	first := open(t, issuer.JWKS(), assert(t, issuer, ann()))["jti"]
	if second := open(t, issuer.JWKS(), assert(t, issuer, ann()))["jti"]; first == second || first == "" {
		t.Errorf("jti %v and %v", first, second)
	}
}

func TestWithoutAnAssertionThereIsNoKeySet(t *testing.T) {
	if set := newIssuer(t, standard()).JWKS(); set != nil {
		t.Errorf("the key set is %s", set)
	}
}

func TestTheKeySetHasNothingOfThePrivateKey(t *testing.T) {
	c := signing(t)
	private := base64.RawURLEncoding.EncodeToString(big.NewInt(7).FillBytes(make([]byte, 32)))
	if set := string(newIssuer(t, c).JWKS()); strings.Contains(set, `"d"`) || strings.Contains(set, private) {
		t.Errorf("the key set is %s", set)
	}
}
