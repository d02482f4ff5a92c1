package httpauth_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
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
		"an emptied token":                {[]string{prefix + "LastAuthUser", "jane", prefix + "jane.accessToken", ""}, "", none},
		"a token that net/http drops":     {[]string{prefix + "LastAuthUser", "jane", prefix + "jane.accessToken", `b\d`}, "", gognito.ReasonMalformed},
		"the same of an encoded name":     {[]string{prefix + "LastAuthUser", "a@b", prefix + "a%40b.accessToken ", `b\d`}, "", gognito.ReasonMalformed},
		"the same of another user":        {[]string{prefix + "LastAuthUser", "jane", prefix + "joe.accessToken", `b\d`}, "", none},
		"the same beside a good":          {[]string{prefix + "LastAuthUser", "jane", prefix + "jane.accessToken", `b\d`, prefix + "jane.accessToken", token("jane")}, "jane", ""},
		"a name that net/http drops":      {[]string{prefix + "LastAuthUser", "a@b", prefix + "a@b.accessToken", token("a@b")}, "", gognito.ReasonMalformed},
		"a last user that net/http drops": {[]string{prefix + "LastAuthUser", `ja\ne`, prefix + "jane.accessToken", token("jane")}, "", gognito.ReasonMalformed},
		"all of it behind 3001 cookies":   {append(slices.Repeat([]string{"a", "b"}, 3001), prefix+"LastAuthUser", "jane", prefix+"jane.accessToken", token("jane")), "", gognito.ReasonMalformed},
		"nothing behind 3001 cookies":     {append(slices.Repeat([]string{"a", "b"}, 3001), prefix+"LastAuthUser", "", prefix+"jane.accessToken", token("jane")), "", none},
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

func TestAnUnreadableCookieIsNotPassedOver(t *testing.T) {
	const prefix = "CognitoIdentityServiceProvider.c."
	auth := &httpauth.Authenticator{
		Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return &gognito.Claims{Username: "joe"}, nil }),
		Source:   httpauth.FirstOf(httpauth.AmplifyCookies("c", gognito.AccessToken), httpauth.Cookie("t")),
	}
	user, err := authenticate(auth, http.MethodGet, "Cookie", prefix+`LastAuthUser=jane; `+prefix+`jane.accessToken=b\d; t=joe`)
	if gognito.ReasonOf(err) != gognito.ReasonMalformed {
		t.Errorf("%v, %v", user, err)
	}
	if _, err := authenticate(auth, http.MethodGet, "Cookie", prefix+`LastAuthUser=jane; t=joe`); err != nil {
		t.Errorf("signed out of Amplify: %v", err)
	}
}

func TestAmplifysCookiesCostNoMoreThanTheirLength(t *testing.T) {
	const prefix = "CognitoIdentityServiceProvider.c."
	var pairs []string
	for i := range 8 {
		pairs = append(pairs, prefix+"LastAuthUser="+strings.Repeat(string(rune('a'+i)), 6<<10))
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Cookie", strings.Join(append(pairs, slices.Repeat([]string{"a="}, 2900)...), "; "))
	source := httpauth.AmplifyCookies("c", gognito.AccessToken)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if tokens, err := source(r); len(tokens) > 0 || err != nil {
		t.Errorf("%d tokens, %v", len(tokens), err)
	}
	runtime.ReadMemStats(&after)
	if header, spent := uint64(len(r.Header.Get("Cookie"))), after.TotalAlloc-before.TotalAlloc; spent > 50*header {
		t.Errorf("a header of %d bytes took %d bytes of memory to read", header, spent)
	}
}
