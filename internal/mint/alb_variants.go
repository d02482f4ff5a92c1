package mint

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

type rawText = json.RawMessage

func jsonMembers(object []byte) map[string]rawText {
	var members map[string]rawText
	if err := json.Unmarshal(object, &members); err != nil {
		panic("mint: " + err.Error())
	}
	return members
}

// albFormVariants are not, or not strictly, three segments of base64url with
// padding, which is how a load balancer spells its tokens and signs them.
var albFormVariants = []ALBHostile{
	{"empty", malformed, albToken(reply(""))},
	{"two-dots-only", malformed, albToken(reply(".."))},
	{"two-segments", malformed, albToken(func(good string) string { return good[:strings.LastIndexByte(good, '.')] })},
	{"four-segments", malformed, albToken(func(good string) string { return good + ".AAAA" })},
	{"trailing-dot", malformed, albToken(func(good string) string { return good + "." })},
	{"trailing-newline", malformed, albToken(func(good string) string { return good + "\n" })},
	{"leading-space", malformed, albToken(func(good string) string { return " " + good })},
	{"access-token", malformed, func(t ALBTarget) string { return Sign(t.PoolKey, AccessClaims(t.Session)) }},
	{"id-token", malformed, func(t ALBTarget) string { return Sign(t.PoolKey, IDClaims(t.Session)) }},
	{"over-64-kib", malformed, albClaim("note", `"`+strings.Repeat("x", 48<<10)+`"`)},

	{"unpadded-header", malformed, albEncoded(0, unpad)},
	{"unpadded-payload", malformed, albEncoded(1, unpad)},
	{"unpadded-signature", malformed, albEncoded(2, unpad)},
	{"half-padded-header", malformed, albEncoded(0, func(s string) string { return s[:len(s)-1] })},
	{"half-padded-signature", malformed, albEncoded(2, func(s string) string { return s[:len(s)-1] })},
	{"over-padded-header", malformed, albEncoded(0, func(s string) string { return s + "=" })},
	{"over-padded-payload", malformed, albEncoded(1, func(s string) string { return s + "====" })},
	{"over-padded-signature", malformed, albEncoded(2, func(s string) string { return s + "=" })},
	{"percent-encoded-padding", malformed, albEncoded(2, func(s string) string { return strings.ReplaceAll(s, "=", "%3D") })},
	{"padding-in-payload", malformed, albEncoded(1, func(s string) string { return s[:4] + "====" + s[4:] })},
	{"trailing-bits-in-header", malformed, albEncoded(0, paddedTrailingBits)},
	{"trailing-bits-in-payload", malformed, albEncoded(1, paddedTrailingBits)},
	{"trailing-bits-in-signature", malformed, albEncoded(2, paddedTrailingBits)},
	{"standard-alphabet-header", malformed, albEncoded(0, standardAlphabet)},
	{"standard-alphabet-payload", malformed, albEncoded(1, standardAlphabet)},
	{"standard-alphabet-signature", malformed, albEncoded(2, standardAlphabet)},
	{"newline-in-header", malformed, albEncoded(0, insert("\n"))},
	{"newline-in-payload", malformed, albEncoded(1, insert("\r\n"))},
	{"newline-in-signature", malformed, albEncoded(2, insert("\n"))},
	{"newline-in-padding", malformed, albEncoded(2, func(s string) string { return s[:len(s)-1] + "\n=" })},
	{"space-in-payload", malformed, albEncoded(1, insert(" "))},
}

