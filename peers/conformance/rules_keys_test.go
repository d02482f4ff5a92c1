package conformance_test

import (
	"encoding/base64"
	"strings"

	"github.com/gognito/gognito"
)

// keyRules are those of RFC 7517 and RFC 7518 for the key set. Beside the key in
// question, the set holds a good one.
func keyRules(f *forge) []rule {
	plain := f.pair(2048)
	jwk := f.encode(plain.JWK())
	set := func(name, document string) probe { return f.document(name, plain, document) }
	beside := func(name string, other any) probe {
		return f.document(name, plain, f.encode(claims{"keys": []any{other, plain.JWK()}}))
	}
	ec := claims{"kty": "EC", "kid": "ec", "crv": "P-256", "use": "sig", "alg": "ES256",
		"x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}
	skips := []string{"TestParseJWKSSkipsWhatCannotVerify"}
	strict := []string{"TestParseJWKSWantsAStrictDocumentWithAUsableKey"}
	return []rule{
		{
			id: "7517-5-keys", source: "RFC 7517, section 5", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonKeysUnavailable},
			text:    "A key set is a JSON object with the member keys, an array of keys.",
			gognito: "Refuses any other document, and keeps the keys that it has.",
			tests:   append(strict, "TestAnyFaultAsTheFirstAnswerEndsByItself"),
			breaking: []probe{
				set("a bare key", jwk),
				set("a list of keys", "["+jwk+"]"),
				set("KEYS", `{"KEYS":[`+jwk+`]}`),
				set("an object of keys", `{"keys":{"a":`+jwk+`}}`),
				set("no JSON", `{"keys":[`+jwk+`],}`),
				set("something behind the set", `{"keys":[`+jwk+`]}{}`),
			},
			keeping: []probe{
				set("a good set", `{"keys":[`+jwk+`]}`),
				set("a member nobody knows", `{"keys":[`+jwk+`],"x":{"y":1}}`),
				f.keySet("a key's member nobody knows", plain, claims{"https://example.com/x": claims{"y": 1}}),
			},
		},
		{
			id: "7517-5-ignore", source: "RFC 7517, section 5", level: "SHOULD",
			text:    "Keys of a kind that is not understood, or with members that are missing or out of range, are ignored, and spoil no other.",
			gognito: "Skips them, and reports them through Trace.",
			tests:   append(skips, "TestFetchesAreTraced"),
			keeping: []probe{
				beside("an EC key beside it", ec),
				beside("a symmetric key beside it", claims{"kty": "oct", "kid": "oct", "k": "c2VjcmV0", "alg": "HS256"}),
				beside("a key of an unknown kty beside it", claims{"kty": "XYZ", "kid": "xyz", "use": "sig"}),
				beside("a key without kty beside it", claims{"kid": "none", "use": "sig"}),
				beside("a key without n beside it", changed(f.pair(2048).JWK(), claims{"n": absent})),
				beside("a key of 1024 bits beside it", f.pair(1024).JWK()),
				beside("a key on an unknown curve beside it", claims{"kty": "EC", "kid": "ec2", "crv": "P-999", "x": "AA", "y": "AA"}),
				beside("a key for encryption beside it", changed(f.pair(2048).JWK(), claims{"use": "enc", "alg": "RSA-OAEP-256"})),
			},
			caller: map[string]string{"jwx": "keys that can't be read are passed over if WithIgnoreParseError says so, which it advises against"},
		},
		{
			id: "7517-4-unique", source: "RFC 7517, section 4", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonKeysUnavailable},
			text:    "A name that is twice in a key is refused, or else its last value counts.",
			gognito: "Refuses the document, and keeps the keys that it has.",
			tests:   strict,
			breaking: []probe{
				set("use sig, then enc", `{"keys":[`+strings.TrimSuffix(jwk, "}")+`,"use":"enc"}]}`),
				set("kty RSA, then oct", `{"keys":[`+strings.TrimSuffix(jwk, "}")+`,"kty":"oct"}]}`),
				set("its kid, then another", `{"keys":[`+strings.TrimSuffix(jwk, "}")+`,"kid":"another"}]}`),
				set("keys, then none", `{"keys":[`+jwk+`],"keys":[]}`),
			},
		},
		{
			id: "7517-4.1", source: "RFC 7517, section 4.1; RFC 7518, section 6.1", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonUnknownKey},
			text:    "kty is there, and its letter case counts: an RSA key says RSA.",
			gognito: "Skips the key.",
			tests:   skips,
			breaking: []probe{
				f.keySet("no kty", plain, claims{"kty": absent}),
				f.keySet("kty rsa", plain, claims{"kty": "rsa"}),
				f.keySet("kty oct", plain, claims{"kty": "oct"}),
				f.keySet("kty EC", plain, claims{"kty": "EC"}),
				f.keySet("kty null", plain, claims{"kty": nil}),
			},
		},
		{
			id: "7517-4.2", source: "RFC 7517, section 4.2", level: "",
			reasons:  []gognito.Reason{gognito.ReasonUnknownKey},
			text:     "A key whose use is not sig is not for signatures; use is optional.",
			gognito:  "Skips the key.",
			tests:    skips,
			breaking: []probe{f.keySet("use enc", plain, claims{"use": "enc"}), f.keySet("use SIG", plain, claims{"use": "SIG"})},
			keeping:  []probe{f.keySet("no use", plain, claims{"use": absent})},
		},
		{
			id: "7517-4.3", source: "RFC 7517, section 4.3", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonUnknownKey},
			text:    "A key whose key_ops has no verify is not for verifying; key_ops agrees with use.",
			gognito: "Skips the key; key_ops is verify alone, or is not there.",
			tests:   skips,
			breaking: []probe{
				f.keySet("key_ops encrypt", plain, claims{"use": absent, "key_ops": []string{"encrypt"}}),
				f.keySet("key_ops wrapKey", plain, claims{"use": absent, "key_ops": []string{"wrapKey"}}),
				f.keySet("key_ops empty", plain, claims{"use": absent, "key_ops": []string{}}),
				f.keySet("key_ops encrypt, use sig", plain, claims{"key_ops": []string{"encrypt"}}),
				f.keySet("key_ops verify, use enc", plain, claims{"use": "enc", "key_ops": []string{"verify"}}),
			},
			keeping: []probe{f.keySet("key_ops verify", plain, claims{"use": absent, "key_ops": []string{"verify"}}), f.keySet("key_ops verify, use sig", plain, claims{"key_ops": []string{"verify"}})},
		},
		{
			id: "7517-4.4", source: "RFC 7517, section 4.4; RFC 8725, section 3.1", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonUnknownKey},
			text:    "A key that names its algorithm is used with no other; alg is optional.",
			gognito: "Skips the key.",
			tests:   skips,
			breaking: []probe{
				f.keySet("alg RS512", plain, claims{"alg": "RS512"}),
				f.keySet("alg PS256", plain, claims{"alg": "PS256"}),
				f.keySet("alg HS256", plain, claims{"alg": "HS256"}),
				f.keySet("alg none", plain, claims{"alg": "none"}),
				f.keySet("alg RSA-OAEP-256", plain, claims{"alg": "RSA-OAEP-256"}),
				f.keySet("alg rs256", plain, claims{"alg": "rs256"}),
			},
			keeping: []probe{f.keySet("no alg", plain, claims{"alg": absent})},
			caller:  map[string]string{"jwx": "a key without alg is used if WithInferAlgorithmFromKey says so"},
		},
		{
			id: "7517-4.5", source: "RFC 7517, section 4.5", level: "",
			reasons: []gognito.Reason{gognito.ReasonUnknownKey},
			text:    "A key's kid is a string whose letter case counts.",
			gognito: "Skips a key without one, and looks for the token's, exactly.",
			tests:   skips,
			breaking: []probe{
				f.keySet("the kid of another key", plain, claims{"kid": "another"}),
				f.keySet("the kid in another case", plain, claims{"kid": swapped(plain.ID)}),
				f.keySet("kid a number", plain, claims{"kid": 1}),
				f.keySet("no kid", plain, claims{"kid": absent}),
			},
		},
		{
			id: "7518-3.3", source: "RFC 7518, section 3.3; RFC 8725, section 3.5", level: "MUST",
			reasons:  []gognito.Reason{gognito.ReasonUnknownKey},
			text:     "RS256 needs a key of 2048 bits or more.",
			gognito:  "Skips keys below 2048 bits; and above 4096, so that none costs too much.",
			tests:    append(skips, "TestNewKeyTakesRSAKeysOfAnAcceptedSize"),
			breaking: []probe{f.keySet("1024 bits", f.pair(1024), nil), f.keySet("2047 bits", f.pair(2047), nil)},
			keeping:  []probe{f.keySet("2048 bits", f.pair(2048), nil), f.keySet("3072 bits", f.pair(3072), nil)},
		},
		{
			id: "7518-6.3.1", source: "RFC 7518, sections 6.3.1 and 2; RFC 7515, section 2", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonUnknownKey},
			text:    "n and e are there, as base64url strings without padding.",
			gognito: "Skips the key.",
			tests:   append(skips, "TestDecodeTakesOneSpelling"),
			breaking: []probe{
				f.keySet("no n", plain, claims{"n": absent}),
				f.keySet("no e", plain, claims{"e": absent}),
				f.keySet("n empty", plain, claims{"n": ""}),
				f.keySet("e a number", plain, claims{"e": 65537}),
				f.keySet("n padded", plain, claims{"n": base64.URLEncoding.EncodeToString(plain.Private.N.Bytes())}),
				f.keySet("n in the standard alphabet", plain, claims{"n": base64.RawStdEncoding.EncodeToString(plain.Private.N.Bytes())}),
				f.keySet("n with a line end", plain, claims{"n": base64URL(plain.Private.N.Bytes())[:8] + "\n" + base64URL(plain.Private.N.Bytes())[8:]}),
			},
		},
		{
			id: "7517-9.2", source: "RFC 7517, section 9.2", level: "MUST, of the issuer",
			reasons: []gognito.Reason{gognito.ReasonUnknownKey},
			text:    "Private keys are not disclosed: one that is published signs for anybody.",
			gognito: "Skips a key with any private part, and every symmetric one.",
			tests:   skips,
			breaking: []probe{
				f.keySet("the private key", plain, claims{
					"d": base64URL(plain.Private.D.Bytes()), "p": base64URL(plain.Private.Primes[0].Bytes()), "q": base64URL(plain.Private.Primes[1].Bytes()),
					"dp": base64URL(plain.Private.Precomputed.Dp.Bytes()), "dq": base64URL(plain.Private.Precomputed.Dq.Bytes()), "qi": base64URL(plain.Private.Precomputed.Qinv.Bytes()),
				}),
				f.keySet("its d alone", plain, claims{"d": base64URL(plain.Private.D.Bytes())}),
			},
		},
		{
			id: "7517-4.7", source: "RFC 7517, section 4.7", level: "MUST",
			text:     "If a key has a certificate chain (x5c), its first certificate is the key's.",
			gognito:  "Does not read x5c.",
			tests:    []string{"TestConformance"},
			breaking: []probe{f.keySet("the certificate of another key", plain, claims{"x5c": []string{base64.StdEncoding.EncodeToString(f.target.AttackerKey.Certificate())}})},
			deviates: "x5c is optional, Cognito publishes none, and what vouches for the key is the TLS of the pool's URL. Reading it would add a parser of " +
				"certificates to the path of every key for the sake of a member that says nothing new.",
		},
		{
			id: "7518-2", source: "RFC 7518, sections 2 and 6.3.1.1", level: "MUST, of the issuer",
			text:     "A Base64urlUInt has no leading zero octet.",
			gognito:  "Takes n and e as the numbers that they are.",
			tests:    []string{"TestConformance"},
			breaking: []probe{f.keySet("n with a leading zero", plain, claims{"n": base64URL(append([]byte{0}, plain.Private.N.Bytes()...))})},
			deviates: "The number is the same, and RFC 7518 itself says that libraries are known to write the octet. A key has no other spelling that a cache or " +
				"a list could miss.",
		},
	}
}

func swapped(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, text)
}
