package revproxy

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
)

// isWebSocket reports whether a request may be a WebSocket's handshake (RFC 6455,
// section 4.1), and asks for no other protocol beside. It is one if its Connection
// header says so, too: httputil looks at that.
func isWebSocket(r *http.Request) bool {
	protocols := r.Header["Upgrade"]
	return r.Method == http.MethodGet && r.Proto == "HTTP/1.1" && r.ContentLength == 0 && len(protocols) == 1 && strings.EqualFold(protocols[0], "websocket")
}

// withoutUpgrade returns a request without its wish for another protocol, which a
// server may leave unfulfilled (RFC 9110, section 7.8).
func withoutUpgrade(r *http.Request) *http.Request {
	same := *r
	same.Header = r.Header.Clone()
	same.Header.Del("Upgrade")
	return &same
}

// errClosing is why a WebSocket is ended by [Proxy.Close].
var errClosing = errors.New("revproxy: closing")

// tunnels are the WebSocket connections, from their handshake on.
type tunnels struct {
	mu     sync.Mutex
	closed bool
	open   map[int]context.CancelCauseFunc
	last   int
	fewer  chan struct{} // closed when one ends; nil: nobody waits for it
}

// begin adds one. The context ends with it, and with close.
func (t *tunnels) begin(parent context.Context) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(parent)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		cancel(errClosing)
		return ctx, func() {}
	}
	if t.open == nil {
		t.open = make(map[int]context.CancelCauseFunc)
	}
	t.last++
	n := t.last
	t.open[n] = cancel
	return ctx, func() {
		cancel(nil)
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.open, n)
		if t.fewer != nil {
			close(t.fewer)
			t.fewer = nil
		}
	}
}

// wait waits until there are none, or the context ends.
func (t *tunnels) wait(ctx context.Context) error {
	for {
		t.mu.Lock()
		if len(t.open) == 0 {
			t.mu.Unlock()
			return nil
		}
		if t.fewer == nil {
			t.fewer = make(chan struct{})
		}
		fewer := t.fewer
		t.mu.Unlock()
		select {
		case <-fewer:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// close ends all there are, and will be.
func (t *tunnels) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for _, cancel := range t.open {
		cancel(errClosing)
	}
}
