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

// A Token is a compact JWS taken apart. Its slices share one buffer and must
// not be changed.
type Token struct {
	Header
	SigningInput []byte // what the signature is over: header and payload as received
	Payload      string // decoded
	Signature    []byte // decoded
}

// Parse takes a compact JWS apart and reads its header. It refuses anything
// but three segments of base64url without padding, and a header that is not
// strict JSON or that has extensions which must be understood (crit).
func Parse(compact string) (*Token, error) {
	if len(compact) > MaxSize {
		return nil, ErrMalformed
	}
	first := strings.IndexByte(compact, '.')
	last := strings.LastIndexByte(compact, '.')
	if first < 0 || first == last || strings.IndexByte(compact[first+1:last], '.') >= 0 {
		return nil, ErrMalformed
	}
	if hasLineEnd(compact) {
		return nil, ErrMalformed
	}
	text := []byte(compact)
	decoded := make([]byte, 0, strict.DecodedLen(len(text)))
	header, decoded, err := decodeSegment(decoded, text[:first])
	if err != nil {
		return nil, ErrMalformed
	}
	t := &Token{SigningInput: text[:last]}
	payload, decoded, err := decodeSegment(decoded, text[first+1:last])
	if err != nil {
		return nil, ErrMalformed
	}
	if t.Signature, _, err = decodeSegment(decoded, text[last+1:]); err != nil {
		return nil, ErrMalformed
	}
	if t.Header, err = parseHeader(string(header)); err != nil {
		return nil, ErrMalformed
	}
	t.Payload = string(payload)
	return t, nil
}

// decodeSegment appends what a segment stands for to buf, and returns it alone
// as well.
func decodeSegment(buf, segment []byte) (decoded, all []byte, err error) {
	start := len(buf)
	buf, err = strict.AppendDecode(buf, segment)
	return buf[start:len(buf):len(buf)], buf, err
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
