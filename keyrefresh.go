package gognito

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Refresh fetches every URL now, in parallel, and waits for that and for the
// File. What it fetches was asked for after the call, and it succeeds only if all
// the keys that may be used from then on were: a key which was withdrawn before
// the call is gone when it returns nil. Calls at the same time share the fetches.
func (r *RemoteKeys) Refresh(ctx context.Context) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	called := time.Now()
	for _, set := range r.sets {
		if earlier := set.underWay(); earlier != nil {
			select {
			case <-earlier.answered:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	var flights []*flight
	for set, state := range r.current.Load().states {
		if !state.began.After(called) {
			flights = append(flights, r.fetch(set, state))
		}
	}
	if err := r.settle(ctx, flights); err != nil {
		return err
	}
	return r.notSince(ctx, called)
}

// notSince returns why keys that may be used have not been fetched since then.
func (r *RemoteKeys) notSince(ctx context.Context, then time.Time) error {
	now := time.Now()
	var faults []error
	for _, state := range r.current.Load().states {
		if r.fresh(state, now) && (state.err != nil || state.fetched.Before(then)) {
			faults = append(faults, cmp.Or(ctx.Err(), state.err))
		}
	}
	return errors.Join(faults...)
}

// prefetch fetches what is not there or due, as far as back-off allows, and waits
// only if there is no key that may be used.
func (r *RemoteKeys) prefetch(ctx context.Context) error {
	if err := r.ready(ctx); err != nil {
		return err
	}
	now := time.Now()
	known := r.current.Load()
	var flights []*flight
	for set, state := range known.states {
		switch {
		case r.fresh(state, now):
			r.refreshDue(known, set, now)
		case !now.Before(r.allowed(known, set, now)):
			flights = append(flights, r.fetch(set, state))
		}
	}
	if slices.ContainsFunc(known.states, func(s *setState) bool { return r.fresh(s, now) }) {
		return nil
	}
	return r.settle(ctx, flights)
}

// settle waits for the flights, within ctx, and returns nil if there are keys that
// may be used then.
func (r *RemoteKeys) settle(ctx context.Context, flights []*flight) error {
	var ended error
	for _, flight := range flights {
		select {
		case <-flight.finished:
		case <-ctx.Done():
			ended = ctx.Err()
		}
	}
	now := time.Now()
	var faults []error
	for _, state := range r.current.Load().states {
		if r.fresh(state, now) {
			return nil
		}
		faults = append(faults, state.err)
	}
	if ended != nil {
		return ended
	}
	return cmp.Or(errors.Join(faults...), errStale)
}

// errStale is the answer if keys are too old at the moment they come.
var errStale = errors.New("gognito: the keys are older than MaxStale")

// Prefetch loads the keys now, so that no request waits for them, and so that a
// readiness check can tell whether they can be had. It fetches what has not been
// fetched, and succeeds at once when keys are there; in an outage it repeats the
// last error until the next attempt is due. Of a KeySource that is not a
// [RemoteKeys] it calls the Refresh method, if there is one.
func (v *Verifier) Prefetch(ctx context.Context) error {
	if keys, ok := v.keys.(*RemoteKeys); ok {
		return v.keysFault(ctx, keys.prefetch(ctx))
	}
	return v.Refresh(ctx)
}

// Refresh fetches the keys now, whatever their age, so that a key which has just
// been withdrawn is gone when it returns nil; see [RemoteKeys.Refresh]. With a
// KeySource that has no Refresh method it does nothing.
func (v *Verifier) Refresh(ctx context.Context) error {
	if keys, ok := v.keys.(interface{ Refresh(context.Context) error }); ok {
		return v.keysFault(ctx, keys.Refresh(ctx))
	}
	return nil
}

func (v *Verifier) keysFault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w (pool %s): %w", keyError(ctx, err), v.userPoolID, err)
}

// Prefetch loads the keys of all pools, in parallel. See [Verifier.Prefetch].
// The error joins those of the pools that failed, each with its pool's ID.
func (p *Pools) Prefetch(ctx context.Context) error {
	return p.each(func(v *Verifier) error { return v.Prefetch(ctx) })
}

// Refresh fetches the keys of all pools, in parallel. See [Verifier.Refresh]. The
// error joins those of the pools that failed, each with its pool's ID.
func (p *Pools) Refresh(ctx context.Context) error {
	return p.each(func(v *Verifier) error { return v.Refresh(ctx) })
}

func (p *Pools) each(do func(*Verifier) error) error {
	faults := make([]error, len(p.verifiers))
	var all sync.WaitGroup
	for i, v := range p.verifiers {
		all.Go(func() { faults[i] = do(v) })
	}
	all.Wait()
	return errors.Join(faults...)
}
