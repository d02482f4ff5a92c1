package signatures_test

import (
	"bytes"
	"crypto/sha256"
	"math/big"
)

// forgeries are made without the private key. With e=3, a number whose cube is
// below N is its own proof, so that whoever finds a cube of the right look has
// signed for the careless (Bleichenbacher, CRYPTO 2006 rump session; CVE-2006-4339
// and its many successors).
var forgeries = []class{
	{
		name: "forged: garbage behind the digest", times: 40, only: exponent3,
		make: func(g *generator) (message, signature []byte) {
			message = g.message()
			return message, g.forge(join(padding(8), digestInfo(message)), nil)
		},
	},
	{
		name: "forged: garbage as the algorithm's parameters", times: 40, only: exponent3,
		make: func(g *generator) (message, signature []byte) {
			message = g.oddMessage()
			suffix := der(0x04, sha256Of(message))
			garbage := g.key.Size() - 72 // which leaves some ten bytes of padding
			algorithm := der(0x30, oidSHA256, der(0x04, make([]byte, garbage)))
			em := encoded(g.key.Size(), der(0x30, algorithm, suffix))
			return message, g.forge(em[:len(em)-len(suffix)-garbage], suffix)
		},
	},
	{
		name: "forged: garbage in the padding", times: 40, only: exponent3,
		make: func(g *generator) (message, signature []byte) {
			message = g.oddMessage()
			return message, g.forge(padding(16)[:18], join([]byte{0}, digestInfo(message)))
		},
	},
	{
		name: "a cube below N", times: 100, only: exponent3,
		make: func(g *generator) (message, signature []byte) {
			short := g.bytes(1 + g.IntN(g.key.Size()/3-1))
			return g.message(), g.key.number(new(big.Int).SetBytes(short))
		},
	},
}

func exponent3(k *key) bool { return k.E == 3 }

// oddMessage returns a message with an odd digest: only odd numbers are cubes
// modulo every power of two.
func (g *generator) oddMessage() []byte {
	for {
		message := g.message()
		if digest := sha256Of(message); digest[sha256.Size-1]&1 == 1 {
			return message
		}
	}
}

// forge returns a number whose cube begins with prefix and, if there is one,
// ends with suffix, an odd number.
func (g *generator) forge(prefix, suffix []byte) []byte {
	size := g.key.Size()
	s := cubeRoot(new(big.Int).SetBytes(join(prefix, make([]byte, size-len(prefix)))))
	if bits := uint(8 * len(suffix)); bits > 0 {
		// The odd numbers modulo 2^bits are a group whose exponent is 2^(bits-2).
		third := new(big.Int).ModInverse(big.NewInt(3), new(big.Int).Lsh(big.NewInt(1), bits-2))
		end := new(big.Int).Exp(new(big.Int).SetBytes(suffix), third, new(big.Int).Lsh(big.NewInt(1), bits))
		s.Rsh(s, bits).Add(s, big.NewInt(1)).Lsh(s, bits).Add(s, end)
	}
	cube := g.key.number(new(big.Int).Exp(s, big.NewInt(3), nil))
	if !bytes.HasPrefix(cube, prefix) || !bytes.HasSuffix(cube, suffix) {
		panic("the forgery would deceive nobody")
	}
	return g.key.number(s)
}

// cubeRoot returns the smallest number whose cube is n or more.
func cubeRoot(n *big.Int) *big.Int {
	low, high := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(n.BitLen()/3+1))
	for low.Cmp(high) < 0 {
		middle := new(big.Int).Add(low, high)
		middle.Rsh(middle, 1)
		if new(big.Int).Exp(middle, big.NewInt(3), nil).Cmp(n) < 0 {
			low.Add(middle, big.NewInt(1))
		} else {
			high = middle
		}
	}
	return low
}
