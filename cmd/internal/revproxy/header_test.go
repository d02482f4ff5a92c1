package revproxy_test

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

// heard returns the lines of a request's head that are about these names, sorted by the
// names as they were sent.
func heard(head string, names ...string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(head, "\n"), "\n") {
		name, _, isField := strings.Cut(line, ": ")
		if isField && slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			lines = append(lines, line)
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		a, _, _ = strings.Cut(a, ":")
		b, _, _ = strings.Cut(b, ":")
		return strings.Compare(a, b)
	})
	return strings.Join(lines, "\n")
}

// names returns the names of a request's fields, sorted.
func names(head string) string {
	found := make(map[string]bool)
	for line := range strings.SplitSeq(strings.TrimSuffix(head, "\n"), "\n") {
		if name, _, isField := strings.Cut(line, ": "); isField {
			found[name] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(found)), " ")
}

func TestNobodyPassesForAnotherUser(t *testing.T) {
	url, heads := recorder(t)
	w := (&world{upstream: url, browsers: settings.Browsers{PassPreflights: true}}).start(t)
	const usual = "Authorization Host X-Auth-User X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto"
	const claims = "X-Auth-User: admin\nx-auth-user: admin\nX-AUTH-USER: admin\nX_Auth_User: admin\nX-Auth_User: admin\nx_auth-user: admin\n" +
		"X.Auth.User: admin\nX^Auth~User: admin\nX-Auth-Groups: admins\nX_Auth_Groups: admins\nx.auth.groups: admins\nX-Auth-Email: a@b\nX_AUTH_EMAIL: a@b\n"
	for _, test := range []struct {
		name, request, names, user string
	}{
		{"a user", "GET /me HTTP/1.1\nHost: a\nAuthorization: Bearer JANE\n" + claims, usual, "jane"},
		{"a stranger", "GET /public/x HTTP/1.1\nHost: a\n" + claims, strings.NewReplacer("Authorization ", "", "X-Auth-User ", "").Replace(usual), ""},
		{"a preflight", "OPTIONS /me HTTP/1.1\nHost: a\nOrigin: https://a\nAccess-Control-Request-Method: GET\n" + claims,
			"Access-Control-Request-Method Host Origin X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto", ""},
		{"Connection names the field", "GET /me HTTP/1.1\nHost: a\nAuthorization: Bearer JANE\nConnection: X-Auth-User, x-auth-user, X_Auth_User, X-Forwarded-For\n" + claims, usual, "jane"},
		{"Connection twice", "GET /me HTTP/1.1\nHost: a\nAuthorization: Bearer JANE\nConnection: close\nConnection: X-Auth-User\n", usual, "jane"},
		{"Connection names what was judged", "GET /me HTTP/1.1\nHost: a\nAuthorization: Bearer JANE\nCookie: a=b\nConnection: Authorization, Cookie, Host, X-Auth-User\n" + claims,
			strings.Replace(usual, "Authorization ", "", 1), "jane"},
		{"a cookie that Connection names", "GET /me HTTP/1.1\nHost: a\nCookie: access=JANE\nConnection: Cookie, X-Auth-User\n",
			strings.Replace(usual, "Authorization ", "", 1), "jane"},
	} {
		if answer := w.raw(t, test.request+"\n"); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", test.name, answer.StatusCode)
			continue
		}
		head := receive(t, heads)
		if got := names(head); got != test.names {
			t.Errorf("%s: the upstream got\n%s, want\n%s", test.name, got, test.names)
		}
		if got := strings.TrimPrefix(heard(head, "X-Auth-User"), "X-Auth-User: "); got != test.user {
			t.Errorf("%s: the upstream got the user %q, want %q", test.name, got, test.user)
		}
		if strings.Contains(head, "admin") || strings.Contains(head, "a@b") {
			t.Errorf("%s: the upstream got\n%s", test.name, head)
		}
	}
	for _, odd := range []string{"X-Auth-User : admin", " X-Auth-User: admin", "X-Auth-User\x00: admin", "X-Auth-User\t: admin", "X Auth User: admin"} {
		if answer := w.raw(t, "GET /public/x HTTP/1.1\nHost: a\n"+odd+"\n\n"); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: status %d", odd, answer.StatusCode)
		}
	}
	if len(heads) > 0 {
		t.Errorf("the upstream got %s", <-heads)
	}
}

