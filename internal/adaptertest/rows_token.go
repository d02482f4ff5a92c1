package adaptertest

import (
	"fmt"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

// Headers that rows have.
const (
	authorization = "Authorization"
	cookies       = "Cookie"
	origin        = "Origin"
	fetchSite     = "Sec-Fetch-Site"
)

func (t *table) bearer() {
	t.add("a user", sees(john), authorization, t.bearerOf(john))
	t.add("a user in groups", sees(jane), authorization, t.bearerOf(jane))
	t.add("a POST of a user", sees(jane), authorization, t.bearerOf(jane)).post()
	t.add("the hook reads the request", inTenant(john, "acme"), authorization, t.bearerOf(john), "X-Tenant", "acme")
	t.add("bearer in small letters", sees(jane), authorization, "bearer "+t.token(jane))
	t.add("BEARER in capitals", sees(jane), authorization, "BEARER "+t.token(jane))
	t.add("spaces after Bearer", sees(jane), authorization, "Bearer    "+t.token(jane))
	twice := t.bearerOf(jane)
	t.add("a token", sees(jane), authorization, twice)
	t.add("the same token again", sees(jane), authorization, twice)
	odd := gognitotest.User{Username: "jörg ☃", Groups: []string{"x,admins", "a b", "é", `q"uote`, "per%cent"}}
	t.add("odd names", sees(odd), authorization, t.bearerOf(odd))
	updated := gognitotest.User{Username: "uma", Claims: map[string]any{"iss": t.world.pool.UpdatedIssuer()}}
	t.add("the pool's other issuer", sees(gognitotest.User{Username: "uma"}), authorization, t.bearerOf(updated))
}

func (t *table) none() {
	t.add("nothing", noToken)
	t.add("nothing, POST", noToken).post()
	t.add("an empty Authorization header", noToken, authorization, "")
	t.add("another scheme", noToken, authorization, "Basic amFuZTpwYXNz")
	t.add("a scheme that begins like Bearer", noToken, authorization, "Bearer"+t.token(jane))
	t.add("a token with no scheme", noToken, authorization, t.token(jane))
	t.add("a token in a header nobody reads", noToken, "X-Access-Token", t.token(jane))
	t.add("an empty cookie", noToken, cookies, CookieName+"=")
	t.add("a cookie of another name", noToken, cookies, "id_token="+t.token(jane))
	t.add("a cookie of that name in capitals", noToken, cookies, strings.ToUpper(CookieName)+"="+t.token(jane))
	t.add("a token in the query", noToken).Query = "access_token=" + t.token(jane)
}

func (t *table) oddities() {
	malformed := invalid(gognito.ReasonMalformed)
	t.add("Bearer and nothing", malformed, authorization, "Bearer")
	t.add("Bearer and a word", malformed, authorization, "Bearer token")
	t.add("Bearer and a tab", malformed, authorization, "Bearer\t"+t.token(jane)).needs(RawBytes)
	t.add("bytes that are not ASCII", malformed, authorization, t.bearerOf(jane)+"\xc3\xa9").needs(RawBytes)
	t.add("bytes that are not UTF-8", malformed, authorization, "Bearer \xff"+t.token(jane)).needs(RawBytes)
	t.add("two tokens with a space", malformed, authorization, t.bearerOf(jane)+" "+t.token(jane))
	t.add("something behind the token", malformed, authorization, t.bearerOf(jane)+",")
	t.add("a token in quotes", malformed, authorization, `Bearer "`+t.token(jane)+`"`)
	t.add("a parameter", malformed, authorization, "Bearer token="+t.token(jane))
	same := t.bearerOf(jane)
	t.add("the same header twice", malformed, authorization, same, authorization, same)
	t.add("two headers", malformed, authorization, t.bearerOf(jane), authorization, t.bearerOf(root))
	t.add("another scheme, and a token's header", malformed, authorization, "Basic eA==", authorization, t.bearerOf(jane))
	t.add("a token's header, and another scheme", malformed, authorization, t.bearerOf(jane), authorization, "Basic eA==")
	t.add("an empty header, and a token's", malformed, authorization, "", authorization, t.bearerOf(jane))
	t.add("two tokens joined with a comma", malformed, authorization, t.bearerOf(jane)+", "+t.bearerOf(root))
	t.add("another scheme joined with a token", malformed, authorization, "Basic eA==, "+t.bearerOf(jane))
	t.add("a refused token, and a good cookie", malformed, authorization, "Bearer x.y.z", cookies, t.cookie(jane))
	t.add("a good token, and a refused cookie", sees(jane), authorization, t.bearerOf(jane), cookies, cookie("x.y.z"))
	t.add("a gateway's header", sees(jane), HeaderName, t.token(jane))
	t.add("a gateway's header twice", malformed, HeaderName, t.token(jane), HeaderName, t.token(jane))
	t.add("a gateway's header with a scheme", malformed, HeaderName, t.bearerOf(jane))
	t.add("a refused cookie, and a gateway's header", malformed, cookies, cookie("x.y.z"), HeaderName, t.token(jane))
}

func (t *table) sizes() {
	groups := make([]string, 100)
	for i := range groups {
		groups[i] = fmt.Sprintf("group %03d %s", i, strings.Repeat("x", 100))
	}
	large := gognitotest.User{Username: "large", Groups: groups}
	t.add("a hundred groups", sees(large), authorization, t.bearerOf(large))
	t.add("a hundred groups in a cookie", sees(large), cookies, t.cookie(large))
	t.add("a token over 64 KiB", invalid(gognito.ReasonMalformed), authorization, t.bearerOf(jane)+strings.Repeat("A", 64<<10))
	t.add("a cookie over 64 KiB", invalid(gognito.ReasonMalformed), cookies, t.cookie(jane)+strings.Repeat("A", 64<<10))
	t.add("a hundred other cookies", sees(jane), cookies, strings.Repeat("other=value; ", 100)+t.cookie(jane))
}

// maxToken is more than what Cognito signs, and less than what servers take.
const maxToken = 100 << 10

// hostile adds a row for each token that no verifier may accept.
func (t *table) hostile() {
	for _, h := range t.world.pool.HostileTokens() {
		if len(h.Token) > maxToken {
			continue
		}
		t.add("hostile "+h.Name, invalid(h.Reason), authorization, "Bearer "+h.Token)
	}
}
