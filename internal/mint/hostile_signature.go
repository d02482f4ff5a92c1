package mint

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" //nolint:gosec // for a signature that must be refused
	"crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
)

// algorithmVariants are not signed with RS256, or say so: RFC 8725, sections 2.1
// and 3.1.
var algorithmVariants = []Hostile{
	{"alg-none", algorithm, unsigned("none")},
	{"alg-none-capitalized", algorithm, unsigned("None")},
	{"alg-none-upper-case", algorithm, unsigned("NONE")},
	{"alg-none-mixed-case", algorithm, unsigned("nOnE")},
	{"alg-none-signed", algorithm, header(`{"kid":$kid,"alg":"none"}`)},
	{"alg-lower-case", algorithm, header(`{"kid":$kid,"alg":"rs256"}`)},
	{"alg-mixed-case", algorithm, header(`{"kid":$kid,"alg":"Rs256"}`)},
	{"alg-space-after", algorithm, header(`{"kid":$kid,"alg":"RS256 "}`)},
	{"alg-space-before", algorithm, header(`{"kid":$kid,"alg":" RS256"}`)},
	{"alg-unknown", algorithm, header(`{"kid":$kid,"alg":"RS257"}`)},
	{"alg-rsa-oaep", algorithm, header(`{"kid":$kid,"alg":"RSA-OAEP"}`)},
	{"alg-none-beside-upper-case-name", algorithm, header(`{"kid":$kid,"alg":"none","ALG":"RS256"}`)},

	{"hs256-public-key", algorithm, hs256(publicPEM)},
	{"hs256-public-key-pkcs1", algorithm, hs256(pkcs1PEM)},
	{"hs256-public-key-der", algorithm, hs256(publicDER)},
	{"hs256-modulus", algorithm, hs256(func(k *Key) []byte { return k.Private.N.Bytes() })},
	{"hs256-kid", algorithm, hs256(func(k *Key) []byte { return []byte(k.ID) })},
	{"hs256-empty-key", algorithm, hs256(func(*Key) []byte { return nil })},

	{"rs384", algorithm, signedAs("RS384", pkcs1v15(crypto.SHA384))},
	{"rs512", algorithm, signedAs("RS512", pkcs1v15(crypto.SHA512))},
	{"ps256", algorithm, signedAs("PS256", pss)},
	{"es256", algorithm, signedAs("ES256", es256)},
	{"eddsa", algorithm, signedAs("EdDSA", eddsa)},
}

// signatureVariants say RS256, and their signature does not fit: RFC 8017,
// section 8.2.2.
var signatureVariants = []Hostile{
	{"tampered-payload", signature, segments(tamperPayload)},
	{"tampered-header", signature, segments(tamperHeader)},
	{"tampered-signature", signature, resigned(func(s []byte) []byte { s[0] ^= 1; return s })},
	{"tampered-signature-end", signature, resigned(func(s []byte) []byte { s[len(s)-1] ^= 1; return s })},
	{"truncated-signature", signature, resigned(func(s []byte) []byte { return s[:len(s)-1] })},
	{"lengthened-signature", signature, resigned(func(s []byte) []byte { return append(s, 0) })},
	{"zero-led-signature", signature, resigned(func(s []byte) []byte { return append([]byte{0}, s...) })},
	{"reversed-signature", signature, resigned(reversed)},
	{"empty-signature", signature, resigned(func([]byte) []byte { return nil })},
	{"zero-signature", signature, resigned(func(s []byte) []byte { return make([]byte, len(s)) })},
	{"one-signature", signature, resigned(func(s []byte) []byte { return new(big.Int).SetInt64(1).FillBytes(s) })},
	{"modulus-signature", signature, func(t Target) string {
		return resigned(func([]byte) []byte { return t.AccessKey.Private.N.Bytes() })(t)
	}},
	{"other-token-signature", signature, func(t Target) string {
		s, other := strings.Split(t.Access(), "."), strings.Split(t.Access(), ".")
		return s[0] + "." + s[1] + "." + other[2]
	}},
	{"id-key-kid", signature, func(t Target) string {
		return SignRaw(t.AccessKey, Header(t.IDKey.ID), marshal(AccessClaims(t.Session)))
	}},
	{"other-pool-same-kid", signature, func(t Target) string {
		return SignRaw(t.AttackerKey, Header(t.AccessKey.ID), marshal(AccessClaims(t.Session)))
	}},

	{"sha1-in-rs256", signature, signedAs("RS256", pkcs1v15(crypto.SHA1))},
	{"sha384-in-rs256", signature, signedAs("RS256", pkcs1v15(crypto.SHA384))},
	{"sha512-in-rs256", signature, signedAs("RS256", pkcs1v15(crypto.SHA512))},
	{"pss-in-rs256", signature, signedAs("RS256", pss)},
	{"hmac-in-rs256", signature, signedAs("RS256", func(k *Key, input string) []byte { return hmacSHA256(publicPEM(k), input) })},
	{"digest-without-algorithm", signature, signedAs("RS256", func(k *Key, input string) []byte {
		return must(rsa.SignPKCS1v15(nil, k.Private, crypto.Hash(0), hashed(crypto.SHA256, input)))
	})},
	{"short-padding", signature, signedAs("RS256", shortPadding)},
}

