package revproxy

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// touched counts the deadlines of a request. Over HTTP/2, net/http's own crashes when the
// request has ended.
type touched struct {
	http.ResponseWriter
	read int
}

func (r *touched) SetReadDeadline(time.Time) error { r.read++; return nil }

// ending is a body whose request ends while it is read.
type ending struct {
	io.Reader
	end func()
}

func (e ending) Read(p []byte) (int, error) { e.end(); return e.Reader.Read(p) }
func (e ending) Close() error               { return nil }

// What writes to the upstream may read on when the handler has returned.
func TestNothingOfARequestIsTouchedOnceItHasEnded(t *testing.T) {
	for name, early := range map[string]bool{"between two pieces": true, "in the middle of the last": false} {
		w := &touched{ResponseWriter: httptest.NewRecorder()}
		r := httptest.NewRequest(http.MethodPost, "/x", nil)
		r.ProtoMajor, r.ContentLength = 2, -1
		a := &answer{ResponseWriter: w, request: r, stall: time.Minute}
		body := ending{strings.NewReader(""), func() { a.end() }}
		late := make(chan bool, 1)
		a.body = newUpload(body, http.NewResponseController(w), time.Minute, 50*time.Millisecond, func() { late <- true })
		want := 1
		if early {
			a.end()
			want = 0
		}
		if _, err := a.body.Read(make([]byte, 1)); err == nil || w.read != want {
			t.Errorf("%s: %v, and %d deadlines, want %d", name, err, w.read, want)
		}
		select {
		case <-late:
			t.Errorf("%s: the upstream is late", name)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
