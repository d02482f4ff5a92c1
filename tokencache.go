package gognito

import (
	"strings"

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

// rememberedToken is a token that passed every check once. It is never changed.
type rememberedToken struct {
	token    string
	verifier *Verifier
	issuer   int // index of the verifier's issuers
	keyID    string
	key      *Key
	judged   *payload
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

// put remembers that the key verified the token's signature. The token may be a
// part of a much larger header.
func (c *tokenCache) put(token string, t parsedToken, v *Verifier, issuer int, key *Key) {
	if c != nil {
		token = strings.Clone(token)
		c.tokens.Set(token[len(token)-suffix:], &rememberedToken{token, v, issuer, strings.Clone(t.KeyID), key, t.payload})
	}
}

// entryOverhead is what an entry costs beside its texts and lists: the structs,
// and the cache's own node, table slot and queue slots. Rounded up; a test fills
// a cache and compares with the heap.
const entryOverhead = 1024

func weigh(_ string, r *rememberedToken) uint32 {
	decoded := len(r.token) / 4 * 3 // header and payload, one text, of which the claims are parts
	element := 16                   // of a list
	if strings.IndexByte(r.judged.Claims.payload, '\\') >= 0 {
		decoded *= 2 // what was escaped is no part of it
		element *= 2 // and takes a slot of its own, however short
	}
	lists := cap(r.judged.Groups) + cap(r.judged.Scopes) + cap(r.judged.Audience)
	return uint32(entryOverhead + len(r.token) + decoded + len(r.keyID) + element*lists) //nolint:gosec // a token is at most 64 KiB
}
