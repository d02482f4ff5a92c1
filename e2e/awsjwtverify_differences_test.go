package e2e_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// A difference is a class of tokens that gognito and aws-jwt-verify 5.2.1 judge
// differently. Each of the tokens is judged so in at least one of the set-ups.
type difference struct {
	name         string
	gognito      string // "valid", or the reason
	awsJWTVerify string // "valid", or the name of the error
	why          string
	tokens       []string
}

// differences are all that there are. docs/aws-jwt-verify.md has them too.
var differences = []difference{
	{
		"an access token for another audience", "client", "valid",
		"Cognito writes `aud` into an access token that is bound to a resource (RFC 8707), and whoever is not named in it must refuse the token (RFC 7519, section 4.1.3). Gognito compares it with the client IDs and `--audience`; aws-jwt-verify looks at `client_id` alone.",
		[]string{"audience-empty", "audience-none", "audience-other-client", "audience-other-resource", "audience-other-resources", "bound-to-resource", "bound-to-resources"},
	},
	{
		"a machine's token", "machine", "valid",
		"A token of the client_credentials grant has no user, and an application that greets its user, or looks the user up, must not meet one unawares. Gognito accepts it with `--allow-machines`; aws-jwt-verify does not tell the two apart.",
		[]string{"machine", "machine-of-client", "machine-with-scopes"},
	},
	{
		"more than one scope asked for", "scope", "valid",
		"Gognito's `--scope` means all of them; aws-jwt-verify's `scope` means any.",
		[]string{"scope-one"},
	},
	{
		"the instant of `exp`", "expired", "valid",
		"A token must not be accepted on or after `exp` (RFC 7519, section 4.1.4). aws-jwt-verify still accepts it at that very instant.",
		[]string{"expires-now"},
	},
	{
		"no `exp`", "malformed", "valid",
		"Cognito always writes `exp`. aws-jwt-verify checks it only if it is there: without it, a token is good for ever.",
		[]string{"exp-name-upper-case", "missing-exp"},
	},
	{
		"an `exp` after the year 9999", "malformed", "valid",
		"Such a number is no date: it overflows the time arithmetic of many languages, or is in milliseconds. aws-jwt-verify asks for a finite number only.",
		[]string{"exp-1e30", "exp-max-int64", "exp-over-int64"},
	},
	{
		"nobody's token", "malformed", "valid",
		"Cognito always names the user: `sub`, and `username` or `cognito:username`. Code behind the verifier relies on it, and would take the user for nobody, or for an empty name. aws-jwt-verify never looks whether they are there, only that a `sub` is a string.",
		[]string{"id-without-username", "missing-sub", "missing-username", "sub-empty", "username-empty", "username-name-capitalized", "username-name-long-s"},
	},
	{
		"no `iat`", "malformed", "valid",
		"Cognito always writes `iat`, and whoever limits a token's age relies on it. aws-jwt-verify does not ask for it.",
		[]string{"missing-iat"},
	},
	{
		"a claim of another type", "malformed", "valid",
		"A username that is an object, or a list of groups that is a string, surprises the code behind the verifier. Gognito checks the type of every claim that it reads; aws-jwt-verify does not check these, and takes a string in `cognito:groups` for a list of one.",
		[]string{
			"auth-time-string", "groups-list-in-list", "groups-null", "groups-null-in-list", "groups-number-in-list", "groups-object", "groups-string",
			"origin-jti-number", "username-array", "username-boolean", "username-null", "username-number", "username-object",
		},
	},
	{
		"a name that is there twice", "malformed", "valid",
		"Which of the two counts depends on the parser, so that two programs read one token differently (RFC 8259, section 4). Gognito refuses it, as RFC 7515, section 4, and RFC 7519, section 4, allow; aws-jwt-verify takes the last.",
		[]string{
			"duplicate-alg", "duplicate-alg-none-first", "duplicate-claim", "duplicate-claim-escaped", "duplicate-claim-first", "duplicate-claim-same-value",
			"duplicate-custom-claim", "duplicate-exp", "duplicate-groups", "duplicate-header-member", "duplicate-kid", "duplicate-nested-header-member", "duplicate-nested-name",
		},
	},
	{
		"text that is not Unicode", "malformed", "valid",
		"JSON is UTF-8 (RFC 8259, section 8.1). aws-jwt-verify replaces invalid bytes by U+FFFD, so that different names become the same one, and keeps half a surrogate pair, which other programs can't hold.",
		[]string{"header-invalid-utf8", "header-lone-surrogate", "payload-encoded-surrogate", "payload-invalid-utf8", "payload-lone-surrogate", "payload-overlong-utf8"},
	},
	{
		"a second spelling in base64url", "malformed", "valid",
		"A JWS has no padding (RFC 7515, section 2), and the unused bits at the end are zero (RFC 4648, section 3.5). Where other spellings pass, anyone can respell a signature, and a list of revoked tokens no longer knows the token. aws-jwt-verify allows padding and ignores those bits.",
		[]string{"padded-header", "padded-payload", "padded-signature", "trailing-bits-in-header", "trailing-bits-in-payload", "trailing-bits-in-signature"},
	},
	{
		"`crit` or `b64` in the header", "malformed", "valid",
		"`crit` lists extensions that a verifier must understand or else refuse the token, and must not be empty (RFC 7515, section 4.1.11); `b64` is one that changes what is signed (RFC 7797). Cognito uses none, and neither program knows any; aws-jwt-verify ignores them.",
		[]string{"b64-false", "b64-true", "crit", "crit-b64-true", "crit-empty", "crit-null"},
	},
	{
		"a token over 64 KiB", "malformed", "valid",
		"Few servers take a header of that size, and refusing it unread costs nothing. aws-jwt-verify has no limit of its own.",
		[]string{"over-1-mib", "over-64-kib"},
	},
	{
		"more than 32 levels, or 1,000 members", "malformed", "valid",
		"No pool's token comes near, and a forged payload of such a form takes far longer to read than its length says. aws-jwt-verify has no limit of its own.",
		[]string{"payload-1001-members", "payload-33-levels"},
	},
	{
		"digits of numbers", "valid, custom:id 9007199254740993, custom:price 12.50, custom:vast 1e400", "valid, custom:id 9007199254740992, custom:price 12.5, custom:vast null",
		"Gognito passes a claim's number on as it is written. JavaScript's numbers are exact up to 2^53 only, drop trailing zeros, and have no 1e400 but infinity, which JSON can't write.",
		[]string{"numbers-of-many-digits"},
	},
	{
		"names that JavaScript gives a meaning", `valid, constructor "x", custom:a {"__proto__":1,"b":2}`, `valid, constructor left out, custom:a {"b":2}`,
		"aws-jwt-verify removes members called `__proto__` and `constructor`, at every depth, which protects JavaScript programs. In Go they are names like others.",
		[]string{"prototype-names"},
	},
}

// listed returns the listed difference that two verdicts on a token are.
func listed(token, our, their string) (difference, bool) {
	i := slices.IndexFunc(differences, func(d difference) bool {
		return d.gognito == our && d.awsJWTVerify == their && slices.Contains(d.tokens, token)
	})
	if i < 0 {
		return difference{}, false
	}
	return differences[i], true
}

func TestAWSJWTVerifyDifferencesAreDocumented(t *testing.T) {
	table := "| difference | Gognito | aws-jwt-verify | why | tokens |\n|---|---|---|---|---|\n"
	for _, d := range differences {
		table += fmt.Sprintf("| %s | `%s` | `%s` | %s | %s |\n", d.name, d.gognito, d.awsJWTVerify, d.why, strings.Join(d.tokens, ", "))
	}
	page, err := os.ReadFile("../docs/aws-jwt-verify.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "\n\n"+table+"\n") {
		t.Errorf("docs/aws-jwt-verify.md does not have this table:\n\n%s", table)
	}
}
