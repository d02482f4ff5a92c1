package gateway_test

import (
	"net/http"
	"strings"
)

// identityRows are about headers of the client's that pass for the gateway's.
func identityRows(p *pools) []row {
	ann := person("ann")
	line := p.bearer(ann)
	var all, odd, aliases []string
	for _, name := range identity {
		all = append(all, name+": root", strings.ToUpper(name)+": admins")
		odd = append(odd, strings.ToLower(name)+": root")
		for _, sign := range []string{"_", "."} {
			aliases = append(aliases, strings.ReplaceAll(name, "-", sign)+": admins")
		}
		aliases = append(aliases,
			strings.Replace(name, "-", "_", 1)+": admins", strings.Replace(name, "-", ".", 1)+": admins",
			strings.Replace(strings.Replace(name, "-", ".", 1), "-", "_", 1)+": admins",
			strings.ToLower(strings.ReplaceAll(name, "-", "_"))+": admins")
	}
	// Caddy drops names with an underscore or a dot, and has no means to drop others by
	// a pattern: an application for which these are aliases needs them dropped elsewhere.
	var strange []string
	atCaddy := make(map[string]string)
	for sign := range strings.SplitSeq("!#$%&'*+^`|~", "") {
		name := strings.ReplaceAll("X-Auth-Groups", "-", sign)
		strange = append(strange, name+": admins")
		atCaddy["alias "+http.CanonicalHeaderKey(name)] = "admins"
	}
	behind := request("POST", "/things", line, "Transfer-Encoding: chunked", "Trailer: X-Auth-User, X-Auth-Groups")
	behind.body = []byte("one apple")
	behind.trailers = []field{{"X-Auth-User", "root"}, {"X-Auth-Groups", "admins"}, {"X_Auth_Groups", "admins"}}
	nominated := "Connection: " + strings.Join(identity, ", ")
	return []row{
		{
			name: "a stranger says who they are", attacks: []string{"A5"},
			send: request("GET", "/", all...), want: noToken,
		},
		{
			name: "a stranger says who they are on a public page", attacks: []string{"A5"},
			send: request("GET", "/static/app.js", all...), want: allowed(),
		},
		{
			name: "a user says that they are somebody else", attacks: []string{"A5"},
			send: request("GET", "/", append(all, line)...), want: allowed(of(ann)),
		},
		{
			name: "a user says so in another letter case", attacks: []string{"A5"},
			send: request("GET", "/", append(odd, line)...), want: allowed(of(ann)),
		},
		{
			name: "a user without an address says that there is one", attacks: []string{"A5"},
			send: request("GET", "/", line, "X-Auth-Email: root@app.example"), want: allowed(of(ann)),
		},
		{
			name: "a user says that they are somebody else behind the body", attacks: []string{"A5", "A6"},
			send: behind, want: allowed(of(ann)),
			// Caddy passes trailers on: an application must not take them for headers (RFC 9110, section 6.5.1).
			but: map[string]want{caddy: allowed(of(ann), map[string]string{
				"trailer X-Auth-User": "root", "trailer X-Auth-Groups": "admins", "trailer alias X_auth_groups": "admins",
			})},
		},
		{
			name: "an underscore or a dot stands for a hyphen", attacks: []string{"A6"},
			send: request("GET", "/", append(aliases, line)...), want: allowed(of(ann)),
		},
		{
			name: "an underscore or a dot stands for a hyphen, on a public page", attacks: []string{"A6"},
			send: request("GET", "/static/app.js", aliases...), want: allowed(),
		},
		{
			name: "another sign stands for a hyphen", attacks: []string{"A6"},
			send: request("GET", "/", append(strange, line)...), want: allowed(of(ann)),
			but: map[string]want{caddy: allowed(of(ann), atCaddy)},
		},
		{
			name: "another sign stands for a hyphen, on a public page", attacks: []string{"A6"},
			send: request("GET", "/static/app.js", strange...), want: allowed(),
			but: map[string]want{caddy: allowed(atCaddy)},
		},
		{
			name: "Connection names the headers of the gateway", attacks: []string{"A7"},
			send: request("GET", "/", line, nominated), want: allowed(of(ann)),
		},
		{
			name: "Connection names them, and the client sends them", attacks: []string{"A5", "A7"},
			send: request("GET", "/", append(all, line, nominated)...), want: allowed(of(ann)),
		},
		{
			name: "Connection names them in a handshake", attacks: []string{"A7"},
			send: handshake(line, "Connection: Upgrade, "+strings.Join(identity, ", ")), want: switched(of(ann)),
		},
		{
			name: "Connection names what a proxy tells by", attacks: []string{"A1", "A7"},
			send: request("GET", "/admin/users", line,
				"Connection: X-Forwarded-Uri, X-Forwarded-Method, X-Forwarded-Host, X-Forwarded-Proto, X-Original-URI, X-Original-Method"),
			want: forbidden, but: map[string]want{nginx: byProxy(403)},
		},
	}
}
