package revproxy_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"runtime"
	"strings"
	"testing"
)

// request returns a request of Jane's.
func (w *world) request(t testing.TB, method, target string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.URL+target, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.jane)
	return r
}

// do sends a request, and returns the answer with its body unread.
func (w *world) do(t testing.TB, r *http.Request) *http.Response {
	t.Helper()
	response, err := w.Client().Transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func TestEventsArriveOneByOne(t *testing.T) {
	next := make(chan bool)
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		if length := r.URL.Query().Get("length"); length != "" {
			w.Header().Set("Content-Length", length)
		}
		for i := range 3 {
			_ = http.NewResponseController(w).Flush()
			<-next
			fmt.Fprintf(w, "data: %d\n", i)
		}
	})}).start(t)
	for _, query := range []string{"type=text/event-stream", "type=text/plain", "type=text/plain&length=24"} {
		response := w.do(t, w.request(t, http.MethodGet, "/events?"+query, nil)) // the header comes before any event
		events := bufio.NewReader(response.Body)
		for i := range 3 {
			next <- true
			if line, err := events.ReadString('\n'); line != fmt.Sprintf("data: %d\n", i) || err != nil {
				t.Errorf("%s: event %d: %q, %v", query, i, line, err)
			}
		}
	}
}

func TestAnUploadIsNotHeldBack(t *testing.T) {
	const size = 64 << 20
	began, rest := make(chan bool), make(chan bool)
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		first := make([]byte, 1)
		_, _ = io.ReadFull(r.Body, first)
		began <- true
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n+1, " ", err, " ", r.ContentLength)
	})}).start(t)
	for name, length := range map[string]int64{"of a length that is known": size, "in chunks": -1} {
		body, upload := io.Pipe()
		go func() {
			chunk := make([]byte, 64<<10)
			_, _ = upload.Write(chunk)
			<-rest
			for range size/len(chunk) - 1 {
				_, _ = upload.Write(chunk)
			}
			upload.Close()
		}()
		r := w.request(t, http.MethodPost, "/upload", body)
		r.ContentLength = length
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		answered := make(chan *http.Response)
		go func() { answered <- w.do(t, r) }()
		receive(t, began) // with all but the first chunk unsent
		rest <- true
		got, _ := io.ReadAll(receive(t, answered).Body)
		runtime.ReadMemStats(&after)
		if want := fmt.Sprint(size, " <nil> ", length); string(got) != want {
			t.Errorf("%s: the upstream got %s, want %s", name, got, want)
		}
		// The client, the gateway and the upstream together.
		if spent := after.TotalAlloc - before.TotalAlloc; spent > size/8 {
			t.Errorf("%s: %d bytes were allocated", name, spent)
		}
	}
}

func TestTrailersOfAnswersArrive(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		fmt.Fprint(w, "body")
		w.Header().Set("X-Sum", "1")
		w.Header().Set(http.TrailerPrefix+"X-Late", "2")
	})}).start(t)
	response := w.do(t, w.request(t, http.MethodGet, "/", nil))
	body, err := io.ReadAll(response.Body)
	if string(body) != "body" || err != nil {
		t.Errorf("%q, %v", body, err)
	}
	if got, want := fmt.Sprint(response.Trailer), "map[X-Late:[2] X-Sum:[1]]"; got != want {
		t.Errorf("trailers %s, want %s", got, want)
	}
}

func TestNoTrailersOfRequestsGoOn(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v %v %q", body, err, r.Trailer, r.Header["Trailer"])
	})}).start(t)
	answer := w.raw(t, "POST /public/x HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTrailer: X-Auth-User, X-Sum\n\n4\nbody\n0\nX-Auth-User: admin\nX-Auth-Groups: admins\nX-Sum: 1\n\n")
	if want := "body <nil> map[] []"; answer.body != want {
		t.Errorf("the upstream got %q, want %q", answer.body, want)
	}
}

func TestInformationalAnswersPass(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</a.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Link")
		body, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %v", body, err)
	})}).start(t)
	var got []string
	r := w.request(t, http.MethodPost, "/", strings.NewReader("body"))
	r.Header.Set("Expect", "100-continue")
	r = r.WithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
			got = append(got, fmt.Sprint(code, " ", header))
			return nil
		},
	}))
	w.Client().Transport.(*http.Transport).ExpectContinueTimeout = patience
	response := w.do(t, r)
	if body, _ := io.ReadAll(response.Body); string(body) != "body <nil>" || response.Header["Link"] != nil {
		t.Errorf("%s, %v", body, response.Header)
	}
	if want := "[103 map[Link:[</a.css>; rel=preload]] 100 map[]]"; fmt.Sprint(got) != want {
		t.Errorf("informational answers %v, want %s", got, want)
	}
}

