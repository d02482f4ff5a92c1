package otelauth

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/gognito/gognito"
)

// fetched tells of key sets and of the key file.
type fetched struct {
	tracer   trace.Tracer
	duration metric.Float64Histogram
	skipped  metric.Int64Gauge
	failures metric.Int64Counter
}

func newFetched(c Config) (*fetched, error) {
	meter := c.meter()
	duration, errDuration := meter.Float64Histogram("gognito.key_set.fetch.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of the fetch of a key set, good or bad."),
		metric.WithExplicitBucketBoundaries(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10))
	skipped, errSkipped := meter.Int64Gauge("gognito.key_set.skipped", metric.WithUnit("{key}"),
		metric.WithDescription("Members of the last key set that are not usable keys."))
	failures, errFailures := meter.Int64Counter("gognito.key_file.failures", metric.WithUnit("{failure}"),
		metric.WithDescription("Times that the key file could not be read or written."))
	if err := errors.Join(errDuration, errSkipped, errFailures); err != nil {
		return nil, err
	}
	failures.Add(context.Background(), 0) // so that the first failure is an increase
	return &fetched{c.tracer(), duration, skipped, failures}, nil
}

// tell has no context: no request waits for a fetch alone.
func (f *fetched) tell(info gognito.KeysInfo) {
	ctx := context.Background()
	if info.File != "" {
		if info.Err != nil {
			f.failures.Add(ctx, 1)
		}
		return
	}
	from := urlKey.String(info.URL)
	outcome := outcomeKey.String("fetched")
	if info.Err != nil {
		outcome = outcomeKey.String("failed")
	}
	f.duration.Record(ctx, info.Duration.Seconds(), metric.WithAttributeSet(attribute.NewSet(from, outcome)))
	if info.Err == nil || len(info.Skipped) > 0 { // a set was read
		f.skipped.Record(ctx, int64(len(info.Skipped)), metric.WithAttributeSet(attribute.NewSet(from)))
	}

	end := time.Now()
	_, span := f.tracer.Start(ctx, "fetch key set",
		trace.WithTimestamp(end.Add(-info.Duration)), trace.WithAttributes(from, outcome))
	if info.Err != nil {
		span.SetAttributes(errorTypeKey.String(anyOtherError))
		span.SetStatus(codes.Error, why(info.Err))
	}
	span.End(trace.WithTimestamp(end))
}

// maxText bounds what a span says of an answer: part of it may be the key server's.
const maxText = 200

// why says why a fetch failed: in gognito's words, or, if the HTTP client failed, in
// fixed ones. The client's own name URLs that nobody configured, such as a redirect's,
// whose query may be a secret.
func why(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		switch {
		case failed == nil || failed.Err == nil:
			return "gognito: fetching a key set: no answer"
		case strings.HasPrefix(failed.Err.Error(), "gognito: "): // of its rule for redirects
			err = failed.Err
		case failed.Timeout():
			return "gognito: fetching a key set: no answer in time"
		default:
			return "gognito: fetching a key set: no answer"
		}
	}
	text := err.Error()
	return strings.ToValidUTF8(text[:min(len(text), maxText)], "")
}
