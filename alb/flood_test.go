package alb_test

import (
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

func TestAFloodOfUnknownKeyIDsCausesOneFetchASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := mint.NewALBKey()
		h := newHost(key)
		v := verifier(t, h.config())
		good := signed(key)
		check(t, v, good, "")
		reasons := map[gognito.Reason]int{}
		flood := func(tokens int) {
			for range tokens {
				_, err := v.Verify(t.Context(), forged(mint.NewUUID()))
				reasons[gognito.ReasonOf(err)]++
				check(t, v, good, "")
			}
		}
		flood(1000)
		if n := h.count(); n != 8 {
			t.Errorf("%d fetches at once, want 8", n)
		}
		for range 100 {
			time.Sleep(time.Second - 1)
			flood(5)
			time.Sleep(1)
			flood(5)
		}
		if n := h.count(); n != 108 {
			t.Errorf("%d fetches after 100 seconds, want 108", n)
		}
		if reasons[unknownKey] != 107 || reasons[keysUnavailable] != 2000-107 || len(reasons) != 2 {
			t.Errorf("reasons %v", reasons)
		}
		// It leaves nothing behind: an hour later all is as it was.
		time.Sleep(time.Hour)
		flood(100)
		if n := h.count(); n != 116 {
			t.Errorf("%d fetches after an hour of peace, want 116", n)
		}
	})
}

// Whoever forges gets no further than others who ask: a new key comes in as soon as
// a fetch is due and it is asked for.
func TestANewKeyComesInDuringAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before, after := mint.NewALBKey(), mint.NewALBKey()
		h := newHost(before)
		v := verifier(t, h.config())
		check(t, v, signed(before), "")
		h.publish(after)
		for range 100 {
			_, _ = v.Verify(t.Context(), forged(mint.NewUUID()))
		}
		token := signed(after)
		check(t, v, token, keysUnavailable) // nobody said that there is no such key
		time.Sleep(time.Second)
		check(t, v, token, "")
		for range 100 {
			_, _ = v.Verify(t.Context(), forged(mint.NewUUID()))
			check(t, v, token, "")
			check(t, v, signed(before), "")
		}
	})
}

// The keys of strangers' load balancers are published at the same place, and
// anybody may write their IDs into a token.
func TestStrangersKeysDriveNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		earlier, key := mint.NewALBKey(), mint.NewALBKey()
		h := newHost(earlier, key)
		v := verifier(t, h.config())
		check(t, v, signed(earlier), "")
		h.set(func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second); h.serve(w, r) })
		var all sync.WaitGroup
		for range 100 { // all of them make it known, once
			token := signed(key)
			all.Go(func() { check(t, v, token, "") })
		}
		all.Wait()
		h.set(nil)
		for range 200 {
			stranger := mint.NewALBKey()
			h.publish(stranger)
			token := forged(stranger.ID)
			check(t, v, token, gognito.ReasonSignature)
			check(t, v, token, gognito.ReasonSignature) // from memory
			time.Sleep(time.Second)
		}
		h.set(status(broken))
		check(t, v, signed(earlier), "")
		check(t, v, signed(key), "")
		if n := h.count(); n != 202 {
			t.Errorf("%d fetches, want 202", n)
		}
	})
}

// A flood takes no memory: neither keys nor refusals nor goroutines stay.
func TestAFloodLeavesNoMemoryBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := mint.NewALBKey()
		h := newHost(key)
		v := verifier(t, h.config())
		check(t, v, signed(key), "")
		flood := func() {
			for range 4000 {
				_, _ = v.Verify(t.Context(), forged(mint.NewUUID()))
				time.Sleep(time.Second)
			}
			synctest.Wait()
		}
		flood()
		h.mu.Lock()
		h.fetched = nil
		h.mu.Unlock()
		before := heap()
		flood()
		h.mu.Lock()
		h.fetched = nil
		h.mu.Unlock()
		if grown := heap() - before; grown > 256<<10 {
			t.Errorf("the heap grew by %d KiB", grown>>10)
		}
		runtime.KeepAlive(v)
	})
}

func heap() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
