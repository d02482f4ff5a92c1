package signatures_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
)

// frames are faults of the padding, around a DigestInfo that is right.
var frames = []struct {
	name string
	make func(g *generator, size int, info []byte) []byte
}{
	{"block type 00", at(1, 0x00)},
	{"block type 02", at(1, 0x02)},
	{"block type 02 with its random padding", func(g *generator, size int, info []byte) []byte {
		em := encoded(size, info)
		em[1] = 2
		for i := 2; i < size-len(info)-1; i++ {
			em[i] = 1 + byte(g.IntN(255))
		}
		return em
	}},
	{"any other block type", func(g *generator, size int, info []byte) []byte {
		em := encoded(size, info)
		em[1] ^= 1 + byte(g.IntN(255))
		return em
	}},
	{"a leading byte of 01", at(0, 0x01)},
	{"shifted by a byte", func(_ *generator, size int, info []byte) []byte {
		return join([]byte{0}, encoded(size-1, info))
	}},
	{"shifted by a byte, without its end", func(_ *generator, size int, info []byte) []byte {
		return join([]byte{0}, encoded(size, info)[:size-1])
	}},
	{"made for a smaller key", func(g *generator, size int, info []byte) []byte {
		smaller := len(info) + 11 + g.IntN(size-len(info)-11)
		return join(make([]byte, size-smaller), encoded(smaller, info))
	}},

	{"FE first in the padding", at(2, 0xfe)},
	{"00 first in the padding", at(2, 0x00)},
	{"7F in the midst of the padding", at(100, 0x7f)},
	{"FE last in the padding", fromInfo(-2, 0xfe)},
	{"00 last in the padding", fromInfo(-2, 0x00)},
	{"another byte somewhere in the padding", func(g *generator, size int, info []byte) []byte {
		em := encoded(size, info)
		em[2+g.IntN(size-len(info)-3)] ^= 1 + byte(g.IntN(255))
		return em
	}},
	{"a second separator somewhere", func(g *generator, size int, info []byte) []byte {
		em := encoded(size, info)
		em[2+g.IntN(size-len(info)-3)] = 0
		return em
	}},
	{"no separator", fromInfo(-1, 0xff)},
	{"01 for a separator", fromInfo(-1, 0x01)},
	{"zeros all through the padding", func(_ *generator, size int, info []byte) []byte {
		return join([]byte{0, 1}, make([]byte, size-2-len(info)), info)
	}},
	{"garbage all through the padding", func(g *generator, size int, info []byte) []byte {
		return join([]byte{0, 1}, g.bytes(size-3-len(info)), []byte{0}, info)
	}},

	{"no padding, garbage behind", shortPadding(0)},
	{"a byte of padding, garbage behind", shortPadding(1)},
	{"7 bytes of padding, garbage behind", shortPadding(7)},
	{"8 bytes of padding, garbage behind", shortPadding(8)},
	{"8 bytes of padding, zeros behind", func(_ *generator, size int, info []byte) []byte {
		start := join(padding(8), info)
		return join(start, make([]byte, size-len(start)))
	}},
	{"8 bytes of padding, FF behind", func(_ *generator, size int, info []byte) []byte {
		start := join(padding(8), info)
		return join(start, bytes.Repeat([]byte{0xff}, size-len(start)))
	}},
	{"no padding, zeros in front", inZeros(0)},
	{"7 bytes of padding, zeros in front", inZeros(7)},
	{"the DigestInfo both early and at the end", func(_ *generator, size int, info []byte) []byte {
		em := encoded(size, info)
		copy(em[10:], join([]byte{0}, info, []byte{0}))
		return em
	}},
	{"one bit flipped somewhere", func(g *generator, size int, info []byte) []byte {
		em := encoded(size, info)
		em[1+g.IntN(size-1)] ^= 1 << g.IntN(8)
		return em
	}},
	{"garbage all through", func(g *generator, size int, _ []byte) []byte {
		return join([]byte{0}, g.bytes(size-1))
	}},
}

type frame = func(g *generator, size int, info []byte) []byte

// at puts one byte at a place.
func at(place int, value byte) frame {
	return func(_ *generator, size int, info []byte) []byte {
		em := encoded(size, info)
		em[place] = value
		return em
	}
}

// fromInfo does so, counted from the DigestInfo's first byte.
func fromInfo(place int, value byte) frame {
	return func(_ *generator, size int, info []byte) []byte {
		em := encoded(size, info)
		em[size-len(info)+place] = value
		return em
	}
}

