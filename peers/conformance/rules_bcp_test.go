package conformance_test

import (
	"slices"

	"github.com/gognito/gognito"
)

// bcpRules are those of RFC 8725.
func bcpRules(f *forge) []rule {
	accessAsID := f.access("an access token where ID tokens are asked for", nil)
	accessAsID.use = gognito.IDToken
	accessWithAud := f.access("an access token with the client in aud, where ID tokens are asked for", claims{"aud": f.target.Session.ClientID})
	accessWithAud.use = gognito.IDToken
	idWithClient := f.identity("an ID token with the client in client_id too", claims{"client_id": f.target.Session.ClientID, "username": "ada"})
	idWithClient.use = gognito.AccessToken
	return []rule{
		{
			id: "8725-3.1", source: "RFC 8725, section 3.1", level: "MUST",
			text:     "The caller fixes the algorithms, no other is used, and a key is used with its own only.",
			gognito:  "Refuses whatever is not RS256 as algorithm, before it looks at issuer or key.",
			tests:    []string{everyVariant, "TestAForeignIssuerOrAMalformedTokenNeverCausesAFetch"},
			breaking: slices.Concat(f.hostileWith("hs256-"), f.hostile("rs384", "rs512", "ps256", "es256", "eddsa")),
		},
		{
			id: "8725-3.3", source: "RFC 8725, section 3.3", level: "MUST",
			text:     "Every cryptographic operation is checked, and if one fails, the whole token is refused.",
			gognito:  "A token is remembered only after it passed everything, and no claim is returned with an error.",
			tests:    []string{everyVariant, "TestOnlyTokensThatPassedEverythingAreRemembered", "TestEveryFlippedBitOfATokenRefusesIt"},
			breaking: f.hostile("tampered-payload", "tampered-header", "tampered-signature", "empty-signature"),
		},
		{
			id: "8725-3.4", source: "RFC 8725, section 3.4; RFC 8017, sections 3.1 and 5.2.2", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonUnknownKey},
			text:    "Inputs that are out of range are found before they are used: a signature not below the modulus, an exponent below 3, an even exponent or modulus.",
			gognito: "Skips such a key, and refuses such a signature.",
			tests:   []string{"TestNewKeyTakesRSAKeysOfAnAcceptedSize", "TestParseJWKSSkipsWhatCannotVerify", "TestVerifyAgreesWithTheStandardLibrary"},
			breaking: slices.Concat(f.hostile("modulus-signature", "zero-signature", "one-signature"), []probe{
				f.forged(),
				f.keySet("exponent 2", f.pair(2048), claims{"e": "Ag"}),
				f.keySet("no exponent", f.pair(2048), claims{"e": ""}),
			}),
		},
		{
			id: "8725-3.7", source: "RFC 8725, section 3.7; RFC 7519, section 7.2; RFC 3629, section 3", level: "MUST",
			text:     "Header and payload are UTF-8, and no other encoding of Unicode.",
			gognito:  "Refuses it as malformed.",
			tests:    []string{everyVariant, "TestOnlyStrictJSONIsRead"},
			breaking: f.hostile("header-invalid-utf8", "payload-invalid-utf8", "payload-overlong-utf8", "payload-encoded-surrogate", "payload-utf16"),
			keeping:  []probe{f.access("beyond ASCII", claims{"username": "Łukasz😀", "cognito:groups": []string{"管理者"}})},
		},
		{
			id: "8725-3.8-iss", source: "RFC 8725, section 3.8", level: "MUST",
			text:     "The key belongs to the issuer that the token names.",
			gognito:  "Takes keys from the issuer's own URL, and refuses other issuers before it looks for a key.",
			tests:    []string{everyVariant, "TestEachPoolIsJudgedByItsOwnKeys", "TestTheSameKeyIDInTwoPoolsIsTwoKeys"},
			breaking: f.hostile("other-pool", "other-pool-updated-issuer", "other-pool-same-kid", "attacker-key", "issuer-other-pool", "issuer-other-region"),
		},
		{
			id: "8725-3.8-sub", source: "RFC 8725, section 3.8", level: "MUST, of the application",
			text:     "The subject is one that the application knows to be valid.",
			gognito:  "Refuses a token without a sub, or with an empty one, as malformed. Whether such a user exists, the application alone knows.",
			tests:    []string{everyVariant},
			breaking: f.hostile("missing-sub", "sub-null", "sub-empty"),
			caller: map[string]string{
				"go-jose":        "a subject is expected if Expected.Subject names one",
				"go-oidc":        "IDToken.Subject is for the caller to look at",
				"golang-jwt":     "a subject is checked if WithSubject names one",
				"jwx":            "a claim is required if WithRequiredClaim or WithSubject names it",
				"aws-jwt-verify": "other checks go into customJwtCheck",
			},
		},
		{
			id: "8725-3.9", source: "RFC 8725, section 3.9", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonMalformed, gognito.ReasonClient},
			text:    "Where an issuer serves several parties, a token that does not name the recipient as its audience is refused.",
			gognito: "Asks for aud in ID tokens. Cognito's access tokens name their client in client_id instead, which must be one of ClientIDs.",
			tests:   []string{everyVariant, "TestTheClientAndTheAudienceMustFit", "TestTheIDTokensOwnClaimsAreChecked"},
			breaking: slices.Concat(f.hostile("other-client", "missing-client-id", "client-upper-case", "client-longer", "client-shorter", "client-space-after", "client-list", "client-empty",
				"client-id-number", "client-id-null", "client-id-array"), []probe{
				f.identity("an ID token without aud", claims{"aud": absent}),
				f.identity("an ID token with client_id in place of aud", claims{"aud": absent, "client_id": f.target.Session.ClientID}),
				f.identity("an ID token of another client", claims{"aud": "another"}),
			}),
		},
		{
			id: "8725-3.10", source: "RFC 8725, section 3.10", level: "SHOULD",
			text:     "What the header says is not trusted: kid does no harm as a path or a query, and jku and x5u are not followed.",
			gognito:  "Looks kid up in a map, and never follows a URL in a token.",
			tests:    []string{everyVariant, "TestAVerifierThatFollowsAURLInATokenFailsTheTest"},
			breaking: f.hostile("kid-path-traversal", "kid-url", "kid-sql", "kid-shell", "kid-line-feed", "kid-nul", "kid-long", "attacker-jku", "attacker-x5u", "attacker-jku-pool-kid", "attacker-x5u-pool-kid"),
		},
		{
			id: "8725-3.12", source: "RFC 8725, section 3.12", level: "MUST",
			reasons: []gognito.Reason{gognito.ReasonTokenUse},
			text:    "The rules for the kinds of token that one issuer has exclude each other, so that none passes for another.",
			gognito: "Tells them apart by token_use, as AWS says, and requires of each kind the claims that the other lacks.",
			tests:   []string{everyVariant, "TestAnIDTokenIsAcceptedWhereItIsAskedFor", "TestTheIDTokensOwnClaimsAreChecked"},
			breaking: slices.Concat(f.hostile("id-token", "id-token-access-key", "token-use-refresh", "refresh-token"),
				[]probe{accessAsID, accessWithAud, idWithClient}),
		},
	}
}
