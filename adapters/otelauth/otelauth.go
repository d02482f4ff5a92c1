// Package otelauth tells OpenTelemetry what gognito does: how many tokens are
// accepted and refused and why, how long it takes, and how the key sets are.
//
//	trace, err := otelauth.NewTrace(otelauth.Config{})
//	…
//	config.Trace = trace
//	verifier, err := gognito.New(config)
//	…
//	_, err = otelauth.ObserveKeys(otelauth.Config{}, verifier)
//
// One Trace serves any number of Verifiers.
//
// # Metrics
//
// From the Trace:
//
//	gognito.verifications           counter, {verification}; outcome, reason, remembered, pool
//	gognito.verification.duration   histogram, s; outcome, remembered, pool
//	gognito.key_set.fetch.duration  histogram, s; its count is that of the fetches; outcome, URL
//	gognito.key_set.skipped         gauge, {key}: unusable members of the last set that was read; URL
//	gognito.key_file.failures       counter, {failure}: the key file could not be read or written
//
// From ObserveKeys, at each collection:
//
//	gognito.key_set.age             gauge, s: since the set in use was fetched; none before the first; URL
//	gognito.key_set.keys            gauge, {key}: usable keys of that set, however old; URL
//
// These attributes, and no others:
//
//	gognito.outcome       of a verification: accepted, or the kind of the refusal: invalid_token,
//	                      unavailable (no_token and forbidden are not Verify's to say), or other
//	                      for an error that is not gognito's; of a fetch: fetched or failed
//	gognito.reason        of a refusal: a gognito.Reason; absent where there is none
//	gognito.remembered    true if the token's signature had been verified before
//	gognito.user_pool.id  the pool; absent if a Pools found none for the token
//	url.full              where a key set comes from, with neither user nor query
//
// The values are constants of the library's or stand in the program's own
// configuration. What a client sends never becomes one, so it can't add a series,
// and nothing of a token, its claims and its key ID is ever told.
//
// Only Verify is counted. A request without a token never gets there, and one that
// a policy refuses (403) counts as accepted: its token was good.
//
// # Spans
//
// "verify token" is a child of the span in Verify's context, with the attributes
// above. There is none unless that span is being recorded. A refused token is no
// error of the service, and neither is a client that went away (canceled); the
// status is Error, with error.type, where the token could not be judged.
//
// "fetch key set" is a root span, because a fetch belongs to no request. A pool
// publishes its keys under one of its two issuers as a rule; the fetch of the other,
// about one an hour, then fails each time and is no outage. The
// requests inside it are otelhttp's to tell, as the transport of Config.HTTPClient.
//
// For metrics alone set a TracerProvider of go.opentelemetry.io/otel/trace/noop.
//
// # Besides a Trace of your own
//
// NewTrace returns a new Trace each time, whose functions are never nil. Put your
// own around them:
//
//	fetched := trace.KeysFetched
//	trace.KeysFetched = func(info gognito.KeysInfo) {
//		fetched(info)
//		if info.Err != nil {
//			logger.Warn("keys", "url", info.URL, "file", info.File, "error", info.Err)
//		}
//	}
//
// dashboard.json, beside this package's source, is a Grafana dashboard of these
// metrics, as Prometheus names them.
package otelauth

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/gognito/gognito"
)

const scope = "github.com/gognito/gognito/adapters/otelauth"

// Config says where to tell it.
type Config struct {
	TracerProvider trace.TracerProvider // nil: the global one
	MeterProvider  metric.MeterProvider // nil: the global one
}

func (c Config) tracer() trace.Tracer {
	if c.TracerProvider == nil {
		return otel.Tracer(scope)
	}
	return c.TracerProvider.Tracer(scope)
}

func (c Config) meter() metric.Meter {
	if c.MeterProvider == nil {
		return otel.Meter(scope)
	}
	return c.MeterProvider.Meter(scope)
}

// NewTrace returns a Trace for [gognito.Config] and [gognito.RemoteKeysConfig],
// safe for concurrent use. An error is the MeterProvider's. Set the global
// MeterProvider first, if that is the one: counters begin at zero here.
func NewTrace(c Config) (*gognito.Trace, error) {
	verified, err := newVerified(c)
	if err != nil {
		return nil, err
	}
	fetched, err := newFetched(c)
	if err != nil {
		return nil, err
	}
	return &gognito.Trace{Verified: verified.tell, KeysFetched: fetched.tell}, nil
}

// A KeySets is a [gognito.Verifier] or a [gognito.Pools].
type KeySets interface {
	KeyStatus() []gognito.KeySetStatus
}

// ObserveKeys measures the key sets whenever metrics are collected, until the
// Registration is unregistered, which a Verifier that lives as long as the program
// never needs. It fetches nothing. Unlike what a Trace sees, it knows keys that
// came from a key file in an outage. The first collection may wait for that file,
// for 5 seconds at most.
func ObserveKeys(c Config, sets KeySets) (metric.Registration, error) {
	missing := sets == nil
	switch s := sets.(type) { // what New returns beside an error
	case *gognito.Verifier:
		missing = s == nil
	case *gognito.Pools:
		missing = s == nil
	}
	if missing {
		return nil, errors.New("otelauth: ObserveKeys: no key sets")
	}
	meter := c.meter()
	age, errAge := meter.Float64ObservableGauge("gognito.key_set.age", metric.WithUnit("s"),
		metric.WithDescription("Time since the key set in use was fetched."))
	keys, errKeys := meter.Int64ObservableGauge("gognito.key_set.keys", metric.WithUnit("{key}"),
		metric.WithDescription("Usable keys of the last good key set."))
	if err := errors.Join(errAge, errKeys); err != nil {
		return nil, err
	}
	return meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		for _, set := range sets.KeyStatus() {
			url := metric.WithAttributeSet(attribute.NewSet(urlKey.String(set.URL)))
			o.ObserveInt64(keys, int64(len(set.KeyIDs)), url)
			if !set.Fetched.IsZero() {
				o.ObserveFloat64(age, time.Since(set.Fetched).Seconds(), url)
			}
		}
		return nil
	}, age, keys)
}
