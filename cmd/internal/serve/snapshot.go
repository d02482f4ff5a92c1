package serve

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// A snapshot is all that decisions depend on. It does not change.
type snapshot struct {
	settings *settings.Settings
	pools    *gognito.Pools
	byPool   map[string]*gognito.Verifier // by user pool ID
	gateway  *gateway.Gateway
	loaded   time.Time
}

// snapshot makes the snapshot of settings. If the pools are those of the one before,
// so are the verifiers, with their keys and what they remember; if not, it waits
// until the new ones have keys: otherwise an outage that nobody notices would begin to
// matter at a reload.
func (p *process) snapshot(ctx context.Context, s *settings.Settings, before *snapshot) (*snapshot, error) {
	next := &snapshot{settings: s, loaded: time.Now()}
	if before != nil && before.settings.SamePools(s) {
		next.pools, next.byPool = before.pools, before.byPool
	} else {
		if err := next.verify(s.Pools, p.metrics.Trace(p.Log)); err != nil {
			return nil, err
		}
		if before != nil {
			if err := next.pools.Prefetch(ctx); err != nil {
				return nil, fmt.Errorf("the keys of the pools that changed: %w", err)
			}
		}
	}
	g, err := gateway.New(s, next.pools, p.observer(s.Log))
	if err != nil {
		return nil, err
	}
	next.gateway = g
	return next, nil
}

// verify makes the verifiers of the pools.
func (n *snapshot) verify(pools []gognito.Config, trace *gognito.Trace) error {
	n.byPool = make(map[string]*gognito.Verifier, len(pools))
	verifiers := make([]*gognito.Verifier, 0, len(pools))
	for _, config := range pools {
		config.Trace = trace
		v, err := gognito.New(config)
		if err != nil {
			return err
		}
		n.byPool[config.UserPoolID] = v
		verifiers = append(verifiers, v)
	}
	var err error
	n.pools, err = gognito.NewPools(verifiers...)
	return err
}

// keyStatus tells how the key sets of each pool are.
func (n *snapshot) keyStatus() map[string][]gognito.KeySetStatus {
	status := make(map[string][]gognito.KeySetStatus, len(n.byPool))
	for id, v := range n.byPool {
		status[id] = v.KeyStatus()
	}
	return status
}

// observer returns what is told of decisions.
func (p *process) observer(l settings.Log) *telemetry.Observer {
	o := &telemetry.Observer{Metrics: p.metrics, Log: p.Log, AuditAll: l.Audit == settings.AuditAll}
	if l.Access {
		o.Access = p.Out.With(slog.String("log", "access"))
	}
	if l.Audit != settings.AuditNone {
		o.Audit = p.Out.With(slog.String("log", "audit"))
	}
	return o
}
