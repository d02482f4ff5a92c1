package signatures_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"slices"
)

// join returns one new slice of all parts.
func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// der returns a value in DER.
func der(tag byte, contents ...[]byte) []byte {
	content := join(contents...)
	n := len(content)
	switch {
	case n < 0x80:
		return join([]byte{tag, byte(n)}, content)
	case n < 0x100:
		return join([]byte{tag, 0x81, byte(n)}, content)
	default:
		return join([]byte{tag, 0x82, byte(n >> 8), byte(n)}, content)
	}
}

// longer writes the length of a short DER value in a form that BER has, and DER
// has not: 0x81 or 0x82, and 0x80 for one that an end mark closes.
func longer(form byte, value []byte) []byte {
	tag, length, content := value[:1], value[1:2], value[2:]
	switch form {
	case 0x80:
		return join(tag, []byte{0x80}, content, []byte{0, 0})
	case 0x81:
		return join(tag, []byte{0x81}, length, content)
	default:
		return join(tag, []byte{0x82, 0}, length, content)
	}
}

var (
	null      = []byte{0x05, 0x00}
	oidSHA256 = nist(1)
	sha256ID  = der(0x30, oidSHA256, null)
)

// nist returns the object identifier of one of NIST's hash functions.
func nist(n byte) []byte {
	return der(0x06, []byte{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, n})
}

func sha256Of(message []byte) []byte {
	digest := sha256.Sum256(message)
	return digest[:]
}

func octets(content []byte) []byte { return der(0x04, content) }

func digestInfo(message []byte) []byte { return der(0x30, sha256ID, octets(sha256Of(message))) }

// padding returns 00 01, n times FF, and 00.
func padding(n int) []byte { return join([]byte{0, 1}, bytes.Repeat([]byte{0xff}, n), []byte{0}) }

// encoded returns the encoded message of size bytes that ends with tail.
func encoded(size int, tail ...[]byte) []byte {
	end := join(tail...)
	return join(padding(size-3-len(end)), end)
}