func TestTheUserIsToldAsTheTokenSays(t *testing.T) {
	url, heads := recorder(t)
	w := (&world{upstream: url}).start(t)
	ada := w.pool.AccessToken(gognitotest.User{Username: "ada", Groups: []string{"admins", "x,y"}})
	w.raw(t, "GET /me HTTP/1.1\nHost: a\nAuthorization: Bearer "+ada+"\nX-Auth-Email: a@b\n\n")
	if got, want := heard(receive(t, heads), "X-Auth-User", "X-Auth-Groups", "X-Auth-Email"), "X-Auth-Groups: admins,x%2Cy\nX-Auth-User: ada"; got != want {
		t.Errorf("the upstream got\n%s, want\n%s", got, want)
	}
}

func TestARefusedRequestDoesNotGoOn(t *testing.T) {
	w := (&world{upstream: upstream(t, func(http.ResponseWriter, *http.Request) { t.Error("it went on") })}).start(t)
	for name, want := range map[string]int{
		"GET /me HTTP/1.1\nHost: a\n\n":                                                            http.StatusUnauthorized,
		"GET /me HTTP/1.1\nHost: a\nAuthorization: Bearer rubbish\n\n":                             http.StatusUnauthorized,
		"GET /public/..%2fme HTTP/1.1\nHost: a\n\n":                                                http.StatusUnauthorized,
		"GET //public/x HTTP/1.1\nHost: a\n\n":                                                     http.StatusUnauthorized,
		"GET /me HTTP/1.1\nHost: a\nX-Original-URL: /public/x\nX-Forwarded-Uri: /public/x\n\n":     http.StatusUnauthorized,
		"GET /me HTTP/1.1\nHost: a\nX-HTTP-Method-Override: GET\nX-Original-Method: OPTIONS\n\n":   http.StatusUnauthorized,
		"POST /me HTTP/1.1\nHost: a\nCookie: access=JANE\nSec-Fetch-Site: cross-site\n\n":          http.StatusForbidden,
		"GET /public/x HTTP/1.1\nHost: a b\n\n":                                                    http.StatusBadRequest,
		"GET /public/x HTTP/1.1\nHost: user@a\n\n":                                                 http.StatusBadRequest,
		"GET /public/x HTTP/1.1\nHost: [fe80::1%25eth0]\n\n":                                       http.StatusBadRequest,
		"GET /public/x HTTP/1.1\nHost: a\nHost: b\n\n":                                             http.StatusBadRequest,
		"OPTIONS /me HTTP/1.1\nHost: a\nOrigin: https://a\nAccess-Control-Request-Method: GET\n\n": http.StatusUnauthorized,
		"GET /me HTTP/1.1\nHost: a\nAuthorization: Bearer JANE\nAuthorization: Bearer JANE\n\n":    http.StatusUnauthorized,
		"GET /me HTTP/1.1\nHost: a\nX-Auth-User: jane\nX-Auth-Groups: admins\nUser-Agent: ELB\n\n": http.StatusUnauthorized,
	} {
		answer := w.raw(t, name)
		if answer.StatusCode != want {
			t.Errorf("%s status %d, want %d", name, answer.StatusCode, want)
		}
		if want == http.StatusUnauthorized && (answer.Header.Get("Www-Authenticate") == "" || answer.Header.Get("Cache-Control") != "no-store") {
			t.Errorf("%s %v", name, answer.Header)
		}
	}
}

