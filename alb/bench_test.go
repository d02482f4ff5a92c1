package alb_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/gognito/gognito/internal/mint"
)

// BenchmarkBareECDSA is the limit line: the signature check of the standard library
// alone.
func BenchmarkBareECDSA(b *testing.B) {
	key := mint.NewALBKey()
	token := signed(key)
	digest := sha256.Sum256([]byte(token[:strings.LastIndexByte(token, '.')]))
	signature, err := ecdsa.SignASN1(nil, key.Private, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if !ecdsa.VerifyASN1(&key.Private.PublicKey, digest[:], signature) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	key := mint.NewALBKey()
	v, token := verifier(b, newHost(key).config()), signed(key)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyParallel(b *testing.B) {
	key := mint.NewALBKey()
	v, token := verifier(b, newHost(key).config()), signed(key)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := v.Verify(b.Context(), token); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkRefused(b *testing.B) {
	key := mint.NewALBKey()
	v, token := verifier(b, newHost(key).config()), signed(key)
	check(b, v, token, "")
	for name, token := range map[string]string{
		"Garbage":    strings.Repeat("x", len(token)),
		"Signature":  signed(&mint.ALBKey{ID: key.ID, Private: forger.Private}),
		"UnknownKey": forged(mint.NewUUID()),
		"Longest":    strings.Repeat("x", 64<<10),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), token); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}
