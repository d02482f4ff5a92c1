package conformance_test

// httpRules are those of RFC 6750 for httpauth. They are about requests, not
// tokens.
var httpRules = []heldRule{
	{"6750-2.1", "RFC 6750, section 2.1", "MUST", "A server reads the token from the Authorization header, scheme Bearer.",
		"httpauth.Bearer does, whatever the letter case of the scheme; one token and nothing else.",
		[]string{"TestCandidatesComeFromTheFirstSourceThatHasAny", "FuzzAuthorization"}},
	{"6750-2.3", "RFC 6750, section 2.3", "SHOULD NOT", "A token is not taken from the query string.",
		"No source reads one there, nor from a form's body (section 2.2).", []string{"TestTheQueryStringIsNotRead"}},
	{"6750-2", "RFC 6750, section 2", "MUST NOT, of the client", "A request carries its token in one way only.",
		"Two Authorization headers are refused. Of several sources, the first that finds anything decides, so that a bad token never falls back to a cookie.",
		[]string{"TestCandidatesComeFromTheFirstSourceThatHasAny", "TestARequestWithATokenIsNeverTakenForOneWithout"}},
	{"6750-3", "RFC 6750, section 3", "MUST", "A refusal for want of a good token carries WWW-Authenticate, with the scheme Bearer.",
		"Each answer of 401 does, and 403 for a scope. By design 403 for a group or a permission does not: they are the application's, and no other token of the user's has more of them.", []string{"TestStatusAndChallengeFollowTheKind"}},
	{"6750-3.1-none", "RFC 6750, section 3.1", "SHOULD NOT", "A request without any token gets no error code.",
		"It gets a bare challenge.", []string{"TestStatusAndChallengeFollowTheKind"}},
	{"6750-3.1-token", "RFC 6750, section 3.1", "SHOULD", "A token that is not valid is answered 401, error invalid_token.",
		"So it is, for every reason, and the reason is not told.", []string{"TestStatusAndChallengeFollowTheKind", "TestAHandlerRefusesEveryHostileTokenInHeaderAndCookie"}},
	{"6750-3.1-scope", "RFC 6750, section 3.1", "SHOULD", "A token that lacks a scope is answered 403, error insufficient_scope.",
		"So it is.", []string{"TestStatusAndChallengeFollowTheKind"}},
	{"6750-3.1-request", "RFC 6750, section 3.1", "SHOULD", "A request that is malformed is answered 400, error invalid_request.",
		"By design not: two Authorization headers, or credentials without a token, are answered 401, invalid_token, as every other unusable token is. " +
			"A client gets the same answer whatever is wrong, and one thing to do: sign in again.",
		[]string{"TestCandidatesComeFromTheFirstSourceThatHasAny", "TestStatusAndChallengeFollowTheKind"}},
	{"6750-5.3-csrf", "RFC 6750, section 5.3", "MUST", "Who keeps tokens in cookies guards against cross-site requests.",
		"Cookies count as sent by the browser itself, and pages of other sites are refused (cross_origin).", []string{"TestCookiesOfOtherSitesPagesAreRefused", "TestAHeaderThatAGatewaySetsIsGuardedAsACookieIs"}},
	{"aws-tls", awsPage + "“Validate the JWT”, step 2; RFC 7515, section 8", "MUST", "Keys are fetched over TLS.",
		"Other URLs are refused, but for http on a loopback host; redirects to another host are, too.", []string{"TestRemoteKeysRefuseURLsThatKeysMustNotTravelOver"}},
}

// foreignRules do not apply to a verifier of Cognito's tokens.
var foreignRules = []foreignRule{
	{"RFC 7515, sections 3.2 and 7.2", "JSON serialisation, unprotected headers, several signatures", "Cognito writes the compact form, which has none of them."},
	{"RFC 7515, appendix F; RFC 7797", "Detached and unencoded payloads", "A token carries its claims. crit with b64 is refused like every extension."},
	{"RFC 7515, sections 4.1.2, 4.1.3 and 4.1.5 to 4.1.8", "How jku, jwk, x5u, x5c and x5t find and check a key", "All are optional and none is used: kid and the pool's key set name the key."},
	{"RFC 7515, sections 4.1.9 and 4.1.10", "typ and cty", "For applications that tell kinds apart by them. Cognito writes neither; see what is left open."},
	{"RFC 7516; RFC 7519, section 7.2 (steps 6 to 9, of encrypted and nested tokens)", "Encrypted and nested tokens", "Cognito's refresh tokens alone are encrypted, and only the pool reads them. They are refused as malformed."},
	{"RFC 7519, section 5.3", "Claims replicated in the header", "Of encrypted tokens."},
	{"RFC 7519, section 6", "Unsecured tokens", "Never accepted; see 7518-3.6."},
	{"RFC 7519, section 8", "HS256 and none are to be implemented", "Of general libraries. RFC 8725, sections 3.1 and 3.2, leaves a verifier the algorithms of its application, and Cognito has one."},
	{"RFC 7515, sections 5.1 and 7; RFC 7519, section 7.1", "How tokens are made", "gognito makes none, but in tests."},
	{"RFC 7515, section 10.1; RFC 8725, section 3.5", "Entropy of keys, passwords as keys", "The pool's keys are AWS's. What a verifier can see of it is their size; see 7518-3.3."},
	{"RFC 8725, section 3.2", "ECDSA, RSA encryption, agility", "RS256 alone. A pool with another algorithm would need a new release."},
	{"RFC 8725, section 3.4", "Points on curves", "No key agreement, and no elliptic curve. RSA's inputs are probed."},
	{"RFC 8725, section 3.6", "Compression before encryption", "Nothing is encrypted, and nothing in a token is decompressed."},
	{"RFC 8725, section 3.11", "Explicit types (typ)", "RECOMMENDED of new kinds of token. Cognito writes no typ, so to ask for one would refuse all; see 8725-3.12."},
	{"RFC 7517, sections 6 to 8", "Encrypted key sets, media types", "The key set is public. RFC 7517 lets the type of the answer be anything."},
	{"RFC 6750, section 2.2", "Tokens in a form's body", "MAY; no source reads one."},
}
