package jws

import "github.com/gognito/gognito/internal/strictjson"

// Header holds the two members of a JOSE header that a verifier of Cognito's
// tokens may act on. Everything else in a header (jku, jwk, x5u, x5c, typ, …)
// is a claim of whoever wrote the token, and is ignored.
type Header struct {
	Algorithm string
	KeyID     string
}

func parseHeader(text string) (Header, error) {
	var h Header
	object, err := strictjson.Open(text)
	if err != nil {
		return Header{}, err
	}
	defer object.Close()
	for object.Next() {
		var into *string
		switch string(object.Name()) {
		case "alg":
			into = &h.Algorithm
		case "kid":
			into = &h.KeyID
		case "crit", "b64":
			// No extension is understood here (RFC 7515, section 4.1.11), and
			// b64 is one that changes what is signed (RFC 7797).
			return Header{}, ErrMalformed
		default:
			continue
		}
		value, ok := object.String()
		if !ok {
			return Header{}, ErrMalformed
		}
		*into = value
	}
	if err := object.Err(); err != nil {
		return Header{}, err
	}
	if h.Algorithm == "" || h.KeyID == "" {
		return Header{}, ErrMalformed
	}
	return h, nil
}
