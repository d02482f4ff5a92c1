package httpauth_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

func TestASourcesErrorKeepsItsKind(t *testing.T) {
	own := errors.New("own")
	for _, test := range []struct {
		err    error
		kind   gognito.Kind
		reason gognito.Reason
	}{
		{own, gognito.ErrInvalidToken, gognito.ReasonMalformed},
		{gognito.NewError(gognito.ReasonRevoked, own), gognito.ErrInvalidToken, gognito.ReasonRevoked},
		{gognito.NewError(gognito.ReasonScope, own), gognito.ErrForbidden, gognito.ReasonScope},
		{gognito.NewError(gognito.ReasonKeysUnavailable, own), gognito.ErrUnavailable, gognito.ReasonKeysUnavailable},
		{fmt.Errorf("none: %w", gognito.ErrNoToken), gognito.ErrNoToken, ""},
	} {
		auth := &httpauth.Authenticator{
			Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return &gognito.Claims{}, nil }),
			Source:   func(*http.Request) ([]httpauth.Token, error) { return []httpauth.Token{{Raw: "x"}}, test.err },
		}
		if user, err := authenticate(auth, http.MethodGet); !errors.Is(err, test.kind) || gognito.ReasonOf(err) != test.reason || user != nil {
			t.Errorf("%v: %v, %v", test.err, user, err)
		}
	}
}

func TestFirstOfKeepsTheSourcesItWasGiven(t *testing.T) {
	sources := []httpauth.TokenSource{httpauth.Bearer}
	first := httpauth.FirstOf(sources...)
	sources[0] = httpauth.Header("X-Token")
	r := &http.Request{Header: http.Header{"Authorization": {"Bearer a"}, "X-Token": {"b"}}}
	if tokens, err := first(r); err != nil || len(tokens) != 1 || tokens[0].Raw != "a" {
		t.Errorf("%d tokens, %v", len(tokens), err)
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
	// The header decides: what it carries, no other site's page can send.
	if _, err := authenticate(auth, http.MethodPost, "Authorization", "Bearer x", "Cookie", "accessToken=x", "Sec-Fetch-Site", "cross-site"); gognito.ReasonOf(err) != gognito.ReasonMalformed {
		t.Errorf("a header beside a cookie: %v", err)
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
		if back, err := httpauth.SplitList(got, ','); err != nil || !slices.Equal(back, test.list) {
			t.Errorf("%q comes back as %q, %v", test.list, back, err)
		}
	}
	for _, text := range []string{",", "a,", ",a", "a,,b", "a%", "a%2", "a%zz"} {
		if list, err := httpauth.SplitList(text, ','); err == nil || list != nil {
			t.Errorf("SplitList(%q) = %q, %v; want an error", text, list, err)
		}
	}
	if got, err := httpauth.JoinList([]string{"a", ""}, ',', 100); got != "" || err == nil {
		t.Errorf("an empty element: %q, %v", got, err)
	}
	for _, separator := range []byte("%C0\xe9\xd7") {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q is taken for a separator", separator)
				}
			}()
			_, _ = httpauth.JoinList([]string{"a"}, separator, 100)
		}()
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("SplitList takes %q for a separator", separator)
				}
			}()
			_, _ = httpauth.SplitList("a", separator)
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
