package grpcauth

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// A Rule says whom a method is for. The zero Rule is for nobody.
type Rule struct {
	gates func(*httpauth.Authenticator) []httpauth.Gate // nil denies
}

// Require lets users through whom all the policies allow; without policies, every
// user.
func Require(policies ...gognito.Policy) Rule {
	return Rule{func(auth *httpauth.Authenticator) []httpauth.Gate {
		gates := []httpauth.Gate{auth.RequireGate()}
		for _, policy := range policies {
			gates = append(gates, auth.AllowGate(policy))
		}
		return gates
	}}
}

// Optional also lets calls without any token through, without a user. Every other
// outcome, a bad token or an outage, is answered exactly as by Require.
func Optional() Rule {
	return Rule{func(auth *httpauth.Authenticator) []httpauth.Gate {
		return []httpauth.Gate{auth.OptionalGate()}
	}}
}

// Public lets every call through, and looks at no token: for health checks, and for
// reflection where it is wanted.
func Public() Rule {
	return Rule{func(*httpauth.Authenticator) []httpauth.Gate { return nil }}
}

// ErrNoRule refuses a call whose method has no rule, or the zero Rule: as
// PermissionDenied, with or without a token, since no token would help.
var ErrNoRule = fmt.Errorf("grpcauth: the method has no rule: %w", gognito.ErrForbidden)

func deny(*http.Request) (*http.Request, error) { return nil, ErrNoRule }

func (r Rule) mount(auth *httpauth.Authenticator) []httpauth.Gate {
	if r.gates == nil {
		return []httpauth.Gate{deny}
	}
	return r.gates(auth)
}

// ruleOf returns what is said of a method: by its own name, its service's, or
// otherwise.
func ruleOf[T any](method string, methods map[string]T, otherwise T) T {
	if rule, ok := methods[method]; ok {
		return rule
	}
	if rule, ok := methods[serviceOf(method)+"*"]; ok {
		return rule
	}
	return otherwise
}

// serviceOf returns a method's name up to its last slash, where gRPC divides it.
func serviceOf(method string) string { return method[:strings.LastIndexByte(method, '/')+1] }

// ruleName is what a rule can be for: a method, or all of a service. In gRPC the
// name of a service may have slashes.
var ruleName = regexp.MustCompile(`^(/[^/* ]+)+/(\*|[^/* ]+)$`)

func mustName(name string) {
	if !ruleName.MatchString(name) {
		panic(fmt.Sprintf("grpcauth: %q in Guard.Methods is neither /package.Service/Method nor /package.Service/*", name))
	}
}
