package signatures_test

import (
	"crypto"
	"crypto/fips140"
	"crypto/rsa"
	"fmt"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/gognito/gognito/internal/rs256"
)

// judge asks both. The standard library says why it refuses, and nil if it does not.
func judge(public *rsa.PublicKey, ours *rs256.PublicKey, message, signature []byte) (standard error, accepted bool) {
	standard = rsa.VerifyPKCS1v15(public, crypto.SHA256, sha256Of(message), signature)
	return standard, ours.Verify(string(message), signature)
}

// A tally counts the cases of each class. Keys fill it side by side.
type tally struct {
	mutex sync.Mutex
	rows  map[string]row
}

type row struct{ cases, standard, ours int }

func (t *tally) add(class string, standard, ours bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	r := t.rows[class]
	r.cases++
	if standard {
		r.standard++
	}
	if ours {
		r.ours++
	}
	t.rows[class] = r
}

// String returns the table, in the order of list and with the sum below it.
func (t *tally) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight|tabwriter.DiscardEmptyColumns)
	fmt.Fprintln(w, "cases\tcrypto/rsa accepts\trs256 accepts\t   class")
	var sum row
	for _, c := range classes() {
		r := t.rows[c.name]
		fmt.Fprintf(w, "%d\t%d\t%d\t   %s\n", r.cases, r.standard, r.ours, c.name)
		sum = row{sum.cases + r.cases, sum.standard + r.standard, sum.ours + r.ours}
	}
	fmt.Fprintf(w, "%d\t%d\t%d\t   in all\n", sum.cases, sum.standard, sum.ours)
	_ = w.Flush() // into memory
	return b.String()
}

func TestBothJudgeEverySignatureAlike(t *testing.T) {
	if fips140.Enabled() {
		t.Fatal("in FIPS 140-3 mode rs256 is crypto/rsa, so there is nothing to compare")
	}
	counted := tally{rows: map[string]row{}}
	want := map[string]int{}
	t.Run("keys", func(t *testing.T) {
		for _, bits := range sizes {
			t.Run(fmt.Sprint(bits), func(t *testing.T) {
				t.Parallel()
				for _, k := range families[bits]() {
					t.Run(fmt.Sprint(k.E), func(t *testing.T) {
						t.Parallel()
						compare(t, k, &counted)
					})
				}
			})
		}
	})
	for _, bits := range sizes {
		for _, k := range families[bits]() {
			for _, c := range classes() {
				want[c.name] += c.timesFor(k)
			}
		}
	}
	total := 0
	for _, c := range classes() {
		cases := counted.rows[c.name].cases
		if total += cases; cases == 0 || cases != want[c.name] {
			t.Errorf("%s: %d cases, want %d", c.name, cases, want[c.name])
		}
	}
	if total < 100_000 || len(want) != len(classes()) {
		t.Errorf("%d cases in %d classes; want 100000 in %d with names of their own", total, len(want), len(classes()))
	}
	t.Logf("seed %d\n%s", *seed, &counted)
}

// compare puts every class to both, around one key.
func compare(t *testing.T, k *key, counted *tally) {
	t.Helper()
	g := newGenerator(k, randomFor(*seed, "cases", k.N.BitLen(), k.E))
	for _, c := range classes() {
		for g.turn = range c.timesFor(k) {
			message, signature := c.make(g)
			standard, ours := judge(&k.PublicKey, k.ours, message, signature)
			counted.add(c.name, standard == nil, ours)
			if (standard == nil) != c.accepted || ours != c.accepted {
				t.Errorf("seed %d, %v, %s: crypto/rsa says %v, rs256 %v, and %v is right\nN %x\ne %x\nmessage %x\nsignature %x",
					*seed, k, c.name, standard, ours, c.accepted, k.N, k.E, message, signature)
				break
			}
		}
	}
}