// albHeaderVariants have a faulty header, or one of another load balancer, pool or
// client.
var albHeaderVariants = []ALBHostile{
	{"header-is-array", malformed, albHeaderText(func(good string) string { return "[" + good + "]" })},
	{"header-trailing-data", malformed, albHeaderText(func(good string) string { return good + "{}" })},
	{"header-byte-order-mark", malformed, albHeaderText(func(good string) string { return "\xef\xbb\xbf" + good })},
	{"header-invalid-utf8", malformed, albHeaderText(func(good string) string { return strings.Replace(good, `"JWT"`, "\"\xff\"", 1) })},
	{"header-lone-surrogate", malformed, albMember("typ", `"\ud800"`)},
	{"duplicate-alg", malformed, albHeaderText(prepend(`"alg":"none"`))},
	{"duplicate-kid", malformed, albHeaderText(prepend(`"kid":"../x"`))},
	{"duplicate-signer", malformed, albHeaderText(prepend(`"signer":"x"`))},
	{"duplicate-signer-escaped", malformed, albHeaderText(prepend(`"\u0073igner":"x"`))},
	{"duplicate-exp", malformed, albHeaderText(prepend(`"exp":0`))},
	{"crit", malformed, albMember("crit", `["exp"]`)},
	{"b64-false", malformed, albMember("b64", `false`)},
	{"alg-missing", malformed, albMember("alg", "")},
	{"alg-null", malformed, albMember("alg", "null")},
	{"alg-array", malformed, albMember("alg", `["ES256"]`)},
	{"signer-missing", malformed, albMember("signer", "")},
	{"signer-null", malformed, albMember("signer", "null")},
	{"signer-name-capitalized", malformed, albHeaderText(func(good string) string { return strings.Replace(good, `"signer"`, `"Signer"`, 1) })},
	{"header-iss-missing", malformed, albMember("iss", "")},
	{"client-missing", malformed, albMember("client", "")},
	{"client-array", malformed, func(t ALBTarget) string { return albMember("client", `["`+t.Session.ClientID+`"]`)(t) }},
	{"header-exp-missing", malformed, albMember("exp", "")},
	{"header-exp-string", malformed, albMember("exp", `"99999999999"`)},
	{"header-exp-null", malformed, albMember("exp", "null")},
	{"header-exp-1e400", malformed, albMember("exp", "1e400")},
	{"header-exp-max-int64", malformed, albMember("exp", "9223372036854775807")},
	{"header-exp-milliseconds", malformed, albMember("exp", "1800000000000000")},

	{"kid-missing", malformed, albMember("kid", "")},
	{"kid-number", malformed, albMember("kid", "1")},
	{"kid-empty", malformed, albMember("kid", `""`)},
	{"kid-path-traversal", malformed, albMember("kid", `"../x"`)},
	{"kid-url", malformed, func(t ALBTarget) string { return albMember("kid", `"`+t.AttackerURL+`/key.pem"`)(t) }},
	{"kid-upper-case", malformed, albHeader(func(t ALBTarget, h *ALBHeader) { h.KeyID = strings.ToUpper(lettered(t.Key.ID)) })},
	{"kid-url-encoded", malformed, albHeader(func(_ ALBTarget, h *ALBHeader) { h.KeyID = strings.ReplaceAll(h.KeyID, "-", "%2d") })},
	{"kid-slashes", malformed, albHeader(func(_ ALBTarget, h *ALBHeader) { h.KeyID = strings.ReplaceAll(h.KeyID, "-", "/") })},
	{"kid-query", malformed, albHeader(func(_ ALBTarget, h *ALBHeader) { h.KeyID += "?x" })},
	{"kid-line-feed", malformed, albHeader(func(_ ALBTarget, h *ALBHeader) { h.KeyID += "\n" })},
	{"kid-without-dashes", malformed, albHeader(func(_ ALBTarget, h *ALBHeader) { h.KeyID = strings.ReplaceAll(h.KeyID, "-", "") })},
	{"kid-path-of-36", malformed, albMember("kid", `"`+strings.Repeat("/..", 12)+`"`)},
	{"kid-unknown", unknownKey, albHeader(func(_ ALBTarget, h *ALBHeader) { h.KeyID = NewUUID() })},

	{"alg-none", algorithm, albMember("alg", `"none"`)},
	{"alg-none-unsigned", algorithm, func(t ALBTarget) string {
		h := t.Header()
		h.Algorithm = "none"
		return encodePadded(marshal(h)) + "." + encodePadded(marshal(t.Claims())) + "."
	}},
	{"alg-lower-case", algorithm, albMember("alg", `"es256"`)},
	{"alg-empty", algorithm, albMember("alg", `""`)},
	{"alg-es384", algorithm, albMember("alg", `"ES384"`)},
	{"alg-es256k", algorithm, albMember("alg", `"ES256K"`)},
	{"alg-hs256-public-key", algorithm, func(t ALBTarget) string {
		h := t.Header()
		h.Algorithm = "HS256"
		input := encodePadded(marshal(h)) + "." + encodePadded(marshal(t.Claims()))
		return input + "." + encodePadded(hmacSHA256(t.Key.PEM(), input))
	}},
	{"alg-rs256-pool-key", algorithm, func(t ALBTarget) string {
		h := t.Header()
		h.Algorithm = "RS256"
		input := encodePadded(marshal(h)) + "." + encodePadded(marshal(t.Claims()))
		return input + "." + encodePadded(Signature(t.PoolKey, input))
	}},

	{"other-signer", issuer, func(t ALBTarget) string { // genuine, from a stranger's load balancer that signs in with this pool's ID
		t.ARN, t.Key = NewALBARN("us-east-1"), t.StrangerKey
		return t.Good()
	}},
	{"signer-shorter", issuer, albSigner(func(good string) string { return good[:len(good)-1] })},
	{"signer-longer", issuer, albSigner(func(good string) string { return good + "0" })},
	{"signer-listener", issuer, albSigner(func(good string) string {
		return strings.Replace(good, ":loadbalancer/", ":listener/", 1) + "/0123456789abcdef"
	})},
	{"signer-upper-case", issuer, albSigner(func(good string) string { return strings.Replace(good, "/web/", "/WEB/", 1) })},
	{"signer-space-after", issuer, albSigner(func(good string) string { return good + " " })},
	{"signer-list", issuer, albSigner(func(good string) string { return NewALBARN("us-east-1") + "," + good })},
	{"signer-empty", issuer, albSigner(reply(""))},
	{"other-pool", issuer, albIssuers(func(string) string { return Issuer(NewPoolID("us-east-1")) })},
	{"updated-issuer", issuer, func(t ALBTarget) string { return albIssuers(reply(UpdatedIssuer(t.Session.Pool.ID)))(t) }},
	{"issuer-slash-after", issuer, albIssuers(func(good string) string { return good + "/" })},
	{"header-other-pool", issuer, albMember("iss", `"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_OtherPool"`)},
	{"payload-other-pool", issuer, albClaim("iss", `"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_OtherPool"`)},

	{"other-client", client, albClient(func(string) string { return NewClientID() })},
	{"client-longer", client, albClient(func(good string) string { return good + "a" })},
	{"client-upper-case", client, albClient(strings.ToUpper)},
	{"client-empty", client, albClient(reply(""))},
}

