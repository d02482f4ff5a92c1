package revproxy_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// echoHandler is a WebSocket which sends back what it gets.
func echoHandler() http.Handler {
	return websocket.Server{Handler: func(ws *websocket.Conn) { _, _ = io.Copy(ws, ws) }}
}

// echo starts an upstream that is one.
func echo(t testing.TB) (url string) { t.Helper(); return upstream(t, echoHandler().ServeHTTP) }

// open opens a WebSocket with the token in the Authorization header.
func (w *world) open(t testing.TB) *websocket.Conn {
	t.Helper()
	config, err := websocket.NewConfig(strings.Replace(w.URL, "http", "ws", 1)+"/chat?room=1", w.URL)
	if err != nil {
		t.Fatal(err)
	}
	config.Header.Set("Authorization", "Bearer "+w.jane)
	ws, err := config.DialContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_ = ws.SetDeadline(time.Now().Add(patience))
	return ws
}

// say sends something and expects it back.
func say(t testing.TB, ws *websocket.Conn) {
	t.Helper()
	const said = "hello"
	got := make([]byte, len(said))
	if _, err := io.WriteString(ws, said); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(ws, got); err != nil || string(got) != said {
		t.Fatalf("%q came back, %v", got, err)
	}
}

// wait waits for the end of the WebSockets.
func (w *world) wait(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.proxy.Wait(ctx); err != nil {
		t.Error(err)
	}
}

func TestAWebSocketWorksEndToEnd(t *testing.T) {
	seen := make(chan *http.Request, 1)
	handler := websocket.Server{
		Handshake: func(_ *websocket.Config, r *http.Request) error { seen <- r; return nil },
		Handler:   func(ws *websocket.Conn) { _, _ = io.Copy(ws, ws) },
	}
	w := (&world{upstream: upstream(t, handler.ServeHTTP)}).start(t)
	ws := w.open(t)
	say(t, ws)
	r := receive(t, seen)
	if got := r.Header.Get("X-Auth-User"); got != "jane" || r.RequestURI != "/chat?room=1" {
		t.Errorf("the upstream got %s as %q", r.RequestURI, got)
	}
	ws.Close()
	w.wait(t)
	if log := w.log.String() + w.server.String(); log != "" {
		t.Errorf("logged: %s", log)
	}
}

func TestAWebSocketIsJudgedByItsOrigin(t *testing.T) {
	w := (&world{upstream: echo(t)}).start(t)
	const handshake = "Host: app.example\nConnection: keep-alive, upGrade\nUpgrade: WebSocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"
	for _, test := range []struct {
		name, request string
		want          int
	}{
		{"a cookie, and the origin is the application's", "GET /chat HTTP/1.1\n" + handshake + "Cookie: access=JANE\nOrigin: https://app.example\n", http.StatusSwitchingProtocols},
		{"a cookie, and the origin is another's", "GET /chat HTTP/1.1\n" + handshake + "Cookie: access=JANE\nOrigin: https://evil.example\n", http.StatusForbidden},
		{"a cookie, and the browser says it", "GET /chat HTTP/1.1\n" + handshake + "Cookie: access=JANE\nOrigin: https://app.example\nSec-Fetch-Site: same-site\n", http.StatusForbidden},
		{"a cookie, and the origin is no one's", "GET /chat HTTP/1.1\n" + handshake + "Cookie: access=JANE\nOrigin: null\n", http.StatusForbidden},
		{"a token in the header", "GET /chat HTTP/1.1\n" + handshake + "Authorization: Bearer JANE\nOrigin: https://evil.example\n", http.StatusSwitchingProtocols},
		{"nobody", "GET /chat HTTP/1.1\n" + handshake + "Origin: https://app.example\n", http.StatusUnauthorized},
		{"public", "GET /public/chat HTTP/1.1\n" + handshake + "Origin: https://evil.example\n", http.StatusSwitchingProtocols},
	} {
		c := w.dial(t)
		c.send(strings.ReplaceAll(strings.ReplaceAll(test.request+"\n", "\n", "\r\n"), "JANE", w.jane))
		response, err := http.ReadResponse(c.r, &http.Request{Method: http.MethodGet})
		if err != nil || response.StatusCode != test.want {
			t.Errorf("%s: %v, %v, want %d", test.name, response, err, test.want)
		}
		if err == nil && test.want == http.StatusSwitchingProtocols && response.Header.Get("Sec-Websocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
			t.Errorf("%s: %v", test.name, response.Header)
		}
		c.Close()
	}
}

