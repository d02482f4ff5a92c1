package revproxy_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAnUpstreamThatTakesNothingIsGivenUp(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	for name, framing := range map[string]string{"a length": "Content-Length: 100000000", "chunks": "Transfer-Encoding: chunked"} {
		w := (&world{timeout: 100 * time.Millisecond, upstream: rawUpstream(t, func(*conn) {
			select {
			case <-end:
			case <-time.After(patience):
			}
		})}).start(t)
		c := w.dial(t)
		c.send("POST /public/x HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n")
		go func() {
			piece := "10000\r\n" + strings.Repeat("x", 1<<16) + "\r\n"
			for {
				if _, err := io.WriteString(c.Conn, piece); err != nil {
					return
				}
			}
		}()
		if answer := c.answer(http.MethodPost); answer.StatusCode != http.StatusGatewayTimeout || !strings.Contains(w.log.String(), "its answer did not begin in time") {
			t.Errorf("%s: status %d, and the log\n%s", name, answer.StatusCode, w.log.String())
		}
		c.Close()
		end <- struct{}{}
	}
}

// Nor is one that takes its time for each piece.
func TestAnUpstreamThatIsSlowIsNotGivenUp(t *testing.T) {
	w := (&world{timeout: 2 * time.Second, upstream: rawUpstream(t, func(c *conn) {
		if _, err := c.head(); err != nil {
			return
		}
		piece := make([]byte, 4<<20)
		for range 8 {
			time.Sleep(300 * time.Millisecond)
			if _, err := io.ReadFull(c.r, piece); err != nil {
				return
			}
		}
		c.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	})}).start(t)
	if a := w.raw(t, "POST /public/x HTTP/1.1\nHost: a\nContent-Length: 33554432\n\n"+strings.Repeat("x", 32<<20)); a.StatusCode != http.StatusOK {
		t.Errorf("status %d", a.StatusCode)
	}
}

// Nor is one that waits for its client.
func TestAClientThatIsSlowIsNoFaultOfTheUpstreams(t *testing.T) {
	w := (&world{timeout: 500 * time.Millisecond, upstream: upstream(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })}).start(t)
	c := w.dial(t)
	c.send("POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
	for range 3 {
		time.Sleep(800 * time.Millisecond)
		c.send("x")
	}
	if a := c.answer(http.MethodPost); a.StatusCode != http.StatusOK {
		t.Errorf("status %d", a.StatusCode)
	}
}

// An answer to HTTP/2 that nobody takes holds up no connection of the client's, but one to
// the upstream.
func TestAClientThatTakesNothingIsGivenUpOverHTTP2(t *testing.T) {
	for _, size := range []int{1 << 10, 1 << 20} { // of pieces that wait to be sent, and that do not
		ended := make(chan error, 1)
		w := (&world{serve: overHTTP2, stall: 50 * time.Millisecond, upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
			piece := make([]byte, size)
			for {
				if _, err := w.Write(piece); err != nil {
					ended <- err
					return
				}
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Millisecond)
			}
		})}).start(t)
		w.Client().Transport.(*http.Transport).HTTP2 = &http.HTTP2Config{MaxReceiveBufferPerStream: 1 << 16}
		response := w.do(t, w.request(t, http.MethodGet, "/public/x", nil))
		if response.ProtoMajor != 2 {
			t.Fatal(response.Proto)
		}
		receive(t, ended)
		response.Body.Close()
	}
}

func TestAQuietAnswerGoesOnOverHTTP2(t *testing.T) {
	const stall = 500 * time.Millisecond
	w := (&world{serve: overHTTP2, stall: stall, upstream: upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 3 {
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(2 * stall)
		}
	})}).start(t)
	response := w.do(t, w.request(t, http.MethodGet, "/public/x", nil))
	if body, err := io.ReadAll(response.Body); string(body) != "xxx" || err != nil || response.ProtoMajor != 2 {
		t.Errorf("%s, %q, %v", response.Proto, body, err)
	}
}

// Headers are sent before there is a body.
func TestAClientThatTakesNoHeadersIsGivenUp(t *testing.T) {
	large := strings.Repeat("x", 100_000)
	w := (&world{stall: 100 * time.Millisecond, upstream: upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Large", large)
		_ = http.NewResponseController(w).Flush()
		_, _ = io.WriteString(w, "body")
	})}).start(t)
	c := w.dial(t)
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if _, err := io.WriteString(c.Conn, "GET /public/x HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			return
		}
		if time.Now().After(end.Add(-time.Second)) {
			t.Fatal("the connection is kept")
		}
	}
}

func TestAClientDoesNotFillTheLog(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		_, _ = io.WriteString(w, "half an answer")
		_ = http.NewResponseController(w).Flush()
		_, _ = io.Copy(io.Discard, r.Body)
	})}).start(t)
	for range 20 {
		c := w.dial(t)
		c.send("POST /public/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
		if head, err := c.head(); err != nil || !strings.Contains(head, " 200 ") {
			t.Fatal(head, err)
		}
		c.send("no chunk\r\n")
		_, _ = io.Copy(io.Discard, c.r)
		c.Close()
	}
	if w.log.String() != "" {
		t.Errorf("the upstream is said to be at fault:\n%s", w.log.String())
	}
}

// An upstream need not notice that nobody sends any more.
func TestAWebSocketEndsWithItsClient(t *testing.T) {
	end := make(chan struct{})
	w := (&world{upstream: rawUpstream(t, func(c *conn) {
		if _, err := c.head(); err != nil {
			return
		}
		c.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		<-end
	})}).start(t)
	defer close(end)
	c := w.dial(t)
	c.send("GET /public/x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if head, err := c.head(); err != nil || !strings.Contains(head, " 101 ") {
		t.Fatal(head, err)
	}
	c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.proxy.Wait(ctx); err != nil {
		t.Error("it is still open")
	}
}
