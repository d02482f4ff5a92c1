package alb

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gognito/gognito"
)

const (
	floor      = time.Second      // between fetches, in the long run
	burst      = 8                // fetches that may begin at once when there was none for a while
	askAgain   = 10 * time.Second // for a key that the host did not have
	maxBackOff = time.Minute      // while the host fails; it begins at the floor and doubles
	shelfSize  = 32               // keys, known ones and others each
)

// keys are the load balancers' public keys by ID. A key ID names one key for good,
// so what is known is never fetched again.
//
// Each key is fetched by itself, and anybody can name IDs: random ones, and real
// ones of strangers' load balancers. Both cost fetches, which the floor bounds;
// what is asked first is fetched first. No choice among the IDs that wait does
// better for the new key of one's own load balancer: whoever sends more requests
// than its users can make his look just like it. But the floor is short, since
// during a flood it is also what a new key waits for.
type keys struct {
	url    string
	client *http.Client
	trace  *gognito.Trace

	mu       sync.Mutex // never held while something is waited for
	known    shelf      // a token verified under them
	fetched  shelf      // what else was fetched: a stranger's key gets no further
	flights  map[string]*flight
	refused  map[string]refusal // few: as many as are fetched while they last
	next     time.Time          // when a fetch may begin, if none may begin earlier than the floor says
	closed   time.Time          // until then none may: the host fails
	failures int                // of the host, since it last answered
	failure  error              // the last of them
}

// refusal is an answer that brought no key.
type refusal struct {
	err   error
	until time.Time
}

// flight is a fetch under way. All who wait for it wait on its channel.
type flight struct {
	landed chan struct{}
	key    *ecdsa.PublicKey // once it has landed
	err    error
}

var errTooMany = errors.New("alb: too many unknown key IDs in too short a time")

func newKeys(url string, client *http.Client, trace *gognito.Trace) *keys {
	return &keys{
		url: url, client: withoutRedirects(client), trace: trace,
		known: newShelf(), fetched: newShelf(),
		flights: make(map[string]*flight), refused: make(map[string]refusal),
	}
}

// find returns the key of that ID, which has the form of one, and whether it is
// known.
func (k *keys) find(ctx context.Context, id string) (_ *ecdsa.PublicKey, known bool, _ error) {
	key, known, f, err := k.look(id, time.Now())
	if f == nil {
		return key, known, err
	}
	select {
	case <-f.landed:
		return f.key, false, f.err
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
}

// look returns the key, or why there is none, or the fetch to wait for.
func (k *keys) look(id string, now time.Time) (_ *ecdsa.PublicKey, known bool, _ *flight, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key := k.known.keys[id]; key != nil {
		return key, true, nil, nil
	}
	if key := k.fetched.keys[id]; key != nil {
		return key, false, nil, nil
	}
	if f := k.flights[id]; f != nil {
		return nil, false, f, nil
	}
	switch r, ok := k.refused[id]; {
	case ok && now.Before(r.until):
		return nil, false, nil, r.err
	case now.Before(k.closed):
		return nil, false, nil, k.failure
	case now.Before(k.next.Add(-(burst - 1) * floor)):
		return nil, false, nil, errTooMany
	}
	if k.next.Before(now) {
		k.next = now
	}
	k.next = k.next.Add(floor)
	id = strings.Clone(id) // a part of a whole header
	f := &flight{landed: make(chan struct{})}
	k.flights[id] = f
	go k.fly(id, f, now)
	return nil, false, f, nil
}

// fly fetches a key, detached from the context of whoever asked.
func (k *keys) fly(id string, f *flight, began time.Time) {
	answered, key, err := k.fetchWithin(fetchLimit, id)
	f.key, f.err = key, err
	now := time.Now()
	k.mu.Lock()
	delete(k.flights, id)
	if answered {
		k.failures, k.closed = 0, time.Time{}
		k.settle(id, f, now)
	} else if !began.Before(k.closed) { // otherwise it failed along with another
		k.closed, k.failure = now.Add(min(floor<<min(k.failures, 10), maxBackOff)), err
		k.failures++
	}
	k.mu.Unlock()
	k.tell(f, now.Sub(began)) // before whoever waits goes on
	close(f.landed)
}

// settle stores what the host answered.
func (k *keys) settle(id string, f *flight, now time.Time) {
	if f.err == nil {
		k.fetched.put(id, f.key)
		return
	}
	for old, r := range k.refused {
		if !now.Before(r.until) {
			delete(k.refused, old)
		}
	}
	k.refused[id] = refusal{f.err, now.Add(askAgain)}
}

// keep makes a key known: a load balancer's signature verified under it.
func (k *keys) keep(id string, key *ecdsa.PublicKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known.keys[id] == nil {
		k.known.put(strings.Clone(id), key)
	}
}

func (k *keys) tell(f *flight, took time.Duration) {
	if k.trace == nil || k.trace.KeysFetched == nil {
		return
	}
	info := gognito.KeysInfo{URL: k.url, Err: f.err, Duration: took}
	if f.key != nil {
		info.Keys = 1
	}
	k.trace.KeysFetched(info)
}

// A shelf holds so many keys; the oldest makes room.
type shelf struct {
	keys  map[string]*ecdsa.PublicKey
	order []string
}

func newShelf() shelf { return shelf{keys: make(map[string]*ecdsa.PublicKey)} }

func (s *shelf) put(id string, key *ecdsa.PublicKey) {
	if len(s.order) == shelfSize {
		delete(s.keys, s.order[0])
		s.order = append(s.order[:0], s.order[1:]...)
	}
	s.keys[id] = key
	s.order = append(s.order, id)
}
