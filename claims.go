package gognito

import (
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Claims is what a verified token says. Verify returns it with a nil error only.
// It belongs to the caller, lists included. Safe for concurrent reading. Its texts
// are parts of one, the whole payload: of what is kept long, keep a strings.Clone.
//
// It prints as the kind of token and nothing of it, so that a log line can't
// leak a user. encoding/json, and fmt in an unexported field of another value, do
// not ask: keep claims out of what is logged that way.
type Claims struct {
	Issuer   string // iss
	Subject  string // sub: the user's ID in the pool; the client's, for a machine
	ClientID string // client_id of an access token, aud of an ID token
	Username string // username, or cognito:username; empty for a machine
	TokenUse TokenUse
	Groups   []string // cognito:groups; nil for a user in none
	Scopes   []string // scope of an access token, split; nil for an ID token
	Audience []string // aud; nil for most access tokens

	JTI       string    // jti: this token; empty if revocation is off
	OriginJTI string    // origin_jti: the sign-in that this token descends from
	IssuedAt  time.Time // iat
	AuthTime  time.Time // auth_time: when the user signed in; zero if not said
	ExpiresAt time.Time // exp

	payload string // as signed
}

// NewClaims returns claims whose Decode decodes payload, a JSON object, and whose
// fields are yet to be set. It checks nothing: it is for a [TokenVerifier] of other
// tokens than a pool's, when it has verified one, and for tests of handlers.
func NewClaims(payload string) *Claims { return &Claims{payload: payload} }

// Machine reports whether the token is a machine's, from client_credentials: it
// has no username, and its subject is its client.
func (c *Claims) Machine() bool { return c.Username == "" && c.Subject == c.ClientID }

// Decode decodes all the claims, the ones that Claims has no field for included,
// into the struct or map that v points to. Names are matched exactly. A number
// decodes into an any as an encoding/json.Number, so that none loses digits:
// a trigger may add integers beyond 2^53.
//
// The tags of encoding/json apply:
//
//	var extra struct {
//		Tenant string `json:"custom:tenant"`
//	}
//	err := claims.Decode(&extra)
func (c *Claims) Decode(v any) error {
	// The caller's own unmarshalers see a copy, never the payload itself.
	if err := json.Unmarshal([]byte(c.payload), v, decodeNumbers); err != nil {
		return newDecodeError(v, err)
	}
	return nil
}

// decodeNumbers keeps numbers as they are written. It decodes every kind itself:
// how an unmarshaler leaves one to the package differs between the versions of
// encoding/json/v2.
var decodeNumbers = json.WithUnmarshalers(json.JoinUnmarshalers(
	json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *any) error {
		var err error
		switch d.PeekKind() {
		case jsontext.KindNumber:
			*v, err = readNumber(d)
		case jsontext.KindBeginObject:
			object := make(map[string]any)
			err = json.UnmarshalDecode(d, &object)
			*v = object
		case jsontext.KindBeginArray:
			array := make([]any, 0)
			err = json.UnmarshalDecode(d, &array)
			*v = array
		default:
			err = readScalar(d, v)
		}
		return err
	}),
	json.UnmarshalFromFunc(func(d *jsontext.Decoder, v *stdjson.Number) error {
		if d.PeekKind() != jsontext.KindNumber {
			return errors.New("not a number")
		}
		var err error
		*v, err = readNumber(d)
		return err
	}),
))

func readNumber(d *jsontext.Decoder) (stdjson.Number, error) {
	number, err := d.ReadValue()
	return stdjson.Number(number), err
}

// readScalar reads a string, a boolean or null.
func readScalar(d *jsontext.Decoder, v *any) error {
	token, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch token.Kind() {
	case jsontext.KindString:
		*v = token.String()
	case jsontext.KindTrue, jsontext.KindFalse:
		*v = token.Bool()
	default:
		*v = nil
	}
	return nil
}

// decodeError says where a claim does not fit, without the claim's value, which
// the cause may quote.
type decodeError struct {
	text  string
	cause error
}

func (e *decodeError) Error() string { return e.text }
func (e *decodeError) Unwrap() error { return e.cause }

func newDecodeError(into any, cause error) error {
	text := fmt.Sprintf("gognito: Claims.Decode: the claims do not fit a %T", into)
	if misfit, ok := errors.AsType[*json.SemanticError](cause); ok {
		for name := range misfit.JSONPointer.Tokens() { // the first: what is below may be anything
			text = fmt.Sprintf("gognito: Claims.Decode: the claim %q does not fit %v", name, misfit.GoType)
			break
		}
	}
	return &decodeError{text, cause}
}

// String returns the kind of the token.
func (c Claims) String() string { return "gognito.Claims(" + string(c.TokenUse) + ")" }

// Format prints String, whatever the verb.
func (c Claims) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue logs String.
func (c Claims) LogValue() slog.Value { return slog.StringValue(c.String()) }