// shortPadding has n bytes of padding and random ones behind the DigestInfo.
func shortPadding(n int) frame {
	return func(g *generator, size int, info []byte) []byte {
		start := join(padding(n), info)
		return join(start, g.bytes(size-len(start)))
	}
}

// inZeros has n bytes of padding, and the rest of the length are zeros in front.
func inZeros(n int) frame {
	return func(_ *generator, size int, info []byte) []byte {
		end := join(padding(n), info)
		return join(make([]byte, size-len(end)), end)
	}
}

// encodings are messages that only the key's owner can sign: each is what a
// careless parser might take, and all but the first are wrong.
func encodings() []class {
	list := []class{{
		name: "encoded by hand", accepted: true, times: 40,
		make: func(g *generator) (message, signature []byte) {
			message = g.message()
			return message, raw(g.key.PrivateKey, encoded(g.key.Size(), digestInfo(message)))
		},
	}, {
		name: "encoded: each byte changed in turn", times: 128, // twice as many for the keys of 2048 bits
		only: func(k *key) bool { return k.N.BitLen() == 2048 },
		make: func(g *generator) (message, signature []byte) {
			message = g.message()
			em := encoded(g.key.Size(), digestInfo(message))
			em[1+g.turn%(len(em)-1)] ^= 1 + byte(g.IntN(255))
			return message, raw(g.key.PrivateKey, em)
		},
	}, {
		name: "DigestInfo: each byte changed in turn", times: 51, // as long as it is
		make: func(g *generator) (message, signature []byte) {
			message = g.message()
			info := digestInfo(message)
			info[g.turn%len(info)] ^= 1 + byte(g.IntN(255))
			return message, raw(g.key.PrivateKey, encoded(g.key.Size(), info))
		},
	}, {
		name: "encoded for PSS", times: 3,
		make: func(g *generator) (message, signature []byte) {
			message = g.message()
			options := &rsa.PSSOptions{SaltLength: 1 + g.IntN(sha256.Size)}
			signature, err := rsa.SignPSS(bytes.NewReader(g.bytes(64)), g.key.PrivateKey, crypto.SHA256, sha256Of(message), options)
			if err != nil {
				panic(err)
			}
			return message, signature
		},
	}}
	add := func(name string, em func(g *generator, message []byte) []byte) {
		list = append(list, class{name: name, times: 3, make: func(g *generator) (message, signature []byte) {
			message = g.message()
			return message, raw(g.key.PrivateKey, em(g, message))
		}})
	}
	for _, f := range frames {
		add("encoded: "+f.name, func(g *generator, m []byte) []byte { return f.make(g, g.key.Size(), digestInfo(m)) })
	}
	for _, i := range infos {
		add("DigestInfo: "+i.name, func(g *generator, m []byte) []byte {
			return encoded(g.key.Size(), i.make(g, m, sha256Of(m)))
		})
	}
	for _, form := range []byte{0x80, 0x81, 0x82} {
		for _, v := range []struct {
			of   string
			make func(d []byte) []byte
		}{
			{"the DigestInfo", func(d []byte) []byte { return longer(form, der(0x30, sha256ID, octets(d))) }},
			{"the algorithm", func(d []byte) []byte { return der(0x30, longer(form, sha256ID), octets(d)) }},
			{"the OID", func(d []byte) []byte { return der(0x30, der(0x30, longer(form, oidSHA256), null), octets(d)) }},
			{"the NULL", func(d []byte) []byte { return der(0x30, der(0x30, oidSHA256, longer(form, null)), octets(d)) }},
			{"the digest", func(d []byte) []byte { return der(0x30, sha256ID, longer(form, octets(d))) }},
		} {
			add(longName(form, v.of), func(g *generator, m []byte) []byte { return encoded(g.key.Size(), v.make(sha256Of(m))) })
		}
	}
	for _, h := range hashes {
		id := der(0x30, h.oid, null)
		add("hash: "+h.name, func(g *generator, m []byte) []byte {
			return encoded(g.key.Size(), der(0x30, id, octets(h.sum(m))))
		})
		add("hash: "+h.name+" by name only", func(g *generator, m []byte) []byte {
			return encoded(g.key.Size(), der(0x30, id, octets(sha256Of(m))))
		})
		add("hash: "+h.name+" under our name", func(g *generator, m []byte) []byte {
			return encoded(g.key.Size(), der(0x30, sha256ID, octets(h.sum(m))))
		})
	}
	return list
}

func longName(form byte, of string) string {
	return map[byte]string{0x80: "no length", 0x81: "a length in two bytes", 0x82: "a length in three bytes"}[form] + " for " + of
}
