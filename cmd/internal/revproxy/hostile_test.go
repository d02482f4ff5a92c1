package revproxy_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
)

// framed starts an upstream that reads requests with a body of four bytes, as their
// header frames it, and sends their heads to the channel.
func framed(t testing.TB) (url string, heads <-chan string) {
	t.Helper()
	recorded := make(chan string, 100)
	return rawUpstream(t, func(c *conn) {
		for {
			head, err := c.head()
			if err != nil {
				return
			}
			recorded <- head
			length := 0
			switch {
			case strings.Contains(head, "\nTransfer-Encoding: chunked\n"):
				length = len("4\r\nbody\r\n0\r\n\r\n")
			case strings.Contains(head, "\nContent-Length: 4\n"):
				length = len("body")
			}
			if _, err := io.CopyN(io.Discard, c.r, int64(length)); err != nil {
				return
			}
			if _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); err != nil {
				return
			}
		}
	}), recorded
}

func TestNoRequestIsSmuggledInAnother(t *testing.T) {
	url, heads := framed(t)
	w := (&world{upstream: url}).start(t)
	const smuggled = "GET /smuggled HTTP/1.1\nHost: a\nConnection: close\n\n"
	for name, test := range map[string]struct {
		header, body string
		passes       bool // as a request with one framing; otherwise it is refused
	}{
		"a length and chunks":            {"Content-Length: 4\nTransfer-Encoding: chunked\n", "4\nbody\n0\n\n", true},
		"chunks and a length":            {"Transfer-Encoding: chunked\nContent-Length: 100\n", "4\nbody\n0\n\n", true},
		"a length that Connection names": {"Content-Length: 4\nConnection: Content-Length\n", "body", true},
		"chunks that Connection names":   {"Transfer-Encoding: chunked\nConnection: Transfer-Encoding\n", "4\nbody\n0\n\n", true},
		"the same length twice":          {"Content-Length: 4\nContent-Length: 4\n", "body", true},
		"two lengths":                    {"Content-Length: 4\nContent-Length: 5\n", "body", false},
		"two lengths in one":             {"Content-Length: 4, 5\n", "body", false},
		"a signed length":                {"Content-Length: +4\n", "body", false},
		"a hexadecimal length":           {"Content-Length: 0x4\n", "body", false},
		"chunks twice":                   {"Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n", "4\nbody\n0\n\n", false},
		"chunks, and something else":     {"Transfer-Encoding: chunked, identity\n", "4\nbody\n0\n\n", false},
		"something else, and chunks":     {"Transfer-Encoding: gzip, chunked\n", "4\nbody\n0\n\n", false},
		"chunks in quotes":               {"Transfer-Encoding: \"chunked\"\n", "4\nbody\n0\n\n", false},
		"chunks behind a tab":            {"Transfer-Encoding: \x0bchunked\n", "4\nbody\n0\n\n", false},
		"a space before the colon":       {"Transfer-Encoding : chunked\n", "4\nbody\n0\n\n", false},
		"a folded line":                  {"X-A: b\n Transfer-Encoding: chunked\nContent-Length: 4\n", "body", true}, // it becomes part of X-A
		"a null in the header":           {"X-A: b\x00\nContent-Length: 4\n", "body", false},
		"a chunk with a sign":            {"Transfer-Encoding: chunked\n", "+4\nbody\n0\n\n", false},
		"a chunk that is too long":       {"Transfer-Encoding: chunked\n", "10000000000000004\nbody\n0\n\n", false},
		"a chunk without its end":        {"Transfer-Encoding: chunked\n", "4\nbodyX\n0\n\n", false},
	} {
		c := w.dial(t)
		c.send(strings.ReplaceAll("POST /public/x HTTP/1.1\nHost: a\n"+test.header+"\n"+test.body+smuggled, "\n", "\r\n"))
		var statuses []int
		for answers := bufio.NewReader(c.r); ; {
			response, err := http.ReadResponse(answers, nil)
			if err != nil {
				break
			}
			statuses = append(statuses, response.StatusCode)
			_, _ = io.Copy(io.Discard, response.Body)
		}
		c.Close()
		switch {
		case len(statuses) == 0:
			t.Errorf("%s: no answer", name)
		case test.passes != (statuses[0] == http.StatusOK):
			t.Errorf("%s: answered with %v", name, statuses)
		case test.passes && (len(statuses) != 2 || statuses[1] != http.StatusUnauthorized):
			t.Errorf("%s: what follows is no request of its own: answered with %v", name, statuses)
		}
		for len(heads) > 0 {
			head := <-heads
			if strings.Contains(head, "smuggled") || strings.Contains(head, "\nContent-Length") && strings.Contains(head, "\nTransfer-Encoding") {
				t.Errorf("%s: the upstream got %s", name, head)
			}
		}
	}
}

func TestAHostThatIsNoneDoesNotGoOn(t *testing.T) {
	url, heads := recorder(t)
	w := (&world{upstream: url}).start(t)
	for host, want := range map[string]int{
		"app.example": 200, "APP.example:80": 200, "app.example.": 200, "127.0.0.1:8080": 200, "[::1]": 200, "[::1]:80": 200, "a_b": 200,
		"a/b": 400, "a b": 400, "a@b": 400, "a#b": 400, "a?b": 400, "b\xc3\xbccher.example": 400, "a,b": 400, "[::1%25eth0]": 400, "a:b": 400, "..": 400, "a%62": 400,
	} {
		if answer := w.raw(t, "GET /public/x HTTP/1.1\nHost: "+host+"\n\n"); answer.StatusCode != want {
			t.Errorf("%s: status %d, want %d", host, answer.StatusCode, want)
		}
		if want == http.StatusOK {
			if head := receive(t, heads); !strings.Contains(head, "\nHost: "+host+"\n") {
				t.Errorf("%s: the upstream got %s", host, head)
			}
		}
	}
	if len(heads) > 0 {
		t.Errorf("the upstream got %s", <-heads)
	}
}
