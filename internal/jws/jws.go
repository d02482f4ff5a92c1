// Package jws takes a JSON Web Signature in compact form apart, strictly
// (RFC 7515, section 7.1). It decides nothing about the signature.
package jws

import (
	"encoding/base64"
	"errors"
	"strings"
)

// MaxSize is the longest token that is looked at, in bytes. Cognito sets no
// limit; the largest header that common servers accept is well below this.
const MaxSize = 64 << 10

// ErrMalformed is returned for whatever is not a compact JWS.
var ErrMalformed = errors.New("jws: malformed")

// strict refuses non-zero trailing bits, so that a token has one spelling only.
var strict = base64.RawURLEncoding.Strict()

// A Token is a compact JWS taken apart. Its slices must not be changed. Its
// strings are parts of one text, as long as header and payload together.
type Token struct {
	Header
	SigningInput []byte // what the signature is over: header and payload as received
	Payload      string // decoded
	Signature    []byte // decoded
}

// Parse takes a compact JWS apart and reads its header. It refuses anything
// but three segments of base64url without padding, and a header that is not
// strict JSON or that has extensions which must be understood (crit).
func Parse(compact string) (Token, error) {
	if len(compact) > MaxSize {
		return Token{}, ErrMalformed
	}
	first := strings.IndexByte(compact, '.')
	last := strings.LastIndexByte(compact, '.')
	if first < 0 || first == last || strings.IndexByte(compact[first+1:last], '.') >= 0 || hasLineEnd(compact) {
		return Token{}, ErrMalformed
	}
	received := []byte(compact)
	decoded := make([]byte, 0, strict.DecodedLen(len(received)))
	ends := [...]int{first, last, len(received)}
	start := 0
	for i, end := range ends {
		var err error
		if decoded, err = strict.AppendDecode(decoded, received[start:end]); err != nil {
			return Token{}, ErrMalformed
		}
		start, ends[i] = end+1, len(decoded)
	}
	text := string(decoded[:ends[1]]) // of header and payload, in one allocation
	header, err := parseHeader(text[:ends[0]])
	if err != nil {
		return Token{}, ErrMalformed
	}
	return Token{
		Header:       header,
		SigningInput: received[:last],
		Payload:      text[ends[0]:],
		Signature:    decoded[ends[1]:],
	}, nil
}

// Decode decodes base64url as a JWS or a JSON Web Key has it: without padding,
// and with one spelling only.
func Decode(text string) ([]byte, error) {
	if hasLineEnd(text) {
		return nil, ErrMalformed
	}
	return strict.DecodeString(text)
}

// hasLineEnd is asked because encoding/base64 skips line ends even if it is
// strict.
func hasLineEnd(text string) bool {
	return strings.IndexByte(text, '\n') >= 0 || strings.IndexByte(text, '\r') >= 0
}
