package conformance_test

import (
	"slices"
	"time"

	"github.com/gognito/gognito"
)

const awsPage = "Verifying JSON web tokens, "

// awsRules are those of the page "Verifying JSON web tokens" in the Amazon
// Cognito developer guide.
func awsRules(f *forge) []rule {
	return []rule{
		{
			id: "aws-structure", source: awsPage + "“Confirm the structure of the JWT”", level: "",
			text:     "A token that is not header, payload and signature, the first two JSON in base64url, is none of Cognito's.",
			gognito:  "Refuses it as malformed.",
			tests:    []string{everyVariant, "TestHugeTokensAreRefusedWhateverTheyHold"},
			breaking: f.hostile("two-segments", "four-segments", "refresh-token", "jwe", "empty-payload", "header-is-string", "payload-is-text"),
		},
		{
			id: "aws-kid", source: awsPage + "“Validate the JWT”, step 2", level: "",
			text:     "The kid is that of a key in the pool's key set, and the key is the one that signed.",
			gognito:  "Refuses the token as unknown_key, or as signature.",
			tests:    []string{everyVariant, "TestAKeyThatLeftTheSetStopsVerifying", "TestRotationWithdrawsTheOldKeys"},
			breaking: f.hostile("kid-unknown", "kid-empty", "attacker-key", "id-key-kid", "other-pool-same-kid"),
		},
		{
			id: "aws-rs256", source: awsPage + "“Confirm the structure of the JWT” and “Validate the JWT”", level: "",
			text:     "The algorithm is RS256.",
			gognito:  "Refuses any other as algorithm.",
			tests:    []string{everyVariant},
			breaking: f.hostile("alg-none", "hs256-public-key", "rs384", "rs512", "ps256", "es256"),
		},
		{
			id: "aws-rotation", source: awsPage + "“Validate the JWT”, step 2, note", level: "",
			text:    "Keys are kept by kid and refreshed now and then, and when a token of the right issuer has a kid that is not there.",
			gognito: "Keeps and refreshes them; unknown kids cause one fetch in ten seconds at most.",
			tests: []string{"TestUnknownKeyIDsFetchOnceInTenSeconds", "TestAKnownKeyNeverWaitsAndIsRefreshedBesideItsUse", "TestTheLastGoodSetStaysUntilItIsTooOld",
				"TestVerifyingWhileKeysRotateRefusesNoGoodToken"},
			noProbe: "it is about when keys are fetched, not about a token",
		},
		{
			id: "aws-exp", source: awsPage + "“Verify the claims”, step 1", level: "",
			text:     "exp is in the future, by the verifier's own clock and without a call to AWS.",
			gognito:  "Refuses a past exp as expired, and its absence as malformed.",
			tests:    []string{everyVariant, "TestATokenIsGoodFromNbfUntilExp", "TestARememberedTokenIsJudgedEveryTime"},
			breaking: f.hostile("expired", "expired-a-second-ago", "missing-exp", "exp-null", "exp-string"),
			keeping:  []probe{f.access("five minutes to live", claims{"exp": f.seconds(5 * time.Minute)})},
		},
		{
			id: "aws-client", source: awsPage + "“Verify the claims”, step 2", level: "must",
			reasons: []gognito.Reason{gognito.ReasonMalformed, gognito.ReasonClient},
			text:    "An ID token's aud, and an access token's client_id, is the app client's ID.",
			gognito: "Refuses another as client.",
			tests:   []string{everyVariant, "TestTheClientAndTheAudienceMustFit", "TestTheIDTokensOwnClaimsAreChecked"},
			breaking: slices.Concat(f.hostile("other-client", "other-client-machine", "missing-client-id", "client-empty"), []probe{
				f.identity("an ID token of another client", claims{"aud": "another"}),
				f.identity("an ID token without aud", claims{"aud": absent}),
			}),
			keeping: []probe{f.access("a good access token", nil), f.identity("a good ID token", nil)},
		},
		{
			id: "aws-iss", source: awsPage + "“Verify the claims”, step 3", level: "must",
			text:     "iss is the pool's.",
			gognito:  "Refuses any other as issuer, and none as malformed.",
			tests:    []string{everyVariant, "TestPoolsRouteByTheExactIssuer", "TestTheUpdatedIssuerIsThePoolsToo"},
			breaking: f.hostile("issuer-other-pool", "issuer-other-region", "issuer-empty", "issuer-pool-id", "missing-iss"),
		},
		{
			id: "aws-token-use", source: awsPage + "“Verify the claims”, step 4", level: "must",
			reasons:  []gognito.Reason{gognito.ReasonMalformed},
			text:     "token_use is access, or id, or either, as the application has chosen.",
			gognito:  "Refuses another as token_use, and none as malformed; access is the default.",
			tests:    []string{everyVariant, "TestAnIDTokenIsAcceptedWhereItIsAskedFor"},
			breaking: slices.Concat(f.hostileWith("token-use-", "token-use-name-capitalized"), f.hostile("id-token", "missing-token-use"), []probe{f.identity("an ID token that says access", claims{"token_use": "access"})}),
		},
		{
			id: "aws-revoked", source: awsPage + "“Verify the claims”, step 5", level: "",
			text:    "Revocation shows in no token: who must honour it asks AWS, or keeps tokens short-lived.",
			gognito: "Asks Config.Revocation, at every Verify, and refuses as revoked.",
			tests:   []string{"TestRevocationIsAskedEveryTime"},
			noProbe: "a revoked token is the same as before",
		},
	}
}
