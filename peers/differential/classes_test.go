package differential_test

import "github.com/gognito/gognito"

// A class is a difference that is known, and why it is one.
type class struct {
	name   string
	reason gognito.Reason // gognito's; "": it accepts what the peers refuse
	peers  []string       // who judge otherwise, by name
	why    string
	most   bool // a majority of the peers may refuse what gognito accepts
}

var everyPeer = peerNames

// classes are all differences: first those where gognito is stricter.
var classes = []class{
	{"missing claim", malformed, everyPeer, "Cognito always writes `iss`, `sub`, `exp`, `iat`, `token_use`, the client, and the name of a user. Code behind the verifier stands on them, and would take a user without `sub` or name for nobody.", false},
	{"empty name", malformed, everyPeer, "A `sub` or a username that is empty names nobody.", false},
	{"claim of another type", malformed, everyPeer, "A list of groups that is a string, a time that is a text or a username that is an object surprises the code behind the verifier. The type of every claim that is read is checked.", false},
	{"date out of range", malformed, everyPeer, "A number outside the years 1 to 9999 is no date: it overflows time arithmetic, or milliseconds were meant.", false},
	{"list of audiences in an ID token", malformed, []string{"go-jose", "go-oidc", "golang-jwt", "jwx"}, "Cognito's ID tokens name their one client in a string. A list leaves open which of them the token was issued to (OpenID Connect Core 1.0, section 2, has `azp` for that).", false},
	{"name in another letter case", malformed, everyPeer, "JSON's names are compared exactly (RFC 7519, section 7.3; RFC 7515, section 5.3), so the claim is missing.", false},
	{"name twice", malformed, everyPeer, "Which of the two counts depends on the parser, so that two programs read one token differently (RFC 7519, section 4; RFC 8259, section 4).", false},
	{"text that is not Unicode", malformed, everyPeer, "JSON is UTF-8 (RFC 8259, section 8.1). Where invalid bytes become U+FFFD, different names become the same one.", false},
	{"data behind", malformed, []string{"jwx"}, "What follows the payload's object is no part of it, and another parser may read that instead.", false},
	{"beyond the limits", malformed, everyPeer, "More than 32 levels, 1,000 members or 5,000 commas: no pool's token comes near, and such a text costs far more to read than its length says.", false},
	{"over 64 KiB", malformed, everyPeer, "Few servers take a header of that size, and refusing it unread costs nothing.", false},
	{"second spelling", malformed, everyPeer, "A JWS has no padding and no line ends (RFC 7515, section 2), one alphabet, and unused bits that are zero (RFC 4648, section 3.5). Where other spellings pass, anyone can respell a token, and a list of revoked tokens no longer knows it.", false},
	{"space around", malformed, []string{"go-jose", "go-oidc", "golang-jwt", "jwx"}, "A token has one spelling, and whoever reads it from a header has cut the spaces off.", false},
	{"JSON form of a JWS", malformed, []string{"go-oidc"}, "A JWT is a JWS in compact form always (RFC 7519, section 1). The JSON forms have parts that nothing signs.", false},
	{"token in a token", malformed, []string{"jwx"}, "Cognito never nests tokens.", false},
	{"crit", malformed, everyPeer, "It lists extensions that a verifier must understand or else refuse the token, and is never empty (RFC 7515, section 4.1.11). Cognito uses none, and none is known here.", false},
	{"b64 without crit", malformed, everyPeer, "It changes what is signed, and no JWT may have it (RFC 7797, sections 3 and 7).", false},
	{"no kid", malformed, []string{"go-oidc", "golang-jwt"}, "A pool has several keys, and a token says which one signed it. Nothing is tried out.", false},
	{"no alg", malformed, []string{"jwx"}, "Every JWS names its algorithm (RFC 7515, section 4.1.1).", false},
	{"other alg, signed with RS256", gognito.ReasonAlgorithm, []string{"jwx"}, "What the header says and what was done must agree (RFC 8725, section 3.1).", false},
	{"audience of an access token", clientReason, everyPeer, "An access token that names its audience is for that API alone (RFC 8707; RFC 7519, section 4.1.3).", false},
	{"nbf within five minutes", notYetValid, []string{"go-oidc"}, "The only leeway is the one that is set, and none is by default.", false},
	{"machine", gognito.ReasonMachine, everyPeer, "A token of client_credentials has no user. An application that looks its user up must not meet one unawares: `AllowMachines` admits them.", false},

	// Where peers are.
	{"iat of the future", "", []string{"go-jose", "jwx"}, "RFC 7519, section 4.1.6, gives `iat` for learning a token's age, not for refusing it. A clock that is a second behind Cognito's would refuse new tokens.", false},
	{"another letter case beside", "", []string{"go-oidc", "golang-jwt"}, "encoding/json takes a name in another letter case for the claim's own.", false},
	{"claim of OpenID Connect of another type", "", []string{"go-oidc"}, "`nonce`, `at_hash` and `_claim_names` are not read here.", false},
	{"scope of another type in an ID token", "", []string{awsJWTVerify}, "`scope` is no claim of ID tokens, and is not read from them.", false},
	{"number beyond float64", "", []string{"jwx"}, "A claim's number is passed on as it is written.", false},
	{"header member of another type", "", []string{"go-jose", "go-oidc", "jwx"}, "Of a header only `alg`, `kid`, `crit` and `b64` are read; the others are the word of whoever wrote the token.", true},
	{"space around the header", "", []string{"jwx"}, "JSON may begin and end with spaces (RFC 8259, section 2). jwx checks the signature of the header without them.", false},
}

// classNamed returns the class of a name, or one that explains nothing.
func classNamed(name string) class {
	for _, c := range classes {
		if c.name == name {
			return c
		}
	}
	return class{}
}
