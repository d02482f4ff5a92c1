package gateway_test

import "net/http"

// pathRows are about spellings of paths. More of them are in hostileSpellings.
func pathRows(p *pools) []row {
	ann, admin := person("ann"), person("root", "admins")
	line := p.bearer(ann)
	var rows []row
	for _, target := range []string{
		"//admin/users", "/admin//users", "/static/../admin/users", "/static/%2e%2e/admin/users", "/static/..%2fadmin/users", "/static/..%2Fadmin",
		"/./admin", "/static//../admin", "/admin/../static/x", "/%61dmin/users", "/admin%2fusers", "/ADMIN/users", "/aDmin",
		"/admin;x=1", "/static/..;/admin", "/;/admin", `/static\..\admin`, "/static/..%5cadmin", "/admin%3f/static/x", "/admin%23", "/%2561dmin/users",
		"/static/%252e%252e/admin", "/admin/", "/admin/.", "//host/admin",
	} {
		rows = append(rows, row{name: "a user at " + target, attacks: []string{"A4"}, send: request("GET", target, line), want: forbidden})
		rows = append(rows, row{name: "a stranger at " + target, attacks: []string{"A4"}, send: request("GET", target), want: noToken})
	}
	for _, target := range []string{"/static//x", "/static/./x", "/static/y/../x", "/static/%78", "/static/a%2Fb", "/static/a;b", "/static/[id]", "/Static/x"} {
		rows = append(rows, row{name: "a public page in another spelling, " + target, attacks: []string{"A4"}, send: request("GET", target), want: noToken})
	}
	for _, target := range []string{"/things/a%2Fb", "/things//b", "/things/a;v=1", "/things/%c3%a9", "/Things"} {
		rows = append(rows, row{name: "a user's page in another spelling, " + target, attacks: []string{"A4"}, send: request("GET", target, line), want: allowed(of(ann))})
	}
	rows = append(rows,
		row{
			name: "an administrator at an odd spelling", attacks: []string{"A4"},
			send: request("GET", "/static/..%2fadmin//users", p.bearer(admin)), want: allowed(of(admin), groups("admins")),
		},
		row{
			name: "a path with a null", attacks: []string{"A4"}, send: request("GET", "/static/%00", line), want: malformed,
			but: own(http.StatusBadRequest, nginx),
		},
		row{name: "a path with a line end", attacks: []string{"A4", "A17"}, send: request("GET", "/static/%0d%0aX:y", line), want: malformed},
		row{name: "a path that is no UTF-8", attacks: []string{"A4"}, send: request("GET", "/static/%ff", line), want: malformed},
		row{
			name: "a path with a fragment", attacks: []string{"A4"}, send: request("GET", "/static/x#/../../admin", line), want: malformed,
			but: map[string]want{
				traefik: byProxy(http.StatusBadRequest), envoyHTTP: byProxy(http.StatusBadRequest), envoyGRPC: byProxy(http.StatusBadRequest), // they take none
				caddy: forbidden, // which makes %23 of it, for the gateway and for the application
			},
		},
		row{
			name: "a user at a path that leads out of the site", attacks: []string{"A4"}, send: request("GET", "/../admin", line), want: forbidden,
			but: own(http.StatusBadRequest, nginx),
		},
		row{
			name: "a path that leads out of the site", attacks: []string{"A4"}, send: request("GET", "/../../etc/passwd", line), want: allowed(of(ann)),
			but: own(http.StatusBadRequest, nginx),
		},
		row{
			name: "no path", attacks: []string{"A4"}, send: request("GET", "*", line), want: malformed,
			// They take none.
			but: own(http.StatusBadRequest, nginx, envoyHTTP, envoyGRPC),
		},
	)
	return atNginx(rows)
}
