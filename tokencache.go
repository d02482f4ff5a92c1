package gognito

import (
	"github.com/maypok86/otter/v2"
)

// A tokenCache remembers of a token that its signature verified under one *Key,
// and what it said. It remembers no decision: time, client, use and revocation
// are judged at every call, and so is whether that *Key is still published.
//
// A token is looked up by the end of its signature, which takes less time to hash,
// and is the one that is remembered only if the whole is. The cache lives in this
// process only, and is bounded in bytes: what an attacker sends never gets in, and
// what users send can't grow it.
type tokenCache struct {
	tokens *otter.Cache[string, *rememberedToken]
}

// newTokenCache returns a cache of at most that many bytes, or nil, a cache that
// remembers nothing.
func newTokenCache(maxBytes int) *tokenCache {
	if maxBytes <= 0 {
		return nil
	}
	return &tokenCache{otter.Must(&otter.Options[string, *rememberedToken]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       weigh,
		Executor:      func(maintain func()) { maintain() }, // no goroutine of its own
	})}
}

// suffix is how much of a signature's end a token is looked up by: 192 bits, less a
// few, that two tokens never share.
const suffix = 32

func (c *tokenCache) get(token string) *rememberedToken {
	if c == nil || len(token) < suffix {
		return nil
	}
	remembered, _ := c.tokens.GetIfPresent(token[len(token)-suffix:])
	if remembered == nil || remembered.token != token {
		return nil
	}
	return remembered
}

// put remembers a token. Nil is none.
func (c *tokenCache) put(r *rememberedToken) {
	if c != nil && r != nil {
		c.tokens.Set(r.token[len(r.token)-suffix:], r)
	}
}

// entryOverhead is what an entry costs beside its texts: the struct, and the cache's own
// node, table slot and queue slots. Rounded up; a test fills a cache and compares with
// the heap.
const entryOverhead = 512

func weigh(_ string, r *rememberedToken) uint32 {
	texts := len(r.token) + len(r.says) + 2*len(r.starts)
	return uint32(entryOverhead + texts + texts/8) //nolint:gosec // a token is at most 64 KiB; memory comes in sizes that are up to an eighth apart
}
