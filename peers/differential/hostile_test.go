package differential_test

import (
	"slices"
	"strings"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// hostileClasses are the differences that kinds of hostile tokens make.
var hostileClasses = map[string]string{
	"missing claim":                "missing-exp missing-iat missing-sub missing-username username-name-capitalized username-name-long-s",
	"empty name":                   "sub-empty username-empty",
	"date out of range":            "exp-1e30 exp-max-int64 exp-over-int64 nbf-1e400 iat-1e400",
	"name in another letter case":  "client-id-name-capitalized exp-name-upper-case iss-name-upper-case token-use-name-capitalized",
	"data behind":                  "payload-comment payload-trailing-data payload-trailing-nul",
	"beyond the limits":            "header-deep-nesting payload-deep-nesting payload-1001-members payload-33-levels",
	"over 64 KiB":                  "over-1-mib over-64-kib",
	"space around":                 "leading-space trailing-space trailing-newline",
	"no kid":                       "kid-empty kid-missing kid-name-upper-case kid-null",
	"no alg":                       "alg-missing alg-name-upper-case",
	"other alg, signed with RS256": "alg-none-beside-upper-case-name alg-none-signed",
	"nbf within five minutes":      "not-yet-valid-for-a-second",
	"machine":                      "machine",
	"text that is not Unicode":     "header-invalid-utf8 header-lone-surrogate payload-encoded-surrogate payload-invalid-utf8 payload-lone-surrogate payload-overlong-utf8",
	"claim of another type": "aud-null auth-time-string exp-string groups-list-in-list groups-null groups-null-in-list groups-number-in-list groups-object groups-string " +
		"iat-null iat-string jti-number nbf-null nbf-string origin-jti-number scope-array scope-null scope-number sub-null " +
		"username-array username-boolean username-null username-number username-object",
	"audience of an access token": "audience-empty audience-none audience-other-client audience-other-resource audience-other-resources",
	"second spelling": "carriage-return-in-payload newline-in-header newline-in-payload newline-in-signature padded-header padded-payload padded-signature " +
		"standard-alphabet-payload standard-alphabet-signature trailing-bits-in-header trailing-bits-in-payload trailing-bits-in-signature space-in-payload",
	"b64 without crit": "b64-false b64-true",
	"crit":             "crit crit-b64-false crit-b64-true crit-empty crit-null",
	"name twice": "duplicate-alg duplicate-alg-escaped duplicate-alg-none-first duplicate-claim duplicate-claim-escaped duplicate-claim-first " +
		"duplicate-claim-same-value duplicate-custom-claim duplicate-exp duplicate-groups duplicate-header-member duplicate-kid duplicate-nested-header-member duplicate-nested-name",
}

// hostileMutations put a hostile token in the place of the good one.
func hostileMutations() []mutation {
	var list []mutation
	for _, h := range mint.HostileVariants() {
		class := ""
		for name, kinds := range hostileClasses {
			if slices.Contains(strings.Fields(kinds), h.Name) {
				class = name
			}
		}
		list = append(list, mutation{
			name: "hostile " + h.Name, slot: "kind", on: access, reason: gognito.Reason(h.Reason), class: class,
			apply: func(d *draft) {
				t := mint.Target{Session: d.session(d.now), AccessKey: d.access, IDKey: d.identity, AttackerKey: d.attacker, AttackerURL: d.attackerURL}
				if h.Reason == "not_yet_valid" {
					t.Session.IssuedAt = d.now.Add(2 * time.Minute) // so that its nbf has not come
				}
				d.whole = func() string { return h.Token(t) }
			},
		})
	}
	return list
}
