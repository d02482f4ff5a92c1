package gognito

import (
	"context"
	"maps"
	"slices"
	"time"
)

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
	_ = r.ready(context.Background()) // which takes a few seconds at most
	list := make([]KeySetStatus, len(r.sets))
	for i, state := range r.current.Load().states {
		list[i] = KeySetStatus{r.sets[i].url, slices.Sorted(maps.Keys(state.keys)), state.fetched, state.err}
	}
	return list
}

// KeyStatus tells how each of the pool's key sets is, for readiness endpoints. It
// fetches nothing. Of a KeySource that is not a [RemoteKeys] nothing is known, and
// the list is nil.
func (v *Verifier) KeyStatus() []KeySetStatus {
	if keys, ok := v.keys.(*RemoteKeys); ok {
		return keys.Status()
	}
	return nil
}

// KeyStatus tells how the key sets of all pools are. See [Verifier.KeyStatus].
func (p *Pools) KeyStatus() []KeySetStatus {
	var list []KeySetStatus
	for _, v := range p.verifiers {
		list = append(list, v.KeyStatus()...)
	}
	return list
}
