package alb

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gognito/gognito/internal/jws"
	"github.com/gognito/gognito/internal/strictjson"
)

// padded is how a load balancer writes base64url: with padding, which a JWS must
// not have. Nothing else is taken, so that a token has one spelling: header and
// payload are signed as they are spelled, but the signature itself is not.
var padded = base64.URLEncoding.Strict()

var errMalformed = errors.New("alb: malformed")

// token is a token taken apart. Nothing in it is believed until the signature is
// verified, and what has no effect here is ignored (typ, jku, x5c, …).
type token struct {
	header
	claims
	signingInput string // as received, padding included
	payload      string // decoded
	signature    []byte // decoded
}

// header is the part of the header that decides: what the load balancer says of
// itself, and not of the user.
type header struct {
	algorithm, keyID, signer, issuer, client string
	expires                                  time.Time
}

// claims are those that decide, or name the user.
type claims struct {
	subject, username, payloadIssuer string
	payloadExpires                   time.Time
	complete                         bool // all there, of their types, and the names not empty
}

// parse takes a token apart, and refuses what no load balancer writes.
func parse(text string) (token, error) {
	if len(text) > jws.MaxSize || strings.IndexByte(text, '\n') >= 0 || strings.IndexByte(text, '\r') >= 0 { // encoding/base64 skips line ends
		return token{}, errMalformed
	}
	parts := strings.SplitN(text, ".", 4)
	if len(parts) != 3 {
		return token{}, errMalformed
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = padded.DecodeString(part); err != nil {
			return token{}, errMalformed
		}
	}
	t := token{
		signingInput: text[:len(parts[0])+1+len(parts[1])],
		payload:      string(decoded[1]),
		signature:    decoded[2],
	}
	if !t.readHeader(string(decoded[0])) || !t.readClaims(t.payload) {
		return token{}, errMalformed
	}
	return t, nil
}

// readHeader reads a header that has all that a load balancer writes.
func (h *header) readHeader(text string) bool {
	const members = 6 // strictjson refuses a name that is there twice
	found := 0
	critical := false
	ok := each(text, func(object *strictjson.Object) {
		good := false
		switch string(object.Name()) {
		case "alg":
			h.algorithm, good = object.String()
		case "kid":
			h.keyID, good = object.String()
			good = good && isKeyID(h.keyID)
		case "signer":
			h.signer, good = object.String()
		case "iss":
			h.issuer, good = object.String()
		case "client":
			h.client, good = object.String()
		case "exp":
			h.expires, good = date(object)
		case "crit", "b64": // extensions, of which none is known (RFC 7515, section 4.1.11; RFC 7797)
			critical = true
		}
		if good {
			found++
		}
	})
	return ok && found == members && !critical
}

// readClaims reads strict JSON with an issuer. What else is wrong waits until the
// signature is verified.
func (c *claims) readClaims(text string) bool {
	const members = 4
	found := 0
	issued := false
	ok := each(text, func(object *strictjson.Object) {
		good := false
		switch string(object.Name()) {
		case "iss":
			c.payloadIssuer, issued = object.String()
			good = issued
		case "sub":
			c.subject, good = object.String()
			good = good && c.subject != ""
		case "username":
			c.username, good = object.String()
			good = good && c.username != ""
		case "exp":
			c.payloadExpires, good = date(object)
		}
		if good {
			found++
		}
	})
	c.complete = found == members
	return ok && issued
}

// each calls read for every member of the object, and reports whether all of the
// text is in order.
func each(text string, read func(*strictjson.Object)) bool {
	object, err := strictjson.Open(text)
	if err != nil {
		return false
	}
	defer object.Close()
	for object.Next() {
		read(object)
	}
	return object.Err() == nil
}

const maxDate = 253402300799 // the year 9999; what is beyond is no seconds

// date reads whole seconds since 1970, as a load balancer writes them.
func date(object *strictjson.Object) (time.Time, bool) {
	text, ok := object.Number()
	if !ok {
		return time.Time{}, false
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0).UTC(), err == nil && 0 <= seconds && seconds <= maxDate
}

// isKeyID reports whether it is a UUID in lower case, as all key IDs are: nothing
// else ever becomes a part of a URL.
func isKeyID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
