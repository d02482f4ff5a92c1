package gateway_test

import (
	"maps"

	"github.com/gognito/gognito/gognitotest"
)

// unlogged is a name that is to be in no log.
const unlogged = "magnolia"

// ruleRows are about the rules of examples/gateway/gognito.yaml.
func ruleRows(p *pools) []row {
	ann, admin := person("ann"), person("root", "staff", "admins")
	buyer := scoped(ann, "orders/read")
	seller := scoped(ann, "orders/read", "orders/write")
	order := request("POST", "/orders/1", p.bearer(seller), "Content-Length: 9", "Content-Type: text/plain")
	order.body = []byte("one apple")
	post := func(m *message) *message {
		m.fields = append(m.fields, field{"Content-Length", "0"})
		return m
	}
	return atNginx([]row{
		{name: "a public page is everybody's", send: request("GET", "/healthz"), want: allowed()},
		{name: "a public page has a query", send: request("GET", "/static/app.js?v=1&x=%2F..%2Fadmin"), want: allowed()},
		{name: "a public page has a head", send: request("HEAD", "/static/app.js"), want: allowed()},
		{name: "a public page is a user's too, of whom nothing is told", send: request("GET", "/static/app.js", p.bearer(ann)), want: allowed()},
		{name: "a public page is got with a bad token", send: request("GET", "/static/app.js", bearer("x.y.z")), want: allowed()},
		{name: "a public page is public to one method", send: post(request("POST", "/healthz")), want: noToken},
		{name: "nobody gets in without a token", send: request("GET", "/"), want: noToken},
		{name: "a user gets in", send: request("GET", "/?q=1", p.bearer(ann)), want: allowed(of(ann))},
		{
			name: "a user's name is told, and not logged", attacks: []string{"A20"},
			send: request("GET", "/", p.bearer(gognitotest.User{Username: unlogged, Subject: "tree-sub"})),
			want: allowed(map[string]string{"X-Auth-User": unlogged, "X-Auth-Subject": "tree-sub", "X-Auth-Scopes": "aws.cognito.signin.user.admin"}),
		},
		{name: "a user changes something", send: request("DELETE", "/things/1", p.bearer(ann)), want: allowed(of(ann))},
		{name: "what is denied to all is so to a stranger", send: request("GET", "/internal/metrics"), want: noToken},
		{name: "what is denied to all is so to an administrator", send: request("GET", "/internal/metrics", p.bearer(admin)), want: forbidden},
		{name: "an administrator administrates", send: request("GET", "/admin/users", p.bearer(admin)), want: allowed(of(admin), groups("staff,admins"))},
		{name: "a user does not administrate", send: request("GET", "/admin/users", p.bearer(person("ann", "staff", "Admins"))), want: forbidden},
		{
			name: "a group has a comma in its name", send: request("GET", "/reports/1", p.bearer(person("ann", "sales, EMEA"))),
			want: allowed(of(ann), groups("sales%2C%20EMEA")),
		},
		{
			name: "two groups are not one with a comma", attacks: []string{"A11"},
			send: request("GET", "/reports/1", p.bearer(person("ann", "sales", "EMEA"))), want: forbidden,
		},
		{
			name: "a group with a comma is not two groups", attacks: []string{"A11", "A17"},
			send: request("GET", "/", p.bearer(person("ann", "x,admins", "a%2Cb"))), want: allowed(of(ann), groups("x%2Cadmins,a%252Cb")),
		},
		{
			name: "a group with a comma and nothing else that is odd", attacks: []string{"A11", "A17"},
			send: request("GET", "/", p.bearer(person("ann", "x,admins", "y"))), want: allowed(of(ann), groups("x%2Cadmins,y")),
		},
		{
			name: "a group with a comma in its name is not the one behind it", attacks: []string{"A11"},
			send: request("GET", "/admin/users", p.bearer(person("ann", "x,admins"))), want: forbidden,
		},
		{name: "a scope opens what it is for", send: request("GET", "/orders/1", p.bearer(buyer)), want: allowed(of(buyer))},
		{
			name: "without the scope it stays shut", send: request("GET", "/orders/1", p.bearer(ann)),
			want: want{status: 403, challenge: `Bearer realm="app", error="insufficient_scope"`},
		},
		{name: "both scopes open more", send: order, want: allowed(of(seller))},
		{
			name: "one of both scopes does not", send: post(request("POST", "/orders/1", p.bearer(buyer))),
			want: want{status: 403, challenge: `Bearer realm="app", error="insufficient_scope"`},
		},
		{
			name: "a machine does what machines may", send: request("GET", "/orders/1", bearer(p.machine("orders/read"))),
			want: allowed(map[string]string{"X-Auth-Subject": p.users.ClientID(), "X-Auth-Scopes": "orders/read"}),
		},
		{
			name: "a machine does not what people do", attacks: []string{"A12"},
			send: request("GET", "/", bearer(p.machine("orders/read"))), want: badToken,
		},
		{
			name: "a group has permissions", send: post(request("PUT", "/articles/1", p.bearer(person("ann", "editors")))),
			want: allowed(of(ann), groups("editors")),
		},
		{name: "without a permission", send: post(request("PUT", "/articles/1", p.bearer(ann))), want: forbidden},
		{
			name: "an ID token shows a profile", send: request("GET", "/profile", bearer(p.id(ann))),
			want: allowed(map[string]string{"X-Auth-User": "ann", "X-Auth-Subject": "ann-sub", "X-Auth-Email": emailOf("ann")}),
		},
		{
			name: "an access token shows no profile", attacks: []string{"A12"},
			send: request("GET", "/profile", p.bearer(ann)), want: badToken,
		},
		{
			name: "an ID token is no access token", attacks: []string{"A12"},
			send: request("GET", "/", bearer(p.id(ann))), want: badToken,
		},
	})
}

// emailOf is the address that gognitotest gives a user.
func emailOf(username string) string { return username + "@example.com" }

// with is told, and more.
func with(told map[string]string, name, value string) map[string]string {
	told = maps.Clone(told)
	told[name] = value
	return told
}
