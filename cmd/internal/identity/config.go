package identity

import (
	"crypto/ecdsa"
	"net/http"
	"time"
)

// Config says what the application is told. The names of all fields are letters,
// digits and at most three hyphens, in any case; no two are the same, and none means
// something to proxies, servers or browsers.
type Config struct {
	Headers []Header // at most 32
	// MaxBytes is the most that all fields of a request take together, 1 to 65,536;
	// names, ": " and line ends included. A user with more is refused, and nothing is
	// ever cut.
	MaxBytes int
	// Assertion, if there is one, is a signed statement of the same.
	Assertion *Assertion
	// TokenHeader, if set, passes the token itself on.
	TokenHeader string
}

// A Header is one field that the application gets. Its value is a list as
// httpauth.JoinList writes it, with commas.
type Header struct {
	Name string // X-Auth-User
	// Source is username, subject, client_id (of an ID token, its aud), groups, scopes,
	// permissions, token_use, email (if email_verified is true), phone_number
	// (likewise), or claim:NAME, for a claim that is none of these: a string, a list of
	// strings, or a number or a boolean as the token spells it. Anything else that is in
	// the claim is not told.
	Source string
}

// An Assertion is a JWT of type "gognito-assertion+jwt", signed with ES256. It has iss,
// aud, iat, exp and a jti of its own; sub, username (but for machines), client_id and
// token_use; the lists groups and permissions; scope, separated by spaces; and email,
// phone_number and the claims that headers are made of, as the token has them, but for
// those whose names it uses itself (iss and the like), and nbf: they are in headers only.
type Assertion struct {
	Header   string            // the field that carries it
	Key      *ecdsa.PrivateKey // P-256
	Issuer   string            // printable ASCII without spaces, as Audience
	Audience string
	// Lifetime is whole seconds, 5 seconds to 10 minutes. An assertion ends no later
	// than its token: of a token that only a leeway lets pass, it has ended.
	Lifetime time.Duration
}

// A Field is one header field. Its name is canonical, as in an [http.Header].
type Field struct {
	Name  string
	value [1]string // a header's list
}

// NewField returns a field.
func NewField(name, value string) Field { return Field{name, [1]string{value}} }

// Value returns what the field says.
func (f *Field) Value() string { return f.value[0] }

// SetIn sets the field in a header, which is given no copy of it.
func (f *Field) SetIn(header http.Header) { header[f.Name] = f.value[:] }
