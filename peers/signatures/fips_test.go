package signatures_test

import (
	"maps"
	"slices"
	"testing"
)

const (
	smallExponent = "crypto/rsa: use of public exponent <= 2¹⁶ is not allowed in FIPS 140-only mode"
	oddSize       = "crypto/rsa: use of keys with odd size is not allowed in FIPS 140-only mode"
)

// modes are the FIPS 140-3 modes, and the keys that crypto/rsa checks nothing
// with there. Cognito's, of 2048 bits and with e=65537, are in none.
var modes = []struct {
	name              string
	enabled, enforced bool
	refused           map[string]string // key: why
}{
	{name: "off"},
	{name: "on", enabled: true},
	{name: "only", enabled: true, enforced: true, refused: map[string]string{
		"2048 bits, e=3":          smallExponent,
		"2048 bits, e=17":         smallExponent,
		"2049 bits, e=3":          oddSize,
		"2049 bits, e=17":         oddSize,
		"2049 bits, e=65537":      oddSize,
		"2049 bits, e=2147483647": oddSize,
		"3072 bits, e=3":          smallExponent,
		"3072 bits, e=17":         smallExponent,
		"4096 bits, e=3":          smallExponent,
		"4096 bits, e=17":         smallExponent,
	}},
}

// Where crypto/rsa refuses to work with a key, it is no key for rs256 either, which
// does not fall back on code outside the validated module.
func TestFIPSModesRefuseTheListedKeysAndAgreeOnTheRest(t *testing.T) {
	type asked struct {
		key   *key
		class class
	}
	var cases []asked
	var questions []question
	for _, bits := range sizes {
		for _, k := range families[bits]() {
			g := newGenerator(k, randomFor(*seed, "cases of the FIPS modes", bits, k.E))
			for _, c := range slices.Concat(genuine, changed) {
				message, signature := c.make(g)
				cases = append(cases, asked{k, c})
				questions = append(questions, question{k.N, k.E, message, signature})
			}
		}
	}
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			v := judgeIn(t, mode.name, questions)
			if v.Enabled != mode.enabled || v.Enforced != mode.enforced {
				t.Fatalf("enabled %v, enforced %v", v.Enabled, v.Enforced)
			}
			refused := map[string]string{}
			for i, a := range v.Answers {
				k, c := cases[i].key, cases[i].class
				if c.accepted && a.Standard != "" {
					refused[k.String()] = a.Standard
				}
				_, listed := mode.refused[k.String()]
				want := c.accepted && !listed
				if (a.Standard == "") != want || a.Accepted != want || a.Key == listed {
					t.Errorf("seed %d, %v, %s: crypto/rsa says %q, rs256 %v, and %v is right\nN %x\nmessage %x\nsignature %x",
						*seed, k, c.name, a.Standard, a.Accepted, want, k.N, questions[i].Message, questions[i].Signature)
				}
			}
			if !maps.Equal(refused, mode.refused) {
				t.Errorf("crypto/rsa refuses %q,\nwant %q", refused, mode.refused)
			}
			t.Logf("%d signatures judged; crypto/rsa refuses all with %q", len(v.Answers), slices.Sorted(maps.Keys(refused)))
		})
	}
}
