package httpauth_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

func TestAmplifysCookiesAreReadAsItsWritersWriteThem(t *testing.T) {
	pool := gognitotest.NewPool(t)
	client := pool.ClientID()
	prefix := "CognitoIdentityServiceProvider." + client + "."
	token := func(username string) string { return pool.AccessToken(gognitotest.User{Username: username}) }
	auth := &httpauth.Authenticator{Verifier: pool.Verifier(), Source: httpauth.AmplifyCookies(client, gognito.AccessToken)}
	uuid := "34c84488-e0e1-70ae-d2ee-991ad1a898c8"
	many := make([]string, 0, 20)
	for i := range 9 {
		many = append(many, prefix+"LastAuthUser", fmt.Sprint("u", i))
	}
	const none gognito.Reason = "none"
	for name, test := range map[string]struct {
		cookies []string // name, value, …
		user    string
		want    gognito.Reason
	}{
		"signed in":                       {[]string{prefix + "LastAuthUser", uuid, prefix + uuid + ".accessToken", token(uuid)}, uuid, ""},
		"names encoded by js-cookie":      {[]string{prefix + "LastAuthUser", "jane+x@example.com", prefix + "jane+x%40example.com.accessToken", token("jane+x@example.com")}, "jane+x@example.com", ""},
		"the user encoded by Next.js":     {[]string{prefix + "LastAuthUser", "a%40b", prefix + "a%40b.accessToken", token("a@b")}, "a@b", ""},
		"a dot in the username":           {[]string{prefix + "LastAuthUser", "a.b.c", prefix + "a.b.c.accessToken", token("a.b.c")}, "a.b.c", ""},
		"a percent sign written raw":      {[]string{prefix + "LastAuthUser", "50%", prefix + "50%25.accessToken", token("50%")}, "50%", ""},
		"a user behind another":           {[]string{prefix + "joe.accessToken", token("joe"), prefix + "LastAuthUser", "jane", prefix + "jane.accessToken", token("jane")}, "jane", ""},
		"the cookie twice":                {[]string{prefix + "LastAuthUser", "jane", prefix + "LastAuthUser", "jane", prefix + "jane.accessToken", "x", prefix + "jane.accessToken", token("jane")}, "jane", ""},
		"nothing":                         {[]string{"theme", "dark"}, "", none},
		"no last user":                    {[]string{prefix + "jane.accessToken", token("jane")}, "", none},
		"an empty last user":              {[]string{prefix + "LastAuthUser", "", prefix + ".accessToken", token("jane")}, "", none},
		"signed out":                      {[]string{prefix + "LastAuthUser", "jane"}, "", none},
		"another client's":                {[]string{"CognitoIdentityServiceProvider.other.LastAuthUser", "jane", "CognitoIdentityServiceProvider.other.jane.accessToken", token("jane")}, "", none},
		"the ID token only":               {[]string{prefix + "LastAuthUser", "jane", prefix + "jane.idToken", pool.IDToken(gognitotest.User{Username: "jane"})}, "", none},
		"an ID token under the name":      {[]string{prefix + "LastAuthUser", "jane", prefix + "jane.accessToken", pool.IDToken(gognitotest.User{Username: "jane"})}, "", gognito.ReasonTokenUse},
		"another user's token":            {[]string{prefix + "LastAuthUser", "jane", prefix + "jane.accessToken", token("joe")}, "", gognito.ReasonMalformed},
		"another user's, and the user's":  {[]string{prefix + "LastAuthUser", "jane", prefix + "jane.accessToken", token("joe"), prefix + "jane.accessToken", token("jane")}, "jane", ""},
		"two users who are both the last": {[]string{prefix + "LastAuthUser", "jane", prefix + "LastAuthUser", "joe", prefix + "jane.accessToken", token("jane"), prefix + "joe.accessToken", token("joe")}, "", gognito.ReasonMalformed},
		"nine users who are the last":     {many, "", gognito.ReasonMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			var pairs []string
			for i := 0; i < len(test.cookies); i += 2 {
				pairs = append(pairs, test.cookies[i]+"="+test.cookies[i+1])
			}
			r.Header.Set("Cookie", strings.Join(pairs, "; "))
			user, err := auth.Authenticate(r)
			if test.want == none {
				if !errors.Is(err, gognito.ErrNoToken) {
					t.Errorf("%v, want ErrNoToken", err)
				}
				return
			}
			if gognito.ReasonOf(err) != test.want || (err == nil) != (test.want == "") {
				t.Fatalf("%v, want reason %q", err, test.want)
			}
			if err == nil && user.Username != test.user {
				t.Errorf("user %q, want %q", user.Username, test.user)
			}
			r.Method = http.MethodPost
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			if _, err := auth.Authenticate(r); gognito.ReasonOf(err) != gognito.ReasonCrossOrigin && gognito.ReasonOf(err) != gognito.ReasonMalformed {
				t.Errorf("from another site: %v", err)
			}
		})
	}
	id := &httpauth.Authenticator{
		Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return &gognito.Claims{Username: "jane"}, nil }),
		Source:   httpauth.AmplifyCookies(client, gognito.IDToken),
	}
	if _, err := authenticate(id, http.MethodGet, "Cookie", prefix+"LastAuthUser=jane; "+prefix+"jane.idToken=x"); err != nil {
		t.Errorf("the ID token: %v", err)
	}
}

