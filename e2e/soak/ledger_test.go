package soak_test

import (
	"slices"
	"sync"

	"github.com/gognito/gognito/internal/mint"
)

// A verdict is what must become of a request.
type verdict struct {
	word    word
	clients int // of a token of the second client: how often it has come and gone
}

type word int

const (
	open word = iota // either answer is right
	good             // it must be let through
	bad              // it must not
)

// A ledger is what is known of the key sets. They have numbers, in the order in which
// they are published, and the gateway never goes back to an earlier one.
type ledger struct {
	always *mint.Key // is published too

	mu        sync.Mutex
	published []*key
	retired   []*key
	set       int // the one that is published
	served    int // the latest that the gateway may have: an answer with it has begun
	in        int // the latest that it is known to have had, by the tokens that it let through

	second  word // whether the second client is accepted
	clients int  // counts the changes of that
}

// rotate publishes a new key in place of the oldest, if there are as many as there may
// be.
func (l *ledger) rotate(k *key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set++
	k.from = l.set
	l.published = append(slices.Clone(l.published), k)
	if len(l.published) > keysAtATime {
		l.published[0].to = l.set
		l.retired = append(slices.Clone(l.retired), l.published[0])
		l.published = l.published[1:]
	}
}

// serve returns the key set for an answer that begins now.
func (l *ledger) serve() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.served = l.set
	keys := []*mint.Key{l.always}
	for _, k := range l.published {
		keys = append(keys, k.signer)
	}
	return mint.JWKS(keys...)
}

// admitted notes that a token of a key was let through.
func (l *ledger) admitted(k *key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.in = max(l.in, k.from)
}

// keys returns those that are published and those that are no longer, and how many key
// sets there were, and which of them the gateway is known to have had.
func (l *ledger) keys() (published, retired []*key, set, in int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.published, l.retired, l.set, l.in
}

// accept notes whether the second client is accepted; open: that changes now.
func (l *ledger) accept(second word) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.second, l.clients = second, l.clients+1
}

// judge says what must become of a token of a key, of the second client or the first.
func (l *ledger) judge(k *key, second bool) verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	var v verdict
	switch {
	case k.to != 0 && l.in >= k.to:
		v.word = bad
	case l.in >= k.from && (k.to == 0 || l.served < k.to):
		v.word = good
	}
	if second {
		v.clients = l.clients
		if l.second != good && v.word != bad {
			v.word = l.second
		}
	}
	return v
}
