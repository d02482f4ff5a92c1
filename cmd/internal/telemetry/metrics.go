package telemetry

import (
	"maps"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Metrics are the gateway's Prometheus metrics, for the life of the process. They are
// safe for concurrent use. A nil *Metrics counts nothing.
type Metrics struct {
	decisions   *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	fetches     *prometheus.CounterVec
	reloads     *prometheus.CounterVec
	loaded      prometheus.Gauge
	connections *prometheus.GaugeVec
	keyAges     *keyAges
	tallies     atomic.Pointer[map[kind]tally] // never changed: another takes its place
}

// NewMetrics registers the metrics, those of the Go runtime and of the process
// included, with a registry of their own: it panics if they are there.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gognito_gateway_decisions_total",
			Help: "Requests that were decided, by the rule that decided and why they were not let through.",
		}, []string{"dialect", "rule", "outcome", "reason"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "gognito_gateway_decision_duration_seconds",
			Help:    "How long decisions took, without the time on the network.",
			Buckets: []float64{.00001, .000025, .00005, .0001, .00025, .0005, .001, .0025, .005, .01, .05, .25, 1, 5},
		}, []string{"dialect"}),
		fetches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gognito_gateway_key_fetches_total",
			Help: "Fetches of key sets: ok, failed, or absent (answered 403 or 404, as Cognito does at the issuer that a pool does not use).",
		}, []string{"result"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gognito_gateway_reloads_total",
			Help: "Attempts to load the configuration: ok, or failed, after which the one before stays.",
		}, []string{"result"}),
		loaded: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gognito_gateway_config_loaded_timestamp_seconds",
			Help: "When the configuration in use was loaded.",
		}),
		connections: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "gognito_gateway_connections",
			Help: "Open connections, upgraded ones included.",
		}, []string{"listener"}),
		keyAges: newKeyAges(),
	}
	m.tallies.Store(&map[kind]tally{})
	r.MustRegister(m.decisions, m.durations, m.fetches, m.reloads, m.loaded, m.connections, m.keyAges,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, result := range []string{fetchOK, fetchFailed, fetchAbsent} {
		m.fetches.WithLabelValues(result)
	}
	for _, result := range []string{"ok", "failed"} {
		m.reloads.WithLabelValues(result)
	}
	return m
}

// count counts a decision. What was refused before anything was judged took no time,
// and is not among the durations.
func (m *Metrics) count(d *Decision) {
	if m == nil {
		return
	}
	t := m.tally(kind{d.Dialect, d.rule(), d.outcome(), d.reason(), d.Took > 0})
	t.decisions.Inc()
	if t.durations != nil {
		t.durations.Observe(d.Took.Seconds())
	}
}

// A kind is all that decisions are told apart by.
type kind struct {
	dialect, rule, outcome, reason string
	timed                          bool
}

// A tally is where decisions of one kind are counted. Prometheus takes longer to find
// its metrics than to count, so they are kept.
type tally struct {
	decisions prometheus.Counter
	durations prometheus.Observer // nil: they took no time
}

func (m *Metrics) tally(k kind) tally {
	known := m.tallies.Load()
	if t, ok := (*known)[k]; ok {
		return t
	}
	t := tally{decisions: m.decisions.WithLabelValues(k.dialect, k.rule, k.outcome, k.reason)}
	if k.timed {
		t.durations = m.durations.WithLabelValues(k.dialect)
	}
	grown := maps.Clone(*known)
	grown[k] = t
	m.tallies.CompareAndSwap(known, &grown) // or another was faster, and this is kept the next time
	return t
}

// ReloadSucceeded counts that a configuration was loaded and taken into use.
func (m *Metrics) ReloadSucceeded(at time.Time) {
	if m == nil {
		return
	}
	m.reloads.WithLabelValues("ok").Inc()
	m.Loaded(at)
}

// Loaded tells when the configuration in use was loaded, the first one too, which is no
// reload.
func (m *Metrics) Loaded(at time.Time) {
	if m != nil {
		m.loaded.Set(float64(at.UnixMilli()) / 1000)
	}
}

// ReloadFailed counts that a configuration could not be loaded, so that the one before
// stays.
func (m *Metrics) ReloadFailed() {
	if m != nil {
		m.reloads.WithLabelValues("failed").Inc()
	}
}
