package telemetry_test

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

func newMetrics() (*telemetry.Metrics, *prometheus.Registry) {
	registry := prometheus.NewRegistry()
	return telemetry.NewMetrics(registry), registry
}

// values returns the value of each series, but of the Go runtime's and the process's;
// of a histogram the count.
func values(t *testing.T, from prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]float64)
	for _, family := range families {
		if !strings.HasPrefix(family.GetName(), "gognito_") {
			continue
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", label.GetName(), label.GetValue()))
			}
			name := family.GetName() + "{" + strings.Join(labels, ",") + "}"
			all[name] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	return all
}

// The metrics, with their labels. They are documented, so they do not change.
var documented = map[string]struct{ kind, labels string }{
	"gognito_gateway_decisions_total":                 {"COUNTER", "dialect outcome reason rule"},
	"gognito_gateway_decision_duration_seconds":       {"HISTOGRAM", "dialect"},
	"gognito_gateway_key_set_age_seconds":             {"GAUGE", "pool"},
	"gognito_gateway_key_fetches_total":               {"COUNTER", "result"},
	"gognito_gateway_reloads_total":                   {"COUNTER", "result"},
	"gognito_gateway_config_loaded_timestamp_seconds": {"GAUGE", ""},
	"gognito_gateway_connections":                     {"GAUGE", "listener"},
}

// exercised has every metric.
func exercised(t *testing.T) *prometheus.Registry {
	t.Helper()
	m, registry := newMetrics()
	o := telemetry.Observer{Metrics: m}
	o.Decided(t.Context(), letThrough())
	m.WatchKeys(func() map[string][]gognito.KeySetStatus {
		return map[string][]gognito.KeySetStatus{"eu-west-1_AbCdEfGhI": {{Fetched: time.Now()}}}
	})
	m.Connections("grpc", nil)
	return registry
}

func TestTheMetricsAreTheDocumentedOnes(t *testing.T) {
	families, err := exercised(t).Gather()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, family := range families {
		name := family.GetName()
		seen[name] = true
		if strings.HasPrefix(name, "go_") || strings.HasPrefix(name, "process_") {
			continue
		}
		want, ok := documented[name]
		if !ok || family.GetType().String() != want.kind || family.GetHelp() == "" {
			t.Errorf("%s: %s (%s), want %v", name, family.GetType(), family.GetHelp(), want)
		}
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetName())
			}
			if got := strings.Join(labels, " "); got != want.labels {
				t.Errorf("%s has the labels %s, want %s", name, got, want.labels)
			}
		}
	}
	for _, name := range append(slices.Collect(maps.Keys(documented)), "go_goroutines", "process_start_time_seconds") {
		if !seen[name] {
			t.Errorf("there is no %s", name)
		}
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestDecisionsAreCountedByWhatTheOperatorNamed(t *testing.T) {
	m, registry := newMetrics()
	o := telemetry.Observer{Metrics: m}
	for range 2 {
		o.Decided(t.Context(), letThrough())
	}
	hostile := group()
	hostile.Host, hostile.Target, hostile.Method, hostile.Traceparent = token, token, token, token
	o.Decided(t.Context(), hostile)
	nobody := refused(403, "untrusted_peer", errors.New("x"))
	nobody.Dialect, nobody.Rule, nobody.Took = "caddy", "", 0
	o.Decided(t.Context(), nobody)
	o.Decided(t.Context(), refused(500, "", nil))
	want := map[string]float64{
		`gognito_gateway_decisions_total{dialect="nginx",outcome="allow",reason="none",rule="everything"}`:    2,
		`gognito_gateway_decisions_total{dialect="nginx",outcome="deny",reason="group",rule="everything"}`:    1,
		`gognito_gateway_decisions_total{dialect="caddy",outcome="deny",reason="untrusted_peer",rule="none"}`: 1,
		`gognito_gateway_decisions_total{dialect="nginx",outcome="deny",reason="error",rule="everything"}`:    1,
		`gognito_gateway_decision_duration_seconds{dialect="nginx"}`:                                          4,
		`gognito_gateway_key_fetches_total{result="ok"}`:                                                      0,
		`gognito_gateway_key_fetches_total{result="failed"}`:                                                  0,
		`gognito_gateway_key_fetches_total{result="absent"}`:                                                  0,
		`gognito_gateway_reloads_total{result="ok"}`:                                                          0,
		`gognito_gateway_reloads_total{result="failed"}`:                                                      0,
		`gognito_gateway_config_loaded_timestamp_seconds{}`:                                                   0,
	}
	if got := values(t, registry); !maps.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// Kinds of decisions that come up at the same moment are all counted, and each as often
// as it came.
func TestDecisionsOfManyKindsAreCountedAtOnce(t *testing.T) {
	m, registry := newMetrics()
	o := telemetry.Observer{Metrics: m}
	const kinds, times, callers = 20, 50, 4
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for n := range kinds * times {
				d := letThrough()
				d.Rule = fmt.Sprintf("rule-%d", n%kinds)
				o.Decided(t.Context(), d)
			}
		})
	}
	all.Wait()
	got := values(t, registry)
	for n := range kinds {
		name := fmt.Sprintf(`gognito_gateway_decisions_total{dialect="nginx",outcome="allow",reason="none",rule="rule-%d"}`, n)
		if got[name] != callers*times {
			t.Errorf("%s is %v, want %d", name, got[name], callers*times)
		}
	}
	if name := `gognito_gateway_decision_duration_seconds{dialect="nginx"}`; got[name] != kinds*callers*times {
		t.Errorf("%s is %v, want %d", name, got[name], kinds*callers*times)
	}
}

