package revproxy_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkProxy is one request after the other, with the upstream on the loopback
// interface and without a client's connection.
func BenchmarkProxy(b *testing.B) {
	page := strings.Repeat("x", 10<<10)
	w := (&world{upstream: upstream(b, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) })}).start(b)
	w.settings.Proxy.RemoveCredentials = true
	for name, test := range map[string]struct {
		target string
		status int
	}{
		"a user":       {"/articles/1?page=2", http.StatusOK},
		"public":       {"/public/a.css", http.StatusOK},
		"a stranger":   {"/articles/1?page=2", http.StatusUnauthorized},
		"no good path": {"/articles/%00", http.StatusBadRequest},
	} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest(http.MethodGet, test.target, nil)
			if test.status != http.StatusUnauthorized {
				r.Header.Set("Cookie", "theme=dark; access="+w.jane)
			}
			b.ReportAllocs()
			for b.Loop() {
				answer := &sink{header: make(http.Header)}
				w.proxy.ServeHTTP(answer, r)
				if answer.status != test.status {
					b.Fatalf("status %d", answer.status)
				}
			}
		})
	}
}

// sink is a client that reads nothing.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(status int)      { s.status = status }
func (s *sink) Write(p []byte) (int, error) { return io.Discard.Write(p) }
