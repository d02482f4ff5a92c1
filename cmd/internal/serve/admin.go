package serve

import (
	"errors"
	"time"

	"github.com/gognito/gognito/cmd/internal/admin"
	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// adminHandler answers operators.
func (p *process) adminHandler() *admin.Handler {
	return &admin.Handler{
		Ready: func() error {
			switch {
			case p.draining.Load():
				return errors.New("serve: it drains")
			case !p.ready.Load():
				return errors.New("serve: there were no keys yet")
			}
			return nil
		},
		Status:  p.status,
		Metrics: p.registry,
		JWKS:    func() []byte { return p.gateway().Identity().JWKS() },
		Log:     p.Log,
	}
}

// status tells how the process is.
func (p *process) status() admin.Status {
	now := p.current.Load()
	s := admin.Status{
		Version:       program.Version(),
		Configuration: admin.Configuration{File: now.settings.File, Loaded: now.loaded},
		KeySets:       admin.KeySets(now.keyStatus(), time.Now()),
	}
	if failed := p.lastReload.Load(); failed != nil {
		s.Configuration.Error = telemetry.ErrorText(failed.error)
	}
	for _, l := range p.listeners {
		s.Listeners = append(s.Listeners, admin.Listener{Name: l.name, Address: l.Addr().String()})
	}
	return s
}