func TestTheUpstreamIsToldWhereARequestCameFrom(t *testing.T) {
	url, heads := recorder(t)
	const claims = "X-Forwarded-For: 6.6.6.6\nX-Forwarded-For: 7.7.7.7\nX-Forwarded-Proto: https\nX-Forwarded-Port: 6\nX-Forwarded-Prefix: /6\nX-Real-IP: 6.6.6.6\n"
	const odd = "X_Forwarded_For: 6.6.6.6\nx.forwarded.proto: ftp\nX_Real_IP: 6.6.6.6\n"
	const others = "Forwarded: for=6.6.6.6;host=evil\nX-Forwarded: 6\nX-Forwarded-Host: evil\nX_Forwarded-Host: evil\nX-Forwarded-Uri: /6\nX-Forwarded-Path: /6\nX-Forwarded-Method: GET\n" +
		"X-Original-URL: /6\nX-Original-URI: /6\nX_Original_URL: /6\nX-Original-Method: GET\nX-Rewrite-URL: /6\nX_REWRITE_URL: /6\n"
	const all = "Forwarded X-Forwarded X-Forwarded-Uri X-Forwarded-Path X-Forwarded-Method X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Forwarded-Port X-Forwarded-Prefix X-Real-Ip " +
		"X_forwarded_for X.forwarded.proto X_real_ip X_forwarded-Host X-Original-Url X-Original-Uri X_original_url X-Original-Method X-Rewrite-Url X_rewrite_url"
	w := (&world{upstream: url}).start(t)
	const own = "X-Forwarded-For: 127.0.0.1\nX-Forwarded-Host: app.example:8080\nX-Forwarded-Proto: http"
	for _, test := range []struct {
		name    string
		trusted bool
		header  string
		want    string
	}{
		{"nobody says", false, "", own},
		{"a stranger says", false, claims + odd + others, own},
		{"a stranger says, and Connection names it", false, claims + odd + others + "Connection: X-Forwarded-For, X-Forwarded-Proto\n", own},
		{"a proxy does not say", true, "", own},
		{"a proxy says", true, claims + odd + others, "X-Forwarded-For: 6.6.6.6, 7.7.7.7, 127.0.0.1\nX-Forwarded-Host: app.example:8080\nX-Forwarded-Port: 6\n" +
			"X-Forwarded-Prefix: /6\nX-Forwarded-Proto: https\nX-Real-Ip: 6.6.6.6"},
		{"a proxy says, and Connection names it", true, "X-Forwarded-For: 6.6.6.6\nConnection: X-Forwarded-For\n",
			"X-Forwarded-For: 6.6.6.6, 127.0.0.1\nX-Forwarded-Host: app.example:8080\nX-Forwarded-Proto: http"},
		{"a proxy says two schemes", true, "X-Forwarded-Proto: https\nX-Forwarded-Proto: http\n", own},
		{"a proxy says two schemes in one", true, "X-Forwarded-Proto: https, http\n", own},
		{"a proxy says a scheme that is none", true, "X-Forwarded-Proto: javascript\n", own},
		{"a proxy says a WebSocket's", true, "X-Forwarded-Proto: wss\n", strings.Replace(own, "Proto: http", "Proto: wss", 1)},
	} {
		if w.settings.TrustedProxies = nil; test.trusted {
			w.settings.TrustedProxies = loopback
		}
		w.raw(t, "GET /public/x HTTP/1.1\nHost: app.example:8080\n"+test.header+"\n")
		head := receive(t, heads)
		if got := heard(head, strings.Fields(all)...); got != test.want {
			t.Errorf("%s: the upstream got\n%s\nwant\n%s", test.name, got, test.want)
		}
		if !strings.Contains(head, "Host: app.example:8080\n") {
			t.Errorf("%s: the upstream got\n%s", test.name, head)
		}
	}
}

