//go:build !race

package otelauth_test

import (
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/gognito/gognito"
)

func TestAVerificationThatNoSpanRecordsAllocatesNothing(t *testing.T) {
	tel := newTelemetry(t, sdktrace.WithSampler(sdktrace.NeverSample()))
	ctx, _ := tel.tracer.Tracer("test").Start(t.Context(), "request")
	for name, info := range map[string]gognito.VerifyInfo{
		"accepted": {UserPoolID: "p", Remembered: true, Duration: time.Microsecond},
		"refused":  {UserPoolID: "p", Err: gognito.NewError(gognito.ReasonExpired, nil), Duration: time.Microsecond},
	} {
		tel.trace.Verified(ctx, info)
		if n := testing.AllocsPerRun(100, func() { tel.trace.Verified(ctx, info) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkVerifiedWithoutASpan(b *testing.B) {
	tel := newTelemetry(b)
	ctx := b.Context()
	info := gognito.VerifyInfo{UserPoolID: "p", Remembered: true, Duration: time.Microsecond}
	b.ReportAllocs()
	for b.Loop() {
		tel.trace.Verified(ctx, info)
	}
}
