package conformance_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/gognito/gognito"
)

// jwtRules are those of RFC 7519.
func jwtRules(f *forge) []rule {
	hour := f.seconds(time.Hour)
	return []rule{
		{
			id: "7519-2-date", source: "RFC 7519, sections 2 and 4.1.4 to 4.1.6", level: "MUST",
			text:     "exp, nbf and iat are numbers, and may have a fraction.",
			gognito:  "Refuses another type as malformed; reads fractions and exponents.",
			tests:    []string{everyVariant, "TestATokenIsGoodFromNbfUntilExp"},
			breaking: f.hostile("exp-string", "exp-boolean", "exp-array", "exp-object", "iat-string", "nbf-string"),
			keeping: []probe{
				f.access("a fraction", claims{"exp": float64(hour) + 0.5}),
				f.access("an exponent", claims{"exp": exponential(hour)}),
				f.access("a fraction in nbf and iat", claims{"nbf": float64(f.seconds(-time.Hour)) + 0.5, "iat": float64(f.seconds(-time.Hour)) + 0.5}),
			},
		},
		{
			id: "7519-4-unique", source: "RFC 7519, section 4", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonMalformed},
			text:    "A claim that is there twice is refused, or else its last value counts.",
			gognito: "Refuses the token as malformed, at any depth.",
			tests:   []string{everyVariant, "TestOnlyStrictJSONIsRead"},
			breaking: []probe{
				f.behind("a future exp, then a past one", nil, `"exp":1`),
				f.behind("a past nbf, then a future one", claims{"nbf": 1}, `"nbf":`+f.encode(hour)),
				f.hostile("duplicate-iss")[0],
				f.behind("access, then id", nil, `"token_use":"id"`),
				f.behind("the client, then another", nil, `"client_id":"another"`),
			},
		},
		{
			id: "7519-4-ignore", source: "RFC 7519, section 4", level: "MUST",
			text:    "Claims that are not understood are ignored.",
			gognito: "Ignores them, and hands them on verbatim.",
			tests:   []string{"TestUnusualButGoodTokensAreAccepted", "TestDecodeGivesEveryClaimVerbatim"},
			keeping: []probe{
				f.access("a claim of each type", claims{"a": "x", "b": 1.5, "c": true, "d": nil, "e": []any{1, "x"}, "f": claims{"g": 1}}),
				f.access("a number beyond 64 bits", claims{"a": json.Number("123456789012345678901234567890")}),
				f.identity("claims of a trigger", claims{"custom:tenant": "a", "tenants": []string{"a", "b"}}),
			},
		},
		{
			id: "7519-4.1.1", source: "RFC 7519, sections 4.1.1 and 2", level: "",
			text:     "iss is a string whose letter case counts, compared as it is, without any normalisation.",
			gognito:  "Compares it byte for byte with the pool's issuers.",
			tests:    []string{everyVariant, "TestPoolsRouteByTheExactIssuer", "TestAForeignIssuerOrAMalformedTokenNeverCausesAFetch"},
			breaking: slices.Concat(f.hostileWith("issuer-"), f.hostile("iss-number", "iss-null", "iss-array")),
		},
		{
			id: "7519-4.1.2", source: "RFC 7519, section 4.1.2", level: "",
			text:     "sub is a string.",
			gognito:  "Refuses another type as malformed.",
			tests:    []string{everyVariant},
			breaking: f.hostile("sub-number"),
		},
		{
			id: "7519-4.1.3", source: "RFC 7519, section 4.1.3", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonClient, gognito.ReasonMalformed},
			text:    "A token whose aud is there and does not name the verifier is refused; aud is a string, or an array of strings.",
			gognito: "Refuses it as client: an access token's aud must name one of ClientIDs or Audience, an ID token's a client.",
			tests:   []string{everyVariant, "TestTheClientAndTheAudienceMustFit", "TestTheIDTokensOwnClaimsAreChecked"},
			breaking: slices.Concat(f.hostileWith("audience-"), f.hostile("aud-number", "aud-number-in-list"), []probe{
				f.identity("an ID token of another client", claims{"aud": "another"}),
				f.identity("an ID token's empty aud", claims{"aud": ""}),
				f.identity("an ID token's aud of a number", claims{"aud": 1}),
			}),
			keeping: []probe{
				f.access("aud is the client", claims{"aud": f.target.Session.ClientID}),
				f.access("the client among others", claims{"aud": []string{"https://api.example.com", f.target.Session.ClientID}}),
			},
			caller: map[string]string{
				"go-jose":        "an audience is expected if Expected.AnyAudience names one, and for access tokens it can't, as most have no aud",
				"go-oidc":        "SkipClientIDCheck is for tokens without the client in aud, which access tokens are",
				"golang-jwt":     "aud is checked if WithAudience names one, and for access tokens it can't, as most have no aud",
				"jwx":            "aud is checked if WithAudience names one, and for access tokens it can't, as most have no aud",
				"aws-jwt-verify": "its Cognito verifier compares client_id alone; other checks go into customJwtCheck",
			},
		},
		{
			id: "7519-4.1.3-array", source: "RFC 7519, section 4.1.3", level: "MAY",
			text:    "aud may be an array in any token.",
			gognito: "Accepts an array in an access token, and refuses one in an ID token as malformed.",
			tests:   []string{"TestTheIDTokensOwnClaimsAreChecked"},
			keeping: []probe{f.identity("an ID token's aud as an array of one", claims{"aud": []string{f.target.Session.ClientID}})},
			deviates: "Cognito writes one client, as a string, and a trigger can't change it. An ID token for several parties would have to name " +
				"in azp which of them it was issued to (OpenID Connect Core, section 3.1.3.7), and Cognito writes no azp.",
		},
		{
			id: "7519-4.1.4", source: "RFC 7519, section 4.1.4", level: "MUST NOT",
			text:     "A token is not accepted on or after exp.",
			gognito:  "Refuses it as expired, from that very instant on; Leeway is zero unless set.",
			tests:    []string{everyVariant, "TestATokenIsGoodFromNbfUntilExp"},
			breaking: f.hostile("expired", "expired-a-second-ago", "expired-half-a-second-ago", "exp-zero", "exp-negative"),
		},
		{
			id: "7519-4.1.5", source: "RFC 7519, section 4.1.5", level: "MUST NOT",
			text:     "A token is not accepted before nbf, if there is one.",
			gognito:  "Refuses it as not_yet_valid.",
			tests:    []string{everyVariant, "TestATokenIsGoodFromNbfUntilExp"},
			breaking: f.hostile("not-yet-valid"),
			keeping:  []probe{f.access("nbf in the past", claims{"nbf": f.seconds(-time.Hour)}), f.access("nbf zero", claims{"nbf": 0})},
		},
		{
			id: "7519-4.1.7", source: "RFC 7519, section 4.1.7", level: "",
			text:     "jti is a string.",
			gognito:  "Refuses another type as malformed; does not keep a list of them (see revocation).",
			tests:    []string{everyVariant},
			breaking: f.hostile("jti-number"),
			caller:   map[string]string{"go-oidc": "IDToken has no jti; IDToken.Claims decodes the others into a type of the caller's"},
		},
		{
			id: "7519-7.2", source: "RFC 7519, section 7.2 (step 10); RFC 7515, section 10.12", level: "MUST",
			text:    "The payload is one JSON object, valid throughout, with nothing behind it.",
			gognito: "Refuses anything else as malformed.",
			tests:   []string{everyVariant, "TestOnlyStrictJSONIsRead", "FuzzObject", "FuzzPayload"},
			breaking: f.hostile("empty-payload", "payload-is-array", "payload-is-string", "payload-is-null", "payload-is-number", "payload-is-text",
				"payload-unclosed", "payload-trailing-comma", "payload-trailing-data", "payload-trailing-nul", "payload-single-quotes",
				"payload-comment", "payload-not-a-number", "payload-leading-zero", "payload-hexadecimal", "payload-raw-control", "payload-bad-escape"),
			keeping: []probe{f.payload("white space in the payload", func(good string) string { return " {\n" + good[1:] + "\r\n\t " })},
		},
		{
			id: "7519-7.3", source: "RFC 7519, section 7.3; RFC 7515, section 5.3", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonExpired, gognito.ReasonIssuer, gognito.ReasonClient, gognito.ReasonMalformed, gognito.ReasonNotYetValid},
			text:    "Names of claims are compared code point by code point: EXP is not exp.",
			gognito: "Undoes escapes and compares bytes; a claim in another case is one that it does not know.",
			tests:   []string{everyVariant, "TestUnusualButGoodTokensAreAccepted", "TestEscapesAreUndone"},
			breaking: slices.Concat(f.hostile("iss-name-upper-case", "client-id-name-capitalized", "token-use-name-capitalized"), []probe{
				f.behind("a past exp, and EXP", claims{"exp": 1}, `"EXP":`+f.encode(hour)),
				f.behind("another iss, and Iss", claims{"iss": "https://issuer.example"}, `"Iss":`+f.encode(f.target.Session.Pool.Issuer)),
				f.behind("another client_id, and Client_ID", claims{"client_id": "another"}, `"Client_ID":`+f.encode(f.target.Session.ClientID)),
				f.behind("token_use id, and Token_Use", claims{"token_use": "id"}, `"Token_Use":"access"`),
				f.behind("a future nbf, and NBF", claims{"nbf": hour}, `"NBF":1`),
			}),
			keeping: []probe{
				f.behind("an escaped name", claims{"exp": absent}, `"\u0065xp":`+f.encode(hour)),
				f.behind("EXP of the past", nil, `"EXP":1`),
				f.behind("ISS of another", nil, `"ISS":"https://issuer.example"`),
				f.behind("Token_Use of the other kind", nil, `"Token_Use":"id"`),
			},
		},
		{
			id: "7519-2-uri", source: "RFC 7519, section 2", level: "MUST, of the issuer",
			text:     "A StringOrURI with a colon is a URI.",
			gognito:  "Takes any string as a sub. iss is compared with URLs anyway, and aud with what the configuration has.",
			tests:    []string{"TestConformance"},
			breaking: []probe{f.access("a sub with a colon that is no URI", claims{"sub": ":not a URI"})},
			deviates: "Nothing here resolves a sub; it is compared as it is. AWS asks verifiers not to check its format, and no Cognito sub has a colon.",
		},
	}
}

// exponential writes seconds with an exponent.
func exponential(seconds int64) json.Number {
	text := strconv.FormatInt(seconds, 10)
	return json.Number(text[:1] + "." + text[1:] + "e9")
}
