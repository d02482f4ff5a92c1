package otelauth_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/otelauth"
	"github.com/gognito/gognito/gognitotest"
)

func TestVerificationsAreCountedAndTimed(t *testing.T) {
	tel := newTelemetry(t)
	refused := gognito.NewError(gognito.ReasonExpired, nil)
	for range 3 {
		tel.trace.Verified(t.Context(), gognito.VerifyInfo{UserPoolID: "p", Duration: 20 * time.Microsecond})
	}
	tel.trace.Verified(t.Context(), gognito.VerifyInfo{UserPoolID: "p", Duration: time.Microsecond, Remembered: true})
	tel.trace.Verified(t.Context(), gognito.VerifyInfo{UserPoolID: "p", Err: refused, Duration: time.Second})
	tel.want("gognito.verifications",
		"gognito.outcome=accepted,gognito.remembered=false,gognito.user_pool.id=p 3",
		"gognito.outcome=accepted,gognito.remembered=true,gognito.user_pool.id=p 1",
		"gognito.outcome=invalid_token,gognito.reason=expired,gognito.remembered=false,gognito.user_pool.id=p 1",
	)
	sum := map[string]string{}
	for _, p := range tel.collect() {
		if p.metric == "gognito.verification.duration" {
			sum[p.String()] = fmt.Sprintf("%.6f", p.value)
			if p.unit != "s" {
				t.Errorf("its unit is %q", p.unit)
			}
		}
	}
	if got, want := fmt.Sprint(sum), "map["+
		"gognito.verification.duration{gognito.outcome=accepted,gognito.remembered=false,gognito.user_pool.id=p}:0.000060 "+
		"gognito.verification.duration{gognito.outcome=accepted,gognito.remembered=true,gognito.user_pool.id=p}:0.000001 "+
		"gognito.verification.duration{gognito.outcome=invalid_token,gognito.remembered=false,gognito.user_pool.id=p}:1.000000]"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Each of what a verification may take falls into a bucket of its own.
func TestBucketsTellMicrosecondsFromSeconds(t *testing.T) {
	tel := newTelemetry(t)
	durations := []time.Duration{time.Microsecond, 4 * time.Microsecond, 40 * time.Microsecond, 400 * time.Microsecond, 5 * time.Millisecond, 50 * time.Millisecond, 500 * time.Millisecond, 5 * time.Second}
	for _, d := range durations {
		tel.trace.Verified(t.Context(), gognito.VerifyInfo{Duration: d})
	}
	for _, p := range tel.collect() {
		if p.metric != "gognito.verification.duration" {
			continue
		}
		used := 0
		for _, n := range p.buckets {
			if n > 1 {
				t.Errorf("%d of %v in one bucket: %v", n, durations, p.buckets)
			}
			used += int(n)
		}
		if used != len(durations) || p.buckets[len(p.buckets)-1] != 0 {
			t.Errorf("buckets %v", p.buckets)
		}
		return
	}
	t.Error("no histogram")
}

func TestFetchesAndSkippedKeysAreToldByURL(t *testing.T) {
	tel := newTelemetry(t)
	skipped := []gognito.SkippedKey{{Index: 0, Why: "kty is not RSA"}, {Index: 2, Why: "no kid"}}
	tel.trace.KeysFetched(gognito.KeysInfo{URL: "u", Keys: 2, Skipped: skipped, Duration: time.Second})
	tel.want("gognito.key_set.skipped", "url.full=u 2")
	tel.trace.KeysFetched(gognito.KeysInfo{URL: "u", Err: errors.New("x"), Duration: time.Second})
	tel.want("gognito.key_set.skipped", "url.full=u 2") // nothing was learnt
	tel.trace.KeysFetched(gognito.KeysInfo{URL: "u", Err: errors.New("no usable key"), Skipped: skipped[:1]})
	tel.want("gognito.key_set.skipped", "url.full=u 1")
	tel.trace.KeysFetched(gognito.KeysInfo{URL: "u", Keys: 2})
	tel.want("gognito.key_set.skipped", "url.full=u 0")
	tel.want("gognito.key_file.failures", " 0") // before the first: an increase needs a start
	tel.trace.KeysFetched(gognito.KeysInfo{File: "f", Keys: 2})
	tel.trace.KeysFetched(gognito.KeysInfo{File: "f", Err: errors.New("x")})
	tel.want("gognito.key_file.failures", " 1")
	tel.want("gognito.key_set.fetch.duration", "gognito.outcome=failed,url.full=u 2", "gognito.outcome=fetched,url.full=u 2")
}

// A Trace hears nothing of the age of keys that came from a file.
func TestKeysFromAFileHaveTheirAgeInAnOutage(t *testing.T) {
	pool := gognitotest.NewPool(t)
	file := filepath.Join(t.TempDir(), "keys")
	first := newTelemetry(t)
	config := gognito.RemoteKeysConfig{URLs: []string{pool.JWKSURL()}, File: file}
	if err := first.keys(config).Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatal(err)
	}
	pool.SetOutage(true)

	tel := newTelemetry(t)
	observed := tel.verifier(pool, func(c *gognito.Config) { c.Keys = tel.keys(config) })
	registration, err := otelauth.ObserveKeys(tel.config, observed)
	if err != nil {
		t.Fatal(err)
	}
	tel.want("gognito.key_set.keys", "url.full="+pool.JWKSURL()+" 2")
	ages := 0
	for _, p := range tel.collect() {
		if p.metric == "gognito.key_set.age" {
			ages++
			if p.unit != "s" || p.value <= 0 || p.value > 600 {
				t.Errorf("the age is %v %s", p.value, p.unit)
			}
		}
	}
	if ages != 1 {
		t.Errorf("%d ages", ages)
	}
	if n := pool.Fetches(); n != 1 {
		t.Errorf("%d fetches: to observe must fetch nothing", n)
	}
	if err := registration.Unregister(); err != nil {
		t.Fatal(err)
	}
	tel.want("gognito.key_set.keys")
}