// signedAs is a token that names an algorithm and has the signature that sign
// makes of the signing input.
func signedAs(alg string, sign func(k *Key, input string) []byte) func(Target) string {
	return func(t Target) string {
		input := encode(marshal(map[string]any{"kid": t.AccessKey.ID, "alg": alg})) + "." + encode(marshal(AccessClaims(t.Session)))
		return input + "." + encode(sign(t.AccessKey, input))
	}
}

func unsigned(alg string) func(Target) string {
	return signedAs(alg, func(*Key, string) []byte { return nil })
}

// hs256 is the confusion of a public key with a shared secret.
func hs256(secret func(*Key) []byte) func(Target) string {
	return signedAs("HS256", func(k *Key, input string) []byte { return hmacSHA256(secret(k), input) })
}

// resigned is a good token with a changed signature.
func resigned(change func(good []byte) []byte) func(Target) string {
	return signedAs("RS256", func(k *Key, input string) []byte { return change(Signature(k, input)) })
}

func hmacSHA256(secret []byte, input string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return mac.Sum(nil)
}

func pkcs1v15(hash crypto.Hash) func(*Key, string) []byte {
	return func(k *Key, input string) []byte {
		return must(rsa.SignPKCS1v15(nil, k.Private, hash, hashed(hash, input)))
	}
}

func pss(k *Key, input string) []byte {
	options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	return must(rsa.SignPSS(rand.Reader, k.Private, crypto.SHA256, hashed(crypto.SHA256, input), options))
}

func es256(_ *Key, input string) []byte {
	r, s, err := ecdsa.Sign(rand.Reader, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), hashed(crypto.SHA256, input))
	if err != nil {
		panic("mint: ES256: " + err.Error())
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
}

func eddsa(_ *Key, input string) []byte {
	return ed25519.Sign(ed25519.NewKeyFromSeed(randomBytes(ed25519.SeedSize)), []byte(input))
}

// shortPadding ends its padding early and fills the rest with bytes of no
// meaning, which is how signatures were forged where the end was not checked
// (CVE-2006-4339).
func shortPadding(k *Key, input string) []byte {
	sha256Prefix := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	message := append([]byte{0x00, 0x01}, bytes.Repeat([]byte{0xff}, 8)...)
	message = append(message, 0x00)
	message = append(message, sha256Prefix...)
	message = append(message, hashed(crypto.SHA256, input)...)
	message = append(message, randomBytes(k.Private.Size()-len(message))...)
	m := new(big.Int).SetBytes(message)
	return m.Exp(m, k.Private.D, k.Private.N).FillBytes(make([]byte, k.Private.Size()))
}

func tamperPayload(s []string) []string {
	return []string{s[0], retext(s[1], `"username":"`, `"username":"admin-`), s[2]}
}

func tamperHeader(s []string) []string {
	return []string{retext(s[0], `"alg":`, `"typ":"JWT","alg":`), s[1], s[2]}
}

func reversed(s []byte) []byte {
	slices.Reverse(s)
	return s
}

func publicDER(k *Key) []byte { return must(x509.MarshalPKIXPublicKey(k.Private.Public())) }

func publicPEM(k *Key) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicDER(k)})
}

func pkcs1PEM(k *Key) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&k.Private.PublicKey)})
}

func hashed(hash crypto.Hash, input string) []byte {
	h := hash.New()
	h.Write([]byte(input))
	return h.Sum(nil)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic("mint: " + err.Error())
	}
	return v
}
