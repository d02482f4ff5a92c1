package gateway_test

import "net/http"

// metadataRows are about headers of the client's that pass for a proxy's, and about
// requests that pass for those of a health check.
func metadataRows(p *pools) []row {
	ann := person("ann")
	line := p.bearer(ann)
	forged := []string{
		"X-Forwarded-Uri: /healthz", "X-Forwarded-Uri: /static/x", "X-Forwarded-Method: GET", "X-Forwarded-Host: localhost",
		"X-Forwarded-Proto: https", "X-Forwarded-Prefix: /static", "X-Forwarded-Path: /healthz",
		"X-Original-URI: /healthz", "X-Original-Url: /healthz", "X-Original-Method: GET", "X-Original-Host: localhost", "X-Original-Proto: https",
		"X-Rewrite-Url: /healthz", "X-Envoy-Original-Path: /healthz", "X-HTTP-Method-Override: GET",
		"Forwarded: for=127.0.0.1;host=localhost;proto=https",
	}
	from := []string{
		"X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "True-Client-IP: 127.0.0.1", "X-Client-IP: 127.0.0.1",
		"X-Envoy-External-Address: 127.0.0.1", "X-Envoy-Internal: true", "Forwarded: for=127.0.0.1",
	}
	rows := []row{
		{
			name: "headers of another path, for a stranger", attacks: []string{"A1"},
			send: request("GET", "/admin/users", forged...), want: noToken,
		},
		{
			name: "headers of another path, for a user", attacks: []string{"A1"},
			send: request("GET", "/admin/users", append(forged, line)...), want: forbidden,
		},
		{
			name: "headers of another method", attacks: []string{"A1"},
			send: request("POST", "/healthz", append(forged, "Content-Length: 0")...), want: noToken,
		},
		{
			name: "headers of another path change nothing of a public one", attacks: []string{"A1", "A22"},
			send: request("GET", "/healthz", "X-Forwarded-Uri: /admin/users", "X-Original-URI: /admin/users", "X-Forwarded-Method: DELETE"), want: allowed(),
		},
		{
			name: "headers of the gateway's answers", attacks: []string{"A22"},
			send: request("GET", "/things/1", line, "X-Envoy-Auth-Headers-To-Remove: authorization", "X-Accel-Redirect: /admin/users",
				"X-Envoy-Upstream-Alt-Stat-Name: x", "Location: /admin/users"),
			want: allowed(of(ann)),
		},
		{
			name: "the path that is judged is the one that is served", attacks: []string{"A22"},
			send: request("GET", "/things/a%20b;v=1?to=/admin/users&to=%2Fadmin&?", line), want: allowed(of(ann)),
		},
		{
			name: "what is judged arrives as it was sent", attacks: []string{"A22"},
			send: request("GET", "/things/a%20b/c%2Cd/%E2%82%AC?to=/admin/users&to=%2Fadmin&empty", line), want: allowed(of(ann)),
		},
		{
			name: "the query names a public path", attacks: []string{"A2"},
			send: request("GET", "/admin/users?x=/healthz&/static/x", line), want: forbidden,
		},
		{
			name: "the query begins like a public path", attacks: []string{"A2"},
			send: request("GET", "/admin/users?/../../static/x"), want: noToken,
		},
		{
			name: "an encoded question mark begins no query", attacks: []string{"A2", "A4"},
			send: request("GET", "/admin%3f/../static/x"), want: noToken,
		},
		{
			name: "an encoded number sign begins no fragment", attacks: []string{"A2", "A4"},
			send: request("GET", "/admin%23/static/x", line), want: forbidden,
		},
		{
			name: "the query names a path that is not public", attacks: []string{"A2"},
			send: request("GET", "/static/app.js?/../admin/users&groups=admins"), want: allowed(),
		},
		{
			name: "a health check by its user agent", attacks: []string{"A3"},
			send: request("GET", "/admin/users", "User-Agent: kube-probe/1.30", "User-Agent: ELB-HealthChecker/2.0"), want: noToken,
		},
		{
			name: "a user agent of Google's health check", attacks: []string{"A3"},
			send: request("GET", "/", "User-Agent: GoogleHC/1.0"), want: noToken,
		},
		{
			name: "from the loopback interface, says the client", attacks: []string{"A21"},
			send: request("GET", "/", from...), want: noToken,
		},
		{
			name: "from the loopback interface, says a user", attacks: []string{"A21"},
			send: request("GET", "/admin/users", append(from, line)...), want: forbidden,
		},
		{
			name: "a proxy's headers from the loopback interface", attacks: []string{"A1", "A21"},
			send: request("GET", "/admin/users", append(append([]string{}, forged...), from...)...), want: noToken,
		},
	}
	for _, path := range []string{
		"/ping", "/ready", "/livez", "/readyz", "/status", "/metrics", "/robots.txt", "/oauth2/auth", "/verify/nginx", "/verify/envoy/healthz",
		"/sign-in/nginx", "/.well-known/jwks.json", "/healthz/../admin/users", "/healthz/x",
	} {
		rows = append(rows, row{
			name: "no way in at " + path, attacks: []string{"A3"}, send: request("GET", path), want: noToken,
		})
	}
	for _, path := range []string{"/gognito/verify", "/gognito/sign-in"} {
		rows = append(rows, row{
			name: "no way in at " + path, attacks: []string{"A3"}, send: request("GET", path), want: noToken,
			but: own(http.StatusNotFound, nginx), // internal
		})
	}
	return atNginx(rows)
}
