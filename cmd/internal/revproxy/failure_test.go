package revproxy_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAnUpstreamThatDoesNotAnswerIsAnswered(t *testing.T) {
	const request = "GET /public/path?q=SECRET HTTP/1.1\nHost: a\nCookie: access=SECRET\nAuthorization: Bearer SECRET\nAccept: application/json\n\n"
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	t.Cleanup(tls.Close)
	for _, test := range []struct {
		name     string
		upstream string
		says     string // what a raw upstream says, if there is no URL
		timeout  time.Duration
		status   int
		logged   string
	}{
		{name: "nobody is there", upstream: "http://127.0.0.1:1", status: http.StatusBadGateway, logged: "dial tcp 127.0.0.1:1: connect: connection refused"},
		{name: "it hangs up", status: http.StatusBadGateway, logged: "it closed the connection"},
		{name: "it hangs up in the header", says: "HTTP/1.1 200 OK\r\nX-A: SECRET\r\n", status: http.StatusBadGateway, logged: "it closed the connection"},
		{name: "it speaks something else", says: "SSH-2.0-SECRET\r\n\r\n", status: http.StatusBadGateway, logged: "what it sent is no answer (*"},
		{name: "its status is none", says: "HTTP/1.1 SECRET OK\r\n\r\n", status: http.StatusBadGateway, logged: "what it sent is no answer (*"},
		{name: "its header is malformed", says: "HTTP/1.1 200 OK\r\nSet-Cookie SECRET\r\n\r\n", status: http.StatusBadGateway, logged: "what it sent is no answer (*"},
		{name: "its length is malformed", says: "HTTP/1.1 200 OK\r\nContent-Length: SECRET\r\n\r\n", status: http.StatusBadGateway, logged: "what it sent is no answer (*"},
		{name: "it speaks HTTP, not HTTPS", upstream: "https" + strings.TrimPrefix(upstream(t, http.NotFound), "http"), status: http.StatusBadGateway, logged: "it does not speak TLS, and its URL says https"},
		{name: "its certificate is not good for its name", upstream: strings.Replace(tls.URL, "127.0.0.1", "localhost", 1), status: http.StatusBadGateway, logged: "tls: failed to verify certificate"},
	} {
		if test.upstream == "" {
			test.upstream = rawUpstream(t, func(c *conn) {
				if _, err := c.head(); err == nil {
					_, _ = io.WriteString(c, test.says)
				}
			})
		}
		w := (&world{upstream: test.upstream}).start(t)
		answer := w.raw(t, request)
		if answer.StatusCode != test.status || answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: status %d, %v", test.name, answer.StatusCode, answer.Header)
		}
		if want := fmt.Sprintf(`{"title":%q,"status":%d}`+"\n", http.StatusText(test.status), test.status); answer.body != want {
			t.Errorf("%s: %s", test.name, answer.body)
		}
		logged := w.log.String()
		if !strings.Contains(logged, test.logged) || !strings.Contains(logged, "level=ERROR") || !strings.Contains(logged, "path=/public/path ") || strings.Count(logged, "\n") != 1 {
			t.Errorf("%s: logged %s", test.name, logged)
		}
		if logged += w.server.String(); strings.Contains(logged, "SECRET") {
			t.Errorf("%s: logged %s", test.name, logged)
		}
	}
}

func TestATokenInAPathIsNotLogged(t *testing.T) {
	w := (&world{upstream: "http://127.0.0.1:1"}).start(t)
	w.raw(t, "GET /public/JANE/x HTTP/1.1\nHost: a\n\n")
	if log := w.log.String(); !strings.Contains(log, `path="/public/(a token)/x"`) {
		t.Errorf("logged %s", log)
	}
}

func TestAnUpstreamThatTakesTooLongIsNotWaitedFor(t *testing.T) {
	end := make(chan bool)
	defer close(end)
	w := (&world{timeout: time.Millisecond, upstream: rawUpstream(t, func(c *conn) { _, _ = c.head(); <-end })}).start(t)
	if answer := w.raw(t, "GET /public/x HTTP/1.1\nHost: a\n\n"); answer.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("status %d", answer.StatusCode)
	}
	if log := w.log.String(); !strings.Contains(log, "its answer did not begin in time") {
		t.Errorf("logged %s", log)
	}
}

func TestAnAnswerThatBreaksOffBreaksOff(t *testing.T) {
	w := (&world{upstream: rawUpstream(t, func(c *conn) {
		_, _ = c.head()
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
	})}).start(t)
	response := w.do(t, w.request(t, http.MethodGet, "/", nil))
	if body, err := io.ReadAll(response.Body); string(body) != "half" || err == nil {
		t.Errorf("%q, %v", body, err)
	}
	if log := w.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "unexpected EOF") {
		t.Errorf("logged %s", log)
	}
}

func TestAClientThatGoesAwayIsNobodysFault(t *testing.T) {
	arrived, gone := make(chan bool), make(chan bool)
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			fmt.Fprint(w, "half")
			_ = http.NewResponseController(w).Flush()
		}
		arrived <- true
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		gone <- true
	})}).start(t)
	for name, leave := range map[string]func(ctx context.Context, cancel func()){
		"before the answer": func(ctx context.Context, cancel func()) {
			go func() { <-arrived; cancel() }()
			if _, err := w.Client().Do(w.request(t, http.MethodGet, "/", nil).WithContext(ctx)); err == nil {
				t.Error("there is an answer")
			}
		},
		"amid the answer": func(ctx context.Context, cancel func()) {
			response := w.do(t, w.request(t, http.MethodGet, "/late", nil).WithContext(ctx))
			<-arrived
			cancel()
			_, _ = io.ReadAll(response.Body)
		},
		"amid its request": func(context.Context, func()) {
			c := w.dial(t)
			c.send("POST /public/x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
			<-arrived
			c.Close()
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		leave(ctx, cancel)
		cancel()
		receive(t, gone)
		if log := w.log.String() + w.server.String(); log != "" {
			t.Errorf("%s: logged %s", name, log)
		}
	}
	w.Close() // waits for what is not logged yet
	if log := w.log.String() + w.server.String(); log != "" {
		t.Errorf("logged %s", log)
	}
}

func TestARequestThatBreaksOffIsTheClientsFault(t *testing.T) {
	w := (&world{upstream: upstream(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })}).start(t)
	answer := w.raw(t, "POST /public/x HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n4\nbody\nSECRET\n\n")
	if answer.StatusCode != http.StatusBadRequest || !answer.Close {
		t.Errorf("status %d", answer.StatusCode)
	}
	if log := w.log.String() + w.server.String(); log != "" {
		t.Errorf("logged %s", log)
	}
}
