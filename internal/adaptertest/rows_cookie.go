package adaptertest

import (
	"net/url"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

func (t *table) cookies() {
	malformed := invalid(gognito.ReasonMalformed)
	expired := t.world.pool.Hostile("expired")
	t.add("a cookie", sees(jane), cookies, t.cookie(jane))
	t.add("a cookie, and another scheme", sees(jane), cookies, t.cookie(jane), authorization, "Basic eA==")
	t.add("a cookie among others", sees(jane), cookies, "a=b; "+t.cookie(jane)+"; theme=dark")
	t.add("the same cookie twice", sees(jane), cookies, cookie(t.token(jane), t.token(jane)))
	t.add("an empty cookie, and a good one", sees(jane), cookies, cookie("", t.token(jane)))
	t.add("an expired cookie, and a good one", sees(jane), cookies, cookie(expired, t.token(jane)))
	t.add("a good cookie, and an expired one", sees(jane), cookies, cookie(t.token(jane), expired))
	t.add("an expired cookie", invalid(gognito.ReasonExpired), cookies, cookie(expired))
	t.add("two refused cookies", invalid(gognito.ReasonExpired), cookies, cookie(expired, "x.y.z"))
	t.add("cookies of two users", malformed, cookies, cookie(t.token(jane), t.token(root)))
	t.add("eight cookies", sees(jane), cookies, cookie("1", "2", "3", "4", "5", "6", "7", t.token(jane)))
	t.add("nine cookies", malformed, cookies, cookie("1", "2", "3", "4", "5", "6", "7", "8", t.token(jane)))
	t.add("a cookie that can't be read", malformed, cookies, CookieName+`=a"b`)
	t.add("a cookie in quotes", sees(jane), cookies, CookieName+`="`+t.token(jane)+`"`)
}

// amplify adds what Amplify's libraries send.
func (t *table) amplify() {
	prefix := "CognitoIdentityServiceProvider." + t.world.pool.ClientID() + "."
	as := func(last, user, token string) string {
		// As js-cookie writes them: a plus sign stays.
		encoded := func(name string) string { return strings.ReplaceAll(url.PathEscape(name), "@", "%40") }
		return prefix + "LastAuthUser=" + encoded(last) + "; " + prefix + encoded(user) + ".accessToken=" + token
	}
	mail := gognitotest.User{Username: "jane+x@example.com"}
	t.add("Amplify's cookies", sees(mail), cookies, as(mail.Username, mail.Username, t.token(mail)))
	t.add("Amplify's cookies of a user who is not the last", noToken, cookies, as("john", "jane", t.token(jane)))
	t.add("Amplify's cookie with another user's token", invalid(gognito.ReasonMalformed), cookies, as("john", "john", t.token(jane)))
	t.add("Amplify's cookies of another client", noToken, cookies,
		"CognitoIdentityServiceProvider.other.LastAuthUser=jane; CognitoIdentityServiceProvider.other.jane.accessToken="+t.token(jane))
	t.add("Amplify's cookies, POST of another site", forbidden(gognito.ReasonCrossOrigin),
		cookies, as("jane", "jane", t.token(jane)), fetchSite, "cross-site").post()
}

// crossOrigin adds requests that pages of other sites make a browser send.
func (t *table) crossOrigin() {
	refused := forbidden(gognito.ReasonCrossOrigin)
	own := "http://" + t.host
	const evil = "https://evil.example"
	good := t.cookie(jane)

	t.add("cookie, POST of no browser", sees(jane), cookies, good).post()
	t.add("cookie, POST, cross-site", refused, cookies, good, fetchSite, "cross-site").post()
	t.add("cookie, POST, same-site", refused, cookies, good, fetchSite, "same-site").post()
	t.add("cookie, POST, same-origin", sees(jane), cookies, good, fetchSite, "same-origin").post()
	t.add("cookie, POST, typed by the user", sees(jane), cookies, good, fetchSite, "none").post()
	t.add("cookie, POST, another origin", refused, cookies, good, origin, evil).post()
	t.add("cookie, POST, own origin", sees(jane), cookies, good, origin, own).post()
	t.add("cookie, POST, own origin as a prefix", refused, cookies, good, origin, own+".evil.example").post()
	t.add("cookie, POST, null origin", refused, cookies, good, origin, "null").post()
	t.add("cookie, POST, trusted origin", sees(jane), cookies, good, origin, TrustedOrigin, fetchSite, "cross-site").post()
	t.add("cookie, POST, trusted origin as a prefix", refused, cookies, good, origin, TrustedOrigin+".evil.example", fetchSite, "cross-site").post()
	t.add("refused cookie, POST, cross-site", refused, cookies, cookie("x.y.z"), fetchSite, "cross-site").post()
	t.add("cookie, POST, cross-site, forged method override", refused, cookies, good, fetchSite, "cross-site", "X-Http-Method-Override", "GET").post()
	t.add("cookie, GET, cross-site", sees(jane), cookies, good, fetchSite, "cross-site").orAsPost(refused)
	t.add("cookie, GET, another origin", sees(jane), cookies, good, origin, evil).orAsPost(refused)
	t.add("header, POST, cross-site", sees(jane), authorization, t.bearerOf(jane), fetchSite, "cross-site").post()
	t.add("header and cookie, POST, cross-site", sees(jane), authorization, t.bearerOf(jane), cookies, good, fetchSite, "cross-site").post()
	t.add("gateway's header, POST, cross-site", refused, HeaderName, t.token(jane), fetchSite, "cross-site").post()
	t.add("nothing, POST, cross-site", noToken, fetchSite, "cross-site").post()
	t.add("optional, cookie, POST, cross-site", refused, cookies, good, fetchSite, "cross-site").post().to(Optional)
	t.add("optional, nothing, POST, cross-site", seesNobody, fetchSite, "cross-site").post().to(Optional)
	t.add("admins, cookie, POST, cross-site", refused, cookies, t.cookie(root), fetchSite, "cross-site").post().to(Admins)
}

// upgrades adds WebSocket handshakes, which every page may open.
func (t *table) upgrades() {
	refused := forbidden(gognito.ReasonCrossOrigin)
	good := t.cookie(jane)
	handshake := func(name string, want outcome, connection string, pairs ...string) {
		pairs = append(pairs, "Connection", connection, "Upgrade", "websocket",
			"Sec-Websocket-Version", "13", "Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
		t.add("WebSocket, "+name, want, pairs...).needs(Upgrade)
	}
	handshake("another origin", refused, "Upgrade", cookies, good, origin, "https://evil.example")
	handshake("cross-site", refused, "Upgrade", cookies, good, fetchSite, "cross-site")
	handshake("another origin, capitals", refused, "UPGRADE", cookies, good, origin, "https://evil.example")
	handshake("another origin, a list", refused, "keep-alive, upgrade", cookies, good, origin, "https://evil.example")
	handshake("own origin", sees(jane), "Upgrade", cookies, good, origin, "http://"+t.host)
	handshake("no browser", sees(jane), "Upgrade", cookies, good)
	handshake("a token, another origin", sees(jane), "Upgrade", authorization, t.bearerOf(jane), origin, "https://evil.example")
}
