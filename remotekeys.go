package gognito

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	refreshAge      = time.Hour        // give or take a tenth
	unknownKeyFloor = 10 * time.Second // between fetches that unknown key IDs cause
	defaultMaxStale = 24 * time.Hour
)

// RemoteKeysConfig says where a [RemoteKeys] gets its keys.
type RemoteKeysConfig struct {
	// URLs of the JSON Web Key Sets whose union is the key set: https, or http
	// on a loopback host. Required.
	URLs []string
	// File is where the last good sets are kept, so that a process that starts
	// in an outage still verifies, for as long as they are not older than
	// MaxStale. It is replaced atomically. Several sources and processes may
	// share it: each keeps what others fetched later, or from other URLs. (If two
	// processes write in the same instant, what one of them fetched is missing
	// until its next fetch.) No request waits until it is written; Refresh does,
	// and so does Prefetch where it fetches.
	//
	// Whoever can write to its folder decides which tokens are good. A file that
	// can't be read, within 5 seconds, or not be written, is reported through
	// Trace and otherwise ignored. "": nowhere.
	File string
	// MaxStale is how long keys are used when they can't be fetched again.
	// Zero: 24 hours.
	MaxStale time.Duration
	// HTTPClient fetches. Nil: a plain one. Redirects to another host are
	// refused whatever it says. A panic in its transport ends the program: the
	// fetch runs on a goroutine of its own.
	HTTPClient *http.Client
	// Trace is told of every fetch. Nil: nobody is.
	Trace *Trace
}

// RemoteKeys is a [KeySource] that keeps key sets from URLs fresh. It does
// nothing until it is asked for a key, and it keeps no goroutine, so there is
// nothing to close. Safe for concurrent use.
//
//   - A known key never waits for the network, until its set is older than
//     MaxStale, be it for an outage or because nobody asked. A set older than
//     about an hour is fetched again beside the request that uses it.
//   - An unknown key ID causes a fetch, at most one in 10 seconds for each URL
//     that has answered. All who wait share it, each within its own context.
//   - When a fetch fails the last good set stays, and the next attempt waits
//     from 1 second, doubling, to 5 minutes, or as Retry-After says.
//   - A key that has left a set stops verifying when the new set is in. A URL
//     that fails, or answers 403 since the pool has moved to its other issuer,
//     keeps its last good set until MaxStale.
//   - A fetch takes at most 5 seconds, 1 MiB and 100 keys.
type RemoteKeys struct {
	sets     []*remoteSet
	maxStale time.Duration
	client   *http.Client
	trace    *Trace
	file     keyFile

	loading sync.Once
	loaded  chan struct{}            // closed when file has been read, or given up
	report  atomic.Pointer[KeysInfo] // of that, until Trace is told
	saving  chan struct{}            // holds as many as write file, or wait to
	current atomic.Pointer[keySnapshot]
	placing sync.Mutex // held while current is replaced
}

// NewRemoteKeys returns a source of keys from URLs. It does no I/O.
func NewRemoteKeys(c RemoteKeysConfig) (*RemoteKeys, error) {
	if len(c.URLs) == 0 {
		return nil, errors.New("gognito: RemoteKeysConfig.URLs is required")
	}
	if c.MaxStale < 0 {
		return nil, fmt.Errorf("gognito: RemoteKeysConfig.MaxStale is %v; it can't be negative", c.MaxStale)
	}
	r := &RemoteKeys{maxStale: c.MaxStale, client: sameHostClient(c.HTTPClient), trace: c.Trace, file: keyFile(c.File), loaded: make(chan struct{}), saving: make(chan struct{}, 2)}
	if r.maxStale == 0 {
		r.maxStale = defaultMaxStale
	}
	nothing := new(keySnapshot)
	for _, url := range c.URLs {
		if err := checkURL(url); err != nil {
			return nil, fmt.Errorf("gognito: RemoteKeysConfig.URLs: %w", err)
		}
		r.sets = append(r.sets, &remoteSet{url: url})
		nothing.states = append(nothing.states, new(setState))
	}
	r.current.Store(nothing)
	return r, nil
}

