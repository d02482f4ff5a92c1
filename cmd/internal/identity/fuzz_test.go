package identity_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/httpauth"
)

func FuzzFields(f *testing.F) {
	f.Add("ann", "admins\nusers", "acme", uint16(3072))
	f.Add("ann\r\nX-Auth-Groups: admins", "x,admins\n%2C", `"\`, uint16(100))
	f.Add("\xff", "\x00\n\n", "Zoë\u2028", uint16(1))
	c := standard(identity.Header{Name: "X-Claim-Text", Source: "claim:text"}, identity.Header{Name: "X-Claim-List", Source: "claim:list"})
	signer := newIssuer(f, signing(f))
	f.Fuzz(func(t *testing.T, username, groups, text string, most uint16) {
		var list []string
		if groups != "" {
			list = strings.Split(groups, "\n")
		}
		payload, err := json.Marshal(map[string]any{"text": text, "list": list})
		if err != nil {
			t.Fatal(err)
		}
		valid := utf8.ValidString(username + " " + groups + " " + text) // what JSON can hold
		u := saying(string(payload))
		u.Username, u.Groups = username, list
		c.MaxBytes = 1 + int(most)
		fields, err := newIssuer(t, c).Fields(u, "", now)
		switch named := !slices.Contains(list, ""); {
		case err == nil && !named:
			t.Errorf("of the groups %q, %q is told", list, fields)
		case err != nil && err != identity.ErrTooLarge && (named || err != identity.ErrUnnamed):
			t.Errorf("of the groups %q, nothing is told: %v", list, err)
		}
		if size := len(strings.ReplaceAll(lines(fields), "\n", "\r\n")); size > c.MaxBytes {
			t.Errorf("%d bytes of %d", size, c.MaxBytes)
		}
		said := map[string][]string{
			"X-Auth-User": {username}, "X-Auth-Subject": {u.Subject}, "X-Auth-Groups": list,
			"X-Claim-Text": {text}, "X-Claim-List": list,
		}
		for _, field := range fields {
			if strings.ContainsFunc(field.Value(), func(r rune) bool { return r < 0x21 || r > 0x7e }) || field.Value() == "" {
				t.Errorf("%s is %q", field.Name, field.Value())
			}
			got, err := httpauth.SplitList(field.Value(), ',')
			if err != nil {
				t.Errorf("%s is no list: %q", field.Name, field.Value())
			}
			if want := said[field.Name]; (valid || !strings.HasPrefix(field.Name, "X-Claim-")) && !slices.Equal(got, want) {
				t.Errorf("%s is read as %q, want %q", field.Name, got, want)
			}
		}
		if fields, err = signer.Fields(u, "", now); err != nil {
			if valid && err != identity.ErrTooLarge {
				t.Error(err)
			}
			return
		}
		claims := open(t, signer.JWKS(), fields[len(fields)-1].Value())
		if name, _ := claims["username"].(string); name != username {
			t.Errorf("the assertion's username is %q, want %q", name, username)
		}
		if asserted := claims["groups"].([]any); !slices.EqualFunc(asserted, list, func(a any, b string) bool { return a == any(b) }) {
			t.Errorf("the assertion's groups are %q, want %q", asserted, list)
		}
	})
}

func FuzzStrip(f *testing.F) {
	for _, key := range []string{"X-Auth-User", "x_auth.USER", "X^Auth^User", "X-Auth-User ", "Accept"} {
		f.Add(key)
	}
	issuer := newIssuer(f, standard())
	f.Fuzz(func(t *testing.T, key string) {
		header := map[string][]string{key: {"root"}}
		removed := issuer.Removals(nil, header)
		issuer.Strip(header)
		// As a server makes a variable of it.
		variable := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return '_'
		}, strings.ToLower(key))
		ours := slices.Contains([]string{"x_auth_user", "x_auth_subject", "x_auth_groups", "x_auth_scopes"}, variable)
		if ours && utf8.ValidString(key) && len(variable) == len(key) && len(header) != 0 {
			t.Errorf("%q stays", key)
		}
		if len(header) != 0 && slices.Contains(removed, strings.ToLower(key)) {
			t.Errorf("%q is removed by a proxy, and not stripped", key)
		}
		for _, name := range removed {
			if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ',' || r >= 'A' && r <= 'Z' }) {
				t.Errorf("removed is %q", name)
			}
		}
	})
}
