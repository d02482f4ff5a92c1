package gateway_test

import (
	"net/http"
	"strings"
)

// tokenRows are about where tokens are, and which of several counts.
func tokenRows(p *pools) []row {
	ann := person("ann")
	good, stale, expired := p.access(ann), p.note(p.users.Hostile("expired")), p.note(p.users.Hostile("expired"))
	return []row{
		{name: "the scheme's letter case does not matter", send: request("GET", "/", "Authorization: bearer "+good), want: allowed(of(ann))},
		{name: "a cookie carries a token", send: request("GET", "/", cookie(good)), want: allowed(of(ann))},
		{name: "another cookie carries none", send: request("GET", "/", "Cookie: Access_Token="+good), want: noToken},
		{
			name: "of two cookies of one name the good one counts", attacks: []string{"A12"},
			send: request("GET", "/", "Cookie: access_token="+stale+"; theme=dark; access_token="+good), want: allowed(of(ann)),
		},
		{
			name: "two cookies on two lines", attacks: []string{"A12"},
			send: request("GET", "/", "Cookie: access_token="+stale, "Cookie: access_token="+good), want: allowed(of(ann)),
		},
		{
			name: "two users at once are nobody", attacks: []string{"A12"},
			send: request("GET", "/", "Cookie: access_token="+good+"; access_token="+p.access(person("bob"))), want: badToken,
		},
		{
			name: "a bad token is not made good by a cookie", attacks: []string{"A12"},
			send: request("GET", "/", bearer(expired), cookie(good)), want: badToken,
		},
		{name: "another scheme leaves it to the cookie", send: request("GET", "/", "Authorization: Basic YW5uOmFubg==", cookie(good)), want: allowed(of(ann))},
		{
			name: "two Authorization lines", attacks: []string{"A12"},
			send: request("GET", "/", bearer(good), bearer(good)), want: badToken,
			but: own(http.StatusBadRequest, nginx),
		},
		{
			name: "two tokens on one Authorization line", attacks: []string{"A12"},
			send: request("GET", "/", bearer(good+",Bearer "+good)), want: badToken,
		},
		{
			name: "a token in the query is none", attacks: []string{"A12", "A20"},
			send: request("GET", "/?access_token="+p.access(ann)+"&token="+p.access(ann)), want: noToken,
		},
		{
			name: "a token in the path is none, and neither is one in a user agent", attacks: []string{"A20"},
			send: request("GET", "/session/1?x="+p.access(ann), "Referer: http://app.example/?token="+p.access(ann)), want: noToken,
		},
		{name: "an expired token", attacks: []string{"A12"}, send: request("GET", "/", bearer(expired)), want: badToken},
		{name: "somebody else's pool", attacks: []string{"A12"}, send: request("GET", "/", bearer(p.note(p.far.AccessToken(ann)))), want: badToken},
		{
			name: "a key that nobody knows", attacks: []string{"A12", "A13"},
			send: request("GET", "/", bearer(p.note(p.users.Hostile("attacker-key")))), want: badToken,
		},
	}
}

// hostileRows are all tokens that must be refused, in a header and in a cookie.
func hostileRows(p *pools) []row {
	var rows []row
	for _, hostile := range p.users.HostileTokens() {
		if hostile.Name == "not-yet-valid-for-a-second" {
			continue // and then it is: the gateway goes by the time
		}
		p.note(hostile.Token)
		for carrier, line := range map[string]string{"header": bearer(hostile.Token), "cookie": cookie(hostile.Token)} {
			r := row{
				name: "a token in a " + carrier + ": " + hostile.Name, attacks: []string{"A12"},
				send: request("GET", "/", line), want: badToken, but: tooLarge(len(line)),
			}
			if len(line) > 128<<10 {
				r.want, r.but = want{any: true}, nil
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// outageRows are about tokens that can't be judged, which is nobody's fault.
func outageRows(p *pools) []row {
	envoyFails := own(http.StatusServiceUnavailable, envoyHTTP) // status_on_error: Envoy takes any 5xx for a failure, over HTTP
	token := p.note(p.down.AccessToken(person("ann")))
	rows := []row{
		{name: "there are no keys", attacks: []string{"A14"}, send: request("GET", "/", bearer(token)), want: outage, but: envoyFails},
		{
			name: "there are no keys to sign a person in by", attacks: []string{"A14"},
			send: request("GET", "/", cookie(token), "Accept: text/html"), want: outage, but: own(http.StatusServiceUnavailable, envoyHTTP),
		},
		{name: "a public page needs no keys", attacks: []string{"A14"}, send: request("GET", "/healthz", bearer(token)), want: allowed()},
		{
			name: "a request that can't be judged is no way around the rules", attacks: []string{"A14"},
			send: request("GET", "/static/%zz", bearer(token)), want: malformed,
			// Go's server, which they are, takes no such request, of Envoy neither; nor does nginx.
			but: own(http.StatusBadRequest, nginx, caddy, traefik, envoyHTTP, reverseProxy),
		},
	}
	return atNginx(rows)
}

// tooLarge is which proxies refuse a header of so many bytes by themselves.
func tooLarge(bytes int) map[string]want {
	but := make(map[string]want)
	if bytes > 16<<10 {
		but[nginx] = byProxy(http.StatusBadRequest) // large_client_header_buffers
	}
	if bytes > 20<<10 {
		but[caddy] = byProxy(http.StatusRequestHeaderFieldsTooLarge) // max_header_size, and the 4 KB that Go adds
	}
	if bytes > 60<<10 {
		but[envoyHTTP] = byProxy(http.StatusRequestHeaderFieldsTooLarge) // max_request_headers_kb
		but[envoyGRPC] = but[envoyHTTP]
	}
	return but
}

// sizeRows are about what does not fit.
func sizeRows(p *pools) []row {
	ann := person("ann")
	many := person("ann")
	for range 600 {
		many.Groups = append(many.Groups, "é")
	}
	tossed := func(n int) string {
		return "Cookie: " + strings.Repeat("access_token=a.b.c; ", n) + "access_token=" + p.access(ann)
	}
	return atNginx([]row{
		{
			name: "the application can't be told of so many groups, and not of some", attacks: []string{"A16"},
			send: request("GET", "/", p.bearer(many)), want: forbidden,
		},
		{name: "seven cookies before the good one", attacks: []string{"A16"}, send: request("GET", "/", tossed(7)), want: allowed(of(ann))},
		{name: "a hundred cookies before the good one", attacks: []string{"A16"}, send: request("GET", "/", tossed(100)), want: badToken},
		{
			name: "a token of 14 KB", attacks: []string{"A16"},
			send: request("GET", "/", p.bearer(padded(ann, 10_000))), want: allowed(of(ann)),
		},
		{
			name: "64 KB of Authorization", attacks: []string{"A16"},
			send: request("GET", "/", bearer(strings.Repeat("a", 64<<10))), want: badToken, but: tooLarge(64 << 10),
		},
		{
			name: "200 KB of header", attacks: []string{"A16"},
			send: request("GET", "/static/app.js", "X-Padding: "+strings.Repeat("a", 200<<10)), want: want{any: true},
		},
		{
			name: "a long path", attacks: []string{"A16"},
			send: request("GET", "/things/"+strings.Repeat("a%20b/", 650), p.bearer(ann)), want: allowed(of(ann)),
		},
		{
			name: "a path that is too long to be judged", attacks: []string{"A16"},
			send: request("GET", "/things/"+strings.Repeat("a%20b/", 700), p.bearer(ann)), want: malformed,
		},
	})
}
