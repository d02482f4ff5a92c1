package revproxy_test

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/revproxy"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/gognitotest"
)

// patience is how long a connection of a test may hang before the test fails.
const patience = 20 * time.Second

// loopback is where tests come from.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// A world is a gateway in front of an upstream.
type world struct {
	upstream string // its URL
	browsers settings.Browsers
	timeout  time.Duration
	stall    time.Duration
	serve    func(*httptest.Server) // nil: plain HTTP

	*httptest.Server
	settings *settings.Settings // of the gateway, which looks at them for each request
	gateway  *gateway.Gateway
	proxy    *revproxy.Proxy
	pool     *gognitotest.Pool
	jane     string // her token
	log      logs   // of the proxy
	server   logs   // of the HTTP server
	access   logs   // of decisions
}

// start starts the gateway, which tells the upstream about users in X-Auth-User,
// X-Auth-Groups and X-Auth-Email. /public is for all.
func (w *world) start(t testing.TB) *world {
	t.Helper()
	w.pool = gognitotest.NewPool(t)
	w.jane = w.pool.AccessToken(gognitotest.User{Username: "jane"})
	w.settings = &settings.Settings{
		Tokens: settings.Tokens{Bearer: true, Cookies: []string{"access"}, AmplifyClients: []string{w.pool.ClientID()}},
		Rules: []decide.Rule{
			{Name: "public", Paths: []string{"/public/*"}, Access: decide.Public},
			{Name: "people", Paths: []string{"/*"}, Access: decide.Authenticated},
		},
		Identity: identity.Config{
			Headers: []identity.Header{
				{Name: "X-Auth-User", Source: "username"}, {Name: "X-Auth-Groups", Source: "groups"}, {Name: "X-Auth-Email", Source: "email"},
			},
			MaxBytes: 3072,
		},
		Browsers: w.browsers,
		Realm:    "app",
	}
	var err error
	w.gateway, err = gateway.New(w.settings, w.pool.Verifier(), &telemetry.Observer{Access: slog.New(slog.NewTextHandler(&w.access, nil))})
	if err != nil {
		t.Fatal(err)
	}
	w.proxy, err = revproxy.New(revproxy.Config{
		Upstream:        w.upstream,
		Current:         func() *gateway.Gateway { return w.gateway },
		Log:             slog.New(slog.NewTextHandler(&w.log, nil)),
		ResponseTimeout: w.timeout,
		Stall:           w.stall,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Server = httptest.NewUnstartedServer(w.proxy)
	w.Config.DisableGeneralOptionsHandler = true
	w.Config.ErrorLog = log.New(&w.server, "", 0)
	if w.serve == nil {
		w.serve = (*httptest.Server).Start
	}
	w.serve(w.Server)
	t.Cleanup(func() {
		w.proxy.Close()
		w.Close()
	})
	return w
}

// dial opens a connection to the gateway.
func (w *world) dial(t testing.TB) *conn { t.Helper(); return dial(t, w.Listener.Addr().String()) }

// raw sends a request as it is, with "\n" for CRLF and JANE for her token, and returns
// the answer with its body read.
func (w *world) raw(t testing.TB, request string) *answer {
	t.Helper()
	c := w.dial(t)
	defer c.Close()
	c.send(strings.ReplaceAll(strings.ReplaceAll(request, "\n", "\r\n"), "JANE", w.jane))
	method, _, _ := strings.Cut(request, " ")
	return c.answer(method)
}

// An answer is an answer, read.
type answer struct {
	*http.Response
	body string
}

// A conn is a connection on which HTTP is written by hand.
type conn struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func dial(t testing.TB, address string) *conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(patience))
	return &conn{c, t, bufio.NewReader(c)}
}

func (c *conn) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.Conn, text); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads the next answer.
func (c *conn) answer(method string) *answer {
	c.t.Helper()
	response, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatalf("half an answer: %v", err)
	}
	return &answer{response, string(body)}
}

// head reads a message up to its body, lines ending in "\n".
func (c *conn) head() (string, error) {
	var b strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return "", err
		}
		if line == "\r\n" {
			return b.String(), nil
		}
		b.WriteString(strings.TrimSuffix(line, "\r\n") + "\n")
	}
}

// upstream starts an upstream and returns its URL.
func upstream(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// rawUpstream starts an upstream that is a program for one connection at a time.
func rawUpstream(t testing.TB, serve func(*conn)) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(patience))
			serve(&conn{c, t, bufio.NewReader(c)})
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return "http://" + l.Addr().String()
}

// recorder starts an upstream that sends 200 to requests without a body, and sends
// what it got up to the body's beginning to the channel.
func recorder(t testing.TB) (url string, heads <-chan string) {
	t.Helper()
	recorded := make(chan string, 100)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			accepted, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer accepted.Close()
				c := &conn{accepted, t, bufio.NewReader(accepted)}
				for {
					head, err := c.head()
					if err != nil {
						return
					}
					recorded <- head
					_, _ = io.WriteString(accepted, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		conns.Wait() // the gateway has closed its connections before
	})
	return "http://" + l.Addr().String(), recorded
}

// receive returns what comes next.
func receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

// logs is a log that is written and read at the same time.
type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// sorted returns a message with the lines of its head sorted, but for the first.
func sorted(message string) string {
	head, body, _ := strings.Cut(message, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	slices.Sort(lines[1:])
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + body
}
