package differential_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// signatureMutations sign otherwise, or change the signature or what is signed
// afterwards.
var signatureMutations = []mutation{
	signed("with a bit flipped", func(d *draft, s []byte) []byte { s[d.IntN(len(s))] ^= 1 << d.IntN(8); return s }),
	signed("cut off", func(d *draft, s []byte) []byte { return s[:d.IntN(len(s))] }),
	signed("with a byte behind", func(d *draft, s []byte) []byte { return append(s, byte(d.IntN(256))) }),
	signed("with a zero before", func(_ *draft, s []byte) []byte { return append([]byte{0}, s...) }),
	signed("without its first byte", func(_ *draft, s []byte) []byte { return s[1:] }),
	signed("empty", func(*draft, []byte) []byte { return nil }),
	signed("zero or one", func(d *draft, s []byte) []byte { return big.NewInt(int64(d.IntN(2))).FillBytes(s) }),
	signed("of a byte", func(d *draft, _ []byte) []byte { return []byte{byte(d.IntN(256))} }),
	signed("the modulus, or one less", func(d *draft, s []byte) []byte {
		return new(big.Int).Sub(d.key.Private.N, big.NewInt(int64(d.IntN(2)))).FillBytes(s)
	}),
	signed("subtracted from the modulus", func(d *draft, s []byte) []byte {
		return new(big.Int).Sub(d.key.Private.N, new(big.Int).SetBytes(s)).FillBytes(s)
	}),
	// The same number modulo the modulus: RFC 8017, section 5.2.2, wants the least.
	signed("with the modulus added", func(d *draft, s []byte) []byte {
		return new(big.Int).Add(d.key.Private.N, new(big.Int).SetBytes(s)).Bytes()
	}),
	signed("reversed", func(_ *draft, s []byte) []byte { slices.Reverse(s); return s }),
	signed("twice", func(_ *draft, s []byte) []byte { return append(s, s...) }),
	signed("random", func(_ *draft, s []byte) []byte { _, _ = rand.Read(s); return s }),
	signed("all ones", func(_ *draft, s []byte) []byte { return bytes.Repeat([]byte{0xff}, len(s)) }),
	signed("of other text", func(d *draft, _ []byte) []byte { return mint.Signature(d.key, d.text()) }),
	signedBy("with SHA-384", "RS256", pkcs1(crypto.SHA384)),
	signedBy("with PSS", "RS256", pss),
	signedBy("with the digest alone", "RS256", func(d *draft, input string) []byte {
		digest := sha256.Sum256([]byte(input))
		return must(rsa.SignPKCS1v15(nil, d.key.Private, 0, digest[:]))
	}),
	signedBy("with a secret", "RS256", confused),
	{name: "payload changed afterwards", slot: "signature", on: all, reason: gognito.ReasonSignature, apply: func(d *draft) {
		d.reencode[1] = after(d, d.reencode[1], func(text string) string { return text[:len(text)-1] + `,"cognito:groupies":["admins"]}` })
	}},

	// Of a token without a kid, that would be a true signature to some.
	{name: "signature of the pool's other key", slot: "signature kid", on: all, reason: gognito.ReasonSignature, apply: func(d *draft) {
		other := d.identity
		if d.key == other {
			other = d.access
		}
		d.sign = func(input string) []byte { return mint.Signature(other, input) }
	}},

	signedBy("with none", "none", func(*draft, string) []byte { return nil }),
	signedBy("with HS256 and the public key", "HS256", confused),
	signedBy("with RS384", "RS384", pkcs1(crypto.SHA384)),
	signedBy("with RS512", "RS512", pkcs1(crypto.SHA512)),
	signedBy("with PS256", "PS256", pss),
	signedBy("with ES256", "ES256", es256),
	signedBy("with EdDSA", "EdDSA", func(_ *draft, input string) []byte {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return ed25519.Sign(must(key, err), []byte(input))
	}),
}

// after changes a segment's text while the signature stays that of the segment
// before.
func after(d *draft, before func(string) string, change func(string) string) func(string) string {
	sign := d.sign
	return func(segment string) string {
		if before != nil {
			segment = before(segment)
		}
		text, err := base64.RawURLEncoding.DecodeString(segment)
		if err != nil || len(text) == 0 {
			text = []byte("{}")
		}
		d.sign = func(input string) []byte {
			header, _, _ := strings.Cut(input, ".")
			return sign(header + "." + segment)
		}
		return base64.RawURLEncoding.EncodeToString([]byte(change(string(text))))
	}
}

// signed changes the true signature.
func signed(name string, change func(d *draft, good []byte) []byte) mutation {
	return signedBy(name, "RS256", func(d *draft, input string) []byte { return change(d, mint.Signature(d.key, input)) })
}

// signedBy signs by other means, and says so or not.
func signedBy(name, alg string, sign func(d *draft, input string) []byte) mutation {
	m := mutation{name: "signature " + name, slot: "signature", on: all, reason: gognito.ReasonSignature}
	if alg != "RS256" {
		m.name, m.slot, m.reason = "signed "+name, "alg", gognito.ReasonAlgorithm
	}
	m.apply = func(d *draft) {
		if alg != "RS256" {
			d.header.set("alg", q(alg))
		}
		d.sign = func(input string) []byte { return sign(d, input) }
	}
	return m
}

// confused takes the public key for a shared secret.
func confused(d *draft, input string) []byte {
	public := &d.key.Private.PublicKey
	pkix, pkcs1 := must(x509.MarshalPKIXPublicKey(public)), x509.MarshalPKCS1PublicKey(public)
	secrets := [][]byte{
		pkix, pkcs1, public.N.Bytes(), nil, []byte(d.key.ID), []byte(q(d.key.JWK())), d.jwks(),
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}),
		bytes.TrimSpace(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})),
		pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: pkcs1}),
	}
	mac := hmac.New(sha256.New, secrets[d.IntN(len(secrets))])
	mac.Write([]byte(input))
	return mac.Sum(nil)
}

func pkcs1(hash crypto.Hash) func(*draft, string) []byte {
	return func(d *draft, input string) []byte {
		h := hash.New()
		h.Write([]byte(input))
		return must(rsa.SignPKCS1v15(nil, d.key.Private, hash, h.Sum(nil)))
	}
}

func pss(d *draft, input string) []byte {
	digest := sha256.Sum256([]byte(input))
	return must(rsa.SignPSS(rand.Reader, d.key.Private, crypto.SHA256, digest[:], nil))
}

func es256(_ *draft, input string) []byte {
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), digest[:])
	return append(must(r, err).FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