func TestABodyThatTheUpstreamDoesNotWantIsNotAskedFor(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) })}).start(t)
	answer := w.raw(t, "POST /upload HTTP/1.1\nHost: a\nAuthorization: Bearer JANE\nExpect: 100-continue\nContent-Length: 1000000\n\n")
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestTheAnswerIsTheUpstreams(t *testing.T) {
	next, got := make(chan string, 1), make(chan string, 1)
	w := (&world{upstream: rawUpstream(t, func(c *conn) {
		if head, err := c.head(); err == nil {
			got <- head
			_, _ = io.WriteString(c, <-next)
		}
	})}).start(t)
	crlf := func(message string) string {
		head, body, _ := strings.Cut(message, "\n\n")
		if strings.Contains(head, "chunked") {
			body = strings.ReplaceAll(body, "\n", "\r\n")
		}
		return strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprint(z, "text")
	z.Close()
	for _, test := range []struct {
		name, request, sent, want string
	}{
		{"nothing is added", "GET / HTTP/1.1", "HTTP/1.1 200 OK\nContent-Length: 6\nDate: x\n\n<html>", "HTTP/1.1 200 OK\nContent-Length: 6\nDate: x\n\n<html>"},
		{"nothing is changed", "GET / HTTP/1.1", "HTTP/1.1 404 Nope\nContent-Length: 0\nContent-Type: a/b\nCache-Control: public, max-age=9\nDate: x\nSet-Cookie: a=b\nSet-Cookie: c=d\nServer: s\nX-Auth-User: root\n\n",
			"HTTP/1.1 404 Not Found\nContent-Length: 0\nContent-Type: a/b\nCache-Control: public, max-age=9\nDate: x\nSet-Cookie: a=b\nSet-Cookie: c=d\nServer: s\nX-Auth-User: root\n\n"},
		{"what is of one connection stays on it", "GET / HTTP/1.1", "HTTP/1.1 200 OK\nContent-Length: 0\nDate: x\nConnection: X-Hop\nX-Hop: 1\nKeep-Alive: timeout=5\nUpgrade: h2c\nProxy-Authenticate: Basic\n\n",
			"HTTP/1.1 200 OK\nContent-Length: 0\nDate: x\n\n"},
		{"redirects are the client's to follow", "GET / HTTP/1.1", "HTTP/1.1 302 Found\nLocation: /x\nContent-Length: 0\nDate: x\n\n", "HTTP/1.1 302 Found\nContent-Length: 0\nDate: x\nLocation: /x\n\n"},
		{"HEAD", "HEAD / HTTP/1.1", "HTTP/1.1 200 OK\nContent-Length: 1000\nDate: x\n\n", "HTTP/1.1 200 OK\nContent-Length: 1000\nDate: x\n\n"},
		{"HEAD without a length", "HEAD / HTTP/1.1", "HTTP/1.1 200 OK\nDate: x\nContent-Type: a/b\n\n", "HTTP/1.1 200 OK\nContent-Type: a/b\nDate: x\n\n"},
		{"chunks", "GET / HTTP/1.1", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nDate: x\n\n4\nbody\n0\n\n", "HTTP/1.1 200 OK\nDate: x\nTransfer-Encoding: chunked\n\n4\nbody\n0\n\n"},
		{"no body", "GET / HTTP/1.1", "HTTP/1.1 304 Not Modified\nEtag: \"a\"\nDate: x\n\n", "HTTP/1.1 304 Not Modified\nDate: x\nEtag: \"a\"\n\n"},
		{"compressed", "GET / HTTP/1.1\nAccept-Encoding: gzip", fmt.Sprintf("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: %d\nContent-Type: a/b\nDate: x\n\n", zipped.Len()) + zipped.String(),
			fmt.Sprintf("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: %d\nContent-Type: a/b\nDate: x\n\n", zipped.Len()) + zipped.String()},
		{"compressed, though nobody asked for it", "GET / HTTP/1.1", fmt.Sprintf("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: %d\nContent-Type: a/b\nDate: x\n\n", zipped.Len()) + zipped.String(),
			fmt.Sprintf("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: %d\nContent-Type: a/b\nDate: x\n\n", zipped.Len()) + zipped.String()},
	} {
		next <- crlf(test.sent)
		c := w.dial(t)
		c.send(strings.ReplaceAll(test.request, "\n", "\r\n") + "\r\nHost: a\r\nAuthorization: Bearer " + w.jane + "\r\n\r\n")
		if head := receive(t, got); strings.Contains(head, "Accept-Encoding") != strings.Contains(test.request, "Accept-Encoding") {
			t.Errorf("%s: the upstream got %s", test.name, head)
		}
		answer := make([]byte, len(crlf(test.want)))
		if _, err := io.ReadFull(c.r, answer); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		if sorted(string(answer)) != sorted(crlf(test.want)) {
			t.Errorf("%s: the client got\n%q\nwant\n%q", test.name, answer, crlf(test.want))
		}
		c.Close()
	}
}

func TestNoContentTypeIsGuessed(t *testing.T) {
	w := (&world{upstream: upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		w.WriteHeader(http.StatusEarlyHints)
		fmt.Fprint(w, "<html>")
	})}).start(t)
	answer := &sink{header: make(http.Header)}
	w.proxy.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/public/x", nil))
	// net/http leaves the type alone if there is the key, though it has no value.
	if value, there := answer.header["Content-Type"]; !there || value != nil || answer.status != http.StatusOK {
		t.Errorf("status %d, %v", answer.status, answer.header)
	}
}
