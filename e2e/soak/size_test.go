package soak_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// A size is what the gateway holds at one moment.
type size struct {
	at                            time.Duration
	memory, goroutines, openFiles float64
}

// sizes are what it held in the course of time.
type sizes struct {
	mu   sync.Mutex
	list []size
}

// watch measures until the context ends. A moment that can't be measured is left out.
func (s *sizes) watch(ctx context.Context, g *gateway) {
	start := time.Now()
	ticks := time.NewTicker(500 * time.Millisecond)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		m, err := g.metrics(ctx)
		if err != nil {
			continue
		}
		s.mu.Lock()
		s.list = append(s.list, size{time.Since(start), m["process_resident_memory_bytes"], m["go_goroutines"], m["process_open_fds"]})
		s.mu.Unlock()
	}
}

// Warm is the third fifth of the time, and late the last one.
func (s *sizes) part(length time.Duration, fifth int, number func(size) float64) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []float64
	for _, one := range s.list {
		if int(5*one.at/length) == fifth {
			list = append(list, number(one))
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// check fails the test if the gateway held more late than it did once warm, and
// returns what it held.
func (s *sizes) check(t *testing.T, length time.Duration) string {
	t.Helper()
	text := ""
	for _, c := range []struct {
		name, unit   string
		number       func(size) float64
		factor, more float64 // what it may be, of what it was when warm
	}{
		{"memory", " MB", func(s size) float64 { return s.memory / 1e6 }, 1.1, 8},
		{"goroutines", "", func(s size) float64 { return s.goroutines }, 1, 20},
		{"open files", "", func(s size) float64 { return s.openFiles }, 1, 20},
	} {
		warm, late := s.part(length, 2, c.number), s.part(length, 4, c.number)
		text += fmt.Sprintf(", %s %.0f→%.0f%s", c.name, warm, late, c.unit)
		if warm == 0 || late == 0 {
			t.Errorf("%s were not measured: %.0f, %.0f", c.name, warm, late)
		}
		if most := c.factor*warm + c.more; late > most {
			t.Errorf("%s: %.0f%s when warm, %.0f%s late; want at most %.0f", c.name, warm, c.unit, late, c.unit, most)
		}
	}
	return text
}
