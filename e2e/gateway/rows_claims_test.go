package gateway_test

import (
	"maps"
	"strings"

	"github.com/gognito/gognito/gognitotest"
)

// claiming is the user with other claims.
func claiming(u gognitotest.User, claims map[string]any) gognitotest.User {
	all := make(map[string]any)
	maps.Copy(all, u.Claims)
	maps.Copy(all, claims)
	u.Claims = all
	return u
}

// padded is the user with a claim of so many bytes, that nobody reads.
func padded(u gognitotest.User, n int) gognitotest.User {
	return claiming(u, map[string]any{"custom:padding": strings.Repeat("a", n)})
}

// claimRows are about what tokens say: genuine ones, whose users chose the words.
func claimRows(p *pools) []row {
	ann := person("ann")
	profile := func(claims map[string]any) *message {
		return request("GET", "/profile", bearer(p.id(claiming(ann, claims))))
	}
	known := map[string]string{"X-Auth-User": "ann", "X-Auth-Subject": "ann-sub"}
	named := func(username string) *message {
		return request("GET", "/", p.bearer(claiming(ann, map[string]any{"username": username})))
	}
	return atNginx([]row{
		{
			name: "a list of groups that is a word is none", attacks: []string{"A11"},
			send: request("GET", "/admin/users", p.bearer(claiming(ann, map[string]any{"cognito:groups": "admins"}))), want: badToken,
		},
		{
			name: "a list of groups that are lists is none", attacks: []string{"A11"},
			send: request("GET", "/admin/users", p.bearer(claiming(ann, map[string]any{"cognito:groups": []any{[]string{"admins"}}}))), want: badToken,
		},
		{
			name: "a custom claim is no group", attacks: []string{"A11"},
			send: request("GET", "/admin/users", p.bearer(claiming(ann, map[string]any{"custom:groups": "admins", "groups": []string{"admins"}}))), want: forbidden,
		},
		{
			name: "a group without a name can't be told of", attacks: []string{"A11"},
			send: request("GET", "/", p.bearer(person("ann", ""))), want: forbidden,
		},
		{
			name: "an address that is not verified is not told", attacks: []string{"A11"},
			send: profile(map[string]any{"email_verified": false}), want: allowed(known),
		},
		{
			name: "an address of which nobody says that it is verified is not told", attacks: []string{"A11"},
			send: profile(map[string]any{"email_verified": nil}), want: allowed(known),
		},
		{
			name: "an address that is verified in other words is not told", attacks: []string{"A11"},
			send: profile(map[string]any{"email_verified": 1}), want: allowed(known),
		},
		{
			name: "an address is told as a whole, and an access token's user has none", attacks: []string{"A11"},
			send: profile(map[string]any{"email": "root@app.example@evil.example"}),
			want: allowed(with(known, "X-Auth-Email", "root@app.example@evil.example")),
		},
		{
			name: "an address in an access token is not told, since nobody has verified it", attacks: []string{"A11"},
			send: request("GET", "/", p.bearer(claiming(ann, map[string]any{"email": "root@app.example"}))), want: allowed(of(ann)),
		},
		{
			name: "a name with a line end", attacks: []string{"A17"},
			send: named("ann\r\nX-Auth-Groups: admins"), want: allowed(with(of(ann), "X-Auth-User", "ann%0D%0AX-Auth-Groups:%20admins")),
		},
		{
			name: "a name with a line feed and nothing else", attacks: []string{"A17"},
			send: named("ann\nX-Auth-Groups: admins"), want: allowed(with(of(ann), "X-Auth-User", "ann%0AX-Auth-Groups:%20admins")),
		},
		{
			name: "a name with a null", attacks: []string{"A17"},
			send: named("root\x00ann"), want: allowed(with(of(ann), "X-Auth-User", "root%00ann")),
		},
		{
			name: "a name that is not ASCII", attacks: []string{"A17"},
			send: named("ánn"), want: allowed(with(of(ann), "X-Auth-User", "%C3%A1nn")),
		},
		{
			name: "a name that looks encoded", attacks: []string{"A17"},
			send: named("r%6Fot"), want: allowed(with(of(ann), "X-Auth-User", "r%256Fot")),
		},
		{
			name: "a name with a comma and spaces around it", attacks: []string{"A17"},
			send: named(" ann, root "), want: allowed(with(of(ann), "X-Auth-User", "%20ann%2C%20root%20")),
		},
		{
			name: "a group with a line end", attacks: []string{"A17"},
			send: request("GET", "/", p.bearer(person("ann", "a\r\nX-Auth-User: root"))), want: allowed(of(ann), groups("a%0D%0AX-Auth-User:%20root")),
		},
		{
			name: "a name that is longer than all that may be told", attacks: []string{"A16", "A17"},
			send: named(strings.Repeat("ann", 1200)), want: forbidden,
		},
	})
}
