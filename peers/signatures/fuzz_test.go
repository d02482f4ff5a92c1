package signatures_test

import "testing"

// The bytes are a signature, and where they can be, also the encoded message
// that one holds: what follows the private key is where parsers go wrong.
func FuzzAgainstCryptoRSA(f *testing.F) {
	var keys []*key
	for _, k := range newFamily(fixedSeed, 2048) { // the corpus belongs to these keys
		if k.E != 3 && k.E != 65537 {
			continue
		}
		keys = append(keys, k)
		g := newGenerator(k, randomFor(fixedSeed, "corpus", k.E))
		for _, c := range classes() {
			if c.timesFor(k) > 0 {
				message, signature := c.make(g)
				f.Add(message, signature)
			}
		}
		message := g.message()
		f.Add(message, encoded(k.Size(), digestInfo(message)))
	}
	f.Fuzz(func(t *testing.T, message, data []byte) {
		for _, k := range keys {
			same := func(signature []byte) {
				if standard, ours := judge(&k.PublicKey, k.ours, message, signature); (standard == nil) != ours {
					t.Errorf("%v: crypto/rsa says %v, rs256 %v\nN %x\nmessage %x\nsignature %x",
						k, standard, ours, k.N, message, signature)
				}
			}
			same(data)
			if len(data) == k.Size() && data[0] == 0 {
				same(raw(k.PrivateKey, data))
			}
		}
	})
}
