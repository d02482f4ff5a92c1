package decide

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/gognito/gognito"
)

// A checker collects what is wrong with one rule.
type checker struct {
	rule   *Rule
	faults []*Fault
}

func (c *checker) fault(field, format string, values ...any) {
	c.faults = append(c.faults, &Fault{Field: field, Problem: fmt.Sprintf(format, values...)})
}

func (c *checker) all() {
	switch name := c.rule.Name; {
	case !isName(name):
		c.fault("Name", `must be 1 to 64 letters, digits and "._-"`)
	case name == NoRule || name == PreflightRule:
		c.fault("Name", "can't be %q, by which logs and metrics call what no rule decided", name)
	}
	c.list("Hosts", c.rule.Hosts, checkHost)
	c.list("Methods", c.rule.Methods, c.checkMethod)
	if len(c.rule.Paths) == 0 {
		c.fault("Paths", `is missing or empty: "/*" is every path`)
	}
	for _, path := range c.rule.Paths {
		if _, err := parsePattern(path); err != nil {
			c.fault("Paths", "%q %v", path, err)
		}
	}
	if a := c.rule.Access; a != Deny && a != Authenticated && a != Public {
		c.fault("Access", "must be Deny, Authenticated or Public")
	}
	c.demands()
}

// list checks a list that may be left out, and each of it.
func (c *checker) list(field string, list []string, check func(string) string) {
	if list != nil && len(list) == 0 {
		c.fault(field, "is empty, which does not mean everything: name something, or leave it out")
	}
	for _, one := range list {
		if problem := check(one); problem != "" {
			c.fault(field, "%q %s", one, problem)
		}
	}
}

func isName(name string) bool {
	for _, c := range []byte(name) {
		if c == '~' || !isUnreserved(c) {
			return false
		}
	}
	return name != "" && len(name) <= 64
}

func checkHost(host string) string {
	if strings.Contains(host, "*") {
		return "has a wildcard: name each host, or leave Hosts out"
	}
	canonical, err := canonicalHost(host)
	switch {
	case err != nil:
		return "is no name or address"
	case canonical != host:
		return fmt.Sprintf("must be written as %q: in lower case, without a port and without a dot at the end", canonical)
	}
	return ""
}

// methods are those of RFC 9110 and RFC 5789, and WebDAV's (RFC 4918).
var methods = strings.Fields("GET HEAD POST PUT PATCH DELETE CONNECT OPTIONS TRACE " +
	"PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK")

func (c *checker) checkMethod(method string) string {
	switch {
	case method == "HEAD" && !slices.Contains(c.rule.Methods, "GET"):
		return "is judged as GET: write that"
	case slices.Contains(methods, method):
		return ""
	case slices.Contains(methods, strings.ToUpper(method)):
		return fmt.Sprintf("must be written as %q", strings.ToUpper(method))
	}
	return "is no method that is known: leave Methods out to take every one"
}

// demands checks what is asked of users: that somebody could meet it, and that
// somebody is asked.
func (c *checker) demands() {
	r := c.rule
	if r.TokenUse != "" && uses[r.TokenUse] == "" {
		c.fault("TokenUse", "must be access, id or any")
	}
	if r.TokenUse == gognito.IDToken && r.Machines {
		c.fault("Machines", "can't be met with TokenUse id: machines have access tokens only")
	}
	if r.Access != Authenticated && r.TokenUse != "" {
		c.fault("TokenUse", "is for rules whose Access is Authenticated")
	}
	if r.Access != Authenticated && r.Machines {
		c.fault("Machines", "is for rules whose Access is Authenticated")
	}
	for _, list := range r.lists() {
		check, isScopes := checkDemand, strings.HasSuffix(list.field, "Scopes")
		if isScopes {
			check = checkScope
		}
		c.list(list.field, list.values, check)
		switch {
		case list.values == nil:
		case r.Access != Authenticated:
			c.fault(list.field, "is for rules whose Access is Authenticated")
		case isScopes && r.TokenUse == gognito.IDToken:
			c.fault(list.field, "can't be met with TokenUse id: only access tokens have scopes")
		}
	}
}

// checkDemand refuses what no token can hold.
func checkDemand(value string) string {
	switch {
	case value == "":
		return "is nothing that a user could have"
	case strings.TrimSpace(value) != value || strings.ContainsFunc(value, unicode.IsControl):
		return "begins or ends with a space, or holds a control character"
	}
	return ""
}

func checkScope(scope string) string {
	if strings.Contains(scope, " ") {
		return "holds a space: a scope has none, so write several as several"
	}
	return checkDemand(scope)
}