// Key returns the key of that ID. See [RemoteKeys] for when it waits.
func (r *RemoteKeys) Key(ctx context.Context, kid string) (*Key, error) {
	last := ErrKeyNotFound
	for set := range r.sets {
		key, _, err := r.find(ctx, set, kid)
		if err == nil {
			return key, nil
		}
		if errors.Is(last, ErrKeyNotFound) {
			last = err // what can't be told outweighs what isn't there
		}
	}
	return nil, last
}

// find returns the key of that ID, which a token of the named set's issuer asks
// for, and when it was there: later than all that was waited for.
func (r *RemoteKeys) find(ctx context.Context, named int, kid string) (*Key, time.Time, error) {
	if err := r.ready(ctx); err != nil {
		return nil, time.Time{}, err
	}
	now := time.Now()
	known := r.current.Load()
	key, ok := known.union[kid]
	if ok && r.fresh(known.states[key.set], now) {
		r.refreshDue(known, key.set, now)
		if named != key.set {
			// The pool may have moved to the issuer that its tokens name.
			r.refreshDue(known, named, now)
		}
		return key.Key, now, nil
	}
	sets := []int{named}
	if ok && key.set != named {
		sets = append(sets, key.set)
	}
	for _, set := range sets {
		if err := r.await(ctx, known, set, now); err != nil {
			return nil, time.Time{}, err
		}
		known = r.current.Load()
		found := time.Now()
		if key, ok = known.union[kid]; ok && r.fresh(known.states[key.set], found) {
			return key.Key, found, nil
		}
	}
	if ok && known.states[key.set].err != nil && !r.unused(known, key.set, now) {
		return nil, time.Time{}, known.states[key.set].err
	}
	return nil, time.Time{}, r.verdict(known, named, now)
}

// verdict says what it means that a key is not in the set as it stands.
func (r *RemoteKeys) verdict(known *keySnapshot, set int, now time.Time) error {
	if err := known.states[set].err; err != nil && !r.unused(known, set, now) {
		return err
	}
	return ErrKeyNotFound
}

// unused reports whether the pool does not use the set's issuer: Cognito answers
// the keys' URL of the issuer that a pool is not configured for with 403.
func (r *RemoteKeys) unused(known *keySnapshot, set int, now time.Time) bool {
	state := known.states[set]
	return !r.fresh(state, now) && absent(state.err) &&
		slices.ContainsFunc(known.states, func(other *setState) bool { return r.fresh(other, now) })
}

// fresh reports whether the set's keys may be used.
func (r *RemoteKeys) fresh(state *setState, now time.Time) bool {
	return state.keys != nil && now.Sub(state.fetched) < r.maxStale
}

// refreshDue starts to fetch a set that is due, beside the request.
func (r *RemoteKeys) refreshDue(known *keySnapshot, set int, now time.Time) {
	state := known.states[set]
	if now.Before(state.due) || r.unused(known, set, now) && now.Before(state.tried.Add(refreshAge)) {
		return
	}
	r.fetch(set, state)
}

// await waits for a set's fetch, within ctx, if one is allowed now.
func (r *RemoteKeys) await(ctx context.Context, known *keySnapshot, set int, now time.Time) error {
	if now.Before(r.allowed(known, set, now)) {
		return nil
	}
	select {
	case <-r.fetch(set, known.states[set]).answered:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// allowed returns when a request that misses a key may fetch the set again.
func (r *RemoteKeys) allowed(known *keySnapshot, set int, now time.Time) time.Time {
	state := known.states[set]
	switch {
	case r.unused(known, set, now):
		return state.tried.Add(refreshAge)
	case !r.fresh(state, now) && state.err == nil:
		return time.Time{}
	case !r.fresh(state, now):
		return state.due
	default:
		return later(state.tried.Add(unknownKeyFloor), state.backedOff())
	}
}

// place puts a set's new state in the old one's place.
func (r *RemoteKeys) place(set int, state *setState) {
	r.placing.Lock()
	defer r.placing.Unlock()
	old := r.current.Load()
	known := &keySnapshot{states: slices.Clone(old.states), union: old.union}
	known.states[set] = state
	if state.err == nil {
		known.unite()
	}
	r.current.Store(known)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
