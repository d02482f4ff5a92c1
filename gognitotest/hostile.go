package gognitotest

import (
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// HostileToken is a token that must be refused.
type HostileToken struct {
	Name   string // in kebab-case: "expired", "alg-none", "hs256-public-key", …
	Token  string
	Reason gognito.Reason // why the pool's own verifier refuses it
}

// HostileTokens returns one new token of each hostile kind, sorted by name: forged
// ones, genuine ones that are not good now or not for this client, and ones that
// only look well-formed. A program that accepts the pool's access tokens must
// refuse each of them.
//
// They are made for what [Pool.Config] says. Where the program under test accepts
// more (ID tokens, machines, a leeway) it may rightly accept those that
// Config would refuse for just that.
//
// Every one of them can travel in a header or a cookie. The kinds that no header
// carries as they are (a space or a line end in the token) are made by
// [Pool.Hostile] alone.
func (p *Pool) HostileTokens() []HostileToken {
	var list []HostileToken
	target := p.target()
	for _, h := range mint.HostileVariants() {
		if token := h.Token(target); sendable(token) {
			list = append(list, HostileToken{h.Name, token, gognito.Reason(h.Reason)})
		}
	}
	return list
}

// Hostile returns a new token of one hostile kind, by its name. It fails the test
// if there is no such kind, and lists those that there are.
func (p *Pool) Hostile(name string) string {
	p.tb.Helper()
	var names []string
	for _, h := range mint.HostileVariants() {
		if h.Name == name {
			return h.Token(p.target())
		}
		names = append(names, h.Name)
	}
	p.tb.Fatalf("gognitotest: no hostile token is called %q; there are: %s", name, strings.Join(names, " "))
	return ""
}

// target is what the hostile tokens are made against.
func (p *Pool) target() mint.Target {
	access, identity := p.signers()
	return mint.Target{
		Session:     p.session(User{Groups: []string{"staff"}}),
		AccessKey:   access,
		IDKey:       identity,
		AttackerKey: p.attacker(),
		AttackerURL: p.server.URL + "/attacker",
	}
}

// sendable reports whether a token is made of what RFC 6265, section 4.1.1, calls
// cookie octets, all of which a header carries too.
func sendable(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`",;\`, r)
	})
}