func TestASourcesErrorKeepsItsKind(t *testing.T) {
	own := errors.New("own")
	for _, test := range []struct {
		err  error
		kind gognito.Kind
	}{
		{own, gognito.ErrInvalidToken},
		{gognito.NewError(gognito.ReasonKeysUnavailable, own), gognito.ErrUnavailable},
		{fmt.Errorf("none: %w", gognito.ErrNoToken), gognito.ErrNoToken},
	} {
		auth := &httpauth.Authenticator{
			Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return &gognito.Claims{}, nil }),
			Source:   func(*http.Request) ([]httpauth.Token, error) { return []httpauth.Token{{Raw: "x"}}, test.err },
		}
		if user, err := authenticate(auth, http.MethodGet); !errors.Is(err, test.kind) || user != nil {
			t.Errorf("%v: %v, %v", test.err, user, err)
		}
	}
}

func TestFromEnvReadsTheFourVariables(t *testing.T) {
	set := func(pool, client, region, cookie string) {
		t.Setenv("AWS_COGNITO_USER_POOL_ID", pool)
		t.Setenv("AWS_COGNITO_APP_CLIENT_ID", client)
		t.Setenv("AWS_COGNITO_REGION", region)
		t.Setenv("ACCESS_TOKEN_KEY", cookie)
	}
	set("eu-west-1_AbCdEfGhI", "client", "eu-west-1", "accessToken")
	auth, err := httpauth.FromEnv()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		headers []string
		want    error
	}{
		{nil, gognito.ErrNoToken},
		{[]string{"Cookie", "accessToken=x"}, gognito.ErrInvalidToken},
		{[]string{"Authorization", "Bearer x"}, gognito.ErrInvalidToken},
	} {
		if _, err := authenticate(auth, http.MethodGet, test.headers...); !errors.Is(err, test.want) {
			t.Errorf("%v: %v, want %v", test.headers, err, test.want)
		}
	}
	set("eu-west-1_AbCdEfGhI", "client", "", "")
	if auth, err = httpauth.FromEnv(); err != nil {
		t.Fatal(err)
	}
	if _, err := authenticate(auth, http.MethodGet, "Cookie", "accessToken=x"); !errors.Is(err, gognito.ErrNoToken) {
		t.Errorf("without ACCESS_TOKEN_KEY a cookie is read: %v", err)
	}
	set("", "", "eu-west-1", "a b")
	_, err = httpauth.FromEnv()
	for _, name := range []string{"ACCESS_TOKEN_KEY", "AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_APP_CLIENT_ID"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("FromEnv: %v; want it to name %s", err, name)
		}
	}
}

func TestGrantByGroupGrantsWhatTheGroupsHave(t *testing.T) {
	table := map[string][]string{"editors": {"read", "write"}, "readers": {"read"}, "admins": {"all"}}
	attach := httpauth.GrantByGroup(table)
	table["editors"][0] = "all"
	for _, test := range []struct{ groups, want []string }{
		{nil, nil},
		{[]string{"strangers"}, nil},
		{[]string{"readers"}, []string{"read"}},
		{[]string{"readers", "editors"}, []string{"read", "write"}},
		{[]string{"x,admins", "Admins"}, nil},
	} {
		u := &gognito.User{Claims: &gognito.Claims{Groups: test.groups}}
		if err := attach(nil, u); err != nil || !slices.Equal(u.Permissions(), test.want) {
			t.Errorf("%q: %q, %v; want %q", test.groups, u.Permissions(), err, test.want)
		}
	}
}

func TestAListCanNotForgeAnElement(t *testing.T) {
	for _, test := range []struct {
		list []string
		want string
	}{
		{nil, ""},
		{[]string{"a", "b"}, "a,b"},
		{[]string{"x,admins"}, "x%2Cadmins"},
		{[]string{"100%", "a b", "tab\t", "nl\r\n", "nul\x00", "del\x7f"}, "100%25,a%20b,tab%09,nl%0D%0A,nul%00,del%7F"},
		{[]string{"é😀"}, "%C3%A9%F0%9F%98%80"},
		{[]string{"%2C"}, "%252C"},
		{[]string{`a/b:c;d="e"`}, `a/b:c;d="e"`},
	} {
		got, err := httpauth.JoinList(test.list, ',', 100)
		if err != nil || got != test.want {
			t.Errorf("JoinList(%q) = %q, %v; want %q", test.list, got, err, test.want)
		}
		for i, element := range strings.Split(got, ",") {
			if back, err := url.PathUnescape(element); len(test.list) > 0 && (err != nil || back != test.list[i]) {
				t.Errorf("%q comes back as %q, %v", test.list[i], back, err)
			}
		}
	}
	if got, err := httpauth.JoinList([]string{"a", ""}, ',', 100); got != "" || err == nil {
		t.Errorf("an empty element: %q, %v", got, err)
	}
	for _, separator := range []byte("%C0") {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken for a separator", separator)
				}
			}()
			_, _ = httpauth.JoinList([]string{"a"}, separator, 100)
		}()
	}
	if got, err := httpauth.JoinList([]string{"abc", "de"}, ' ', 6); got != "abc de" || err != nil {
		t.Errorf("at the limit: %q, %v", got, err)
	}
	if got, err := httpauth.JoinList([]string{"abc", "def"}, ' ', 6); got != "" || err == nil {
		t.Errorf("over the limit: %q, %v", got, err)
	}
}

func TestATokenDoesNotPrint(t *testing.T) {
	token := httpauth.Token{Raw: "eyJhbGciOi", Username: "jane"}
	for _, value := range []any{token, &token, []httpauth.Token{token}, struct{ T httpauth.Token }{token}} {
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", value)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", value)
		for _, line := range []string{log.String(), fmt.Sprintf("%v %+v %s %q %x", value, value, value, value, value)} {
			if strings.Contains(line, "eyJ") || strings.Contains(line, "jane") || strings.Contains(line, "65794a") {
				t.Errorf("%T prints %q", value, line)
			}
		}
	}
}
