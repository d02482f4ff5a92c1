// Package jws takes a JSON Web Signature in compact form apart, strictly
// (RFC 7515, section 7.1). It decides nothing about the signature.
package jws

import (
	"encoding/base64"
	"errors"
	"strings"
	"sync"
)

// MaxSize is the longest token that is looked at, in bytes. Cognito sets no
// limit; the largest header that common servers accept is well below this.
const MaxSize = 64 << 10

// ErrMalformed is returned for whatever is not a compact JWS.
var ErrMalformed = errors.New("jws: malformed")

// strict refuses non-zero trailing bits, so that a token has one spelling only.
var strict = base64.RawURLEncoding.Strict()

// A Token is a compact JWS taken apart. Its other strings are parts of one text,
// as long as header and payload together.
type Token struct {
	Header
	SigningInput string // what the signature is over: header and payload, a part of what was received
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
	text, headerSize, err := decodeTogether(compact[:first], compact[first+1:last])
	if err != nil {
		return Token{}, ErrMalformed
	}
	signature, err := strict.DecodeString(compact[last+1:])
	if err != nil {
		return Token{}, ErrMalformed
	}
	header, err := parseHeader(text[:headerSize])
	if err != nil {
		return Token{}, ErrMalformed
	}
	return Token{
		Header:       header,
		SigningInput: compact[:last],
		Payload:      text[headerSize:],
		Signature:    signature,
	}, nil
}

// buffers are what is decoded into; what stays is the text alone.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// decodeTogether decodes header and payload into one text.
func decodeTogether(header, payload string) (text string, headerSize int, err error) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	if *buffer, err = strict.AppendDecode((*buffer)[:0], []byte(header)); err != nil {
		return "", 0, err
	}
	headerSize = len(*buffer)
	if *buffer, err = strict.AppendDecode(*buffer, []byte(payload)); err != nil {
		return "", 0, err
	}
	return string(*buffer), headerSize, nil
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
