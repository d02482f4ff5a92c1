package dialect_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gognito/gognito/gognitotest"
)

// nginx announces a body that it does not send, unless it is told better; and so may
// whoever wants to keep a connection for nothing.
func TestABodyThatNeverComesIsNotWaitedFor(t *testing.T) {
	s := newSite(t, nil)
	user := s.bearer(gognitotest.User{})
	kept := make(map[string]net.Conn)
	for name, body := range map[string][]string{
		"a length":             {"Content-Length: 10"},
		"a length to wait for": {"Content-Length: 262144"},
		"a length beyond":      {"Content-Length: 9000000000"},
		"chunks":               {"Transfer-Encoding: chunked"},
		"to be asked for":      {"Content-Length: 10", "Expect: 100-continue"},
		"chunks to ask for":    {"Transfer-Encoding: chunked", "Expect: 100-continue"},
	} {
		requests := map[string][]string{
			"nothing":  {"POST /x HTTP/1.1", "Host: gateway:9180"},
			"key set":  {"POST /.well-known/jwks.json HTTP/1.1", "Host: gateway:9180"},
			"sign-in":  signInLines("GET", "/me"),
			"refusal":  proxies["caddy"]("GET", "/me"),
			"no proxy": {"POST /verify/caddy HTTP/1.1", "Host: gateway:9180"},
		}
		for proxy, asks := range proxies {
			requests[proxy] = asks("POST", "/me", user)
		}
		for what, lines := range requests {
			if strings.HasSuffix(lines[0], "/1.0") && strings.HasPrefix(body[0], "Transfer") {
				continue // there are no chunks in HTTP/1.0
			}
			text := strings.Join(append(without(lines, "Content-Length"), body...), "\r\n") + "\r\n\r\n"
			a, connection := s.send(t, text)
			if _, is := proxies[what]; is && (a.StatusCode != http.StatusOK || a.Header.Get("X-Auth-User") != "user") {
				t.Errorf("%s, %s: %d %v", what, name, a.StatusCode, a.Header)
			}
			if !a.Close {
				t.Errorf("%s, %s: the connection is to be used again: %v", what, name, a.Header)
			}
			kept[what+", "+name] = connection
		}
	}
	// And the server ends each of them, although nothing more comes.
	for what, connection := range kept {
		if rest, err := io.ReadAll(connection); err != nil || len(rest) > 0 {
			t.Errorf("%s: the connection is kept: %q, %v", what, rest, err)
		}
	}
}

// A body is no request, however much it looks like one.
func TestABodyIsNoRequest(t *testing.T) {
	s := newSite(t, nil)
	second := strings.Join(proxies["caddy"]("GET", "/public/x"), "\r\n") + "\r\n\r\n"
	for name, body := range map[string]string{
		"a length": "Content-Length: 3\r\n\r\n" + "abc" + second,
		"chunks":   "Transfer-Encoding: chunked\r\n\r\n" + "3\r\nabc\r\n0\r\n\r\n" + second,
		"unread":   "Content-Length: 1000000\r\n\r\n" + second,
	} {
		for proxy, asks := range proxies {
			lines := without(without(asks("POST", "/me"), "Content-Length"), "Connection")
			lines[0] = strings.Replace(lines[0], "/1.0", "/1.1", 1)
			a, connection := s.send(t, strings.Join(lines, "\r\n")+"\r\n"+body)
			if a.StatusCode != http.StatusUnauthorized || !a.Close {
				t.Errorf("%s, %s: %d, closing: %v", proxy, name, a.StatusCode, a.Close)
				continue
			}
			if rest, _ := io.ReadAll(connection); len(rest) > 0 {
				t.Errorf("%s, %s: what followed was answered: %q", proxy, name, rest)
			}
		}
	}
}

func TestAConnectionIsUsedAgain(t *testing.T) {
	s := newSite(t, nil)
	for _, proxy := range []string{"traefik", "caddy", "envoy"} {
		first := strings.Join(proxies[proxy]("GET", "/public/x"), "\r\n") + "\r\n\r\n"
		refused := strings.Join(proxies[proxy]("GET", "/me", "Connection: close"), "\r\n") + "\r\n\r\n"
		a, connection := s.send(t, first)
		if a.StatusCode != http.StatusOK || a.Close {
			t.Errorf("%s: %d, closing: %v", proxy, a.StatusCode, a.Close)
		}
		if _, err := io.WriteString(connection, refused); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(connection); err != nil || !strings.HasPrefix(string(rest), "HTTP/1.1 401 ") {
			t.Errorf("%s: the second request is answered %q, %v", proxy, rest, err)
		}
	}
}
