package mint

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
)

// Sign returns claims as a token signed by k, under the header that Cognito
// writes: a kid, then an alg, and nothing else. Claims are a map or a struct to
// be encoded, or the payload itself as a []byte, a [json.RawMessage] or a
// string, which is signed as it is, valid or not.
func Sign(k *Key, claims any) string {
	return SignRaw(k, Header(k.ID), payloadOf(claims))
}

// SignRaw signs exactly these header and payload bytes with RS256, whatever the
// header says.
func SignRaw(k *Key, header, payload []byte) string {
	input := encode(header) + "." + encode(payload)
	return input + "." + encode(Signature(k, input))
}

// Compact joins the three parts in the compact form of RFC 7515, section 7.1:
// base64url without padding, dots between.
func Compact(header, payload, signature []byte) string {
	return encode(header) + "." + encode(payload) + "." + encode(signature)
}

// Header returns the header that Cognito writes for a kid.
func Header(kid string) []byte {
	return []byte(`{"kid":` + string(marshal(kid)) + `,"alg":"RS256"}`)
}

// Signature returns the RS256 signature of a signing input: all of a token that
// comes before the second dot. The input is signed as it is, so that a token
// with a faulty encoding can carry a genuine signature.
func Signature(k *Key, input string) []byte {
	digest := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(nil, k.Private, crypto.SHA256, digest[:])
	if err != nil {
		panic("mint: RS256: " + err.Error())
	}
	return signature
}

func payloadOf(claims any) []byte {
	switch c := claims.(type) {
	case []byte:
		return c
	case json.RawMessage:
		return c
	case string:
		return []byte(c)
	}
	return marshal(claims)
}
