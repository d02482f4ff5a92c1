package dialect_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"testing"

	"github.com/gognito/gognito/gognitotest"
)

// The paths are those texts, and nothing that a URL's parser makes into one.
func TestOnlyThePathsThemselvesAreAnswered(t *testing.T) {
	s := newSite(t, nil)
	described := []string{"Host: app.example", "X-Original-Method: GET", "X-Original-URI: /public/x", "X-Original-Host: app.example", "X-Original-Proto: https",
		"X-Forwarded-Method: GET", "X-Forwarded-Uri: /public/x", "X-Forwarded-Host: app.example", "X-Forwarded-Proto: https"}
	for target, want := range map[string]int{
		"/verify/nginx":                       200,
		"/verify/traefik":                     200,
		"/verify/caddy":                       200,
		"/verify/caddy?y=1":                   200, // Caddy without the question mark
		"/verify/caddy?":                      200,
		"/verify/nginx?rule=assets&groups=x":  200,
		"/verify/envoy/public/x":              200,
		"/verify/envoy/me":                    401,
		"/verify/envoy/":                      401,
		"/sign-in/nginx":                      401,
		"/verify/nginx/":                      404,
		"/verify/nginx/public/x":              404,
		"/verify/nginxx":                      404,
		"/verify/nginx%3f":                    404,
		"/verify/nginx#x":                     404,
		"/verify/nginx;x":                     404,
		"/verify/Nginx":                       404,
		"/verify//nginx":                      404,
		"//verify/nginx":                      404,
		"/./verify/nginx":                     404,
		"/x/../verify/nginx":                  404,
		"/verify/%6eginx":                     404,
		"/verify%2fnginx":                     404,
		`/verify\nginx`:                       404,
		"http://app.example/verify/nginx":     404,
		"http://gateway/verify/envoy/x":       404,
		"//app.example/verify/nginx":          404,
		"/verify/envoy":                       404,
		"/verify/envoy?/public/x":             404,
		"/verify/envoyx":                      404,
		"/verify/envoyx/public/x":             404,
		"/verify/envoy%2fpublic/x":            404,
		`/verify/envoy\public/x`:              404,
		"/verify/envoy;/public/x":             404,
		"/verify/envoy#/public/x":             404,
		"/verify/envoy*":                      404,
		"/verify/envoy_grpc/public/x":         404,
		"/verify/forward":                     404,
		"/verify":                             404,
		"/verify/":                            404,
		"/public/x":                           404,
		"/":                                   404,
		"/livez":                              404, // health is not this listener's
		"/readyz":                             404,
		"/metrics":                            404,
		"/status":                             404,
		"/ping":                               404,
		"/sign-in/nginx/":                     404,
		"/sign-in/caddy":                      404,
		"/.well-known/jwks.json":              404, // there is no assertion
		"/verify/envoy/../nginx":              401,
		"/verify/envoy/../../public/x":        401,
		"/verify/envoy//public/x":             401,
		"/verify/envoy/%2e%2e/public/x":       401,
		"/verify/envoy/public/x#/../../admin": 400,
		"/verify/envoy/x?/public/x":           401,
		"/verify/envoy/public/x?/../../admin": 200,
		"/verify/envoy/public/x?next=%zz":     200,
	} {
		if a := s.ask(t, append([]string{"GET " + target + " HTTP/1.1"}, described...)...); a.StatusCode != want {
			t.Errorf("%s: %d, want %d", target, a.StatusCode, want)
		}
	}
}

