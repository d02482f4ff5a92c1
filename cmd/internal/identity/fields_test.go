package identity_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

func TestTheApplicationIsToldInTheOrderOfTheConfiguration(t *testing.T) {
	c := standard(identity.Header{Name: "x-auth-CLIENT", Source: "client_id"}, identity.Header{Name: "X-Auth-Use", Source: "token_use"},
		identity.Header{Name: "X-Auth-May", Source: "permissions"}, identity.Header{Name: "Remote-User", Source: "username"})
	u := ann("editors", "admins")
	u.Grant("b.write", "a.read")
	expect(t, "fields", told(t, c, u), `X-Auth-User: ann
X-Auth-Subject: 7f1c
X-Auth-Groups: editors,admins
X-Auth-Scopes: openid,orders/read
X-Auth-Client: client
X-Auth-Use: access
X-Auth-May: a.read,b.write
Remote-User: ann
`)
}

func TestAMachineHasNoUsername(t *testing.T) {
	u := &gognito.User{Claims: &gognito.Claims{Subject: "robot", ClientID: "robot", TokenUse: gognito.AccessToken, Scopes: []string{"orders/read"}}}
	expect(t, "fields", told(t, standard(), u), "X-Auth-Subject: robot\nX-Auth-Scopes: orders/read\n")
}

// A17, and "x,admins" passing for two groups.
func TestNoValueForgesAnything(t *testing.T) {
	for _, test := range []struct{ name, username, want string }{
		{"a line end", "ann\r\nX-Auth-Groups: admins", "ann%0D%0AX-Auth-Groups:%20admins"},
		{"a line feed alone", "ann\nx", "ann%0Ax"},
		{"a comma", "ann,admins", "ann%2Cadmins"},
		{"what looks encoded", "ann%2Cadmins", "ann%252Cadmins"},
		{"spaces around", " ann\t", "%20ann%09"},
		{"NUL and DEL", "a\x00\x7f", "a%00%7F"},
		{"letters outside of ASCII", "Zoë", "Zo%C3%AB"},
		{"a line separator", "a\u2028b", "a%E2%80%A8b"},
		{"a fullwidth comma", "a，b", "a%EF%BC%8Cb"},
		{"invalid UTF-8", "a\xffb", "a%FFb"},
		{"quotes", `"ann"; DROP`, `"ann";%20DROP`},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := ann(test.username, "x")
			u.Username, u.Subject, u.Scopes = test.username, "", nil
			expect(t, "fields", told(t, standard(), u), "X-Auth-User: "+test.want+"\nX-Auth-Groups: "+test.want+",x\n")
		})
	}
}

func TestAGroupWithoutANameIsRefused(t *testing.T) {
	for _, groups := range [][]string{{""}, {"admins", ""}, {"", "Zoë"}} {
		fields, err := newIssuer(t, standard()).Fields(ann(groups...), "", now)
		expectRefusal(t, fields, err, nil, gognito.ErrForbidden)
	}
}

func TestClaimsAreToldAsTheyAre(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"a string", `"acme"`, "acme"},
		{"a string with escapes", `"a\u0063\u006de\n"`, "acme%0A"},
		{"an empty string", `""`, ""},
		{"a string that looks like a list", `"a,b"`, "a%2Cb"},
		{"a string that looks like JSON", `"[\"a\"]"`, `["a"]`},
		{"a number beyond 2^53", `9007199254740993`, "9007199254740993"},
		{"a number in its own spelling", `-1.50E+2`, "-1.50E+2"},
		{"a number beyond all floats", `1e999`, "1e999"},
		{"true", `true`, "true"},
		{"false", `false`, "false"},
		{"a list", `["a","b,c"]`, "a,b%2Cc"},
		{"a list with spaces", "[ \"a\" ,\n\"b\" ]", "a,b"},
		{"an empty list", `[]`, ""},
		{"a list with an empty string", `["a",""]`, ""},
		{"a list with a null", `["a",null]`, ""},
		{"a list with a number", `["a",1]`, ""},
		{"a list in a list", `[["a"]]`, ""},
		{"an object", `{"a":"b"}`, ""},
		{"null", `null`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := ""
			if test.want != "" {
				want = "X-Auth-Value: " + test.want + "\n"
			}
			u := saying(`{"before":{"custom:x":"no"},"custom:x":` + test.value + `,"Custom:X":"no","custom:x ":"no"}`)
			expect(t, "fields", told(t, only("claim:custom:x"), u), want)
		})
	}
}

