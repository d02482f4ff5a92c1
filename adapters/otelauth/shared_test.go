package otelauth_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/otelauth"
	"github.com/gognito/gognito/gognitotest"
)

// telemetry is what a program's OpenTelemetry SDK is told.
type telemetry struct {
	tb     testing.TB
	config otelauth.Config
	trace  *gognito.Trace
	reader *sdkmetric.ManualReader
	tracer *sdktrace.TracerProvider
	spans  *tracetest.SpanRecorder
}

func newTelemetry(t testing.TB, options ...sdktrace.TracerProviderOption) *telemetry {
	t.Helper()
	tel := &telemetry{tb: t, reader: sdkmetric.NewManualReader(), spans: tracetest.NewSpanRecorder()}
	tel.tracer = sdktrace.NewTracerProvider(append(options, sdktrace.WithSpanProcessor(tel.spans))...)
	tel.config = otelauth.Config{
		TracerProvider: tel.tracer,
		MeterProvider:  sdkmetric.NewMeterProvider(sdkmetric.WithReader(tel.reader)),
	}
	var err error
	if tel.trace, err = otelauth.NewTrace(tel.config); err != nil {
		t.Fatal(err)
	}
	return tel
}

// verifier returns one of the pool's whose Trace, and whose keys', is tel's.
func (tel *telemetry) verifier(pool *gognitotest.Pool, change func(*gognito.Config)) *gognito.Verifier {
	tel.tb.Helper()
	config := pool.Config()
	config.Trace = tel.trace
	config.Keys = tel.keys(gognito.RemoteKeysConfig{URLs: []string{pool.JWKSURL()}})
	if change != nil {
		change(&config)
	}
	v, err := gognito.New(config)
	if err != nil {
		tel.tb.Fatal(err)
	}
	return v
}

func (tel *telemetry) keys(config gognito.RemoteKeysConfig) *gognito.RemoteKeys {
	tel.tb.Helper()
	config.Trace = tel.trace
	keys, err := gognito.NewRemoteKeys(config)
	if err != nil {
		tel.tb.Fatal(err)
	}
	return keys
}

// A point is one series as it is collected.
type point struct {
	metric     string
	unit       string
	attributes attribute.Set
	value      float64 // of a histogram: the sum
	count      uint64  // of a histogram
	buckets    []uint64
}

// String is the series' name, attributes included.
func (p point) String() string {
	return p.metric + "{" + p.attributes.Encoded(attribute.DefaultEncoder()) + "}"
}

// collect returns all series.
func (tel *telemetry) collect() []point {
	tel.tb.Helper()
	var all metricdata.ResourceMetrics
	if err := tel.reader.Collect(tel.tb.Context(), &all); err != nil {
		tel.tb.Fatal(err)
	}
	var list []point
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			for _, p := range pointsOf(tel.tb, m.Data) {
				p.metric, p.unit = m.Name, m.Unit
				list = append(list, p)
			}
		}
	}
	slices.SortFunc(list, func(a, b point) int { return cmp.Compare(a.String(), b.String()) })
	return list
}

func pointsOf(t testing.TB, data metricdata.Aggregation) (list []point) {
	t.Helper()
	switch data := data.(type) {
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			list = append(list, point{attributes: p.Attributes, value: float64(p.Value)})
		}
	case metricdata.Gauge[int64]:
		for _, p := range data.DataPoints {
			list = append(list, point{attributes: p.Attributes, value: float64(p.Value)})
		}
	case metricdata.Gauge[float64]:
		for _, p := range data.DataPoints {
			list = append(list, point{attributes: p.Attributes, value: p.Value})
		}
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			list = append(list, point{attributes: p.Attributes, value: p.Sum, count: p.Count, buckets: p.BucketCounts})
		}
	default:
		t.Fatalf("an aggregation that these tests don't know: %T", data)
	}
	return list
}

// want collects one metric, and wants exactly these series; gauges and counters
// with their values, histograms with their counts.
func (tel *telemetry) want(metric string, want ...string) {
	tel.tb.Helper()
	var got []string
	for _, p := range tel.collect() {
		if p.metric == metric {
			value := p.value
			if p.buckets != nil {
				value = float64(p.count)
			}
			got = append(got, fmt.Sprintf("%s %v", p.attributes.Encoded(attribute.DefaultEncoder()), value))
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		tel.tb.Errorf("%s:\n%s\nwant\n%s", metric, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// text is all that a span tells, but for its random IDs and its times.
func text(span sdktrace.ReadOnlySpan) string {
	return fmt.Sprintln(span.Name(), span.Attributes(), span.Status(), span.Events(), span.Links())
}
