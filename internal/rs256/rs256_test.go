package rs256_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"math/big"
	"sync"
	"testing"

	"github.com/gognito/gognito/internal/rs256"
)

// pairs are one key pair of each size, generated once.
var pairs = sync.OnceValue(func() []*rsa.PrivateKey {
	sizes := []int{2048, 3072, 4096}
	list := make([]*rsa.PrivateKey, len(sizes))
	for i, bits := range sizes {
		var err error
		if list[i], err = rsa.GenerateKey(rand.Reader, bits); err != nil {
			panic(err)
		}
	}
	return list
})

func Example() {
	pair := pairs()[0]
	digest := sha256.Sum256([]byte("message"))
	signature, err := rsa.SignPKCS1v15(nil, pair, crypto.SHA256, digest[:])
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := rs256.NewPublicKey(&pair.PublicKey)
	fmt.Println(key.Verify("message", signature), key.Verify("another", signature), err)
	// Output: true false <nil>
}

// raw returns the signature whose encoded message is em, genuine or not: only the
// owner of the key can make it.
func raw(pair *rsa.PrivateKey, em []byte) []byte {
	s := new(big.Int).Exp(new(big.Int).SetBytes(em), pair.D, pair.N)
	return s.FillBytes(make([]byte, pair.Size()))
}

// encoded returns 00 01 FF… 00 and what stands behind, padded to size bytes.
func encoded(size int, behind ...[]byte) []byte {
	tail := bytes.Join(behind, nil)
	em := bytes.Repeat([]byte{0xff}, size-len(tail)-1)
	em[0], em[1] = 0, 1
	return append(append(em, 0), tail...)
}

func TestVerifyAgreesWithTheStandardLibrary(t *testing.T) {
	message := []byte("message")
	digest := sha256.Sum256(message)
	info := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	sha512Info := []byte{0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40}
	withoutNull := []byte{0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20}
	longLength := []byte{0x30, 0x81, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	long := sha512.Sum512(message)
	for _, pair := range pairs() {
		t.Run(fmt.Sprint(pair.N.BitLen()), func(t *testing.T) {
			key, err := rs256.NewPublicKey(&pair.PublicKey)
			if err != nil {
				t.Fatal(err)
			}
			size := pair.Size()
			good := raw(pair, encoded(size, info, digest[:]))
			flipped := bytes.Clone(good)
			flipped[size/2] ^= 1
			changed := func(at int, to byte) []byte {
				em := encoded(size, info, digest[:])
				em[at] = to
				return raw(pair, em)
			}
			shorter := encoded(size-8, info, digest[:])
			n := pair.N.FillBytes(make([]byte, size))
			plusN := new(big.Int).Add(new(big.Int).SetBytes(good), pair.N)
			cases := map[string][]byte{
				"good":                       good,
				"a flipped bit":              flipped,
				"a leading zero too many":    append([]byte{0}, good...),
				"one byte too few":           good[1:],
				"one byte too many":          append(bytes.Clone(good), 0),
				"empty":                      {},
				"nil":                        nil,
				"zero":                       make([]byte, size),
				"one":                        append(make([]byte, size-1), 1),
				"N":                          n,
				"N-1":                        new(big.Int).Sub(pair.N, big.NewInt(1)).FillBytes(make([]byte, size)),
				"all ones":                   bytes.Repeat([]byte{0xff}, size),
				"the wrong first byte":       changed(0, 1),
				"block type 2":               changed(1, 2),
				"block type 0":               changed(1, 0),
				"a hole in the padding":      changed(9, 0),
				"padding that is not FF":     changed(2, 0xfe),
				"no separator":               changed(size-len(info)-33, 0xff),
				"another digest":             changed(size-1, digest[31]^1),
				"without the NULL":           raw(pair, encoded(size, withoutNull, digest[:])),
				"a long-form length":         raw(pair, encoded(size, longLength, digest[:])),
				"the bare digest":            raw(pair, encoded(size, digest[:])),
				"SHA-512":                    raw(pair, encoded(size, sha512Info, long[:])),
				"SHA-512's name, our digest": raw(pair, encoded(size, sha512Info, digest[:])),
				"garbage behind":             raw(pair, append(shorter, 1, 2, 3, 4, 5, 6, 7, 8)),
				"zeros behind":               raw(pair, append(shorter, make([]byte, 8)...)),
			}
			if plusN.BitLen() <= size*8 {
				cases["s+N"] = plusN.FillBytes(make([]byte, size))
			}
			for name, signature := range cases {
				want := rsa.VerifyPKCS1v15(&pair.PublicKey, crypto.SHA256, digest[:], signature) == nil
				if got := key.Verify(string(message), signature); got != want || got != (name == "good") {
					t.Errorf("%s: %v, and the standard library says %v", name, got, want)
				}
			}
		})
	}
}

func TestOneFlippedBitNeverVerifies(t *testing.T) {
	pair := pairs()[0]
	key, err := rs256.NewPublicKey(&pair.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("message"))
	signature, err := rsa.SignPKCS1v15(nil, pair, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(signature) * 8 {
		signature[bit/8] ^= 1 << (bit % 8)
		if key.Verify("message", signature) {
			t.Errorf("with bit %d flipped it verifies", bit)
		}
		signature[bit/8] ^= 1 << (bit % 8)
	}
	if !key.Verify("message", signature) {
		t.Error("the signature itself does not verify")
	}
}

func TestTheKeyIsACopy(t *testing.T) {
	public := rsa.PublicKey{N: new(big.Int).Set(pairs()[0].N), E: pairs()[0].E}
	key, err := rs256.NewPublicKey(&public)
	if err != nil {
		t.Fatal(err)
	}
	public.N.SetInt64(4)
	same, err := rs256.NewPublicKey(&pairs()[0].PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if !key.Equal(same) {
		t.Error("the key changed with the caller's")
	}
}