// infos are what may stand behind the padding, in place of the DigestInfo.
var infos = []struct {
	name string
	make func(g *generator, message, digest []byte) []byte
}{
	{"nothing", func(*generator, []byte, []byte) []byte { return nil }},
	{"the bare digest", func(_ *generator, _, d []byte) []byte { return d }},
	{"the digest as an OCTET STRING alone", func(_ *generator, _, d []byte) []byte { return octets(d) }},

	{"no NULL", func(_ *generator, _, d []byte) []byte { return der(0x30, der(0x30, oidSHA256), octets(d)) }},
	{"two NULLs", func(_ *generator, _, d []byte) []byte {
		return der(0x30, der(0x30, oidSHA256, null, null), octets(d))
	}},
	{"a NULL that is not empty", func(g *generator, _, d []byte) []byte {
		return der(0x30, der(0x30, oidSHA256, der(0x05, g.some())), octets(d))
	}},
	{"garbage as the parameters", func(g *generator, _, d []byte) []byte {
		return der(0x30, der(0x30, oidSHA256, octets(g.some())), octets(d))
	}},
	{"garbage behind the NULL", func(g *generator, _, d []byte) []byte {
		return der(0x30, der(0x30, oidSHA256, null, g.some()), octets(d))
	}},
	{"garbage behind the algorithm", func(g *generator, _, d []byte) []byte {
		return der(0x30, sha256ID, g.some(), octets(d))
	}},
	{"garbage inside, behind the digest", func(g *generator, _, d []byte) []byte {
		return der(0x30, sha256ID, octets(d), g.some())
	}},
	{"garbage outside, behind the DigestInfo", func(g *generator, m, _ []byte) []byte {
		return join(digestInfo(m), g.some())
	}},
	{"a zero behind the DigestInfo", func(_ *generator, m, _ []byte) []byte { return join(digestInfo(m), []byte{0}) }},
	{"a DigestInfo before the DigestInfo", func(g *generator, m, _ []byte) []byte {
		return join(digestInfo(g.message()), digestInfo(m))
	}},

	{"a SET in place of the DigestInfo", func(_ *generator, _, d []byte) []byte { return der(0x31, sha256ID, octets(d)) }},
	{"a BIT STRING in place of the digest", func(_ *generator, _, d []byte) []byte { return der(0x30, sha256ID, der(0x03, d)) }},
	{"a constructed digest", func(_ *generator, _, d []byte) []byte { return der(0x30, sha256ID, der(0x24, octets(d))) }},
	{"the digest before the algorithm", func(_ *generator, _, d []byte) []byte { return der(0x30, octets(d), sha256ID) }},
	{"any other tag or length", func(g *generator, m, _ []byte) []byte {
		info := digestInfo(m)
		at := []int{0, 1, 2, 3, 4, 5, 15, 16, 17, 18}[g.IntN(10)]
		info[at] ^= 1 + byte(g.IntN(255))
		return info
	}},

	{"another arc in the OID", func(g *generator, _, d []byte) []byte {
		oid := slices.Clone(oidSHA256)
		oid[2+g.IntN(len(oid)-2)] ^= 1 + byte(g.IntN(255))
		return der(0x30, der(0x30, oid, null), octets(d))
	}},
	{"one arc more in the OID", func(g *generator, _, d []byte) []byte {
		return der(0x30, der(0x30, der(0x06, oidSHA256[2:], []byte{byte(g.IntN(128))}), null), octets(d))
	}},

	{"a digest of fewer bytes", func(g *generator, _, d []byte) []byte {
		return der(0x30, sha256ID, octets(d[:g.IntN(len(d))]))
	}},
	{"a digest without its first byte", func(_ *generator, _, d []byte) []byte { return der(0x30, sha256ID, octets(d[1:])) }},
	{"a digest of more bytes", func(g *generator, _, d []byte) []byte { return der(0x30, sha256ID, octets(join(d, g.some()))) }},
	{"a digest with a leading zero", func(_ *generator, _, d []byte) []byte {
		return der(0x30, sha256ID, octets(join([]byte{0}, d)))
	}},
	{"one bit of the digest flipped", func(g *generator, _, d []byte) []byte {
		d[g.IntN(len(d))] ^= 1 << g.IntN(8)
		return der(0x30, sha256ID, octets(d))
	}},
	{"the digest backwards", func(_ *generator, _, d []byte) []byte {
		slices.Reverse(d)
		return der(0x30, sha256ID, octets(d))
	}},
	{"the digest of the digest", func(_ *generator, _, d []byte) []byte { return digestInfo(d) }},
	{"zeros for a digest", func(*generator, []byte, []byte) []byte { return der(0x30, sha256ID, octets(make([]byte, 32))) }},
}

// hashes are the ones that a library that believes the DigestInfo would use.
var hashes = []struct {
	name string
	oid  []byte
	sum  func([]byte) []byte
}{
	{"MD5", der(0x06, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05}), func(m []byte) []byte { h := md5.Sum(m); return h[:] }},
	{"SHA-1", der(0x06, []byte{0x2b, 0x0e, 0x03, 0x02, 0x1a}), func(m []byte) []byte { h := sha1.Sum(m); return h[:] }},
	{"SHA-224", nist(4), func(m []byte) []byte { h := sha256.Sum224(m); return h[:] }},
	{"SHA-384", nist(2), func(m []byte) []byte { h := sha512.Sum384(m); return h[:] }},
	{"SHA-512", nist(3), func(m []byte) []byte { h := sha512.Sum512(m); return h[:] }},
	{"SHA-512/256", nist(6), func(m []byte) []byte { h := sha512.Sum512_256(m); return h[:] }},
	{"SHA3-256", nist(8), func(m []byte) []byte { h := sha3.Sum256(m); return h[:] }},
}
