package soak_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	defaultTime = time.Minute // of which make soak takes ten
	leastTime   = 45 * time.Second
	graceTime   = time.Minute // after which the test ends whatever happens
)

func soakTime(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("SOAK_TIME")
	if text == "" {
		return defaultTime
	}
	length, err := time.ParseDuration(text)
	if err != nil || length < leastTime {
		t.Fatalf("SOAK_TIME is %q; it must be a time of %v at least, such as 10m", text, leastTime)
	}
	return length
}

func TestOverTimeNoGoodRequestIsRefusedAndNoBadOneIsLetThrough(t *testing.T) {
	length := soakTime(t)
	plan := planFor(length)

	var lured atomic.Int64
	attacker := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { lured.Add(1) }))
	defer attacker.Close()
	application := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer application.Close()

	p, err := newPool(keysAtATime*plan.rotate, attacker.URL)
	if err != nil {
		t.Fatal(err)
	}
	l := &ledger{always: p.identity, second: bad}
	for range keysAtATime {
		k, err := p.newKey()
		if err != nil {
			t.Fatal(err)
		}
		l.rotate(k)
	}
	endpoint := newAWS(t, l, p)
	starting, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	g := startGateway(starting, t, p, endpoint.env, application.URL)

	// All of it ends by then.
	ctx, cancel := context.WithTimeout(t.Context(), length+graceTime)
	defer cancel()
	d := &director{plan: plan, ledger: l, aws: endpoint, gateway: g, next: make(chan *key)}
	c := newClients(t, l, doors(t, g))
	s := new(sizes)
	working, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	work.Go(func() { c.run(working) })
	work.Go(func() { s.watch(working, g) })
	work.Go(func() { d.keys(working, p) })
	err = d.run(ctx, length)
	if err == nil {
		err = d.settle(ctx)
	}
	stop()
	work.Wait()
	if err == nil {
		c.check(ctx)
	} else {
		t.Errorf("%v\n%s", err, g.said())
	}
	held := s.check(t, length)
	if n := lured.Load(); n != 0 {
		t.Errorf("the attacker's server was asked %d times", n)
	}
	if code := g.stop(); code != 0 {
		t.Errorf("the gateway ended with %d, want 0\n%s", code, g.said())
	}
	t.Logf("soak: %v, %v, %d fetches of keys answered and %d failed%s", c, d, endpoint.answered, endpoint.failed, held)
	d.check(t)
}
