package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gognito/gognito"
)

// The results of a fetch.
const (
	fetchOK     = "ok"
	fetchFailed = "failed"
	// fetchAbsent: the URL says that it has no key set. Cognito answers so at the one of
	// a pool's two issuers that the pool does not use. If it does so at both, no
	// token can be judged, which is logged where it happens.
	fetchAbsent = "absent"
)

// Trace returns what counts the fetches of key sets, and logs those that failed, keys
// that are not usable, and faults of the key file. A nil log: it only counts. What it
// returns may be shared by any number of verifiers.
func (m *Metrics) Trace(log *slog.Logger) *gognito.Trace {
	return &gognito.Trace{KeysFetched: func(info gognito.KeysInfo) {
		if m != nil && info.URL != "" {
			m.fetches.WithLabelValues(resultOf(info.Err)).Inc()
		}
		if log != nil {
			logKeys(log, info)
		}
	}}
}

// resultOf returns the word of a closed set for how a fetch ended. The library has no
// other sign for an answer's status than the error's text.
func resultOf(err error) string {
	switch {
	case err == nil:
		return fetchOK
	case strings.HasSuffix(err.Error(), " answered 403"), strings.HasSuffix(err.Error(), " answered 404"):
		return fetchAbsent
	default:
		return fetchFailed
	}
}

func logKeys(log *slog.Logger, info gognito.KeysInfo) {
	ctx := context.Background()
	if info.File != "" {
		if info.Err != nil {
			log.LogAttrs(ctx, slog.LevelWarn, "the key file could not be used",
				slog.String("file", info.File), slog.String("error", ErrorText(info.Err)))
		}
		return
	}
	url := slog.String("url", URL(info.URL))
	for _, key := range info.Skipped {
		log.LogAttrs(ctx, slog.LevelWarn, "a key of a key set is not usable",
			url, slog.Int("index", key.Index), slog.String("why", clip(key.Why, errorLimit)))
	}
	switch result := resultOf(info.Err); result {
	case fetchAbsent:
		log.LogAttrs(ctx, slog.LevelInfo, "there is no key set at one of a pool's issuers, which is as it should be if there is one at the other",
			url, slog.String("error", ErrorText(info.Err)))
	case fetchFailed:
		log.LogAttrs(ctx, slog.LevelError, "a key set could not be fetched",
			url, slog.String("error", ErrorText(info.Err)), slog.Int64("duration_us", info.Duration.Microseconds()))
	}
}

// WatchKeys makes status, which returns the state of each pool's key sets by the pool's
// ID, the source of the age of keys. It is called at each scrape, on a goroutine of the
// registry's, where a panic ends the program.
func (m *Metrics) WatchKeys(status func() map[string][]gognito.KeySetStatus) {
	if m != nil {
		m.keyAges.status.Store(&status)
	}
}

// keyAges collects the age of the oldest key set in use of each pool. There is none
// while a pool has no keys.
type keyAges struct {
	status atomic.Pointer[func() map[string][]gognito.KeySetStatus]
	desc   *prometheus.Desc
}

func newKeyAges() *keyAges {
	return &keyAges{desc: prometheus.NewDesc("gognito_gateway_key_set_age_seconds",
		"Time since the oldest key set in use was fetched; none for a pool that never had one.", []string{"pool"}, nil)}
}

// Describe implements prometheus.Collector.
func (k *keyAges) Describe(to chan<- *prometheus.Desc) { to <- k.desc }

// Collect implements prometheus.Collector.
func (k *keyAges) Collect(to chan<- prometheus.Metric) {
	status := k.status.Load()
	if status == nil {
		return
	}
	now := time.Now()
	for pool, sets := range (*status)() {
		age, ok := ageOf(sets, now)
		if !ok {
			continue
		}
		if metric, err := prometheus.NewConstMetric(k.desc, prometheus.GaugeValue, age.Seconds(), pool); err == nil {
			to <- metric
		}
	}
}

// maxStale is how long the library uses keys that can't be fetched again.
const maxStale = 24 * time.Hour

// ageOf returns the age of the oldest set that is in use, or, if none is any more, of
// the youngest: of an issuer that a pool has left, an old set stays.
func ageOf(sets []gognito.KeySetStatus, now time.Time) (age time.Duration, ok bool) {
	for _, set := range sets {
		if set.Fetched.IsZero() {
			continue
		}
		this := max(0, now.Sub(set.Fetched))
		switch {
		case !ok, this < maxStale && age >= maxStale:
			age, ok = this, true
		case this < maxStale:
			age = max(age, this)
		case age >= maxStale:
			age = min(age, this)
		}
	}
	return age, ok
}
