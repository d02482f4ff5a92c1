package conformance_test

import (
	"time"

	"github.com/gognito/gognito/internal/mint"
)

// openQuestions are what the texts leave to the verifier, with gognito's answers.
func openQuestions(f *forge) []openQuestion {
	hostile := func(name string) probe { return f.hostile(name)[0] }
	twins := f.pair(2048)
	twin := mint.Key{ID: twins.ID, Private: f.keys[3072]}
	plain := f.pair(2048)
	idByAccessKey := f.identity("", nil)
	idByAccessKey.token = mint.Sign(f.target.AccessKey, mint.IDClaims(f.target.Session))
	thumbprint := base64URL(f.target.AttackerKey.Certificate()[:20])
	return []openQuestion{
		{"no kid", "RFC 7515, section 4.1.4: optional", "Cognito always writes one, and AWS says to compare it.", false, hostile("kid-missing")},
		{"a member of the header twice, the last one good", "RFC 7515, section 4: refuse, or take the last", "Which one counts must not depend on the parser.", false, hostile("duplicate-alg-none-first")},
		{"a claim twice, the last one good", "RFC 7519, section 4: refuse, or take the last", "The same.", false, hostile("duplicate-claim-same-value")},
		{"a name twice, deep in a claim", "RFC 8259, section 4: SHOULD be unique", "The same; the claim is handed on to code with a parser of its own.", false, hostile("duplicate-nested-name")},
		{"unused bits that are set", "RFC 4648, section 3.5: MAY refuse", "A token has one spelling, so that a list of revoked tokens knows it.", false, hostile("trailing-bits-in-signature")},
		{"a byte order mark", "RFC 8259, section 8.1: MAY ignore it", "Cognito writes none.", false, hostile("payload-byte-order-mark")},
		{"half a surrogate pair", "RFC 8259, section 8.2: unpredictable", "Programs read it differently: as U+FFFD, or as itself.", false, hostile("payload-lone-surrogate")},
		{"33 levels of nesting", "RFC 8259, section 9: MAY limit it", "No pool's token comes near, and depth costs more than length.", false, hostile("payload-33-levels")},
		{"a token over 64 KiB", "RFC 8259, section 9: MAY limit it; AWS fixes no size", "No server takes such a header.", false, hostile("over-64-kib")},
		{"crit that is empty", "RFC 7515, section 4.1.11: MUST NOT be written, MAY be refused", "Refused like every other crit.", false, hostile("crit-empty")},
		{"crit that names b64, which is true", "RFC 7797, section 6: for those who know b64", "gognito knows no extension.", false, hostile("crit-b64-true")},
		{"b64 false without crit, signed as usual", "RFC 7797, sections 6 and 7: MUST NOT be written; RFC 7515, section 4: ignored", "It changes what is signed, and Cognito never writes it.", false,
			f.header("", `{"kid":$kid,"alg":"RS256","b64":false}`)},
		{"typ at+jwt", "RFC 7519, section 5.1: for the application; RFC 9068, section 2.1", "Cognito writes no typ. token_use tells its kinds apart.", true, f.header("", `{"typ":"at+jwt","kid":$kid,"alg":"RS256"}`)},
		{"typ of something else", "RFC 7519, section 5.1: ignored by JWT implementations", "The same. What Cognito itself has signed is not doubted for its typ.", true, f.header("", `{"typ":"secevent+jwt","kid":$kid,"alg":"RS256"}`)},
		{"cty JWT over a payload that is none", "RFC 7519, sections 5.2 and 7.2 (step 8)", "Not read: whatever a payload claims to be, it is judged as claims.", true, f.header("", `{"cty":"JWT","kid":$kid,"alg":"RS256"}`)},
		{"zip", "RFC 7516, section 4.1.3: of JWE; in a JWS not understood", "Ignored; nothing is ever decompressed (RFC 8725, section 3.6).", true, f.header("", `{"zip":"DEF","kid":$kid,"alg":"RS256"}`)},
		{"x5t of another certificate", "RFC 7515, section 4.1.7: optional", "Not read: kid alone names the key.", true, f.header("", `{"x5t":"`+thumbprint+`","kid":$kid,"alg":"RS256"}`)},
		{"iss in the header, another one", "RFC 7519, section 5.3: SHOULD agree, in encrypted tokens", "Cognito replicates no claim, and only the payload's counts.", true, f.header("", `{"iss":"https://issuer.example","kid":$kid,"alg":"RS256"}`)},
		{"iat in the future", "RFC 7519, section 4.1.6: no rule", "exp and nbf say when a token is good. To refuse iat would sign users out when a clock is slow.", true, f.access("", claims{"iat": f.seconds(30 * time.Minute)})},
		{"iat after exp", "RFC 7519: no rule", "The same.", true, f.access("", claims{"iat": f.seconds(2 * time.Hour)})},
		{"no iat", "RFC 7519, section 4.1.6: optional", "Cognito always writes one; who limits a token's age relies on it.", false, hostile("missing-iat")},
		{"exp in the year 10000 or later", "RFC 7519, section 2: a number", "No date: it overflows time arithmetic, or was meant as milliseconds.", false, f.access("", claims{"exp": int64(253402300800)})},
		{"an ID token signed by the key for access tokens", "AWS: one key for each; the key set does not say which", "The set has no mark to go by. token_use decides.", true, idByAccessKey},
		{"a user's token without username", "AWS: always there", "A handler would greet nobody.", false, hostile("missing-username")},
		{"a machine's token", "RFC 6749, section 4.4; AWS: no rule", "Accepted with AllowMachines: a handler that wants a user must not meet one unawares.", false, hostile("machine")},
		{"cognito:groups that is a string", "AWS: an array", "A type that surprises the code behind.", false, hostile("groups-string")},
		{"two keys under one kid, the token of the second", "RFC 7517, section 4.5: SHOULD be distinct", "The first counts; the second is skipped, and reported.", false,
			f.document("", &twin, string(mint.JWKS(twins, &twin)))},
		{"key_ops sign and verify", "RFC 7517, section 4.3: they go together", "A published key is for verifying alone.", false, f.keySet("", plain, claims{"use": absent, "key_ops": []string{"sign", "verify"}})},
		{"a byte order mark before the key set", "RFC 8259, section 8.1: MAY ignore it", "Cognito writes none.", false, f.document("", plain, "\ufeff"+string(mint.JWKS(plain)))},
	}
}
