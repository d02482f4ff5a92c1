package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
)

// trouble returns what kind of line an operator gets about a decision.
func (d *Decision) trouble() (level slog.Level, message string, is bool) {
	switch {
	case d.Reason == string(gognito.ReasonCanceled):
		return 0, "", false // the client went away
	case d.Reason == "untrusted_peer", d.Reason == "proxy_metadata":
		return slog.LevelWarn, "a proxy or the trust in it is set up wrongly", true
	case d.Reason == "identity_too_large", d.Reason == "identity_unnamed":
		return slog.LevelWarn, "a user was refused", true
	case d.failed():
		return slog.LevelError, "a request could not be decided", true
	}
	return 0, "", false
}

// logTrouble tells the operator.
func (o *Observer) logTrouble(ctx context.Context, d *Decision) {
	if o.Log == nil {
		return
	}
	level, message, is := d.trouble()
	if !is || !o.Log.Enabled(ctx, level) {
		return
	}
	suppressed, ok := o.throttle.admit(d.reason(), time.Now())
	if !ok {
		return
	}
	line := []slog.Attr{
		slog.String("reason", d.reason()),
		slog.String("dialect", d.Dialect),
		slog.String("rule", d.rule()),
		slog.Int("status", d.Status),
	}
	line = append(line, d.client()...)
	line = append(line, d.trace()...)
	line = append(line, fault(d.Err)...)
	if suppressed > 0 {
		line = append(line, slog.Int("suppressed", suppressed))
	}
	o.Log.LogAttrs(ctx, level, message, line...)
}

// fault returns what is said of an error: what it wraps as well where its own text does
// not tell, for operators alone.
func fault(err error) []slog.Attr {
	if err == nil {
		return nil
	}
	line := []slog.Attr{slog.String("error", ErrorText(err))}
	if refusal, ok := errors.AsType[*gognito.Error](err); ok && refusal.Unwrap() != nil {
		line = append(line, slog.String("cause", ErrorText(refusal.Unwrap())))
	}
	if panicked, ok := errors.AsType[*decide.PanicError](err); ok {
		line = append(line, slog.String("stack", string(panicked.Stack)))
	}
	return line
}

// A throttle lets one line a second pass for each reason, of which there is a closed
// set: a client can cause any number of them, with a key ID that nobody knows for one.
type throttle struct {
	mu    sync.Mutex
	lines map[string]*throttled // by reason
}

type throttled struct {
	last       time.Time
	suppressed int
}

// admit reports whether a line may be logged, and how many were not since the last.
func (t *throttle) admit(reason string, now time.Time) (suppressed int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := t.lines[reason]
	switch {
	case line == nil:
		if t.lines == nil {
			t.lines = make(map[string]*throttled)
		}
		line = new(throttled)
		t.lines[reason] = line
	case now.Sub(line.last) < time.Second:
		line.suppressed++
		return 0, false
	}
	suppressed = line.suppressed
	line.last, line.suppressed = now, 0
	return suppressed, true
}
