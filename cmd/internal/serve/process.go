package serve

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// Config is what a gateway runs with. All of it is required.
type Config struct {
	// Load returns the settings, each time those of then.
	Load func() (*settings.Settings, error)
	// Out gets the access and the audit log, and Log what happens to the gateway.
	Out, Log *slog.Logger
	// Hangups have it load the settings anew. The first of Ends has it drain, and the
	// second one end at once.
	Hangups, Ends <-chan os.Signal
}

// Run serves until it is told to end. The error is what keeps it from beginning, or a
// *[program.ExitError].
func Run(c Config) error {
	p, err := newProcess(c)
	if err != nil {
		return err
	}
	if err := p.listen(context.Background()); err != nil {
		return err
	}
	return p.run()
}

// A process is a gateway that runs.
type process struct {
	Config
	registry    *prometheus.Registry
	metrics     *telemetry.Metrics
	certificate certificate
	current     atomic.Pointer[snapshot]
	lastReload  atomic.Pointer[reloadError]
	ready       atomic.Bool // keys were loaded once
	draining    atomic.Bool
	listeners   []*listener
	seen        [sha256.Size]byte // the fingerprint of the files that were loaded first
}

// newProcess returns the process. It does not listen yet.
func newProcess(c Config) (*process, error) {
	s, err := c.Load()
	if err != nil {
		return nil, err
	}
	// What is used is read after that, so that no change goes unnoticed.
	seen := fingerprint(s.Files())
	if s, err = c.Load(); err != nil {
		return nil, err
	}
	p := &process{Config: c, registry: prometheus.NewRegistry(), seen: seen}
	p.metrics = telemetry.NewMetrics(p.registry)
	if err := p.certificate.load(s.TLS); err != nil {
		return nil, err
	}
	first, err := p.snapshot(context.Background(), s, nil)
	if err != nil {
		return nil, err
	}
	p.current.Store(first)
	p.metrics.WatchKeys(func() map[string][]gognito.KeySetStatus { return p.current.Load().keyStatus() })
	p.metrics.Loaded(first.loaded)
	return p, nil
}

// gateway returns what decides now.
func (p *process) gateway() *gateway.Gateway { return p.current.Load().gateway }

// slack is by how much the heap may grow before it is collected, beside what is in use:
// nothing is ever written there, so that it takes addresses and no memory. Most of what
// is in use lives as long as the process, and without it would be looked through ten
// thousand times an hour for the little that a request leaves behind.
const slack = 24 << 20

// run serves until it is told to end, and drains.
func (p *process) run() error {
	unused := make([]byte, slack)
	defer runtime.KeepAlive(unused)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	failed := make(chan error, len(p.listeners))
	for _, l := range p.listeners {
		go func() { failed <- l.serve() }()
		p.Log.Info("listening", "listener", l.name, "address", l.Addr().String())
	}
	go p.prefetch(ctx)
	go p.watch(ctx)
	select {
	case err := <-failed:
		return &program.ExitError{Code: program.Unavailable, Err: err}
	case <-p.Ends:
	}
	return p.drain()
}

// prefetch loads the keys, however often it takes. From then on the process is ready:
// what happens to the keys later is no reason to send requests elsewhere, where it
// would happen too.
func (p *process) prefetch(ctx context.Context) {
	for !p.ready.Load() {
		if p.current.Load().pools.Prefetch(ctx) == nil {
			p.ready.Store(true)
			for _, l := range p.listeners {
				l.ready()
			}
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// drain makes the process not ready, serves for as long as it may take others to see
// that, and then ends what has begun. A second signal ends it at once.
func (p *process) drain() error {
	limits := p.current.Load().settings.Limits
	p.draining.Store(true)
	p.Log.Info("draining")
	for _, l := range p.listeners {
		l.announce()
	}
	abort, cancel := context.WithTimeout(context.Background(), limits.ShutdownDelay+limits.DrainTimeout)
	defer cancel()
	go func() {
		select {
		case <-p.Ends:
			cancel()
		case <-abort.Done():
		}
	}()
	select {
	case <-abort.Done():
	case <-time.After(limits.ShutdownDelay):
	}
	ended := make(chan error, len(p.listeners))
	count := 0
	for _, l := range p.listeners {
		if l.last {
			continue // health and metrics are there to the end
		}
		count++
		go func() { ended <- l.drain(abort) }()
	}
	var err error
	for range count {
		err = errors.Join(err, <-ended)
	}
	for _, l := range p.listeners {
		l.close()
	}
	if err != nil {
		p.Log.Error("some requests were cut off", "error", err.Error())
		return &program.ExitError{Code: program.Refused}
	}
	p.Log.Info("drained")
	return nil
}
