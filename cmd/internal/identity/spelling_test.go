package identity_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/identity"
)

// all has fields of every kind.
func all(t testing.TB) identity.Config {
	t.Helper()
	c := standard()
	c.Assertion, c.TokenHeader = assertion(t), "X-Auth-Token"
	return c
}

// A5 and A6.
func TestNothingOfTheClientsPassesForOurs(t *testing.T) {
	issuer := newIssuer(t, all(t))
	for _, key := range []string{
		"X-Auth-User", "X-Auth-Subject", "X-Auth-Groups", "X-Auth-Scopes", "X-Auth-Assertion", "X-Auth-Token",
		"x-auth-user", "X-AUTH-USER", "x-Auth-uSER",
		"X_Auth_User", "x_auth_user", "X-Auth_User", "X_Auth-User",
		"X.Auth.User", "X.auth-user", "x-auth.groups", "X_Auth.Token", "X.AUTH_ASSERTION",
		"X^Auth^User", "X!Auth~User", "X|Auth`User", "X Auth User",
		"X-Auth-User ", " X-Auth-User", "X-Auth-User\t",
	} {
		header := http.Header{key: {"root"}, "Accept": {"*/*"}}
		issuer.Strip(header)
		expect(t, key, header, http.Header{"Accept": {"*/*"}})
	}
	all := http.Header{"X-Auth-User": {"a", "b"}, "x-auth-user": {"c"}, "X_AUTH_USER": nil}
	issuer.Strip(all)
	expect(t, "all spellings at once", all, http.Header{})
}

func TestWhatIsNotOursStays(t *testing.T) {
	others := http.Header{
		"X-Auth": {""}, "X-Auth-User-Id": {""}, "X-Auth-Users": {""}, "Xauthuser": {""}, "Xx-Auth-User": {""}, "X-Auth--User": {""},
		"X-Auth-Email": {""}, "Cookie": {""}, "Authorization": {""}, "": {""}, "-Auth-User": {""}, "X-Auth-U\u017fer": {""},
	}
	header := others.Clone()
	issuer := newIssuer(t, all(t))
	issuer.Strip(header)
	issuer.Strip(nil)
	expect(t, "header", header, others)
	for _, name := range issuer.Removals(nil, others) {
		if others[http.CanonicalHeaderKey(name)] != nil {
			t.Errorf("%s is removed", name)
		}
	}
}

func TestAProxyRemovesWhatIsNotToldAndEveryOtherSpelling(t *testing.T) {
	c := identity.Config{MaxBytes: 100, Headers: []identity.Header{
		{Name: "Remote-User", Source: "username"}, {Name: "X-A-B", Source: "groups"}, {Name: "Plain", Source: "subject"},
	}}
	issuer := newIssuer(t, c)
	others := "remote.user remote_user x-a.b x-a_b x.a-b x.a.b x.a_b x_a-b x_a.b x_a_b"
	for _, test := range []struct {
		name   string
		fields []string
		client []string
		want   string
	}{
		{"nothing is told", nil, nil, "plain remote-user x-a-b " + others},
		{"one is told", []string{"Remote-User"}, nil, "plain x-a-b " + others},
		{"all are told", []string{"Remote-User", "X-A-B", "Plain"}, nil, others},
		{"told in lower case", []string{"remote-user", "PLAIN"}, nil, "x-a-b " + others},
		{"of something else", []string{"Cache-Control"}, nil, "plain remote-user x-a-b " + others},
		{"the client sends what is told", []string{"Remote-User", "X-A-B", "Plain"}, []string{"remote-user", "REMOTE-USER", "Plain"}, others},
		{"the client sends what is known", []string{"Plain"}, []string{"X_A_B", "x-A-b"}, "remote-user x-a-b " + others},
		{"the client sends another sign", []string{"Remote-User", "X-A-B", "Plain"}, []string{"X*a~B", "x*A~b", "Accept"}, "x*a~b " + others},
		{"the client sends what is no name", []string{"Remote-User", "X-A-B", "Plain"}, []string{"remote-user ", "X A B", "x-a\xe9b", "x,a,b"}, others},
	} {
		t.Run(test.name, func(t *testing.T) {
			var fields []identity.Field
			for _, name := range test.fields {
				fields = append(fields, identity.NewField(name, "v"))
			}
			client := make(http.Header)
			for _, key := range test.client {
				client[key] = []string{"root"}
			}
			want := strings.Fields(test.want)
			slices.Sort(want)
			expect(t, "removals", issuer.Removals(fields, client), want)
		})
	}
}

func TestThreeHyphensHaveTwentySevenSpellings(t *testing.T) {
	issuer := newIssuer(t, identity.Config{MaxBytes: 100, Headers: []identity.Header{{Name: "X-A-B-C", Source: "username"}}})
	removed := issuer.Removals(nil, nil)
	if len(removed) != 27 || !slices.IsSorted(removed) || len(slices.Compact(slices.Clone(removed))) != 27 {
		t.Errorf("removed are %q", removed)
	}
	if told := issuer.Removals([]identity.Field{{Name: "X-A-B-C"}}, nil); len(told) != 26 || slices.Contains(told, "x-a-b-c") {
		t.Errorf("removed beside a field are %q", told)
	}
}

// What a request leaves to others must not be changed by them.
func TestRemovalsAreTheCallersOwn(t *testing.T) {
	issuer := newIssuer(t, standard())
	want := slices.Clone(issuer.Removals(nil, nil))
	for _, name := range [][]string{issuer.Removals(nil, nil), issuer.Removals(nil, http.Header{"X*auth*user": nil})} {
		clear(name)
	}
	expect(t, "removals", issuer.Removals(nil, nil), want)
}

// A5: with the header stripped or removed, a client's copy does not outlive the claim.
func TestAClaimThatIsAbsentLeavesNothingOfTheClients(t *testing.T) {
	issuer := newIssuer(t, standard(identity.Header{Name: "X-Auth-Email", Source: "email"}))
	client := http.Header{}
	for _, name := range []string{"X-Auth-User", "X-Auth-Groups", "X-Auth-Email", "X_Auth_Email"} {
		client[name] = []string{"root"}
	}
	u := saying(`{"email":"a@b","email_verified":"false"}`)
	u.Username, u.TokenUse = "ann", gognito.IDToken
	fields, err := issuer.Fields(u, "", now)
	if err != nil {
		t.Fatal(err)
	}
	proxied := client.Clone()
	for key := range proxied {
		if slices.Contains(issuer.Removals(fields, client), strings.ToLower(key)) {
			delete(proxied, key)
		}
	}
	issuer.Strip(client)
	for i := range fields {
		fields[i].SetIn(client)
		fields[i].SetIn(proxied)
	}
	want := http.Header{"X-Auth-User": {"ann"}, "X-Auth-Subject": {"7f1c"}}
	expect(t, "stripped", client, want)
	expect(t, "removed", proxied, want)
}