// albSignatureVariants say ES256, and their signature does not fit.
var albSignatureVariants = []ALBHostile{
	{"stranger-key", signature, func(t ALBTarget) string { // a real key, of a load balancer that can't say so
		h := t.Header()
		h.KeyID = t.StrangerKey.ID
		return SignALB(t.AttackerKey, h, t.Claims())
	}},
	{"attacker-key", signature, func(t ALBTarget) string { return SignALB(t.AttackerKey, t.Header(), t.Claims()) }},
	{"attacker-jwk", signature, func(t ALBTarget) string {
		members := jsonMembers(marshal(t.Header()))
		public := must(t.AttackerKey.Private.PublicKey.Bytes())
		members["jwk"] = marshal(map[string]string{"kty": "EC", "crv": "P-256", "x": encode(public[1:33]), "y": encode(public[33:])})
		members["jku"] = marshal(t.AttackerURL + "/jwks.json")
		members["x5u"] = marshal(t.AttackerURL + "/cert.pem")
		return SignALB(t.AttackerKey, members, t.Claims())
	}},
	{"tampered-payload", signature, albToken(func(good string) string {
		s := strings.Split(good, ".")
		claims := string(must(base64.URLEncoding.DecodeString(s[1])))
		return s[0] + "." + encodePadded([]byte(strings.Replace(claims, `"username":"`, `"username":"admin-`, 1))) + "." + s[2]
	})},
	{"tampered-header", signature, albToken(func(good string) string {
		s := strings.Split(good, ".")
		head := string(must(base64.URLEncoding.DecodeString(s[0])))
		return encodePadded([]byte(strings.Replace(head, `"typ":"JWT"`, `"typ":"jwt"`, 1))) + "." + s[1] + "." + s[2]
	})},
	{"signed-without-padding", signature, func(t ALBTarget) string { // what a library signs that adds the padding later
		header, body := marshal(t.Header()), marshal(t.Claims())
		for len(body)%3 != 1 {
			body = append(body, ' ')
		}
		s := ALBSignature(t.Key, encode(header)+"."+encode(body))
		return encodePadded(header) + "." + encodePadded(body) + "." + encodePadded(s)
	}},
	{"empty-signature", signature, albSigned(func(_ ALBTarget, _ []byte) []byte { return nil })},
	{"truncated-signature", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return s[:63] })},
	{"lengthened-signature", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return append(s, 0) })},
	{"zero-led-signature", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return append([]byte{0}, s...) })},
	{"zero-led-s", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return slices.Insert(s, 32, 0) })},
	{"der-signature", signature, func(t ALBTarget) string {
		input := encodePadded(marshal(t.Header())) + "." + encodePadded(marshal(t.Claims()))
		return input + "." + encodePadded(must(ecdsa.SignASN1(rand.Reader, t.Key.Private, hashed(crypto.SHA256, input))))
	}},
	{"swapped-signature", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return append(s[32:], s[:32]...) })},
	{"zero-signature", signature, albSigned(func(ALBTarget, []byte) []byte { return make([]byte, 64) })},
	{"zero-r", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return append(make([]byte, 32), s[32:]...) })},
	{"zero-s", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return append(s[:32], make([]byte, 32)...) })},
	{"order-r", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return append(order(), s[32:]...) })},
	{"order-s", signature, albSigned(func(_ ALBTarget, s []byte) []byte { return append(s[:32], order()...) })},
	{"order-signature", signature, albSigned(func(ALBTarget, []byte) []byte { return append(order(), order()...) })},
	{"ones-signature", signature, albSigned(func(ALBTarget, []byte) []byte { return bytes.Repeat([]byte{0xff}, 64) })},
	{"sha384-in-es256", signature, func(t ALBTarget) string {
		input := encodePadded(marshal(t.Header())) + "." + encodePadded(marshal(t.Claims()))
		r, s, err := ecdsa.Sign(rand.Reader, t.Key.Private, hashed(crypto.SHA384, input))
		if err != nil {
			panic("mint: " + err.Error())
		}
		return input + "." + encodePadded(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	}},
}