// A11: an address that nobody verified is none.
func TestAnAddressIsToldOnlyIfItIsVerified(t *testing.T) {
	for _, test := range []struct {
		name, claims string
		want         string
	}{
		{"true", `"A":"a@b","A_verified":true`, "a@b"},
		{"true as text", `"A":"a@b","A_verified":"true"`, "a@b"},
		{"before the address", `"A_verified":true,"A":"a@b"`, "a@b"},
		{"two signs", `"A":"a@evil@b","A_verified":true`, "a@evil@b"},
		{"false", `"A":"a@b","A_verified":false`, ""},
		{"false as text", `"A":"a@b","A_verified":"false"`, ""},
		{"in other letters", `"A":"a@b","A_verified":"True"`, ""},
		{"a number", `"A":"a@b","A_verified":1`, ""},
		{"null", `"A":"a@b","A_verified":null`, ""},
		{"a list", `"A":"a@b","A_verified":[true]`, ""},
		{"a list of texts", `"A":"a@b","A_verified":["true"]`, ""},
		{"not said", `"A":"a@b"`, ""},
		{"of another name", `"A":"a@b","A_Verified":true`, ""},
		{"deeper", `"A":"a@b","x":{"A_verified":true}`, ""},
		{"several addresses", `"A":["a@b","c@d"],"A_verified":true`, ""},
		{"a number for an address", `"A":5,"A_verified":true`, ""},
		{"an empty address", `"A":"","A_verified":true`, ""},
	} {
		for _, claim := range []string{"email", "phone_number"} {
			t.Run(claim+", "+test.name, func(t *testing.T) {
				want := ""
				if test.want != "" {
					want = "X-Auth-Value: " + test.want + "\n"
				}
				u := saying("{" + strings.ReplaceAll(test.claims, "A", claim) + "}")
				expect(t, "fields", told(t, only(claim), u), want)
			})
		}
	}
	mixed := saying(`{"email":"a@b","phone_number_verified":true,"phone_number":"+1"}`)
	expect(t, "the other's mark", told(t, only("email"), mixed), "")
}

// A11 and A12: what is not there is never made up of what is.
func TestNoClaimTakesThePlaceOfAnother(t *testing.T) {
	access := saying(`{"sub":"7f1c","username":"ann","scope":"email"}`)
	access.Username, access.TokenUse = "ann", gognito.AccessToken
	for _, source := range []string{"email", "phone_number", "claim:name", "groups", "permissions", "scopes"} {
		expect(t, source, told(t, only(source), access), "")
	}
	machine := saying(`{"username":"forged","cognito:username":"forged"}`)
	expect(t, "username", told(t, only("username"), machine), "")
}

func TestWhatATokenOfAPoolSaysIsTold(t *testing.T) {
	u := verified(t, gognitotest.User{
		Username: "Zoë", Groups: []string{"x,admins"}, Subject: "7f1c",
		Attributes: map[string]string{"email": "zoe@b", "email_verified": "true", "custom:tenant": "a b"},
		Claims:     map[string]any{"custom:ids": []any{"1", "2"}, "custom:level": 3},
	})
	c := standard(identity.Header{Name: "X-Auth-Email", Source: "email"}, identity.Header{Name: "X-Auth-Phone", Source: "phone_number"},
		identity.Header{Name: "X-Tenant", Source: "claim:custom:tenant"}, identity.Header{Name: "X-Ids", Source: "claim:custom:ids"},
		identity.Header{Name: "X-Level", Source: "claim:custom:level"}, identity.Header{Name: "X-Pool", Source: "claim:iss"})
	expect(t, "fields", told(t, c, u), `X-Auth-User: Zo%C3%AB
X-Auth-Subject: 7f1c
X-Auth-Groups: x%2Cadmins
X-Auth-Email: zoe@b
X-Tenant: a%20b
X-Ids: 1,2
X-Level: 3
X-Pool: `+u.Issuer+"\n")
}

// A11: "admins" must not become a list of its letters, or a group.
func TestGroupsThatAreNoListNeverGetHere(t *testing.T) {
	pool := gognitotest.NewPool(t)
	token := pool.AccessToken(gognitotest.User{Claims: map[string]any{"cognito:groups": "admins"}})
	_, err := pool.Verifier().Verify(t.Context(), token)
	expect(t, "the reason", gognito.ReasonOf(err), gognito.ReasonMalformed)
	forged := saying(`{"cognito:groups":"admins","groups":["admins"]}`)
	expect(t, "groups", told(t, only("groups"), forged), "")
}