func TestKeysThatWereNeverFetchedHaveNoAge(t *testing.T) {
	pool := gognitotest.NewPool(t)
	tel := newTelemetry(t)
	if _, err := otelauth.ObserveKeys(tel.config, tel.verifier(pool, nil)); err != nil {
		t.Fatal(err)
	}
	tel.want("gognito.key_set.keys", "url.full="+pool.JWKSURL()+" 0")
	tel.want("gognito.key_set.age")
}

func TestOneTraceServesManyAtOnce(t *testing.T) {
	tel := newTelemetry(t)
	const pools, each = 4, 50
	var all sync.WaitGroup
	for range pools {
		pool := gognitotest.NewPool(t)
		v := tel.verifier(pool, nil)
		if _, err := otelauth.ObserveKeys(tel.config, v); err != nil {
			t.Fatal(err)
		}
		good, bad := pool.AccessToken(gognitotest.User{}), pool.Hostile("expired")
		for range 2 {
			all.Go(func() {
				ctx, span := tel.tracer.Tracer("test").Start(t.Context(), "request")
				defer span.End()
				for range each {
					_, errGood := v.Verify(ctx, good)
					_, errBad := v.Verify(ctx, bad)
					if errGood != nil || gognito.ReasonOf(errBad) != gognito.ReasonExpired {
						t.Error(errGood, errBad)
					}
				}
			})
			all.Go(func() { tel.collect() })
		}
	}
	all.Wait()
	total := map[string]float64{}
	for _, p := range tel.collect() {
		total[p.metric] += p.value
	}
	if got := total["gognito.verifications"]; got != pools*2*each*2 {
		t.Errorf("%v verifications", got)
	}
	if got := total["gognito.key_set.keys"]; got != 2*pools {
		t.Errorf("%v keys", got)
	}
}

