package dialect_test

import (
	"net/http"
	"testing"

	"github.com/gognito/gognito/gognitotest"
)

// BenchmarkServeHTTP is a request of a user whose token was seen before.
func BenchmarkServeHTTP(b *testing.B) {
	s := newSite(b, nil)
	s.log.off = true
	token := s.bearer(gognitotest.User{Username: "ada", Groups: []string{"editors", "reviewers"}})
	for name, asks := range proxies {
		b.Run(name, func(b *testing.B) {
			r := read(b, asks("GET", "/api/v1/orders/31337?page=2", token, "Accept: application/json", "User-Agent: bench", "Accept-Encoding: gzip")...)
			r.RemoteAddr = "127.0.0.1:50000"
			w := &silent{header: make(http.Header)}
			b.ReportAllocs()
			for b.Loop() {
				clear(w.header)
				w.status = 0
				s.handler.ServeHTTP(w, r)
			}
			if w.status != http.StatusOK {
				b.Fatal(w.status)
			}
		})
	}
}

// What the gateway itself allocates is not counted here.
func TestReadingARequestAllocatesLittle(t *testing.T) {
	s := newSite(t, nil)
	s.log.off = true
	for name, asks := range proxies {
		r := read(t, asks("GET", "/public/x")...)
		r.RemoteAddr = "127.0.0.1:50000"
		w := &silent{header: make(http.Header)}
		most := 0.0
		if name == "envoy" {
			most = 3 // the list of what is to be taken out, and it in one text, in a header's list
		}
		if got := testing.AllocsPerRun(100, func() { clear(w.header); s.handler.ServeHTTP(w, r) }); got > most {
			t.Errorf("%s: %v allocations, want at most %v", name, got, most)
		}
	}
}