func TestClaimsThatAreNoneAreRefused(t *testing.T) {
	for _, claims := range []string{"", "[]", "null", `"x"`, `{"email":"a","email":"b"}`, `{"email":`, `{"email":"a"}x`} {
		fields, err := newIssuer(t, only("email")).Fields(saying(claims), "", now)
		expectRefusal(t, fields, err, nil, "")
		if err != nil && strings.Contains(err.Error(), claims) && claims != "" {
			t.Errorf("the error quotes the claims: %v", err)
		}
	}
}

func TestFieldsTakeNoMoreThanTheirLimit(t *testing.T) {
	for _, test := range []struct {
		name   string
		config identity.Config
		user   *gognito.User
		raw    string
	}{
		{"one field", only("username"), ann(), ""},
		{"a list", only("groups"), ann("a", "b"), ""},
		{"an encoded list", only("groups"), ann("Zoë", "b"), ""},
		{"several fields", standard(), ann("a"), ""},
		{"a claim", only("claim:x"), saying(`{"x":["Zoë","b"]}`), ""},
		{"an assertion", identity.Config{MaxBytes: 65536, Assertion: assertion(t)}, ann("a"), ""},
		{"a token", identity.Config{MaxBytes: 65536, TokenHeader: "X-Auth-Token"}, ann(), "a.b.c"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fields, err := newIssuer(t, test.config).Fields(test.user, test.raw, now)
			if err != nil {
				t.Fatal(err)
			}
			test.config.MaxBytes = len(strings.ReplaceAll(lines(fields), "\n", "\r\n"))
			if fits, err := newIssuer(t, test.config).Fields(test.user, test.raw, now); err != nil || len(fits) != len(fields) {
				t.Errorf("%d bytes don't fit into as many: %v", test.config.MaxBytes, err)
			}
			test.config.MaxBytes--
			fields, err = newIssuer(t, test.config).Fields(test.user, test.raw, now)
			expectRefusal(t, fields, err, identity.ErrTooLarge, gognito.ErrForbidden)
		})
	}
}

// A16: the work is bounded by what the token is long, and nothing is cut.
func TestTenThousandGroupsAreRefused(t *testing.T) {
	groups := make([]string, 10_000)
	for i := range groups {
		groups[i] = fmt.Sprintf("gröup,%d", i)
	}
	signed := identity.Config{MaxBytes: 3072, Assertion: assertion(t)}
	claimed := only("claim:x")
	claimed.MaxBytes = 3072
	for _, test := range []struct {
		name   string
		config identity.Config
		user   *gognito.User
	}{
		{"groups", standard(), ann(groups...)},
		{"an encoded group", standard(), ann(strings.Repeat("ö", 600))},
		{"a plain group", standard(), ann(strings.Repeat("x", 1<<20))},
		{"a claim", claimed, saying(`{"x":["` + strings.Join(groups, `","`) + `"]}`)},
		{"an assertion of groups", signed, ann(groups...)},
		{"an assertion of a claim", signed, ann(strings.Repeat("x", 1<<20))},
	} {
		t.Run(test.name, func(t *testing.T) {
			fields, err := newIssuer(t, test.config).Fields(test.user, "", now)
			expectRefusal(t, fields, err, identity.ErrTooLarge, gognito.ErrForbidden)
		})
	}
}

func TestTheTokenIsPassedOn(t *testing.T) {
	i := newIssuer(t, identity.Config{MaxBytes: 3072, TokenHeader: "x-auth-token"})
	if !i.WantsToken() || newIssuer(t, standard()).WantsToken() {
		t.Error("WantsToken is not what the configuration says")
	}
	fields, err := i.Fields(ann(), "eyJ-_.e30.Zm9v", now)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "fields", lines(fields), "X-Auth-Token: eyJ-_.e30.Zm9v\n")
	for _, raw := range []string{"", "a.b.c\r\nX-Auth-User: root", "a.b.c ", "a,b", "a.b.ç"} {
		fields, err := i.Fields(ann(), raw, now)
		expectRefusal(t, fields, err, identity.ErrTokenMissing, gognito.ErrUnavailable)
	}
	expect(t, "a token that nobody wants", told(t, identity.Config{MaxBytes: 1}, ann()), "")
}

func TestValuesAreEncodedAsListsAre(t *testing.T) {
	for c := range 256 {
		group := "a" + string([]byte{byte(c)}) + "b"
		want, err := httpauth.JoinList([]string{group, "c"}, ',', 100)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, "groups", told(t, only("groups"), ann(group, "c")), "X-Auth-Value: "+want+"\n")
	}
}