func TestNilProvidersAreTheGlobalOnes(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	meters := otel.GetMeterProvider()
	defer otel.SetMeterProvider(meters)
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	spans := newTelemetry(t)
	tracers := otel.GetTracerProvider()
	defer otel.SetTracerProvider(tracers)
	otel.SetTracerProvider(spans.tracer)

	trace, err := otelauth.NewTrace(otelauth.Config{})
	if err != nil {
		t.Fatal(err)
	}
	trace.Verified(t.Context(), gognito.VerifyInfo{})
	trace.KeysFetched(gognito.KeysInfo{URL: "u"})
	if n := len(spans.spans.Ended()); n != 1 {
		t.Errorf("%d spans", n)
	}
	(&telemetry{tb: t, reader: reader}).want("gognito.verifications", "gognito.outcome=accepted,gognito.remembered=false 1")
}

// brokenMeters refuses an instrument.
type brokenMeters struct {
	noop.MeterProvider
	name string
}

func (b brokenMeters) Meter(string, ...metric.MeterOption) metric.Meter {
	return brokenMeter{name: b.name}
}

type brokenMeter struct {
	noop.Meter
	name string
}

var errBroken = errors.New("broken")

// unless returns the instrument, or if it is the one to refuse, nil and errBroken.
func unless[I any](b brokenMeter, name string, instrument I) (I, error) {
	if name == b.name {
		var none I
		return none, errBroken
	}
	return instrument, nil
}

func (b brokenMeter) Int64Counter(name string, _ ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return unless[metric.Int64Counter](b, name, noop.Int64Counter{})
}

func (b brokenMeter) Int64Gauge(name string, _ ...metric.Int64GaugeOption) (metric.Int64Gauge, error) {
	return unless[metric.Int64Gauge](b, name, noop.Int64Gauge{})
}

func (b brokenMeter) Float64Histogram(name string, _ ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return unless[metric.Float64Histogram](b, name, noop.Float64Histogram{})
}

func (b brokenMeter) Int64ObservableGauge(name string, _ ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	return unless[metric.Int64ObservableGauge](b, name, noop.Int64ObservableGauge{})
}

func (b brokenMeter) Float64ObservableGauge(name string, _ ...metric.Float64ObservableGaugeOption) (metric.Float64ObservableGauge, error) {
	return unless[metric.Float64ObservableGauge](b, name, noop.Float64ObservableGauge{})
}

func TestAMeterProvidersErrorIsReturned(t *testing.T) {
	for _, name := range []string{"gognito.verifications", "gognito.verification.duration", "gognito.key_set.fetch.duration", "gognito.key_set.skipped", "gognito.key_file.failures"} {
		if trace, err := otelauth.NewTrace(otelauth.Config{MeterProvider: brokenMeters{name: name}}); !errors.Is(err, errBroken) || trace != nil {
			t.Errorf("%s: %v, %v", name, trace, err)
		}
	}
	keys := gognitotest.NewPool(t).Verifier()
	for _, name := range []string{"gognito.key_set.age", "gognito.key_set.keys"} {
		if registration, err := otelauth.ObserveKeys(otelauth.Config{MeterProvider: brokenMeters{name: name}}, keys); !errors.Is(err, errBroken) || registration != nil {
			t.Errorf("%s: %v, %v", name, registration, err)
		}
	}
	if _, err := otelauth.ObserveKeys(otelauth.Config{}, nil); err == nil {
		t.Error("nil is observed")
	}
}

func TestObserveKeysNeedsKeySets(t *testing.T) {
	for name, sets := range map[string]otelauth.KeySets{
		"nil": nil, "no Verifier": (*gognito.Verifier)(nil), "no Pools": (*gognito.Pools)(nil),
	} {
		if _, err := otelauth.ObserveKeys(otelauth.Config{}, sets); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