func TestReloadsAreCounted(t *testing.T) {
	m, registry := newMetrics()
	at := time.UnixMilli(1_800_000_000_250)
	m.Loaded(at)
	want := map[string]float64{"ok": 0, "failed": 0}
	check := func(timestamp float64) {
		t.Helper()
		got := values(t, registry)
		for result, count := range want {
			if n := got[fmt.Sprintf("gognito_gateway_reloads_total{result=%q}", result)]; n != count {
				t.Errorf("%s: %v, want %v", result, n, count)
			}
		}
		if n := got["gognito_gateway_config_loaded_timestamp_seconds{}"]; n != timestamp {
			t.Errorf("loaded at %v, want %v", n, timestamp)
		}
	}
	check(1_800_000_000.25)
	m.ReloadFailed()
	want["failed"] = 1
	check(1_800_000_000.25)
	m.ReloadSucceeded(at.Add(time.Minute))
	want["ok"] = 1
	check(1_800_000_060.25)
}

func TestOpenConnectionsAreCounted(t *testing.T) {
	m, registry := newMetrics()
	open := func() float64 { return values(t, registry)[`gognito_gateway_connections{listener="verify"}`] }
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := m.Connections("verify", inner)
	defer l.Close()
	var accepted []net.Conn
	for i := range 3 {
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		accepted = append(accepted, c)
		if got := open(); got != float64(i+1) {
			t.Errorf("%v open, want %d", got, i+1)
		}
	}
	for i, c := range accepted {
		c.Close()
		c.Close() // as servers do
		if got, want := open(), float64(2-i); got != want {
			t.Errorf("%v open, want %v", got, want)
		}
	}
	l.Close()
	if _, err := l.Accept(); err == nil || open() != 0 {
		t.Errorf("a closed listener accepts: %v; %v open", err, open())
	}
}

func TestNoMetricsCountNothing(t *testing.T) {
	var m *telemetry.Metrics
	m.Loaded(time.Now())
	m.ReloadSucceeded(time.Now())
	m.ReloadFailed()
	m.WatchKeys(nil)
	if l := m.Connections("grpc", nil); l != nil {
		t.Errorf("it made a listener: %v", l)
	}
	m.Trace(nil).KeysFetched(gognito.KeysInfo{URL: "https://keys.example", Err: errors.New("x")})
}

func TestDecisionsAreCountedByManyAtOnce(t *testing.T) {
	m, registry := newMetrics()
	var j journal
	o := telemetry.Observer{Metrics: m, Log: j.log()}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				o.Decided(t.Context(), outage())
			}
		})
	}
	all.Wait()
	const name = `gognito_gateway_decisions_total{dialect="nginx",outcome="deny",reason="keys_unavailable",rule="everything"}`
	if got := values(t, registry)[name]; got != 800 {
		t.Errorf("%v, want 800", got)
	}
}
