//go:build !race

// The race detector makes every sync.Pool forget some of what is put into it, so
// that allocations counted under it are the detector's, and differ from run to run.

package gognito_test

import (
	"crypto/fips140"
	"testing"
)

func TestVerifyAllocatesLittle(t *testing.T) {
	bench := newBenchmark(t)
	firstTime := 10.0
	if fips140.Enabled() {
		firstTime = 20 // crypto/rsa's own are among them
	}
	for name, test := range map[string]struct {
		cacheBytes int
		most       float64
	}{
		"first time": {-1, firstTime},
		"repeated":   {0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			v := bench.verifier(t, test.cacheBytes)
			check(t, v, bench.token, "")
			got := testing.AllocsPerRun(100, func() {
				if _, err := v.Verify(t.Context(), bench.token); err != nil {
					t.Fatal(err)
				}
			})
			if got > test.most {
				t.Errorf("%v allocations, want at most %v", got, test.most)
			}
		})
	}
}
