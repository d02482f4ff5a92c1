package gognito

import (
	"context"
	"errors"
	"fmt"
	"maps"
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
	// MaxStale. It is replaced atomically, and may be shared; whoever can write
	// to its folder decides which tokens are good. A file that can't be read or
	// written is reported through Trace and otherwise ignored. "": nowhere.
	File string
	// MaxStale is how long keys are used when they can't be fetched again.
	// Zero: 24 hours.
	MaxStale time.Duration
	// HTTPClient fetches. Nil: a plain one. Redirects to another host are
	// refused whatever it says.
	HTTPClient *http.Client
	// Trace is told of every fetch. Nil: nobody is.
	Trace *Trace
}

// RemoteKeys is a [KeySource] that keeps key sets from URLs fresh. It does
// nothing until it is asked for a key, and it keeps no goroutine, so there is
// nothing to close. Safe for concurrent use.
//
//   - A known key never waits for the network, until its set is older than
//     MaxStale. A set older than about an hour is fetched again beside the
//     request that uses it.
//   - An unknown key ID causes a fetch, at most one in 10 seconds for each URL.
//     All who wait share it, each within its own context.
//   - When a fetch fails the last good set stays, and the next attempt waits
//     from 1 second, doubling, to 5 minutes, or as Retry-After says.
//   - A key that has left a set stops verifying when the new set is in.
//   - A fetch takes at most 5 seconds, 1 MiB and 100 keys.
type RemoteKeys struct {
	sets     []*remoteSet
	maxStale time.Duration
	client   *http.Client
	trace    *Trace
	file     keyFile

	loaded  sync.Once
	current atomic.Pointer[keySnapshot]
	placing sync.Mutex // held while current is replaced
	saving  sync.Mutex // held while file is written
}

// keySnapshot is everything that is known at one moment. It is replaced as a
// whole and never changed, so that nobody sees a set's new state without its
// keys, or the other way round.
type keySnapshot struct {
	states []*setState             // by set
	union  map[string]publishedKey // all sets' keys
}

type publishedKey struct {
	*Key
	set int // where it is published
}

// NewRemoteKeys returns a source of keys from URLs. It does no I/O.
func NewRemoteKeys(c RemoteKeysConfig) (*RemoteKeys, error) {
	if len(c.URLs) == 0 {
		return nil, errors.New("gognito: RemoteKeysConfig.URLs is required")
	}
	if c.MaxStale < 0 {
		return nil, fmt.Errorf("gognito: RemoteKeysConfig.MaxStale is %v; it can't be negative", c.MaxStale)
	}
	r := &RemoteKeys{maxStale: c.MaxStale, client: sameHostClient(c.HTTPClient), trace: c.Trace, file: keyFile(c.File)}
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
	var last error
	for set := range r.sets {
		key, err := r.find(ctx, set, kid)
		if err == nil {
			return key, nil
		}
		if last == nil || errors.Is(last, ErrKeyNotFound) {
			last = err // what can't be told outweighs what isn't there
		}
	}
	return nil, last
}

// find returns the key of that ID; an unknown one is looked for in the set of
// the issuer that the token names.
func (r *RemoteKeys) find(ctx context.Context, named int, kid string) (*Key, error) {
	r.loaded.Do(r.load)
	now := time.Now()
	known := r.current.Load()
	if key, ok := known.union[kid]; ok {
		state := known.states[key.set]
		if now.Sub(state.fetched) < r.maxStale {
			if !now.Before(state.due) {
				r.fetch(key.set, state)
			}
			return key.Key, nil
		}
		named = key.set
	}
	if now.Before(known.allowed(named)) {
		return nil, known.verdict(named)
	}
	select {
	case <-r.fetch(named, known.states[named]):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	known = r.current.Load()
	if key, ok := known.union[kid]; ok && time.Since(known.states[key.set].fetched) < r.maxStale {
		return key.Key, nil
	}
	return nil, known.verdict(named)
}

// allowed returns when a request that misses a key may fetch the set again.
func (known *keySnapshot) allowed(set int) time.Time {
	state := known.states[set]
	switch {
	case state.tried.IsZero():
		return time.Time{}
	case state.err == nil:
		return state.tried.Add(unknownKeyFloor)
	case known.unused(set):
		return state.tried.Add(refreshAge)
	case state.keys == nil:
		return state.due
	default:
		return later(state.due, state.tried.Add(unknownKeyFloor))
	}
}

// verdict says what it means that a key is not in the set as it stands.
func (known *keySnapshot) verdict(set int) error {
	if err := known.states[set].err; err != nil && !known.unused(set) {
		return err
	}
	return ErrKeyNotFound
}

// unused reports whether the pool does not use the set's issuer: Cognito answers
// the keys' URL of the issuer that a pool is not configured for with 403.
func (known *keySnapshot) unused(set int) bool {
	state := known.states[set]
	return state.keys == nil && absent(state.err) &&
		slices.ContainsFunc(known.states, func(other *setState) bool { return other.keys != nil })
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

// unite makes the union of the sets' keys. If two have a key of one ID, the one
// that was fetched last counts.
func (known *keySnapshot) unite() {
	known.union = make(map[string]publishedKey)
	for set, state := range known.states {
		for kid, key := range state.keys {
			if other, ok := known.union[kid]; !ok || known.states[other.set].fetched.Before(state.fetched) {
				known.union[kid] = publishedKey{key, set}
			}
		}
	}
}

// Refresh fetches every URL now, in parallel, and waits. It succeeds when one
// of them has answered with keys. Calls share a fetch that is under way.
func (r *RemoteKeys) Refresh(ctx context.Context) error {
	return r.refresh(ctx, func(*setState) bool { return true })
}

// prefetch fetches what has not been fetched yet, with regard to back-off.
func (r *RemoteKeys) prefetch(ctx context.Context) error {
	now := time.Now()
	return r.refresh(ctx, func(s *setState) bool { return !now.Before(s.due) })
}

func (r *RemoteKeys) refresh(ctx context.Context, wanted func(*setState) bool) error {
	r.loaded.Do(r.load)
	waits := make([]<-chan struct{}, len(r.sets))
	for set, state := range r.current.Load().states {
		if wanted(state) {
			waits[set] = r.fetch(set, state)
		}
	}
	for _, wait := range waits {
		if wait == nil {
			continue
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var faults []error
	for _, state := range r.current.Load().states {
		if state.keys != nil && time.Since(state.fetched) < r.maxStale {
			return nil
		}
		faults = append(faults, state.err)
	}
	return errors.Join(faults...)
}

// KeySetStatus tells how one URL's key set is.
type KeySetStatus struct {
	URL     string
	KeyIDs  []string  // sorted; of the last good set
	Fetched time.Time // the last good set; zero: there never was one
	Err     error     // of the last attempt; nil if it was good or there was none
}

// Status tells how each URL's set is, for readiness endpoints. It fetches
// nothing.
func (r *RemoteKeys) Status() []KeySetStatus {
	r.loaded.Do(r.load)
	list := make([]KeySetStatus, len(r.sets))
	for i, state := range r.current.Load().states {
		list[i] = KeySetStatus{r.sets[i].url, slices.Sorted(maps.Keys(state.keys)), state.fetched, state.err}
	}
	return list
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