func TestCredentialsCanBeKeptFromTheUpstream(t *testing.T) {
	url, heads := recorder(t)
	const amplify = "CognitoIdentityServiceProvider.abc."
	w := (&world{upstream: url}).start(t)
	tokens := &settings.Tokens{Bearer: true, Cookies: []string{"access", "other"}, AmplifyClients: []string{"abc"}}
	for _, test := range []struct {
		name   string
		header string
		want   string
		tokens *settings.Tokens // nil: tokens
	}{
		{name: "a token", header: "Authorization: Bearer JANE\n"},
		{name: "in another case", header: "Authorization: bEARER  JANE\n"},
		{name: "no token", header: "Authorization: Bearer\n"},
		{name: "a tab", header: "Authorization: Bearer\tJANE\n"},
		{name: "two", header: "Authorization: Bearer JANE\nAuthorization: Basic a\n", want: "Authorization: Basic a"},
		{name: "another scheme", header: "Authorization: Basic Bearer\n", want: "Authorization: Basic Bearer"},
		{name: "a longer one", header: "Authorization: BearerToken a\n", want: "Authorization: BearerToken a"},
		{name: "the cookie alone", header: "Cookie: access=JANE\n"},
		{name: "the first", header: "Cookie: access=JANE; a=b\n", want: "Cookie: a=b"},
		{name: "the last", header: "Cookie: a=b; access=JANE\n", want: "Cookie: a=b"},
		{name: "in between, and others as they are", header: "Cookie: a=\"b\";  c = d ;access=JANE;e;;f=%zz;\n", want: "Cookie: a=\"b\";  c = d ;e;;f=%zz;"},
		{name: "twice", header: "Cookie: access=1; a=b; access=2\n", want: "Cookie: a=b"},
		{name: "on two lines", header: "Cookie: access=JANE\nCookie: a=b; other=JANE\n", want: "Cookie: a=b"},
		{name: "spaces around the name", header: "Cookie: a=b; \t access =JANE\n", want: "Cookie: a=b"},
		{name: "what some take for spaces", header: "Cookie: a=b;\xa0access\xc2\xa0=JANE\n", want: "Cookie: a=b"},
		{name: "quoted", header: "Cookie: a=b; \"access\"=JANE; access=\"JANE\"\n", want: "Cookie: a=b"},
		{name: "no value", header: "Cookie: access; a=b\n", want: "Cookie: a=b"},
		{name: "names that are like it", header: "Cookie: Access=1; access2=2; x-access=3; a=access=4\n", want: "Cookie: Access=1; access2=2; x-access=3; a=access=4"},
		{name: "Amplify's", header: "Cookie: " + amplify + "LastAuthUser=jane; a=b; " + amplify + "jane.accessToken=1; " + amplify + "jane.refreshToken=1; " + amplify + "a%40b.idToken=1\n", want: "Cookie: a=b"},
		{name: "Amplify's, encoded", header: "Cookie: CognitoIdentityServiceProvider%2Eabc%2Ejane.accessToken=1; a=b\n", want: "Cookie: a=b"},
		{name: "another client's", header: "Cookie: CognitoIdentityServiceProvider.abcd.LastAuthUser=jane\n", want: "Cookie: CognitoIdentityServiceProvider.abcd.LastAuthUser=jane"},
		{name: "tokens are in cookies only", header: "Authorization: Bearer x\nCookie: access=1\n", want: "Authorization: Bearer x", tokens: &settings.Tokens{Cookies: []string{"access"}}},
		{name: "tokens are in Authorization only", header: "Authorization: Bearer x\nCookie: access=1\n", want: "Cookie: access=1", tokens: &settings.Tokens{Bearer: true}},
	} {
		w.settings.Tokens = *cmp.Or(test.tokens, tokens)
		for _, remove := range []bool{true, false} {
			w.settings.Proxy.RemoveCredentials = remove
			w.raw(t, "GET /public/x HTTP/1.1\nHost: a\n"+test.header+"\n")
			want := test.want
			if !remove {
				want = strings.TrimSuffix(test.header, "\n")
			}
			head := strings.ReplaceAll(receive(t, heads), w.jane, "JANE")
			if got := heard(head, "Authorization", "Cookie"); got != want {
				t.Errorf("%s (%v): the upstream got %q, want %q", test.name, remove, got, want)
			}
		}
	}
}

func TestTheUpstreamGetsTheRestAsItIs(t *testing.T) {
	url, heads := recorder(t)
	w := (&world{upstream: url}).start(t)
	w.raw(t, "DELETE /public/x HTTP/1.1\nHost: App.Example\nAccept-Encoding: zstd\nX-Two: 1\nX-Two: 2\nTe: trailers\nProxy-Authorization: Basic x\nKeep-Alive: 1\n"+
		"Http2-Settings: AAAA\nVia: 1.1 x\nMax-Forwards: 3\nTraceparent: 00-1\nForwardedness: 1\nX-Forwardedness: 1\nX-Real-Ip2: 1\nX-Originality: 1\n\n")
	want := "DELETE /public/x HTTP/1.1\nHost: App.Example\nAccept-Encoding: zstd\nForwardedness: 1\nMax-Forwards: 3\nTe: trailers\nTraceparent: 00-1\nVia: 1.1 x\n" +
		"X-Forwarded-For: 127.0.0.1\nX-Forwarded-Host: App.Example\nX-Forwarded-Proto: http\nX-Forwardedness: 1\nX-Originality: 1\nX-Real-Ip2: 1\nX-Two: 1\nX-Two: 2\n"
	if got := receive(t, heads); got != want {
		t.Errorf("the upstream got\n%s\nwant\n%s", got, want)
	}
}
