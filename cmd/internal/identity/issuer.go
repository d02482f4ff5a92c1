package identity

import (
	"time"

	"github.com/gognito/gognito"
)

// An Issuer tells the application about users. It is safe for concurrent use.
type Issuer struct {
	headers     []header
	claims      []string // the names of those that headers need
	assertion   *signer  // nil: none
	tokenHeader string
	maxBytes    int

	names   []string // of all fields, in lower case
	removed []string // names and their other spellings, in lower case, sorted
}

// A header is a [Header], checked.
type header struct {
	name   string // canonical
	source source
}

// New returns the Issuer for the configuration. The error joins every [Fault].
func New(c Config) (*Issuer, error) {
	checked := check(&c)
	if err := checked.err(); err != nil {
		return nil, err
	}
	i := &Issuer{headers: checked.headers, claims: checked.claims, maxBytes: c.MaxBytes}
	for _, h := range i.headers {
		i.own(h.name)
	}
	if c.Assertion != nil {
		i.assertion = newSigner(c.Assertion, i.headers)
		i.own(i.assertion.header)
	}
	if c.TokenHeader != "" {
		i.tokenHeader = canonical(c.TokenHeader)
		i.own(i.tokenHeader)
	}
	return i, nil
}

// WantsToken reports whether Fields needs the token itself.
func (i *Issuer) WantsToken() bool { return i.tokenHeader != "" }

// Fields returns what the application is told about a user: the headers that there is
// a value for, in the order of the configuration, then the assertion, then the token.
// raw is the user's token, and is used only if [Issuer.WantsToken].
//
// A value is printable ASCII without spaces. It is a list as httpauth.SplitList reads
// it, with commas, also where it can only have one element. What the token does not
// say is left out, and never made up of something else.
//
// The error is [ErrTooLarge], [ErrUnnamed] or [ErrTokenMissing], or that what the token
// says can't be told. Nothing is told then, and the request must not go on.
func (i *Issuer) Fields(user *gognito.User, raw string, now time.Time) ([]Field, error) {
	said, err := i.read(user)
	if err != nil {
		return nil, err
	}
	w := writer{fields: make([]Field, 0, len(i.names)), room: i.maxBytes}
	for h := range i.headers {
		text, list := i.headers[h].source.valueOf(user, said)
		if err := w.add(i.headers[h].name, text, list); err != nil {
			return nil, err
		}
	}
	if i.assertion != nil {
		token, err := i.assertion.sign(user, said, now)
		if err != nil {
			return nil, err
		}
		if err := w.put(i.assertion.header, token); err != nil {
			return nil, err
		}
	}
	if i.tokenHeader != "" {
		if !isCompact(raw) {
			return nil, ErrTokenMissing
		}
		if err := w.put(i.tokenHeader, raw); err != nil {
			return nil, err
		}
	}
	return w.fields, nil
}

// isCompact reports whether a token could be a JWS in compact form, which needs no
// encoding.
func isCompact(raw string) bool {
	for _, c := range []byte(raw) {
		if !isAlphanumeric(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return raw != ""
}

// JWKS returns the key set that assertions are verified with (RFC 7517); nil: there
// are none. It must not be changed.
func (i *Issuer) JWKS() []byte {
	if i.assertion == nil {
		return nil
	}
	return i.assertion.keySet
}
