package otelauth

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/gognito/gognito"
)

// verified tells of verifications.
type verified struct {
	tracer   trace.Tracer
	count    metric.Int64Counter
	duration metric.Float64Histogram

	adding sync.Mutex                          // held while pools is replaced
	pools  atomic.Pointer[map[string][]labels] // by pool ID; see of
}

// labels are the attributes of one verdict about one pool's tokens, in the forms
// in which they are passed on, so that a verification makes none of them.
type labels struct {
	count    []metric.AddOption
	duration []metric.RecordOption
	span     trace.SpanStartOption
}

func newVerified(c Config) (*verified, error) {
	meter := c.meter()
	count, errCount := meter.Int64Counter("gognito.verifications", metric.WithUnit("{verification}"),
		metric.WithDescription("Tokens verified, accepted and refused."))
	// A remembered token takes a microsecond, a new one an RSA operation, and the
	// first one waits for the keys.
	duration, errDuration := meter.Float64Histogram("gognito.verification.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of the verification of a token."),
		metric.WithExplicitBucketBoundaries(1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 1e-2, 1e-1, 1, 10))
	v := &verified{tracer: c.tracer(), count: count, duration: duration}
	v.pools.Store(new(map[string][]labels))
	return v, errors.Join(errCount, errDuration)
}

func (v *verified) tell(ctx context.Context, info gognito.VerifyInfo) {
	place := placeOf(info.Err)
	i := 2 * place
	if info.Remembered {
		i++
	}
	l := v.of(info.UserPoolID)[i]
	v.count.Add(ctx, 1, l.count...)
	v.duration.Record(ctx, info.Duration.Seconds(), l.duration...)
	if !trace.SpanFromContext(ctx).IsRecording() {
		return
	}
	end := time.Now()
	_, span := v.tracer.Start(ctx, "verify token", trace.WithTimestamp(end.Add(-info.Duration)), l.span)
	if fault := verdicts[place].fault; fault != "" {
		span.SetStatus(codes.Error, fault)
	}
	span.End(trace.WithTimestamp(end))
}

// of returns the labels of a pool's verifications: for each verdict two, the
// second of them for a remembered token.
func (v *verified) of(pool string) []labels {
	if known := (*v.pools.Load())[pool]; known != nil {
		return known
	}
	v.adding.Lock()
	defer v.adding.Unlock()
	pools := maps.Clone(*v.pools.Load())
	if pools == nil {
		pools = make(map[string][]labels)
	}
	if pools[pool] == nil {
		for _, verdict := range verdicts {
			pools[pool] = append(pools[pool], newLabels(pool, verdict, false), newLabels(pool, verdict, true))
		}
		v.pools.Store(&pools)
	}
	return pools[pool]
}

func newLabels(pool string, about verdict, remembered bool) labels {
	few := []attribute.KeyValue{outcomeKey.String(about.outcome), rememberedKey.Bool(remembered)}
	if pool != "" {
		few = append(few, poolKey.String(pool))
	}
	all := slices.Clip(few)
	if about.reason != "" {
		all = append(all, reasonKey.String(string(about.reason)))
	}
	span := slices.Clip(all)
	switch {
	case about.fault != "" && about.reason != "":
		span = append(span, errorTypeKey.String(string(about.reason)))
	case about.fault != "":
		span = append(span, errorTypeKey.String(anyOtherError))
	}
	// The reason would multiply the histogram's many series.
	return labels{
		count:    []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(all...))},
		duration: []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(few...))},
		span:     trace.WithAttributes(span...),
	}
}
