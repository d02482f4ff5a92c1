package signatures_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync"

	"github.com/gognito/gognito/internal/rs256"
)

const fixedSeed = 1

// Keys and cases come from the seed alone, so it replays a whole run.
var seed = flag.Uint64("seed", fixedSeed, "what the keys and the cases are made of")

// 2049 bits end in the midst of a byte, and are an odd number.
var (
	sizes     = []int{2048, 2049, 3072, 4096}
	exponents = []int{3, 17, 65537, 1<<31 - 1}
)

// families are the keys of each size, made when first asked for.
var families = func() map[int]func() []*key {
	families := map[int]func() []*key{}
	for _, bits := range sizes {
		families[bits] = sync.OnceValue(func() []*key { return newFamily(*seed, bits) })
	}
	return families
}()

// A key is a key pair, and its public half made ready by the code under test.
type key struct {
	*rsa.PrivateKey
	ours     *rs256.PublicKey
	stranger *rsa.PrivateKey // same size and exponent, another modulus
	sibling  *rsa.PrivateKey // same modulus, another exponent
}

func (k *key) String() string { return fmt.Sprintf("%d bits, e=%d", k.N.BitLen(), k.E) }

// number returns n as k's signatures are written.
func (k *key) number(n *big.Int) []byte { return n.FillBytes(make([]byte, k.Size())) }

// newFamily makes a key of each exponent. All have the same modulus, since
// primes are what takes time.
func newFamily(seed uint64, bits int) []*key {
	random := randomFor(seed, "primes", bits)
	p, q, r := prime(random, (bits+1)/2), prime(random, bits/2), prime(random, bits/2)
	family := make([]*key, len(exponents))
	for i, e := range exponents {
		pair := newPair(p, q, e)
		ours, err := rs256.NewPublicKey(&pair.PublicKey)
		if err != nil || pair.N.BitLen() != bits {
			panic(fmt.Sprintf("%d bits of %d: %v", pair.N.BitLen(), bits, err))
		}
		sibling := newPair(p, q, exponents[(i+1)%len(exponents)])
		family[i] = &key{PrivateKey: pair, ours: ours, stranger: newPair(p, r, e), sibling: sibling}
	}
	return family
}

// prime returns a prime whose highest two bits are set, so that the product of
// two is as long as both together, and that suits every exponent.
func prime(random *rand.Rand, bits int) *big.Int {
	one := big.NewInt(1)
	for {
		p := new(big.Int).Rsh(new(big.Int).SetBytes(randomBytes(random, (bits+7)/8)), uint(-bits&7))
		p.SetBit(p, bits-1, 1).SetBit(p, bits-2, 1).SetBit(p, 0, 1)
		suits := true
		for _, e := range exponents {
			gcd := new(big.Int).GCD(nil, nil, big.NewInt(int64(e)), new(big.Int).Sub(p, one))
			suits = suits && gcd.Cmp(one) == 0
		}
		if suits && p.ProbablyPrime(20) {
			return p
		}
	}
}

func newPair(p, q *big.Int, e int) *rsa.PrivateKey {
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	pair := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: e},
		D:         new(big.Int).ModInverse(big.NewInt(int64(e)), phi),
		Primes:    []*big.Int{p, q},
	}
	pair.Precompute()
	if err := pair.Validate(); err != nil {
		panic(err)
	}
	return pair
}

// sign returns the library's own signature of message.
func sign(pair *rsa.PrivateKey, message []byte) []byte {
	digest := sha256.Sum256(message)
	signature, err := rsa.SignPKCS1v15(nil, pair, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return signature
}

// raw returns the signature whose encoded message is em, whatever that holds.
func raw(pair *rsa.PrivateKey, em []byte) []byte {
	m, p, q := new(big.Int).SetBytes(em), pair.Primes[0], pair.Primes[1]
	if m.Cmp(pair.N) >= 0 {
		panic("the encoded message is not below N")
	}
	sp := new(big.Int).Exp(m, pair.Precomputed.Dp, p)
	sq := new(big.Int).Exp(m, pair.Precomputed.Dq, q)
	h := new(big.Int).Sub(sp, sq)
	h.Mul(h, pair.Precomputed.Qinv).Mod(h, p)
	s := h.Mul(h, q).Add(h, sq)
	return s.FillBytes(make([]byte, pair.Size()))
}

// randomFor returns a source of its own for each purpose and number.
func randomFor(seed uint64, purpose string, number ...int) *rand.Rand {
	return rand.New(rand.NewChaCha8(sha256.Sum256(fmt.Appendln(nil, seed, purpose, number))))
}

func randomBytes(random *rand.Rand, n int) []byte {
	b := make([]byte, 0, n+8)
	for len(b) < n {
		b = binary.BigEndian.AppendUint64(b, random.Uint64())
	}
	return b[:n]
}
