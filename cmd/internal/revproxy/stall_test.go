package revproxy_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whoever sends a piece, and then nothing, holds a connection for no longer than that.
func TestAClientThatStopsSendingIsGivenUp(t *testing.T) {
	w := (&world{stall: 50 * time.Millisecond, upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })}).start(t)
	for name, framing := range map[string]string{"a length": "Content-Length: 100\n\nx", "chunks": "Transfer-Encoding: chunked\n\n1\nx\n"} {
		c := w.dial(t)
		c.send("POST /public/x HTTP/1.1\nHost: a\n" + framing)
		if answer, err := io.ReadAll(c); err != nil || strings.HasPrefix(string(answer), "HTTP/1.1 2") {
			t.Errorf("%s: %q, %v", name, answer, err)
		}
		if w.log.String() != "" {
			t.Errorf("%s: the upstream is said to be at fault: %s", name, w.log.String())
		}
	}
}

// Nothing reads from who waits to be asked for a body that the upstream does not want, but
// for net/http, after the answer.
func TestAClientThatWasNeverAskedForItsBodyIsGivenUp(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) })}).start(t)
	for name, framing := range map[string]string{"a length": "Content-Length: 10", "chunks": "Transfer-Encoding: chunked"} {
		c := w.dial(t)
		c.send("POST /public/x HTTP/1.1\nHost: a\nExpect: 100-continue\n" + framing + "\n\n")
		if answer := c.answer(http.MethodPost); answer.StatusCode != http.StatusConflict || !answer.Close {
			t.Errorf("%s: status %d, the connection ends: %v", name, answer.StatusCode, answer.Close)
		}
		if rest, err := io.ReadAll(c.r); len(rest) > 0 || err != nil {
			t.Errorf("%s: the connection is kept: %q, %v", name, rest, err)
		}
		c.Close()
	}
}

func TestAClientThatTakesNothingIsGivenUp(t *testing.T) {
	ended := make(chan error, 1)
	w := (&world{stall: 50 * time.Millisecond, upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		piece := make([]byte, 1<<20)
		for {
			if _, err := w.Write(piece); err != nil {
				ended <- err
				return
			}
		}
	})}).start(t)
	c := w.dial(t)
	defer c.Close() // and not before, when it is garbage
	c.send("GET /public/x HTTP/1.1\nHost: a\n\n")
	receive(t, ended) // or the test fails, after a while
}

// Who is merely quiet is not given up: neither an upstream that has nothing to tell, nor a
// client that has sent all it had.
func TestAQuietAnswerGoesOn(t *testing.T) {
	const stall = 50 * time.Millisecond
	w := (&world{stall: stall, upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for i := range 3 {
			fmt.Fprint(w, i)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(3 * stall)
		}
	})}).start(t)
	c := w.dial(t)
	for range 2 {
		c.send("POST /public/x HTTP/1.1\nHost: a\nContent-Length: 1\n\nx")
		if a := c.answer(http.MethodPost); a.StatusCode != http.StatusOK || a.body != "012" {
			t.Fatalf("%d %q", a.StatusCode, a.body)
		}
	}
}

func TestAnUpstreamThatIsDownDoesNotFillTheLog(t *testing.T) {
	w := (&world{upstream: "http://127.0.0.1:1"}).start(t)
	begun := time.Now()
	for range 100 {
		if a := w.raw(t, "GET /public/x HTTP/1.1\nHost: a\n\n"); a.StatusCode != http.StatusBadGateway {
			t.Fatal(a.StatusCode)
		}
	}
	lines := strings.Count(w.log.String(), "\n")
	if most := 2 + int(time.Since(begun)/time.Second); lines < 1 || lines > most {
		t.Errorf("%d lines, want at most %d", lines, most)
	}
}
