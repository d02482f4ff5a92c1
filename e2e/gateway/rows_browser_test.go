package gateway_test

import (
	"net/http"
	"strings"
)

// signIn is the way to the sign-in page, and back to where the rest says.
func signIn(back string) want {
	return want{status: http.StatusFound, location: "https://auth.example/login?rd=" + back}
}

// browserRows are about people, who are sent to sign in, and programs, which are not.
func browserRows(p *pools) []row {
	ann := person("ann")
	line := p.bearer(ann)
	expired := cookie(p.note(p.users.Hostile("expired")))
	navigation := []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document", "Sec-Fetch-Site: none"}
	html := "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
	return atNginx([]row{
		{name: "a person is sent to sign in", send: request("GET", "/orders/1?a=1&b=2", navigation...), want: signIn("%2Forders%2F1%3Fa%3D1%26b%3D2")},
		{name: "a person with an old browser is too", send: request("GET", "/", html), want: signIn("%2F")},
		{name: "a person whose token has expired is too", send: request("GET", "/", append(navigation, expired)...), want: signIn("%2F")},
		{name: "a head is a navigation too", send: request("HEAD", "/", html), want: signIn("%2F")},
		{
			name: "the way back leads nowhere else", attacks: []string{"A4"},
			send: request("GET", "//evil.example/", html), want: signIn("%2F"),
		},
		{
			name: "the way back is not of another host", attacks: []string{"A1"},
			send: request("GET", "/", html, "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: javascript", "X-Original-Host: evil.example"),
			want: signIn("%2F"),
		},
		{name: "a program gets the 401", send: request("GET", "/", "Accept: application/json"), want: noToken},
		{name: "a script gets the 401", send: request("GET", "/", html, "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"), want: noToken},
		{name: "an older script gets the 401", send: request("GET", "/", html, "X-Requested-With: XMLHttpRequest"), want: noToken},
		{name: "a frame gets the 401", send: request("GET", "/", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"), want: noToken},
		{name: "a form gets the 401", send: request("POST", "/", append(navigation, "Content-Length: 0")...), want: noToken},
		{name: "a bearer of a token gets the 401", send: request("GET", "/", append(navigation, bearer("a.b.c"))...), want: badToken},
		{name: "a person who may not is not sent to sign in again", send: request("GET", "/admin/users", append(navigation, cookie(p.access(ann)))...), want: forbidden},
		{
			name: "a page of one user", attacks: []string{"A15"},
			send: request("GET", "/inbox", line), want: allowed(of(ann)),
		},
		{
			name: "the same page for a stranger afterwards", attacks: []string{"A15"},
			send: request("GET", "/inbox"), want: noToken,
		},
		{
			name: "the same page for another user afterwards", attacks: []string{"A15"},
			send: request("GET", "/inbox", p.bearer(person("bob"))), want: allowed(of(person("bob"))),
		},
	})
}

// originRows are about requests that other sites' pages make.
func originRows(p *pools) []row {
	ann := person("ann")
	token := p.access(ann)
	post := func(lines ...string) *message {
		return request("POST", "/things", append(lines, "Content-Length: 0")...)
	}
	preflight := func(target string, lines ...string) *message { return request("OPTIONS", target, lines...) }
	origin, asks := "Origin: https://spa.example", "Access-Control-Request-Method: PUT"
	return atNginx([]row{
		{
			name: "another site's form", attacks: []string{"A18"},
			send: post(cookie(token), "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"), want: forbidden,
		},
		{
			name: "another site's deletion", attacks: []string{"A18"},
			send: request("DELETE", "/things", cookie(token), "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"), want: forbidden,
		},
		{
			name: "another site's replacement, from an older browser", attacks: []string{"A18"},
			send: request("PUT", "/things", cookie(token), "Origin: http://evil.example", "Content-Length: 0"), want: forbidden,
		},
		{
			name: "another site's form, from an older browser", attacks: []string{"A18"},
			send: post(cookie(token), "Origin: http://evil.example"), want: forbidden,
		},
		{
			name: "a form of no site", attacks: []string{"A18"},
			send: post(cookie(token), "Origin: null"), want: forbidden,
		},
		{
			name: "a sibling's form", attacks: []string{"A18"},
			send: post(cookie(token), "Origin: http://evil.app.example", "Sec-Fetch-Site: same-site"), want: forbidden,
		},
		{
			name: "another site's form in the name of this one", attacks: []string{"A1", "A18"},
			send: post(cookie(token), "Origin: http://evil.example", "X-Forwarded-Host: evil.example", "X-Original-Host: evil.example"), want: forbidden,
		},
		{name: "its own form", attacks: []string{"A18"}, send: post(cookie(token), "Origin: http://app.example", "Sec-Fetch-Site: same-origin"), want: allowed(of(ann))},
		{name: "its own form, from an older browser", send: post(cookie(token), "Origin: http://app.example"), want: allowed(of(ann))},
		{name: "a site's that is trusted", send: post(cookie(token), "Origin: https://spa.example", "Sec-Fetch-Site: cross-site"), want: allowed(of(ann))},
		{name: "no browser's", send: post(cookie(token)), want: allowed(of(ann))},
		{name: "another site's link", send: request("GET", "/things", cookie(token), "Sec-Fetch-Site: cross-site"), want: allowed(of(ann))},
		{name: "another site's script that has a token", send: post(bearer(token), "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"), want: allowed(of(ann))},

		{name: "a preflight passes", send: preflight("/things/1", origin, asks), want: allowed()},
		{name: "a preflight of what is denied does not", send: preflight("/internal/x", origin, asks), want: noToken},
		{name: "no preflight: without an origin", attacks: []string{"A1"}, send: preflight("/things/1", asks), want: noToken},
		{name: "no preflight: without a method", attacks: []string{"A1"}, send: preflight("/things/1", origin), want: noToken},
		{name: "no preflight: an empty method", attacks: []string{"A1"}, send: preflight("/things/1", origin, "Access-Control-Request-Method: "), want: noToken},
		{name: "no preflight: another method", attacks: []string{"A1"}, send: request("GET", "/things/1", origin, asks), want: noToken},
		{name: "no preflight: with a cookie", attacks: []string{"A1"}, send: preflight("/things/1", origin, asks, "Cookie: theme=dark"), want: noToken},
		{
			name: "no preflight: another method, says a header", attacks: []string{"A1"},
			send: request("GET", "/things/1", origin, asks, "X-Forwarded-Method: OPTIONS", "X-Original-Method: OPTIONS"), want: noToken,
		},
		{
			name: "a preflight tells nothing of anybody", attacks: []string{"A5", "A6"},
			send: preflight("/things/1", origin, asks, "X-Auth-User: root", "X_Auth_User: root", "X-Auth-Groups: admins"), want: allowed(),
		},
	})
}

// handshake is a WebSocket's (RFC 6455, section 4.1).
func handshake(lines ...string) *message {
	m := request("GET", "/chat", append(lines, "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")...)
	if m.first("Connection") == "" {
		m.fields = append(m.fields, field{"Connection", "Upgrade"})
	}
	return m
}

// switched is that the application speaks WebSocket, and what it is told.
func switched(told map[string]string) want {
	return want{status: http.StatusSwitchingProtocols, told: told}
}

// socketRows are about WebSockets, which any page may open to any site.
func socketRows(p *pools) []row {
	ann := person("ann")
	token := p.access(ann)
	foreign, site := "Origin: http://evil.example", "Origin: http://app.example"
	return atNginx([]row{
		{name: "a socket of its own", attacks: []string{"A18"}, send: handshake(cookie(token), site), want: switched(of(ann))},
		{name: "another site's socket", attacks: []string{"A18"}, send: handshake(cookie(token), foreign), want: forbidden},
		{
			name: "another site's socket, from a browser that says so", attacks: []string{"A18"},
			send: handshake(cookie(token), foreign, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: websocket", "Sec-Fetch-Dest: websocket"), want: forbidden,
		},
		{name: "a sibling's socket", attacks: []string{"A18"}, send: handshake(cookie(token), "Origin: http://x.app.example"), want: forbidden},
		{name: "a trusted site's socket", send: handshake(cookie(token), "Origin: https://spa.example"), want: switched(of(ann))},
		{name: "another site's socket with a token", send: handshake(bearer(token), foreign), want: switched(of(ann))},
		{name: "a program's socket", send: handshake(cookie(token)), want: switched(of(ann))},
		{name: "a socket in other letters", attacks: []string{"A18"}, send: handshake(cookie(token), foreign, "Connection: keep-alive, UPGRADE"), want: forbidden},
		{
			name: "a socket that is half a handshake", attacks: []string{"A18"},
			send: request("GET", "/chat", cookie(token), foreign, "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), want: forbidden,
		},
		{
			name: "another protocol is no way past the gateway", attacks: []string{"A4"},
			send: request("GET", "/healthz", "Connection: Upgrade", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"), want: allowed(),
			but: map[string]want{traefik: switched(nil)}, // it hands on every upgrade: the application must take none
		},
		{
			name: "another protocol besides a socket", attacks: []string{"A4"},
			send: request("GET", "/healthz", "Connection: Upgrade", "Upgrade: h2c, websocket"), want: allowed(),
			but: map[string]want{traefik: switched(nil)},
		},
		{name: "a stranger's socket", send: handshake(site), want: noToken},
		{name: "a stranger's socket is no navigation", send: handshake(site, "Accept: text/html"), want: noToken},
		{name: "who may not has no socket either", send: func() *message {
			m := handshake(cookie(token), site)
			m.target = "/admin/chat"
			return m
		}(), want: forbidden},
		{
			name: "a socket of somebody who says they are somebody else", attacks: []string{"A5", "A6"},
			send: handshake(cookie(token), site, "X-Auth-User: root", "X-Auth-Groups: admins", "X_Auth_Groups: admins", strings.ToUpper("x-auth-email")+": root"),
			want: switched(of(ann)),
		},
	})
}
