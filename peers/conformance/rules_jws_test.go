package conformance_test

import (
	"slices"
	"strings"

	"github.com/gognito/gognito"
)

const everyVariant = "TestEveryHostileTokenIsRefusedForItsReason"

// jwsRules are those of RFC 7515, and of RFC 7518 where a JWS's algorithm is
// concerned.
func jwsRules(f *forge) []rule {
	return []rule{
		{
			id: "7515-2", source: "RFC 7515, sections 2 and 5.2 (steps 2, 6 and 7)", level: "MUST",
			text:    "The three parts are base64url without padding, line breaks, white space or any other character.",
			gognito: "Refuses it as malformed, as it does a second spelling of the same bytes.",
			tests:   []string{everyVariant, "TestTokensOfHostileEncodingsAreTrulySigned", "TestDecodeTakesOneSpelling", "FuzzParse"},
			breaking: f.hostile("padded-header", "padded-payload", "padded-signature", "standard-alphabet-payload", "standard-alphabet-signature",
				"newline-in-header", "newline-in-payload", "newline-in-signature", "carriage-return-in-payload", "space-in-payload",
				"percent-in-payload", "non-ascii-in-payload", "nul-in-payload",
				"dangling-character-in-header", "dangling-character-in-payload", "dangling-character-in-signature"),
			keeping: []probe{f.access("a good access token", nil), f.identity("a good ID token", nil)},
		},
		{
			id: "7515-7.1", source: "RFC 7515, sections 5.2 (step 1) and 7.1", level: "MUST",
			text:    "The compact form is three parts with a dot between them, and nothing else.",
			gognito: "Refuses anything else as malformed before it decodes a byte.",
			tests:   []string{everyVariant, "FuzzParse"},
			breaking: f.hostile("empty", "not-a-token", "two-dots-only", "two-segments", "four-segments", "trailing-dot", "leading-dot",
				"empty-header", "jwe", "leading-space", "trailing-space", "trailing-newline", "trailing-nul", "quoted"),
		},
		{
			id: "7515-4-unique", source: "RFC 7515, section 4", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonMalformed},
			text:    "A name that is twice in the header is refused, or else its last value counts.",
			gognito: "Refuses the token as malformed, at any depth.",
			tests:   []string{everyVariant, "TestOnlyStrictJSONIsRead"},
			breaking: []probe{
				f.header("alg RS256, then none", `{"kid":$kid,"alg":"RS256","alg":"none"}`),
				f.header("alg RS256, then HS256", `{"kid":$kid,"alg":"RS256","alg":"HS256"}`),
				f.header("the pool's kid, then another", `{"kid":$kid,"alg":"RS256","kid":"another"}`),
				f.hostile("duplicate-alg-escaped")[0],
			},
			caller: map[string]string{"jwx": "with a key set, the key's own algorithm is used; alg is compared with it if WithAlgorithmMatch says so"},
		},
		{
			id: "7515-4-ignore", source: "RFC 7515, section 4", level: "MUST",
			text:    "Members of the header that are not understood are ignored, if crit does not name them.",
			gognito: "Reads alg, kid, crit and b64, and ignores every other member.",
			tests:   []string{"TestConformance"},
			keeping: []probe{
				f.header("a member nobody knows", `{"kid":$kid,"alg":"RS256","https://example.com/x":{"y":[1,null]}}`),
				f.header("typ JWT", `{"typ":"JWT","kid":$kid,"alg":"RS256"}`),
				f.header("typ jwt", `{"typ":"jwt","kid":$kid,"alg":"RS256"}`),
			},
		},
		{
			id: "7515-4.1.1", source: "RFC 7515, section 4.1.1", level: "MUST",
			text:     "alg is there, is a string of a known algorithm, and its letter case counts.",
			gognito:  "Takes the exact string RS256; no alg, or one that is no string, is malformed.",
			tests:    []string{everyVariant},
			breaking: f.hostile("alg-missing", "alg-empty", "alg-null", "alg-number", "alg-array", "alg-name-upper-case", "alg-lower-case", "alg-mixed-case", "alg-space-after", "alg-space-before", "alg-unknown", "alg-rsa-oaep"),
		},
		{
			id: "7515-4.1.4", source: "RFC 7515, section 4.1.4", level: "MUST",
			text:     "kid is a string, its letter case counts, and it is the kid of the JSON Web Key that is used.",
			gognito:  "Refuses another type as malformed, and a kid that the pool does not publish as unknown_key.",
			tests:    []string{everyVariant, "TestUnknownKeyIDsFetchOnceInTenSeconds"},
			breaking: f.hostile("kid-number", "kid-array", "kid-object", "kid-boolean", "kid-case-swapped", "kid-without-padding", "kid-space-before", "kid-space-after", "kid-unknown", "id-key-kid"),
		},
		{
			id: "7515-4.1.11", source: "RFC 7515, section 4.1.11", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonMalformed},
			text:    "A token whose crit names an extension that is not understood is invalid.",
			gognito: "Understands no extension, and refuses every crit as malformed.",
			tests:   []string{everyVariant},
			breaking: slices.Concat(f.hostile("crit"), []probe{
				f.header("crit names a member that is not there", `{"kid":$kid,"alg":"RS256","crit":["x"]}`),
				f.header("crit names a known and an unknown one", `{"kid":$kid,"alg":"RS256","crit":["b64","x"],"b64":true,"x":1}`),
			}),
			caller: map[string]string{"jwx": "crit is looked at if WithCritValidation says so, for jws.Verify"},
		},
		{
			id: "7797-7", source: "RFC 7797, abstract and section 7", level: "MUST NOT, of the issuer",
			text:     "No JSON Web Token has an unencoded payload (b64 false).",
			gognito:  "Refuses every crit and every b64.",
			tests:    []string{everyVariant},
			breaking: f.hostile("crit-b64-false"),
		},
		{
			id: "7515-5.2-header", source: "RFC 7515, sections 5.2 (step 3) and 10.12", level: "MUST",
			text:     "The header is one JSON object, valid throughout, in UTF-8, with nothing behind it.",
			gognito:  "Refuses anything else as malformed.",
			tests:    []string{everyVariant, "TestOnlyStrictJSONIsRead", "FuzzObject"},
			breaking: f.hostile("header-is-array", "header-is-string", "header-is-null", "header-is-number", "header-without-members", "header-unclosed", "header-trailing-comma", "header-trailing-data", "header-single-quotes", "header-comment", "header-invalid-utf8"),
			keeping: []probe{
				f.header("white space in the header", "{ \"kid\" : $kid ,\r\n\t\"alg\":\"RS256\" }"),
				f.header("white space behind the header", `{"kid":$kid,"alg":"RS256"}`+"\n"),
				f.header("white space before the header", ` {"kid":$kid,"alg":"RS256"}`),
			},
		},
		{
			id: "7515-5.2-signature", source: "RFC 7515, section 5.2 (step 8); RFC 7518, section 3.3; RFC 8017, section 8.2.2", level: "MUST",
			text:    "The signature is RSASSA-PKCS1-v1_5 with SHA-256 over header and payload as received.",
			gognito: "Encodes what the signature has to say, compares all of it, and refuses the rest as signature.",
			tests:   []string{everyVariant, "TestVerifyAgreesWithTheStandardLibrary", "TestOneFlippedBitNeverVerifies", "TestEveryFlippedBitOfATokenRefusesIt"},
			breaking: f.hostile("tampered-payload", "tampered-header", "tampered-signature", "tampered-signature-end", "truncated-signature",
				"lengthened-signature", "zero-led-signature", "reversed-signature", "empty-signature", "zero-signature", "one-signature",
				"modulus-signature", "other-token-signature", "sha1-in-rs256", "sha384-in-rs256", "sha512-in-rs256", "pss-in-rs256",
				"hmac-in-rs256", "digest-without-algorithm", "short-padding"),
		},
		{
			id: "7515-5.3", source: "RFC 7515, section 5.3", level: "MUST",
			text:     "Names and values are compared code point by code point, after JSON's escapes are undone.",
			gognito:  "Undoes escapes and compares bytes.",
			tests:    []string{everyVariant, "TestEscapesAreUndone", "TestParseKeepsTheSigningInputAsReceived"},
			breaking: f.hostile("alg-none-beside-upper-case-name"),
			caller:   map[string]string{"jwx": "with a key set, the key's own algorithm is used; alg is compared with it if WithAlgorithmMatch says so"},
			keeping: []probe{
				f.header("escapes in alg", `{"kid":$kid,"\u0061lg":"\u0052S256"}`),
				f.headerOf(f.target.AccessKey, "escapes in kid", `{"kid":"`+escaped(f.target.AccessKey.ID)+`","alg":"RS256"}`),
			},
		},
		{
			id: "7515-10.3", source: "RFC 7515, section 10.3", level: "must",
			text:     "A key counts only if its origin is authenticated: not because the token itself brings it along or points to it.",
			gognito:  "Takes keys from the pool's own URL, and never reads jwk, jku, x5u or x5c.",
			tests:    []string{everyVariant, "TestAVerifierThatFollowsAURLInATokenFailsTheTest"},
			breaking: f.hostileWith("attacker-"),
		},
		{
			id: "7518-3.6", source: "RFC 7518, section 3.6; RFC 8725, section 3.2", level: "MUST NOT",
			text:     "Unsecured tokens (alg none) are not accepted by default.",
			gognito:  "Never accepts them; there is no setting.",
			tests:    []string{everyVariant},
			breaking: f.hostile("alg-none", "alg-none-capitalized", "alg-none-upper-case", "alg-none-mixed-case", "alg-none-signed"),
			caller:   map[string]string{"jwx": "with a key set, the key's own algorithm is used; alg is compared with it if WithAlgorithmMatch says so"},
		},
	}
}

// escaped writes each character of a text as an escape.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		b.WriteString(`\u00` + string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]))
	}
	return b.String()
}
