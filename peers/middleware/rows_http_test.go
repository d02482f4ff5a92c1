package middleware_test

import (
	"net/http"
	"strings"
)

const elsewhere = "https://attacker.example"

var requestRows = []row{
	{text: "The scheme may be spelt `bearer`.", holds: func(s *site) bool {
		return s.send(anyUser, with("Authorization", "bearer "+s.access(nil))).ran
	}},
	{text: "Two `Authorization` headers are refused.", holds: func(s *site) bool {
		good, bad := bearer(s.access(nil)), bearer(s.unknown())
		return s.send(anyUser, good, bad).refused() && s.send(anyUser, bad, good).refused()
	}},
	{text: "A token in the query string is not read, unless that is asked for.", holds: func(s *site) bool {
		return s.send("/?token=" + s.access(nil) + "&jwt=" + s.access(nil) + "&access_token=" + s.access(nil)).refused()
	}},
	{text: "A bad or malformed `Authorization` header does not fall back to a good cookie.", with: options{cookie: true}, holds: func(s *site) bool {
		good := cookie(s.access(nil))
		return s.send(anyUser, good).ran && s.send(anyUser, good, bearer(s.unknown())).refused() &&
			s.send(anyUser, good, with("Authorization", "Bearer")).refused()
	}},
	{text: "Another site's page can't POST with the cookie; the service's own can.", with: options{cookie: true}, holds: func(s *site) bool {
		post, token := method(http.MethodPost), cookie(s.access(nil))
		return s.send(anyUser, post, token, with("Sec-Fetch-Site", "same-origin"), with("Origin", s.server.URL)).ran &&
			s.send(anyUser, post, token, with("Origin", elsewhere)).refused() &&
			s.send(anyUser, post, token, with("Sec-Fetch-Site", "cross-site"), with("Origin", elsewhere)).refused()
	}},
	{text: "Nor can it open a WebSocket with it.", with: options{cookie: true}, holds: func(s *site) bool {
		handshake := []detail{
			cookie(s.access(nil)), with("Connection", "Upgrade"), with("Upgrade", "websocket"),
			with("Sec-Websocket-Version", "13"), with("Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
		}
		return s.send(anyUser, append(handshake, with("Origin", s.server.URL))...).ran &&
			s.send(anyUser, append(handshake, with("Origin", elsewhere), with("Sec-Fetch-Site", "cross-site"))...).refused()
	}},
	{text: "A stale cookie of the same name does not hide the good one.", with: options{cookie: true}, holds: func(s *site) bool {
		stale, good := cookie(s.access(claims{"exp": 1})), cookie(s.access(nil))
		return s.send(anyUser, stale, good).ran && s.send(anyUser, good, stale).ran
	}},
	{text: "Cookies of two users are refused.", with: options{cookie: true}, holds: func(s *site) bool {
		one, other := cookie(s.access(nil)), cookie(s.access(claims{"sub": "b1a2", "username": "bob"}))
		return s.send(anyUser, one, other).refused()
	}},
	{text: "Optional: no token passes, a bad one does not.", with: options{optional: true}, holds: func(s *site) bool {
		return s.send(anyUser).ran && !s.send(anyUser, bearer(s.unknown())).ran && s.admits(s.access(nil))
	}},
}

func (a answer) challenge() string { return strings.Join(a.header.Values("WWW-Authenticate"), ", ") }

// expired returns the answer to a token of a user that is no longer good.
func (s *site) expired() answer { return s.send(anyUser, bearer(s.access(claims{"exp": 1}))) }

var answerRows = []row{
	{text: "No token: 401 and a challenge without an error code (RFC 6750, section 3.1).", holds: func(s *site) bool {
		got := s.send(anyUser)
		return got.status == http.StatusUnauthorized && strings.HasPrefix(got.challenge(), "Bearer") && !strings.Contains(got.challenge(), "error=")
	}},
	{text: "A bad token: 401, `Bearer error=\"invalid_token\"`.", holds: func(s *site) bool {
		got := s.expired()
		return got.status == http.StatusUnauthorized && strings.HasPrefix(got.challenge(), "Bearer") && strings.Contains(got.challenge(), `error="invalid_token"`)
	}},
	{
		text: "Two `Authorization` headers: 400 (RFC 6750, section 3.1).",
		holds: func(s *site) bool {
			return s.send(anyUser, bearer(s.access(nil)), bearer(s.access(nil))).status == http.StatusBadRequest
		},
		deviates: "401, whatever is wrong with the token.",
	},
	{text: "The answer does not tell which check failed.", holds: func(s *site) bool {
		first := s.expired()
		for _, token := range []string{s.unknown(), s.access(claims{"iss": "https://another.example"}), s.access(claims{"exp": nil}), "not.a.token"} {
			got := s.send(anyUser, bearer(token)) // what is let in tells nothing; other rows are about that
			if !got.ran && (got.status != first.status || got.body != first.body || got.challenge() != first.challenge()) {
				return false
			}
		}
		return first.refused()
	}},
	{text: "Refusals are not to be stored (`Cache-Control: no-store`).", holds: func(s *site) bool {
		return s.send(anyUser).header.Get("Cache-Control") == "no-store" && s.expired().header.Get("Cache-Control") == "no-store"
	}},
	{text: "A group is asked for by a policy: 403 without it.", holds: func(s *site) bool {
		got := s.send(admins, bearer(s.access(nil)))
		return s.send(admins, bearer(s.access(claims{"cognito:groups": []string{"admins"}}))).ran && !got.ran && got.status == http.StatusForbidden
	}},
	{text: "A scope is asked for by a policy: 403, `insufficient_scope`.", holds: func(s *site) bool {
		got := s.send(readers, bearer(s.access(nil)))
		return s.send(readers, bearer(s.access(claims{"scope": "openid " + scopeRead}))).ran && !got.ran &&
			got.status == http.StatusForbidden && strings.Contains(got.challenge(), `error="insufficient_scope"`)
	}},
	{text: "The application's hook fails: 500, and nothing of why.", with: options{fails: true}, holds: func(s *site) bool {
		got := s.send(anyUser, bearer(s.access(nil)))
		return !got.ran && got.status == http.StatusInternalServerError && !strings.Contains(got.body, errHook.Error())
	}},
}
