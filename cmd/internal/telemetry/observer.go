package telemetry

import (
	"context"
	"log/slog"
)

// An Observer is told of decisions. It is safe for concurrent use. The zero value
// does nothing with them.
type Observer struct {
	// Metrics count decisions; nil: nobody does.
	Metrics *Metrics
	// Access gets a line for each request, at level info; nil: none.
	Access *slog.Logger
	// Audit gets a line for each decision that concerns a user, at level info: those
	// who were not let through, unless they showed no token. Nil: none.
	Audit *slog.Logger
	// AuditAll: for those who were let through too, but for public requests.
	AuditAll bool
	// Log gets what an operator has to do something about: at level error what could
	// not be decided, and at level warn a proxy that is set up wrongly and a user of
	// whom there is too much to tell. That is at most one line in a second for each
	// reason, which says how many there were besides. Nil: nobody.
	Log *slog.Logger

	throttle throttle
}

// Decided counts and logs a decision. It keeps nothing of it.
func (o *Observer) Decided(ctx context.Context, d *Decision) {
	o.Metrics.count(d)
	o.logTrouble(ctx, d)
	access := o.Access != nil && o.Access.Enabled(ctx, slog.LevelInfo)
	audit := o.Audit != nil && o.audits(d) && o.Audit.Enabled(ctx, slog.LevelInfo)
	if !access && !audit {
		return
	}
	line := d.line()
	if access {
		o.Access.LogAttrs(ctx, slog.LevelInfo, "request", line...)
	}
	if audit {
		o.Audit.LogAttrs(ctx, slog.LevelInfo, "decision", append(line, d.who()...)...)
	}
}

// Logs reports whether a line may be logged about a decision.
func (o *Observer) Logs(d *Decision) bool {
	return o.Access != nil || o.AuditAll || !d.allowed()
}

// audits reports whether a decision belongs in the audit log.
func (o *Observer) audits(d *Decision) bool {
	if d.allowed() {
		return o.AuditAll && d.User != nil
	}
	return d.Reason != "no_token"
}
