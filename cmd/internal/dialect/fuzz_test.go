package dialect_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// closed is a site of which nothing is public.
func closed(t testing.TB) *site {
	t.Helper()
	return newSite(t, func(told *settings.Settings) {
		told.Rules = []decide.Rule{{Name: "everything", Paths: []string{"/*"}, Access: decide.Authenticated}}
		told.Browsers = settings.Browsers{SignInURL: "https://auth.example/login", ReturnParameter: "rd", PassPreflights: false}
	})
}

// refuses requires that a request is answered, and not by a yes.
func (s *site) refuses(t *testing.T, r *http.Request) {
	t.Helper()
	w := s.serve(r, "127.0.0.1:80")
	if w.Code < 300 || w.Code > 499 || w.Header().Get("X-Auth-User") != "" || w.Header().Get("X-Envoy-Auth-Headers-To-Remove") != "" {
		t.Errorf("%s %q %v: %d %v", r.Method, r.RequestURI, r.Header, w.Code, w.Header())
	}
	if location := w.Header().Get("Location"); location != "" && !strings.HasPrefix(location, "https://auth.example/login?rd=%2F") {
		t.Errorf("%s %q %v: sent to %q", r.Method, r.RequestURI, r.Header, location)
	}
}

// Whatever follows the path, further lines of the request included, lets nobody
// through.
func FuzzWhatFollowsThePathOpensNothing(f *testing.F) {
	for _, path := range []string{"/verify/envoy", "/verify/nginx", "/verify/caddy", "/sign-in/nginx", "/verify/"} {
		for _, rest := range []string{
			"", "/", "/x", "?x=/y", "/%zz", "//admin/x", "/..%2fx", "#/public", "*", "/x HTTP/1.1\r\nAuthorization: Bearer x.y.z\r\nX: ",
			"/x HTTP/1.1\r\nCookie: access=x; access=y\r\nX-Forwarded-Proto: https\r\nX: ", " HTTP/1.1\r\nX-Original-Method: GET\r\nX-Original-URI: /x\r\nX-Original-Host: h\r\nX-Original-Proto: https\r\nX: ",
			" HTTP/1.1\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Uri: //h/x\r\nX-Forwarded-Host: h\r\nX-Forwarded-Proto: wss\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nX: ",
			" HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "/x HTTP/1.1\r\nX-Forwarded-For: 1.2.3.4, 127.0.0.1,\r\nX: ",
		} {
			f.Add(path, rest)
		}
	}
	s := closed(f)
	f.Fuzz(func(t *testing.T, path, rest string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET " + path + rest + " HTTP/1.1\r\nHost: app.example\r\n\r\n")))
		if err != nil {
			return // the server refuses it
		}
		s.refuses(t, r.WithContext(t.Context()))
	})
}

// Nor does whatever a proxy may be made to say.
func FuzzADescriptionOpensNothing(f *testing.F) {
	f.Add("GET", "/x", "app.example", "https", "192.0.2.7", "Bearer x.y.z")
	f.Add("OPTIONS", "/x?y#z", "app.example:443", "wss", "10.0.0.1, 127.0.0.1", "access=x")
	f.Add("get", "//h/%zz", "a, b", "http", "::1%eth0", "")
	f.Add("", "", "", "", ",,,", "Basic eDp5")
	f.Add("GET\r\n", "/x\x00", "[::1]:x", "https\t", "1.2.3.4:80", "\x00")
	s := closed(f)
	f.Fuzz(func(t *testing.T, method, target, host, proto, client, credentials string) {
		for _, path := range []string{"/verify/nginx", "/verify/traefik", "/verify/caddy", "/sign-in/nginx", "/verify/envoy" + target} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.RequestURI, r.URL, r.Host = path, new(url.URL), host
			if strings.HasPrefix(path, "/verify/envoy") {
				r.Method = method
			}
			for name, value := range map[string]string{
				"X-Original-Method": method, "X-Original-Uri": target, "X-Original-Host": host, "X-Original-Proto": proto, "X-Real-Ip": client,
				"X-Forwarded-Method": method, "X-Forwarded-Uri": target, "X-Forwarded-Host": host, "X-Forwarded-Proto": proto, "X-Forwarded-For": client,
				"Authorization": credentials, "Cookie": credentials, "Origin": host, "Accept": "text/html",
			} {
				r.Header[name] = []string{value}
			}
			s.refuses(t, r)
		}
	})
}
