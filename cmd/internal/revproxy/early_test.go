package revproxy_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// unfinished is a request whose body has begun, and does not go on.
const unfinished = " HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nfirst"

func TestAnAnswerDoesNotWaitForTheRequestsEnd(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		_, _ = io.ReadFull(r.Body, make([]byte, 5))
		w.Header().Set("Connection", "close")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		fmt.Fprint(w, strings.Repeat("no ", 100_000))
	})}).start(t)
	gone := (&world{upstream: "http://127.0.0.1:1"}).start(t)
	for name, test := range map[string]struct {
		w      *world
		target string
		want   int
	}{
		"the upstream refuses it": {w, "/public/x", http.StatusRequestEntityTooLarge},
		"the gateway refuses it":  {w, "/me", http.StatusUnauthorized},
		"the target is malformed": {w, "/%00", http.StatusBadRequest},
		"there is no upstream":    {gone, "/public/x", http.StatusBadGateway},
	} {
		c := test.w.dial(t)
		c.send("POST " + test.target + unfinished)
		answer := c.answer(http.MethodPost)
		if answer.StatusCode != test.want || !answer.Close {
			t.Errorf("%s: status %d, the connection ends: %v", name, answer.StatusCode, answer.Close)
		}
		if test.want == http.StatusRequestEntityTooLarge && len(answer.body) != 300_000 {
			t.Errorf("%s: %d bytes", name, len(answer.body))
		}
		c.Close()
	}
}

// What follows an unread body must not be taken for another request, nor waited for.
func TestTheRestOfAnUnreadRequestIsNoRequest(t *testing.T) {
	w := (&world{upstream: upstream(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the upstream got %s", r.RequestURI) })}).start(t)
	gone := (&world{upstream: "http://127.0.0.1:1"}).start(t)
	const smuggled = "GET /public/x HTTP/1.1\r\nHost: a\r\n\r\n"
	for target, test := range map[string]struct {
		w    *world
		want int
	}{"/me": {w, http.StatusUnauthorized}, "/public/x": {gone, http.StatusBadGateway}} {
		c := test.w.dial(t)
		c.send("POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + smuggled)
		if answer := c.answer(http.MethodPost); answer.StatusCode != test.want {
			t.Errorf("%s: status %d", target, answer.StatusCode)
		}
		if rest, err := io.ReadAll(c.r); len(rest) > 0 || err != nil {
			t.Errorf("%s: another answer, or none, and no end: %s, %v", target, rest, err)
		}
		c.Close()
	}
}

func TestBothSidesMayTalkAtOnce(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.WriteHeader(http.StatusOK)
		word := make([]byte, 4)
		for {
			_ = http.NewResponseController(w).Flush()
			if _, err := io.ReadFull(r.Body, word); err != nil {
				return
			}
			_, _ = w.Write(word)
		}
	})}).start(t)
	body, upload := io.Pipe()
	r := w.request(t, http.MethodPost, "/", body)
	response := w.do(t, r)
	for _, word := range []string{"ping", "pong", "last"} {
		fmt.Fprint(upload, word)
		got := make([]byte, len(word))
		if _, err := io.ReadFull(response.Body, got); string(got) != word || err != nil {
			t.Fatalf("%s, %v, want %s", got, err, word)
		}
	}
	upload.Close()
	if rest, err := io.ReadAll(response.Body); len(rest) > 0 || err != nil {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestAConnectionServesOneRequestAfterTheOther(t *testing.T) {
	from := make(chan string, 100)
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		from <- r.RemoteAddr
		fmt.Fprint(w, n)
	})}).start(t)
	c := w.dial(t)
	requests := []string{
		"GET /public/1 HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /public/2 HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + strings.Repeat("x", 300_000),
		"POST /public/3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
		"GET /me HTTP/1.1\r\nHost: a\r\n\r\n", // refused
		"POST /public/4 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
	}
	const times = 15
	for _, request := range slices.Repeat(requests, times) {
		c.send(request)
		if answer := c.answer(http.MethodGet); answer.Close {
			t.Errorf("the connection ends with %.20s", request)
		}
	}
	w.settings.TrustedProxies = loopback // another configuration
	c.send("GET /public/5 HTTP/1.1\r\nHost: a\r\n\r\n")
	c.answer(http.MethodGet)
	if len(from) != 4*times+1 {
		t.Errorf("the upstream got %d requests", len(from))
	}
	first := <-from
	for len(from) > 0 {
		if next := <-from; next != first {
			t.Errorf("the upstream was asked from %s, and then from %s", first, next)
		}
	}
}

// ended is a body that counts what is read of it once it has ended.
type ended struct {
	rest string
	more atomic.Int32
}

func (e *ended) Read(p []byte) (int, error) {
	if e.rest == "" {
		e.more.Add(1)
		return 0, http.ErrBodyReadAfterClose
	}
	n := copy(p, e.rest)
	if e.rest = e.rest[n:]; e.rest == "" {
		return n, io.EOF
	}
	return n, nil
}

func (e *ended) Close() error { return nil }

// The server closes a body that has ended when the answer begins, which may be before
// net/http's client has looked for more of it.
func TestABodyThatHasEndedIsLeftAlone(t *testing.T) {
	w := (&world{upstream: upstream(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })}).start(t)
	r := httptest.NewRequest(http.MethodPost, "/public/x", nil)
	body := &ended{rest: "body"} // short: it is sent when all of it was read
	r.Body, r.ContentLength = body, 4
	answer := httptest.NewRecorder()
	w.proxy.ServeHTTP(answer, r)
	if n := body.more.Load(); n > 0 || answer.Code != http.StatusOK {
		t.Errorf("status %d, read %d times after its end", answer.Code, n)
	}
}
