package middleware_test

import (
	"fmt"
	"net/http"
	"time"
)

// A row is one thing that middleware may do or forget.
type row struct {
	text  string
	with  options
	holds func(*site) bool
	slow  bool // it waits for a server, so that it runs beside the others
	// deviates says why Gognito, by design, does not.
	deviates string
}

// A part is a table of its own.
type part struct {
	title string
	rows  []row
}

var parts = []part{
	{"The token", tokenRows},
	{"The keys", keyRows},
	{"The request", requestRows},
	{"The answer", answerRows},
}

// refusing is for hostile kinds of token, by what their names begin with.
func refusing(text string, prefixes ...string) row {
	return row{text: text, holds: func(s *site) bool { return s.refuses(s.hostile(prefixes...)...) }}
}

var tokenRows = []row{
	{text: "An ordinary access token, which has no `aud`, is accepted.", holds: func(s *site) bool { return s.admits(s.ordinary()) }},
	{text: "An access token that is bound to this API by `aud` is accepted.", holds: func(s *site) bool { return s.admits(s.access(nil)) }},
	refusing("What another key has signed, or none, is refused, a key that the token brings along included.",
		"attacker-", "tampered-", "empty-signature", "zero-signature", "other-token-signature", "other-pool-same-kid", "id-key-kid", "pss-in-rs256", "hmac-in-rs256"),
	refusing("Other algorithms are refused: none, HMAC with the public key, RS384, PS256.", "alg-none", "hs256-", "rs384", "rs512", "ps256", "es256", "eddsa"),
	refusing("Another issuer's token is refused.", "other-pool", "issuer-other", "missing-iss"),
	refusing("An issuer that only looks like the pool's is refused.", "issuer-"),
	refusing("A token for another API (`aud`) is refused.", "audience-other"),
	refusing("Another app client's token (`client_id`) is refused.", "other-client"),
	refusing("An ID token is refused where an access token is due (`token_use`).", "id-token"),
	{text: "A machine's token is refused unless machines are let in.", holds: func(s *site) bool { return s.refuses(s.machine()) }},
	refusing("An expired token is refused.", "expired", "expires-now"),
	refusing("A token whose `exp` is missing, null or 0 is refused.", "missing-exp", "exp-null", "exp-zero"),
	refusing("A token before its `nbf` is refused.", "not-yet-valid"),
	refusing("A time that is no number is refused.", "exp-string", "exp-array", "exp-boolean", "iat-string", "nbf-string"),
	refusing("Another claim of the wrong type is refused.", "sub-number", "username-object", "groups-string", "groups-number-in-list", "scope-array"),
	refusing("A member that is there twice is refused, in the header and in the payload.", "duplicate-"),
	{text: "`EXP` is not `exp`: it does not stand in for it, nor change it.", holds: func(s *site) bool {
		past, future := time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()
		return s.admits(s.access(claims{"EXP": past})) &&
			s.refuses(s.access(claims{"exp": nil, "EXP": future}), s.behind(claims{"exp": past}, fmt.Sprintf(`"EXP":%d`, future)))
	}},
	{text: "`CLIENT_ID` is not `client_id`, nor `TOKEN_USE` `token_use`.", holds: func(s *site) bool {
		return s.refuses(
			s.access(claims{"client_id": nil, "CLIENT_ID": s.clientID()}),
			s.access(claims{"token_use": nil, "TOKEN_USE": "access"}),
			s.behind(claims{"client_id": "another"}, `"CLIENT_ID":"`+s.clientID()+`"`),
			s.behind(claims{"token_use": "id"}, `"TOKEN_USE":"access"`),
		)
	}},
	refusing("A header that has `crit` is refused.", "crit"),
	refusing("Padding, another alphabet and stray bits in base64url are refused.", "padded-", "standard-alphabet-", "trailing-bits-", "dangling-character-"),
	refusing("What is not JSON, or has something behind it, is refused.",
		"payload-unclosed", "payload-trailing-", "payload-comment", "payload-leading-zero", "header-unclosed", "header-trailing-", "header-comment"),
	refusing("What is not UTF-8 is refused.", "payload-invalid-utf8", "payload-overlong-utf8", "header-invalid-utf8"),
	refusing("JSON that is 20,000 levels deep is refused.", "payload-deep-nesting", "header-deep-nesting"),
	refusing("A token of more than 64 KiB is refused.", "over-64-kib"),
	{
		text: "A token that is bound to a key (DPoP, `cnf`) is refused without its proof.",
		holds: func(s *site) bool {
			return s.refuses(s.access(claims{"cnf": claims{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}))
		},
		deviates: "Cognito issues none.",
	},
}

// soon is how long a server has to come to know of a new key: RemoteKeys leaves
// ten seconds between fetches.
const soon = 15 * time.Second

// within asks again until what is asked holds, or time is up.
func within(limit time.Duration, holds func() bool) bool {
	ticks := time.NewTicker(limit / 60)
	defer ticks.Stop()
	for end := time.Now().Add(limit); time.Now().Before(end); <-ticks.C {
		if holds() {
			return true
		}
	}
	return false
}

const flood = 100

func flooded(s *site) {
	for range flood {
		s.refuses(s.unknown())
	}
}

var keyRows = []row{
	{text: "Fifty first requests at once cause one fetch of the keys.", with: options{cold: true}, holds: func(s *site) bool {
		admitted := make(chan bool, 50)
		for range cap(admitted) {
			go func() { admitted <- s.admits(s.access(nil)) }()
		}
		all := true
		for range cap(admitted) {
			all = <-admitted && all
		}
		return all && s.fetched() == 1
	}},
	{text: "A hundred forged tokens with unknown `kid`s cause two fetches at most.", holds: func(s *site) bool {
		before := s.fetched()
		flooded(s)
		return s.fetched()-before <= 2
	}},
	{text: "A new key's tokens are accepted within 15 seconds.", slow: true, holds: func(s *site) bool {
		s.rotate()
		return within(soon, func() bool { return s.admits(s.access(nil)) })
	}},
	{text: "So they are just after such a flood.", slow: true, holds: func(s *site) bool {
		flooded(s)
		s.rotate()
		return within(soon, func() bool { return s.admits(s.access(nil)) })
	}},
	{text: "Once they are, the old key's tokens are refused.", slow: true, holds: func(s *site) bool {
		old := s.access(nil)
		s.rotate()
		return within(soon, func() bool { return s.admits(s.access(nil)) }) && s.refuses(old)
	}},
	{text: "Tokens of known keys stay good in an outage of 15 seconds.", slow: true, holds: func(s *site) bool {
		s.setOutage(true)
		return !within(soon, func() bool { return !s.admits(s.access(nil)) })
	}},
	{text: "A start in an outage is answered 503, not 401.", with: options{outage: true}, holds: func(s *site) bool {
		got := s.send(anyUser, bearer(s.access(nil)))
		return !got.ran && got.status == http.StatusServiceUnavailable
	}},
	{text: "Within 15 seconds of the outage's end all is well.", with: options{outage: true}, slow: true, holds: func(s *site) bool {
		refused := s.refuses(s.access(nil))
		s.setOutage(false)
		return refused && within(soon, func() bool { return s.admits(s.access(nil)) })
	}},
}
