package identity

import (
	"crypto/elliptic"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Fault is one thing that is wrong with the configuration.
type Fault struct {
	// Field is where, by the names of the configuration file: "headers.X-Auth-User",
	// "headers", "max_bytes", "token_header", or "assertion.header", ".key_file",
	// ".issuer", ".audience" and ".lifetime".
	Field   string
	Problem string
}

// Error names the field and what to do.
func (f *Fault) Error() string { return "identity: " + f.Field + " " + f.Problem }

// Limits of the configuration.
const (
	maxBytes   = 65536
	maxHeaders = 32 // each has up to 27 spellings
)

// A checker collects faults, and what is in order.
type checker struct {
	faults  []error
	taken   map[string]bool // canonical names
	headers []header
	claims  []string
}

func (c *checker) err() error { return errors.Join(c.faults...) }

func (c *checker) fault(field, format string, values ...any) {
	c.faults = append(c.faults, &Fault{Field: field, Problem: fmt.Sprintf(format, values...)})
}

func check(config *Config) *checker {
	c := &checker{taken: make(map[string]bool)}
	if len(config.Headers) > maxHeaders {
		c.fault("headers", "are more than %d", maxHeaders)
	}
	for _, h := range config.Headers {
		c.header(h)
	}
	if config.MaxBytes < 1 || config.MaxBytes > maxBytes {
		c.fault("max_bytes", "must be 1 to %d", maxBytes)
	}
	if config.TokenHeader != "" {
		c.name("token_header", config.TokenHeader)
	}
	if config.Assertion != nil {
		c.assertion(config.Assertion)
	}
	return c
}

func (c *checker) header(h Header) {
	field := "headers." + h.Name
	c.name(field, h.Name)
	source, problem := parseSource(h.Source)
	if problem != "" {
		c.fault(field, "%s", problem)
	}
	c.headers = append(c.headers, header{name: canonical(h.Name), source: source})
	for _, claim := range []string{source.claim, source.verified} {
		if claim != "" && !slices.Contains(c.claims, claim) {
			c.claims = append(c.claims, claim)
		}
	}
}

func canonical(name string) string { return http.CanonicalHeaderKey(name) }

// A name has few enough hyphens for its spellings to be listed.
var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+){0,3}$`)

// name checks the name of a field, which no other may have. Names have no other signs
// than hyphens, so that two that are spellings of one another are the same.
func (c *checker) name(field, name string) {
	canonical := canonical(name)
	switch {
	case len(name) > 64 || !nameForm.MatchString(name):
		c.fault(field, "must be a name of at most 64 letters and digits, with single hyphens between them, at most three, such as X-Auth-User")
	case reserved(canonical):
		c.fault(field, "can't be %s, which means something to proxies, servers or browsers: take another, such as X-Auth-User", canonical)
	case c.taken[canonical]:
		c.fault(field, "is %s, as another field is: each needs a name of its own", canonical)
	}
	c.taken[canonical] = true
}

func (c *checker) assertion(a *Assertion) {
	c.name("assertion.header", a.Header)
	if problem := keyProblem(a); problem != "" {
		c.fault("assertion.key_file", "%s", problem)
	}
	for _, text := range []struct{ field, value string }{
		{"assertion.issuer", a.Issuer}, {"assertion.audience", a.Audience},
	} {
		if text.value == "" || strings.ContainsFunc(text.value, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			c.fault(text.field, "must be printable ASCII without spaces, and not empty")
		}
	}
	if a.Lifetime < 5*time.Second || a.Lifetime > 10*time.Minute || a.Lifetime%time.Second != 0 {
		c.fault("assertion.lifetime", "must be whole seconds, from 5s to 10m")
	}
}

// keyProblem says what is wrong with a key. A public key that belongs to another
// private one would verify nothing.
func keyProblem(a *Assertion) string {
	if a.Key == nil || a.Key.Curve != elliptic.P256() {
		return "must hold an ECDSA key of the curve P-256"
	}
	private, err := a.Key.ECDH()
	if err != nil {
		return "holds a key that is none of its curve"
	}
	public, err := a.Key.PublicKey.ECDH()
	if err != nil || !private.PublicKey().Equal(public) {
		return "holds a public key that is not the private key's"
	}
	return ""
}