func TestNoOtherUpgradeGoesOn(t *testing.T) {
	url, heads := recorder(t)
	w := (&world{upstream: url}).start(t)
	for _, header := range []string{
		"Connection: upgrade\nUpgrade: h2c",
		"Connection: Upgrade, HTTP2-Settings\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
		"Connection: upgrade\nUpgrade: h2c\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA", // Connection does not name it
		"Connection: upgrade\nUpgrade: websocket, h2c",
		"Connection: upgrade\nUpgrade: h2c, websocket",
		"Connection: upgrade\nUpgrade: websocket\nUpgrade: h2c",
		"Connection: upgrade\nUpgrade: h2c\nUpgrade: websocket",
		"Connection: upgrade\nUpgrade: TLS/1.0",
		"Connection: upgrade\nUpgrade: webs\xc3\xb6cket",
		"Connection: upgrade\nUpgrade:",
		"Connection: upgrade",
		"Upgrade: websocket", // not asked for: Connection does not say so
		"Upgrade: h2c",
	} {
		answer := w.raw(t, "GET /public/x HTTP/1.1\nHost: a\nX-Rest: 1\n"+header+"\n\n")
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", header, answer.StatusCode)
			continue
		}
		if got, want := names(receive(t, heads)), "Host X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-Rest"; got != want {
			t.Errorf("%s: the upstream got %s", header, got)
		}
	}
	for _, line := range []string{"POST /public/x HTTP/1.1\nContent-Length: 0", "HEAD /public/x HTTP/1.1", "GET /public/x HTTP/1.0", "GET /public/x HTTP/1.1\nContent-Length: 1"} {
		w.raw(t, line+"\nHost: a\nConnection: upgrade\nUpgrade: websocket\n\nx")
		if got := heard(receive(t, heads), "Connection", "Upgrade"); got != "" {
			t.Errorf("%s: the upstream got %s", line, got)
		}
	}
}

func TestAnUpstreamThatSwitchesUnaskedIsNoTunnel(t *testing.T) {
	for _, header := range []string{"Connection: upgrade\r\nUpgrade: h2c\r\n", "Connection: upgrade\r\n", "Upgrade: h2c\r\n", ""} {
		w := (&world{upstream: rawUpstream(t, func(c *conn) {
			if _, err := c.head(); err == nil {
				_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\n"+header+"\r\nSECRET")
			}
		})}).start(t)
		for _, request := range []string{
			"GET /public/x HTTP/1.1\nHost: a\n\n",
			"GET /public/x HTTP/1.1\nHost: a\nConnection: upgrade\nUpgrade: h2c\n\n",
			"GET /public/x HTTP/1.1\nHost: a\nConnection: upgrade\nUpgrade: websocket\n\n",
			"GET /public/x HTTP/1.1\nHost: a\nUpgrade: websocket\n\n",
		} {
			if answer := w.raw(t, request); answer.StatusCode != http.StatusBadGateway || strings.Contains(answer.body, "SECRET") {
				t.Errorf("%q, %q: status %d, %q", request, header, answer.StatusCode, answer.body)
			}
		}
	}
}

func TestWaitWaitsForWebSockets(t *testing.T) {
	w := (&world{upstream: echo(t)}).start(t)
	w.wait(t) // there are none
	first, second := w.open(t), w.open(t)
	say(t, first)
	say(t, second)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.proxy.Wait(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("two are open: %v", err)
	}
	first.Close()
	waited := make(chan error, 1)
	go func() { waited <- w.proxy.Wait(t.Context()) }()
	say(t, second)
	if len(waited) > 0 {
		t.Errorf("one is open: %v", <-waited)
	}
	second.Close()
	if err := receive(t, waited); err != nil {
		t.Error(err)
	}
}

func TestCloseEndsWebSockets(t *testing.T) {
	w := (&world{upstream: echo(t)}).start(t)
	ws := w.open(t)
	say(t, ws)
	w.proxy.Close()
	if _, err := ws.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the WebSocket: %v", err)
	}
	w.wait(t)
	answer := w.raw(t, "GET /public/x HTTP/1.1\nHost: a\nConnection: upgrade\nUpgrade: websocket\n\n")
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("another WebSocket: status %d", answer.StatusCode)
	}
	if answer := w.raw(t, "GET /public/x HTTP/1.1\nHost: a\n\n"); answer.StatusCode != http.StatusBadRequest { // it is no handshake
		t.Errorf("another request: status %d", answer.StatusCode)
	}
	if log := w.log.String() + w.server.String(); log != "" {
		t.Errorf("logged: %s", log)
	}
}

// leaver is a client that is gone when its connection is taken over.
type leaver struct{ sink }

func (*leaver) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, other := net.Pipe()
	other.Close()
	return c, bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c)), nil
}

func TestAClientThatLeavesAtItsHandshakeIsNobodysFault(t *testing.T) {
	w := (&world{upstream: echo(t)}).start(t)
	r := httptest.NewRequest(http.MethodGet, "/public/chat", nil)
	r.Header = http.Header{
		"Connection": {"upgrade"}, "Upgrade": {"websocket"}, "Origin": {"http://a"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	client := &leaver{sink{header: make(http.Header)}}
	w.proxy.ServeHTTP(client, r)
	if client.status != 0 || w.log.String() != "" {
		t.Errorf("answered with %d, logged %s", client.status, w.log.String())
	}
	w.wait(t)
}

func TestAWebSocketThatTheClientLeavesIsLeft(t *testing.T) {
	gone := make(chan error, 1)
	handler := websocket.Server{Handler: func(ws *websocket.Conn) { _, err := io.Copy(ws, ws); gone <- err }}
	w := (&world{upstream: upstream(t, handler.ServeHTTP)}).start(t)
	ws := w.open(t)
	say(t, ws)
	ws.Close()
	receive(t, gone)
	w.wait(t)
}
