//go:build !race

package telemetry_test

import (
	"testing"

	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// The race detector allocates, so these are not with it.

func TestToCountADecisionAllocatesNothing(t *testing.T) {
	m, _ := newMetrics()
	var j journal
	o := telemetry.Observer{Metrics: m, Log: j.log()}
	ctx := t.Context()
	for name, d := range map[string]*telemetry.Decision{"one that allows": letThrough(), "one that denies": group()} {
		if n := testing.AllocsPerRun(100, func() { o.Decided(ctx, d) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestToFindNothingToMaskAllocatesNothing(t *testing.T) {
	for _, text := range []string{"/articles/2026/07/a-longer-title", "/a%20b/%2e%2e/survey-results-2026-final"} {
		if n := testing.AllocsPerRun(100, func() { telemetry.Mask(text) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}
