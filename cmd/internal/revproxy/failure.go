package revproxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/httpauth"
)

// fail answers a request that the upstream did not answer. Only what is the upstream's
// fault is logged.
func (on *passage) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusBadGateway
	switch {
	case on.answer.hijacked:
		return // the client went away while its WebSocket was opened
	case on.client.Context().Err() != nil:
		panic(http.ErrAbortHandler) // it went away: there is nobody to answer
	case errors.Is(context.Cause(r.Context()), errClosing):
		status = http.StatusServiceUnavailable
	case isTimeout(context.Cause(r.Context())): // it took nothing more of the body
		status = http.StatusGatewayTimeout
		on.log(status, context.Cause(r.Context()))
	case on.answer.body != nil && on.answer.body.failed.Load():
		status = http.StatusBadRequest
	case isTimeout(err):
		status = http.StatusGatewayTimeout
		fallthrough
	default:
		on.log(status, err)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	httpauth.Problem(w, on.client, status)
}

// trouble bounds the log to a line a second: an upstream that is down is so for every
// request.
type trouble struct {
	mu         sync.Mutex
	last       time.Time
	suppressed int
}

// tell reports whether to log now, and how often that was not so since it last was.
func (t *trouble) tell(now time.Time) (suppressed int, tell bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Sub(t.last) < time.Second {
		t.suppressed++
		return 0, false
	}
	suppressed, t.suppressed, t.last = t.suppressed, 0, now
	return suppressed, true
}

func (on *passage) log(status int, err error) {
	suppressed, tell := on.proxy.trouble.tell(time.Now())
	if !tell {
		return
	}
	path, _, _ := strings.Cut(on.client.RequestURI, "?")
	on.proxy.config.Log.LogAttrs(on.client.Context(), slog.LevelError, "revproxy: the upstream did not answer",
		slog.String("upstream", on.proxy.upstream.Host),
		slog.String("path", telemetry.Mask(path)),
		slog.Int("status", status),
		slog.String("error", describe(err)),
		slog.Int("suppressed", suppressed),
	)
}

// Write logs what httputil has to say: of an answer that broke off, for instance. A
// client's body that did is its own fault.
func (on *passage) Write(line []byte) (int, error) {
	if on.answer.body != nil && on.answer.body.failed.Load() {
		return len(line), nil
	}
	if suppressed, tell := on.proxy.broken.tell(time.Now()); tell {
		on.proxy.config.Log.LogAttrs(on.client.Context(), slog.LevelWarn, strings.TrimSpace(string(line)), slog.Int("suppressed", suppressed))
	}
	return len(line), nil
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout()
}

func isPlainText(err error) bool {
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok
}

// describe returns what may be logged of an error. Those of net/http may quote what
// the upstream sent, which may be anything.
func describe(err error) string {
	if at, ok := errors.AsType[*net.OpError](err); ok {
		return at.Error()
	}
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificate.Error()
	}
	switch {
	case isTimeout(err):
		return "its answer did not begin in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it closed the connection"
	case isPlainText(err):
		return "it does not speak TLS, and its URL says https"
	}
	return fmt.Sprintf("what it sent is no answer (%T)", err)
}
