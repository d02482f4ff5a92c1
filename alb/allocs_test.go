//go:build !race

// The race detector makes every sync.Pool forget some of what is put into it.

package alb_test

import (
	"testing"

	"github.com/gognito/gognito/internal/mint"
)

func TestVerifyAllocatesLittle(t *testing.T) {
	key := mint.NewALBKey()
	v, token := verifier(t, newHost(key).config()), signed(key)
	check(t, v, token, "")
	got := testing.AllocsPerRun(100, func() {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	})
	if got > 40 {
		t.Errorf("%v allocations", got)
	}
}
