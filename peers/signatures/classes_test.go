package signatures_test

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
)

// A class is one kind of signature. What it must be judged is known from how it
// is made, so that an error which both sides share shows too.
type class struct {
	name     string
	accepted bool
	times    int             // for each key; from 100 on, for one of 4096 bits
	only     func(*key) bool // the keys that it is for; nil means all
	make     func(*generator) (message, signature []byte)
}

// timesFor returns how many cases there are for k. The cheap ones come in
// numbers, and the more the smaller a key is: each key takes its share of time.
func (c class) timesFor(k *key) int {
	switch {
	case c.only != nil && !c.only(k):
		return 0
	case c.times < 100:
		return c.times
	default:
		return c.times * 4096 / k.N.BitLen()
	}
}

// classes are all there are.
func classes() []class {
	return slices.Concat(genuine, changed, zeros, numbers, encodings(), forgeries)
}

// A generator makes signatures around one key.
type generator struct {
	*rand.Rand
	key   *key
	turn  int // which of a class's cases this is, from 0
	pool  []signed
	short func() signed // one whose signature begins with a zero, and leaves room to add N
}

type signed struct{ message, signature []byte }

func newGenerator(k *key, random *rand.Rand) *generator {
	g := &generator{Rand: random, key: k}
	for range 8 {
		message := g.message()
		g.pool = append(g.pool, signed{message, sign(k.PrivateKey, message)})
	}
	g.short = sync.OnceValue(func() signed {
		for i := 0; ; i++ {
			message := strconv.AppendInt(nil, int64(i), 10)
			signature := raw(k.PrivateKey, encoded(k.Size(), digestInfo(message)))
			if signature[0] == 0 && g.room(new(big.Int).SetBytes(signature)).Sign() > 0 {
				return signed{message, signature}
			}
		}
	})
	return g
}

// room returns how many times N can be added to s before it is a byte longer.
func (g *generator) room(s *big.Int) *big.Int {
	room := new(big.Int).Lsh(big.NewInt(1), uint(8*g.key.Size()))
	room.Sub(room, big.NewInt(1)).Sub(room, s)
	return room.Div(room, g.key.N)
}

func (g *generator) bytes(n int) []byte { return randomBytes(g.Rand, n) }

// message returns 0 to 199 bytes.
func (g *generator) message() []byte { return g.bytes(g.IntN(200)) }

// some returns 1 to 16 bytes.
func (g *generator) some() []byte { return g.bytes(1 + g.IntN(16)) }

// genuine returns one that verifies, in a copy to spoil.
func (g *generator) genuine() (message, signature []byte) {
	s := g.pool[g.IntN(len(g.pool))]
	return s.message, bytes.Clone(s.signature)
}

var genuine = []class{
	{name: "genuine", accepted: true, times: 20, make: func(g *generator) (message, signature []byte) {
		message = g.message()
		return message, sign(g.key.PrivateKey, message)
	}},
	{name: "genuine, of nothing", accepted: true, times: 1, make: func(g *generator) (message, signature []byte) {
		return nil, sign(g.key.PrivateKey, nil)
	}},
	{name: "of another message", times: 500, make: func(g *generator) (message, signature []byte) {
		_, signature = g.genuine()
		return g.bytes(1 + g.IntN(200)), signature
	}},
	{name: "of a message with a bit flipped", times: 150, make: func(g *generator) (message, signature []byte) {
		message, signature = g.genuine()
		message = append(bytes.Clone(message), 0)
		message[g.IntN(len(message))] ^= 1 << g.IntN(8)
		return message, signature
	}},
	{name: "by a stranger's key", times: 5, make: func(g *generator) (message, signature []byte) {
		message = g.message()
		return message, sign(g.key.stranger, message)
	}},
	{name: "by a key with another exponent", times: 5, make: func(g *generator) (message, signature []byte) {
		message = g.message()
		return message, sign(g.key.sibling, message)
	}},
}

// spoiled is a class of what change makes of genuine signatures.
func spoiled(name string, times int, change func(g *generator, s []byte) []byte) class {
	return class{name: name, times: times, make: func(g *generator) (message, signature []byte) {
		message, signature = g.genuine()
		return message, change(g, signature)
	}}
}

var changed = []class{
	spoiled("one bit flipped", 1000, func(g *generator, s []byte) []byte {
		s[g.IntN(len(s))] ^= 1 << g.IntN(8)
		return s
	}),
	spoiled("one byte changed", 400, func(g *generator, s []byte) []byte {
		s[g.IntN(len(s))] ^= 1 + byte(g.IntN(255))
		return s
	}),
	spoiled("backwards", 8, func(_ *generator, s []byte) []byte { slices.Reverse(s); return s }),
	spoiled("cut at the end", 100, func(g *generator, s []byte) []byte { return s[:1+g.IntN(len(s)-1)] }),
	spoiled("cut at the front", 100, func(g *generator, s []byte) []byte { return s[1+g.IntN(len(s)-1):] }),
	spoiled("a zero more at the end", 8, func(_ *generator, s []byte) []byte { return append(s, 0) }),
	spoiled("bytes more at the end", 100, func(g *generator, s []byte) []byte { return append(s, g.some()...) }),
	spoiled("a zero more at the front", 8, func(_ *generator, s []byte) []byte { return join([]byte{0}, s) }),
	spoiled("zeros more at the front", 100, func(g *generator, s []byte) []byte { return join(make([]byte, 1+g.IntN(300)), s) }),
	spoiled("twice in a row", 8, func(_ *generator, s []byte) []byte { return join(s, s) }),
}

// zeros are of a signature that begins with one: it is written in full.
var zeros = []class{
	{name: "genuine, beginning with a zero", accepted: true, times: 1, make: func(g *generator) (message, signature []byte) {
		return g.short().message, g.short().signature
	}},
	{name: "without its leading zero", times: 1, make: func(g *generator) (message, signature []byte) {
		return g.short().message, g.short().signature[1:]
	}},
	{name: "its leading zero at the end", times: 1, make: func(g *generator) (message, signature []byte) {
		return g.short().message, append(bytes.Clone(g.short().signature[1:]), 0)
	}},
}