// A4: what is judged is the text that the client sent, whoever tells of it.
func TestA4TheTargetIsJudgedAsTheClientSentIt(t *testing.T) {
	s := newSite(t, nil)
	user := s.bearer(gognitotest.User{})
	for target, want := range map[string]int{
		"/public/x":                   200,
		"/me":                         200,
		"/me?x=/public&y=a,b":         200,
		"/admin/x":                    403,
		"/public/../admin/x":          403,
		"/public/%2e%2e/admin/x":      403,
		"/public/..%2fadmin/x":        403,
		"//admin/x":                   403,
		"//app.example/admin/x":       403,
		"/admin//x":                   403,
		"/admin/%2fx":                 403,
		"/%61dmin/x":                  403,
		"/%2561dmin/x":                403,
		"/admin;x/y":                  403,
		`/public\..\admin/x`:          403,
		"/ADMIN/x":                    403,
		"/public/x#/../../admin":      400,
		"/admin/x#/public":            400,
		"/public/x%00":                400,
		"http://app.example/public/x": 400,
		"*":                           400,
		"app.example:443":             400,
		"public/x":                    400,
	} {
		for name, asks := range proxies {
			want := want
			switch {
			case name == "nginx" && want == 400:
				want = 403 // nginx makes 500 of any other
			case name == "envoy" && target[0] != '/':
				want = 404
			}
			if a := s.ask(t, asks("GET", target, user)...); a.StatusCode != want {
				t.Errorf("%s, %s: %d, want %d", name, target, a.StatusCode, want)
			}
			if want != 404 && s.log.of("dialect") != name {
				t.Errorf("%s: logged as %s", name, s.log.of("dialect"))
			}
		}
	}
}

// What the server itself does not take for a request is not let through either.
func TestWhatIsNoRequestIsRefused(t *testing.T) {
	s := newSite(t, nil)
	for _, target := range []string{"/verify/envoy/%zz", "/verify/envoy/public/\x00", "/verify/envoy/public/x y", "", "*", ":", "verify/nginx", "/verify/envoy/public/\x7f"} {
		a, _ := s.send(t, "GET "+target+" HTTP/1.1\r\nHost: app.example\r\n\r\n")
		if a.StatusCode == http.StatusOK {
			t.Errorf("%q: %d", target, a.StatusCode)
		}
	}
	for name, asks := range proxies {
		a := s.ask(t, append(asks("GET", "/public/x"), "Host: other.example")...)
		if a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s, two hosts: %d", name, a.StatusCode)
		}
	}
}

// Over HTTP/2 there is no request line, and the path is as raw.
func TestHTTP2IsAnsweredAsHTTP1(t *testing.T) {
	s := newSite(t, nil)
	server := httptest.NewUnstartedServer(s.handler)
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).TLSClientConfig.NextProtos = []string{"h2"}
	client.Transport.(*http.Transport).TLSClientConfig.MinVersion = tls.VersionTLS12
	token := "Bearer " + s.AccessToken(gognitotest.User{Username: "ada"})
	used := 0
	trace := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
		if !c.Reused {
			used++
		}
	}})
	for _, test := range []struct {
		method, target string
		body           io.Reader
		status         int
	}{
		{"POST", "/me", neverEnding{t.Context().Done()}, 200}, // and not read
		{"PURGE", "/me", nil, 200},
		{"GET", "//admin/x", nil, 403},
		{"GET", "/public/..%2fadmin", nil, 403},
		{"GET", "/public/x#y", nil, 400},
		{"HEAD", "/admin", nil, 403},
		{"GET", "/public/x", nil, 200},
	} {
		r, err := http.NewRequestWithContext(trace, test.method, server.URL, test.body)
		if err != nil {
			t.Fatal(err)
		}
		r.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Opaque: "/verify/envoy" + test.target}
		r.Host = "app.example"
		r.Header.Set("Authorization", token)
		response, err := client.Do(r)
		if err != nil {
			t.Errorf("%s %s: %v", test.method, test.target, err)
			continue
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if response.ProtoMajor != 2 || response.StatusCode != test.status || response.Header.Get("Connection") != "" || err != nil {
			t.Errorf("%s %s: %s %d %v %v", test.method, test.target, response.Proto, response.StatusCode, response.Header, err)
		}
		if test.status == 200 && len(body) > 0 {
			t.Errorf("%s %s: a body: %q", test.method, test.target, body)
		}
		if s.log.of("method") != test.method || s.log.of("host") != "app.example" {
			t.Errorf("%s %s is logged as %v", test.method, test.target, s.log.last)
		}
	}
	if used != 1 {
		t.Errorf("%d connections were used", used)
	}
}

// neverEnding is a body of which nothing comes.
type neverEnding struct{ done <-chan struct{} }

func (b neverEnding) Read([]byte) (int, error) {
	<-b.done
	return 0, io.EOF
}
