package telemetry_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gognito/gognito/cmd/internal/telemetry"
)

func BenchmarkDecided(b *testing.B) {
	for name, o := range map[string]*telemetry.Observer{
		"nothing": {},
		"metrics": {Metrics: telemetry.NewMetrics(prometheus.NewRegistry())},
		"access":  {Access: slog.New(slog.NewJSONHandler(io.Discard, nil))},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			ctx, d := context.Background(), letThrough()
			for b.Loop() {
				o.Decided(ctx, d)
			}
		})
	}
	b.Run("metrics, in parallel", func(b *testing.B) {
		o := telemetry.Observer{Metrics: telemetry.NewMetrics(prometheus.NewRegistry())}
		b.RunParallel(func(pb *testing.PB) {
			d := letThrough()
			for pb.Next() {
				o.Decided(context.Background(), d)
			}
		})
	})
}

func BenchmarkMask(b *testing.B) {
	for name, text := range map[string]string{
		"a path":                 "/articles/2026/07/a-longer-title",
		"a token":                "/" + token,
		"a long path":            strings.Repeat("/articles", 10000),
		"escapes of escapes":     strings.Repeat("%25", 30000),
		"one escape":             "%" + strings.Repeat("25", 45000),
		"tokens and short words": strings.Repeat("/eyJhbGciOiJub25l/short-words", 3000),
		"beginnings of tokens":   strings.Repeat("eyJ.", 22500),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				telemetry.Mask(text)
			}
		})
	}
}
