package soak_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// clients are who sends requests, and what became of these.
type clients struct {
	t      *testing.T
	ledger *ledger
	doors  []door

	mu            sync.Mutex
	through, kept map[string]int // good requests that were let through, bad ones that were not; by door
	kinds         map[string]int // of bad ones
	unjudged      int
	faults        int
}

func newClients(t *testing.T, l *ledger, doors []door) *clients {
	t.Helper()
	return &clients{t: t, ledger: l, doors: doors, through: map[string]int{}, kept: map[string]int{}, kinds: map[string]int{}}
}

// run has requests sent until the context ends, each kind by senders of its own: some
// have to wait for a fetch of keys, and the others don't wait for them.
func (c *clients) run(ctx context.Context) {
	var senders sync.WaitGroup
	for _, door := range c.doors {
		for _, s := range []struct {
			count int
			every time.Duration
			pick  func(turn int) *request
		}{
			{2, 10 * time.Millisecond, c.pickGood},
			{1, 20 * time.Millisecond, c.pickBad},
			{1, 20 * time.Millisecond, c.pickHostile},
			{1, 100 * time.Millisecond, c.pickNew},
		} {
			for range s.count {
				senders.Go(func() {
					pace := time.NewTicker(s.every)
					defer pace.Stop()
					for turn := rand.IntN(1000); ; turn++ {
						select {
						case <-ctx.Done():
							return
						case <-pace.C:
						}
						if r := s.pick(turn); r != nil {
							c.send(ctx, door, *r)
						}
					}
				})
			}
		}
	}
	senders.Wait()
}

// pickGood picks a request that is probably good.
func (c *clients) pickGood(turn int) *request {
	published, _, _, in := c.ledger.keys()
	k := any1(published)
	if k.from > in {
		return nil // pickNew has those
	}
	switch {
	case turn%10 == 8:
		return &request{any1(k.brief), "/articles"}
	case turn%10 == 9:
		return &request{any1(k.second), "/articles"}
	}
	t := any1(k.many)
	if t.admin {
		return &request{t, adminPath}
	}
	return &request{t, "/articles"}
}

// pickBad picks a request with a genuine token that is bad, or was once good.
func (c *clients) pickBad(turn int) *request {
	published, retired, _, _ := c.ledger.keys()
	switch {
	case turn%3 == 0:
		return &request{any1(any1(published).many[1:10]), adminPath} // the first is an administrator's
	case turn%3 == 1 || len(retired) == 0:
		return &request{any1(any1(published).brief), "/articles"}
	default:
		k := any1(retired)
		return &request{any1(slices.Concat(k.many[:100], k.brief, k.second)), "/articles"}
	}
}

// pickHostile picks a token of each hostile kind in turn.
func (c *clients) pickHostile(turn int) *request {
	published, _, _, _ := c.ledger.keys()
	hostile := any1(published).hostile
	return &request{hostile[turn%len(hostile)], adminPath}
}

// pickNew picks a token of the newest key.
func (c *clients) pickNew(int) *request {
	published, _, _, _ := c.ledger.keys()
	return &request{any1(published[len(published)-1].many), "/articles"}
}

func any1[T any](list []T) T { return list[rand.IntN(len(list))] }

// send sends a request, and looks at what became of it.
func (c *clients) send(ctx context.Context, d door, r request) {
	before := r.judge(c.ledger, time.Now())
	status, err := d.send(ctx, r.raw, r.path)
	if ctx.Err() != nil {
		return // it may have been cut off
	}
	after := r.judge(c.ledger, time.Now())
	through := err == nil && status == http.StatusOK
	if through && !r.hostile {
		c.ledger.admitted(r.key)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err != nil:
		c.fault("%s: %s got no answer: %v", d.name, r.name(), err)
	case !through && !slices.Contains(refusals, status):
		c.fault("%s: %s was answered with %d", d.name, r.name(), status)
	case before != after || before.word == open:
		c.unjudged++
	case before.word == good && through:
		c.through[d.name]++
	case before.word == bad && !through:
		c.kept[d.name]++
		c.kinds[r.name()]++
	case through:
		c.fault("%s: %s was let through, and is bad", d.name, r.name())
	default:
		c.fault("%s: %s was refused with %d, and is good", d.name, r.name(), status)
	}
}

// check looks at every door once more, when the gateway has the latest keys, and fails
// the test unless all kinds of requests were judged.
func (c *clients) check(ctx context.Context) {
	published, retired, _, _ := c.ledger.keys()
	before := c.unjudged
	for _, d := range c.doors {
		for _, k := range published {
			c.send(ctx, d, request{k.many[0], adminPath})
			c.send(ctx, d, request{k.many[1], "/articles"})
			c.send(ctx, d, request{k.many[1], adminPath})
		}
		for _, k := range retired {
			c.send(ctx, d, request{k.many[0], "/articles"})
		}
		if c.through[d.name] == 0 || c.kept[d.name] == 0 {
			c.t.Errorf("%s: %d good requests and %d bad ones were judged", d.name, c.through[d.name], c.kept[d.name])
		}
	}
	if c.unjudged != before {
		c.t.Errorf("%d requests could not be judged, with nothing changing", c.unjudged-before)
	}
	var missing []string
	for _, hostile := range published[0].hostile {
		if c.kinds[hostile.kind] == 0 {
			missing = append(missing, hostile.kind)
		}
	}
	if missing != nil {
		c.t.Errorf("no tokens of these kinds were judged: %q", missing)
	}
}

// refusals are how a request may be refused.
var refusals = []int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden,
	http.StatusRequestHeaderFieldsTooLarge, http.StatusServiceUnavailable,
}

// fault notes what went wrong. The first ones are enough to begin with.
func (c *clients) fault(format string, args ...any) {
	if c.faults++; c.faults <= 20 {
		c.t.Errorf(format, args...)
	}
}

func (c *clients) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("%d good all let through %v, %d bad none let through %v of %d kinds, %d that could go either way, %d faults",
		sum(c.through), c.through, sum(c.kept), c.kept, len(c.kinds), c.unjudged, c.faults)
}

func sum(counts map[string]int) (total int) {
	for _, count := range counts {
		total += count
	}
	return total
}
