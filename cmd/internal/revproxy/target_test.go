package revproxy_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheUpstreamGetsTheTargetThatWasJudged(t *testing.T) {
	url, heads := recorder(t)
	w := (&world{upstream: url}).start(t)
	for _, target := range []string{
		"/", "/a", "/a/", "//", "//x", "//x/y?z", "///", "/a//b", "/.", "/..", "/a/./b", "/a/../b", "/a/..", "/../../etc",
		"/a%2Fb", "/a%2fb", "//a%2fb", "/%61", "/%2e%2e/a", "/%252e", "/a%5Cb", `/a\b`, "/a;b=c", "/;", "/a;/../b", "/a,b@c:d",
		"/a|b", `/a"b`, "/a<b>", "/a^b`c{d}", "/a:b", "/http://evil.example/", "/@evil.example", "/%C3%A9", "/a%20b",
		"/?", "/a?", "/a??", "/a?b?c", "/?a=1&b=%zz", "/?a=1;b=2", "/?a=%", "/?%", "/?a=b#c", "/?a=/../b", "/?a=é",
		`/?a="<>\^{}|`, "/?a=1&a=2&&", "/a?//b", "/a?http://evil.example", "/*", "/a+b?c+d", "/~a", "/a=b&c",
	} {
		answer := w.raw(t, "GET "+target+" HTTP/1.1\nHost: app.example\nAuthorization: Bearer JANE\n\n")
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", target, answer.StatusCode)
			continue
		}
		if line, _, _ := strings.Cut(receive(t, heads), "\n"); line != "GET "+target+" HTTP/1.1" {
			t.Errorf("%s: the upstream got %s", target, line)
		}
	}
}

func TestATargetThatCantGoOnAsItIsIsRefused(t *testing.T) {
	w := (&world{upstream: upstream(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the upstream got %s", r.RequestURI)
	})}).start(t)
	for _, line := range []string{
		"GET http://app.example/public/a HTTP/1.1", "GET https://app.example/public/a HTTP/1.1", "GET http://app.example HTTP/1.1",
		"OPTIONS * HTTP/1.1", "GET * HTTP/1.1",
		"CONNECT app.example:443 HTTP/1.1", "CONNECT /public/a HTTP/1.1", "CONNECT /a HTTP/1.1",
		"GET public/a HTTP/1.1", "GET ?a HTTP/1.1",
		"GET /a#b HTTP/1.1", "GET /a%zz HTTP/1.1", "GET /a%00b HTTP/1.1", "GET /a%0d%0aX:1 HTTP/1.1",
		"GET /a\tb HTTP/1.1", "GET /a?\x01 HTTP/1.1", "GET /a?\x7f HTTP/1.1", "GET /a?b c HTTP/1.1", "GET /é HTTP/1.1",
		"get /a HTTP/1.1", "PRI * HTTP/2.0",
		"GET //a|b HTTP/1.1", // net/http has no way to write it
		`GET //a\b HTTP/1.1`,
	} {
		answer := w.raw(t, line+"\nHost: app.example\nConnection: close\nAuthorization: Bearer JANE\n\n")
		if answer.StatusCode != http.StatusBadRequest && answer.StatusCode != http.StatusHTTPVersionNotSupported {
			t.Errorf("%s: status %d", line, answer.StatusCode)
		}
	}
}

// FuzzTheUpstreamGetsTheTargetThatWasJudged judges requests with the target, whatever
// HTTP/1 or HTTP/2 would make of it, and checks that the upstream gets no other.
func FuzzTheUpstreamGetsTheTargetThatWasJudged(f *testing.F) {
	for _, target := range []string{
		"/", "//x?", "/a%2Fb;c?d=%zz", "//a%2fb", "/a?b HTTP/1.1", "http://a/b", "*", "/a#b", "//a|b", "/?\x80", "/%", "/a/../b?#", "//?/", "/\\",
		"", "?", "/a\r\nX-Auth-User: admin\r\n", "/a HTTP/1.1\r\n\r\nGET /b", "/a?\nb",
	} {
		f.Add(target)
	}
	url, heads := recorder(f)
	w := (&world{upstream: url}).start(f)
	f.Fuzz(func(t *testing.T, target string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RequestURI = target
		r.Header.Set("Authorization", "Bearer "+w.jane)
		answer := httptest.NewRecorder()
		w.proxy.ServeHTTP(answer, r)
		switch answer.Code {
		case http.StatusOK:
			line, _, _ := strings.Cut(receive(t, heads), "\n")
			if line != "GET "+target+" HTTP/1.1" || strings.Count(line, " ") != 2 {
				t.Errorf("%q: the upstream got %q", target, line)
			}
		case http.StatusBadRequest:
		default:
			t.Errorf("%q: status %d", target, answer.Code)
		}
		if len(heads) > 0 {
			t.Errorf("%q: the upstream got %q besides", target, <-heads)
		}
	})
}
