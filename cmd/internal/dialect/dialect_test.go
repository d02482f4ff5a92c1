package dialect_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/dialect"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/gognitotest"
)

// A site is a gateway that listens on the loopback interface, and what it logged.
type site struct {
	*gognitotest.Pool
	handler *dialect.Handler
	address string
	log     *record
}

// newSite starts a gateway. change, if there is one, changes what it is told.
func newSite(t testing.TB, change func(*settings.Settings)) *site {
	t.Helper()
	pool := gognitotest.NewPool(t)
	return newSiteOf(t, pool, pool.Verifier(), change)
}

func newSiteOf(t testing.TB, pool *gognitotest.Pool, v gognito.TokenVerifier, change func(*settings.Settings)) *site {
	t.Helper()
	told := &settings.Settings{
		Tokens: settings.Tokens{Bearer: true, Cookies: []string{"access"}},
		Rules: []decide.Rule{
			{Name: "assets", Paths: []string{"/public/*"}, Access: decide.Public},
			{Name: "admin", Paths: []string{"/admin/*"}, Access: decide.Authenticated, Groups: []string{"admins"}},
			{Name: "people", Paths: []string{"/*"}, Access: decide.Authenticated},
		},
		Identity: identity.Config{
			Headers: []identity.Header{
				{Name: "X-Auth-User", Source: "username"}, {Name: "X-Auth-Subject", Source: "subject"},
				{Name: "X-Auth-Groups", Source: "groups"}, {Name: "X-Auth-Scopes", Source: "scopes"},
			},
			MaxBytes: 3072,
		},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
	}
	if change != nil {
		change(told)
	}
	log := new(record)
	g, err := gateway.New(told, v, &telemetry.Observer{Access: slog.New(log)})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Pool: pool, handler: &dialect.Handler{Current: func() *gateway.Gateway { return g }}, log: log}
	server := httptest.NewUnstartedServer(s.handler)
	server.Config.MaxHeaderBytes = 4 << 20 // there is a hostile token of over 1 MiB
	server.Start()
	t.Cleanup(server.Close)
	s.address = server.Listener.Addr().String()
	return s
}

// bearer returns the header line of a user's access token.
func (s *site) bearer(u gognitotest.User) string { return "Authorization: Bearer " + s.AccessToken(u) }

// An answer is what a proxy got.
type answer struct {
	*http.Response
	body string
	raw  int // bytes before the body
}

// ask sends a request as it is written, line by line, and returns the answer.
func (s *site) ask(t testing.TB, lines ...string) *answer {
	t.Helper()
	a, connection := s.send(t, strings.Join(lines, "\r\n")+"\r\n\r\n")
	connection.Close()
	return a
}

// send sends bytes, and returns the first answer to them, and the connection.
func (s *site) send(t testing.TB, text string) (*answer, net.Conn) {
	t.Helper()
	connection, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(text, " ")
	raw := new(strings.Builder)
	response, err := http.ReadResponse(bufio.NewReaderSize(io.TeeReader(connection, raw), 1<<16), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	head, _, _ := strings.Cut(raw.String(), "\r\n\r\n")
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%q: the body: %v", text, err)
	}
	return &answer{response, string(body), len(head) + len("\r\n\r\n")}, connection
}

// proxies are how each proxy asks about a client's request to app.example.
var proxies = map[string]func(method, target string, header ...string) []string{
	"nginx": func(method, target string, header ...string) []string {
		return append([]string{"GET /verify/nginx HTTP/1.0", "Host: 127.0.0.1:9180", "Connection: close", "X-Original-Method: " + method,
			"X-Original-URI: " + target, "X-Original-Host: app.example", "X-Original-Proto: https", "X-Real-IP: 192.0.2.7"}, header...)
	},
	"traefik": func(method, target string, header ...string) []string {
		return forwarded("traefik", method, target, header)
	},
	"caddy": func(method, target string, header ...string) []string {
		return forwarded("caddy", method, target, header)
	},
	"envoy": func(method, target string, header ...string) []string {
		return append([]string{method + " /verify/envoy" + target + " HTTP/1.1", "Host: app.example", "Content-Length: 0",
			"X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.7"}, header...)
	},
}

func forwarded(name, method, target string, header []string) []string {
	return append([]string{"GET /verify/" + name + " HTTP/1.1", "Host: gateway:9180", "X-Forwarded-Method: " + method,
		"X-Forwarded-Uri: " + target, "X-Forwarded-Host: app.example", "X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.7"}, header...)
}

// without returns the lines but for those of a header.
func without(lines []string, name string) []string {
	var rest []string
	for _, line := range lines {
		if key, _, _ := strings.Cut(line, ":"); !strings.EqualFold(key, name) {
			rest = append(rest, line)
		}
	}
	return rest
}

// serve gives the handler a request that no connection brought, of a peer.
func (s *site) serve(r *http.Request, peer string) *httptest.ResponseRecorder {
	r.RemoteAddr = peer
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// read returns the request that the lines are, as a server reads it.
func read(t testing.TB, lines ...string) *http.Request {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.Join(lines, "\r\n") + "\r\n\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	return r.WithContext(t.Context())
}

// record keeps the last line of the access log.
type record struct {
	off  bool
	mu   sync.Mutex
	last map[string]string
}

func (r *record) Enabled(context.Context, slog.Level) bool { return !r.off }
func (r *record) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *record) WithGroup(string) slog.Handler            { return r }

func (r *record) Handle(_ context.Context, line slog.Record) error {
	attributes := make(map[string]string)
	line.Attrs(func(a slog.Attr) bool {
		if attributes[a.Key] = fmt.Sprint(a.Value.Resolve().Any()); attributes[a.Key] == "none" {
			attributes[a.Key] = ""
		}
		return true
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = attributes
	return nil
}

// of returns what the last line says of something.
func (r *record) of(key string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last[key]
}
