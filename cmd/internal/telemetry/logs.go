package telemetry

import (
	"log/slog"
	"strings"
)

// The most bytes of a client's texts that are logged.
const (
	methodLimit = 32
	hostLimit   = 255 // RFC 1035, section 2.3.4
	pathLimit   = 1024
	claimLimit  = 128
	errorLimit  = 1024
)

// line returns what access and audit lines have in common.
func (d *Decision) line() []slog.Attr {
	line := make([]slog.Attr, 0, 16)
	line = append(line,
		slog.String("dialect", d.Dialect),
		slog.String("method", clip(d.Method, methodLimit)),
		slog.String("host", host(d.Host)),
		slog.String("path", path(d.Target)),
		slog.Int("status", d.Status),
		slog.String("rule", d.rule()),
		slog.String("outcome", d.outcome()),
		slog.String("reason", d.reason()),
	)
	line = append(line, d.client()...)
	line = append(line, slog.Int64("duration_us", d.Took.Microseconds()))
	return append(line, d.trace()...)
}

// client returns the client's address. Its zone is a text of the client's choice.
func (d *Decision) client() []slog.Attr {
	if !d.Client.IsValid() {
		return nil
	}
	return []slog.Attr{slog.String("client", d.Client.WithZone("").Unmap().String())}
}

// trace returns the ID of the trace that the request belongs to.
func (d *Decision) trace() []slog.Attr {
	id := traceID(d.Traceparent)
	if id == "" {
		return nil
	}
	return []slog.Attr{slog.String("trace_id", id)}
}

// who returns what the audit log says of the user.
func (d *Decision) who() []slog.Attr {
	if d.User == nil || d.User.Claims == nil {
		return nil
	}
	who := []slog.Attr{
		slog.String("subject", clip(d.User.Subject, claimLimit)),
		slog.String("client_id", clip(d.User.ClientID, claimLimit)),
		slog.String("token_use", string(d.User.TokenUse)),
	}
	if d.User.JTI != "" {
		who = append(who, slog.String("jti", clip(d.User.JTI, claimLimit)))
	}
	return who
}

// host returns the host without what RFC 3986, section 3.2.1, lets stand before it.
func host(text string) string {
	return clip(text[strings.LastIndexByte(text, '@')+1:], hostLimit)
}

// path returns the path of a target. What is none may hold a password (RFC 3986,
// section 3.2.1), and no rule takes it.
func path(target string) string {
	if !strings.HasPrefix(target, "/") {
		return "(not a path)"
	}
	if end := strings.IndexAny(target, "?#"); end >= 0 {
		target = target[:end]
	}
	return clip(target, pathLimit)
}
