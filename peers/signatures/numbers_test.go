package signatures_test

import "math/big"

// number is a class of signatures that are numbers, made from a genuine one s,
// and as long as signatures are.
func number(name string, times int, from func(g *generator, s *big.Int) *big.Int) class {
	return spoiled(name, times, func(g *generator, s []byte) []byte {
		return g.key.number(from(g, new(big.Int).SetBytes(s)))
	})
}

// constant is one whose number has nothing to do with a signature.
func constant(name string, n int64) class {
	return number(name, 3, func(*generator, *big.Int) *big.Int { return big.NewInt(n) })
}

// aboutN is N and a bit.
func aboutN(name string, more int64) class {
	return number(name, 3, func(g *generator, _ *big.Int) *big.Int { return new(big.Int).Add(g.key.N, big.NewInt(more)) })
}

var numbers = []class{
	spoiled("nil", 3, func(*generator, []byte) []byte { return nil }),
	spoiled("empty", 3, func(*generator, []byte) []byte { return []byte{} }),
	constant("0", 0),
	constant("1", 1),
	constant("2", 2),
	aboutN("N-1", -1),
	aboutN("N", 0),
	aboutN("N+1", 1),
	aboutN("N+2", 2),
	number("all ones", 3, func(g *generator, _ *big.Int) *big.Int {
		n := new(big.Int).Lsh(big.NewInt(1), uint(8*g.key.Size()))
		return n.Sub(n, big.NewInt(1))
	}),
	spoiled("random bytes", 1000, func(g *generator, s []byte) []byte { return g.bytes(len(s)) }),
	spoiled("random bytes of any length", 150, func(g *generator, s []byte) []byte { return g.bytes(g.IntN(2 * len(s))) }),
	number("random, below N", 250, func(g *generator, _ *big.Int) *big.Int { return g.below(g.key.N) }),
	number("random, N and above", 150, func(g *generator, _ *big.Int) *big.Int {
		n := new(big.Int).Lsh(big.NewInt(1), uint(8*g.key.Size()))
		return n.Add(g.below(n.Sub(n, g.key.N)), g.key.N)
	}),
	number("N-s", 8, func(g *generator, s *big.Int) *big.Int { return s.Sub(g.key.N, s) }),
	number("the inverse of s", 8, func(g *generator, s *big.Int) *big.Int { return s.ModInverse(s, g.key.N) }),
	number("twice s", 8, func(g *generator, s *big.Int) *big.Int { return s.Lsh(s, 1).Mod(s, g.key.N) }),
	number("the square of s", 8, func(g *generator, s *big.Int) *big.Int { return s.Mul(s, s).Mod(s, g.key.N) }),
	number("s times another's", 20, func(g *generator, s *big.Int) *big.Int {
		_, other := g.genuine()
		return s.Mul(s, new(big.Int).SetBytes(other)).Mod(s, g.key.N)
	}),
	number("the public operation, once more", 8, func(g *generator, s *big.Int) *big.Int {
		return s.Exp(s, big.NewInt(int64(g.key.E)), g.key.N)
	}),
	// The same numbers modulo N: what is not reduced must not be accepted.
	{name: "s+N, as long as N", times: 1, make: func(g *generator) (message, signature []byte) {
		s := new(big.Int).SetBytes(g.short().signature)
		return g.short().message, g.key.number(s.Add(s, g.key.N))
	}},
	{name: "s and as many N as have room", times: 1, make: func(g *generator) (message, signature []byte) {
		s := new(big.Int).SetBytes(g.short().signature)
		return g.short().message, g.key.number(s.Add(s, new(big.Int).Mul(g.key.N, g.room(s))))
	}},
	spoiled("s and some N, a byte longer than N", 20, func(g *generator, s []byte) []byte {
		sum := new(big.Int).Mul(g.key.N, big.NewInt(int64(1+g.IntN(100))))
		return sum.Add(sum, new(big.Int).SetBytes(s)).FillBytes(make([]byte, len(s)+1))
	}),
}

// below returns a random number from 0 to n-1.
func (g *generator) below(n *big.Int) *big.Int {
	r := new(big.Int).SetBytes(g.bytes(len(n.Bytes()) + 8))
	return r.Mod(r, n)
}