// albClaimVariants have a faulty payload, or are not good now.
var albClaimVariants = []ALBHostile{
	{"payload-is-array", malformed, albPayload(func(good string) string { return "[" + good + "]" })},
	{"payload-empty", malformed, albPayload(reply(""))},
	{"payload-trailing-data", malformed, albPayload(func(good string) string { return good + "1" })},
	{"payload-invalid-utf8", malformed, albPayload(func(good string) string { return strings.Replace(good, `"username":"`, "\"username\":\"\xff", 1) })},
	{"payload-deep-nesting", malformed, albClaim("note", nest(1000))},
	{"duplicate-sub", malformed, albPayload(prepend(`"sub":"x"`))},
	{"duplicate-username", malformed, albPayload(prepend(`"username":"admin"`))},
	{"duplicate-payload-exp", malformed, albPayload(prepend(`"exp":99999999999`))},
	{"duplicate-custom-claim", malformed, albPayload(prepend(`"custom:a":1,"custom:a":1`))},
	{"payload-iss-missing", malformed, albClaim("iss", "")},
	{"payload-iss-null", malformed, albClaim("iss", "null")},
	{"sub-missing", malformed, albClaim("sub", "")},
	{"sub-empty", malformed, albClaim("sub", `""`)},
	{"sub-number", malformed, albClaim("sub", "1")},
	{"username-missing", malformed, albClaim("username", "")},
	{"username-empty", malformed, albClaim("username", `""`)},
	{"username-array", malformed, albClaim("username", `["admin"]`)},
	{"username-name-capitalized", malformed, albPayload(func(good string) string { return strings.Replace(good, `"username"`, `"Username"`, 1) })},
	{"payload-exp-missing", malformed, albClaim("exp", "")},
	{"payload-exp-string", malformed, albClaim("exp", `"99999999999"`)},
	{"payload-exp-null", malformed, albClaim("exp", "null")},
	{"payload-exp-1e400", malformed, albClaim("exp", "1e400")},

	{"expired", expired, albExpiring(-time.Second, -time.Second)},
	{"expires-now", expired, albExpiring(0, 0)},
	{"header-expired", expired, albExpiring(-time.Second, time.Hour)},
	{"payload-expired", expired, albExpiring(time.Hour, -time.Second)},
	{"header-exp-zero", expired, albMember("exp", "0")},
}

// albSigned is a good token with a changed signature.
func albSigned(change func(t ALBTarget, good []byte) []byte) func(ALBTarget) string {
	return func(t ALBTarget) string {
		input := encodePadded(marshal(t.Header())) + "." + encodePadded(marshal(t.Claims()))
		return input + "." + encodePadded(change(t, ALBSignature(t.Key, input)))
	}
}

func albSigner(change func(good string) string) func(ALBTarget) string {
	return albHeader(func(_ ALBTarget, h *ALBHeader) { h.Signer = change(h.Signer) })
}

func albClient(change func(good string) string) func(ALBTarget) string {
	return albHeader(func(_ ALBTarget, h *ALBHeader) { h.Client = change(h.Client) })
}

// albIssuers is a good token of another issuer, in the header and in the payload.
func albIssuers(change func(good string) string) func(ALBTarget) string {
	return func(t ALBTarget) string {
		t.Session.Pool.Issuer = change(t.Session.Pool.Issuer)
		return t.Good()
	}
}

// prepend puts members before the others of an object.
func prepend(members string) func(string) string {
	return func(object string) string { return "{" + members + "," + object[1:] }
}

func unpad(segment string) string { return strings.TrimRight(segment, "=") }

// paddedTrailingBits is trailingBits before padding.
func paddedTrailingBits(segment string) string {
	bare := unpad(segment)
	return trailingBits(bare) + segment[len(bare):]
}

// lettered returns a key ID that upper case changes.
func lettered(id string) string { return "a" + id[1:] }

// order is that of P-256's group, n (FIPS 186-4, appendix D.1.2.3).
func order() []byte { return elliptic.P256().Params().N.Bytes() }
