package soak_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// A plan is how often things change. All of it follows from how long the test runs.
type plan struct {
	rotate, reload          time.Duration
	shortOutage, longOutage time.Duration // and so are the times between two
}

func planFor(length time.Duration) plan {
	between := func(least, one, most time.Duration) time.Duration { return min(max(one, least), most) }
	return plan{
		rotate:      between(10*time.Second, length/6, time.Minute),
		reload:      between(3*time.Second, length/20, 5*time.Second),
		shortOutage: between(2*time.Second, length/30, 10*time.Second),
		longOutage:  between(5*time.Second, length/12, 30*time.Second),
	}
}

// A director has things change, one after the other: no key is published while the
// configuration changes, so that the gateway never goes back to earlier keys.
type director struct {
	plan    plan
	ledger  *ledger
	aws     *aws
	gateway *gateway
	next    chan *key // to be published

	rotations, outages, down, reloads, refused int // down: reloads in an outage that needed keys
	second                                     bool
}

// run has things change until the time is over. Then the endpoint is well.
func (d *director) run(ctx context.Context, length time.Duration) error {
	end := time.After(length)
	rotate := time.NewTicker(d.plan.rotate)
	defer rotate.Stop()
	reload := time.NewTicker(d.plan.reload)
	defer reload.Stop()
	toggle := time.NewTimer(d.plan.shortOutage)
	defer toggle.Stop()
	failing := false
	var due <-chan *key
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			d.aws.set(none)
			return nil
		case <-toggle.C:
			failing = !failing
			if failing {
				d.aws.set(1 + fault(d.outages)%(faults-1))
				d.outages++
			} else {
				d.aws.set(none)
			}
			toggle.Reset(d.plan.shortOutage + rand.N(d.plan.longOutage-d.plan.shortOutage))
		case <-rotate.C:
			due = d.next
		case k := <-due:
			d.ledger.rotate(k)
			d.rotations++
			due = nil
		case <-reload.C:
			err = d.reload(ctx, failing)
		}
		if err != nil {
			return err
		}
	}
}

// keys makes keys to be published, until the context ends.
func (d *director) keys(ctx context.Context, p *pool) {
	for {
		k, err := p.newKey()
		if err != nil {
			return // then none is published, which check finds
		}
		select {
		case d.next <- k:
		case <-ctx.Done():
			return
		}
	}
}

// settle waits until the gateway has the latest keys. A key that was published in an
// outage is fetched soon after.
func (d *director) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 45*time.Second)
	defer cancel()
	return d.gateway.await(ctx, func() bool {
		_, _, set, in := d.ledger.keys()
		return set == in
	})
}

// reload has the gateway load a configuration: one with other pools, which needs
// keys; one that differs otherwise; and one that is wrong, by turns.
func (d *director) reload(ctx context.Context, failing bool) error {
	turn := d.reloads
	d.reloads++
	switch turn % 3 {
	case 0:
		return d.changePools(ctx, turn, failing)
	case 1:
		return d.expect(ctx, d.gateway.config(d.second, turn), true)
	default:
		d.refused++
		return d.expect(ctx, d.wrong(turn/3), false)
	}
}

// wrong is a configuration that must change nothing.
func (d *director) wrong(turn int) string {
	other := d.gateway.config(!d.second, turn)
	return []string{
		other + "colour: blue\n",
		other[:strings.Index(other, "proxy:")],       // cut short, it asks for a proxy to nowhere
		other + "limits: {connections: 7}\n",         // needs a restart
		strings.Replace(other, "[admins]", "[]", 1),  // nobody
		strings.Replace(other, "groups", "group", 1), // would leave the rule without a condition
		"",
	}[turn%6]
}

// changePools accepts the second client, or no longer. The keys are fetched anew for
// that: in an outage nothing may change.
func (d *director) changePools(ctx context.Context, turn int, failing bool) error {
	d.ledger.accept(open)
	d.aws.setCertain(true)
	took, err := d.gateway.reload(ctx, d.gateway.config(!d.second, turn), !failing)
	if err != nil {
		return err
	}
	if took == failing {
		return fmt.Errorf("a configuration with other pools was taken: %t, in an outage: %t\n%s", took, failing, d.gateway.said())
	}
	if took {
		d.second = !d.second
	} else {
		d.down++
		// The gateway would try again.
		if err := d.expect(ctx, d.gateway.config(d.second, turn), true); err != nil {
			return err
		}
	}
	d.aws.setCertain(false)
	word := bad
	if d.second {
		word = good
	}
	d.ledger.accept(word)
	return nil
}

// expect has the gateway load a configuration, and fails unless it takes it or not, as
// it should. It stays ready.
func (d *director) expect(ctx context.Context, text string, good bool) error {
	took, err := d.gateway.reload(ctx, text, good)
	if err != nil {
		return err
	}
	if took && !good {
		return fmt.Errorf("a wrong configuration was taken:\n%s", text)
	}
	if !d.gateway.ready(ctx) {
		return errors.New("the gateway is not ready after a reload")
	}
	return nil
}

// check fails the test unless enough has happened for it to mean something.
func (d *director) check(t *testing.T) {
	t.Helper()
	_, retired, _, _ := d.ledger.keys()
	if len(retired) == 0 || d.outages == 0 || d.reloads == 0 || d.refused == 0 || d.aws.failed == 0 {
		t.Errorf("too little happened: %v", d)
	}
}

func (d *director) String() string {
	return fmt.Sprintf("%d rotations, %d outages, %d reloads (%d of wrong configurations, %d without keys)",
		d.rotations, d.outages, d.reloads, d.refused, d.down)
}
