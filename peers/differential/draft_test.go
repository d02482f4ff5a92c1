package differential_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gognito/gognito/internal/mint"
)

// A kind of token that is changed; also a set of them.
type kind uint8

const (
	access kind = 1 << iota
	identity
	machine

	users   = access | identity
	bearers = access | machine // access tokens, whoever they are for
	all     = users | machine
)

// A draft is a token that is being made. Mutations change it, layer by layer, and
// token signs what they left.
type draft struct {
	*rand.Rand
	*world
	kind            kind
	now             time.Time
	key             *mint.Key // that signs
	header, payload object
	retext          [2]func(string) string // of the header's and the payload's JSON
	reencode        [3]func(string) string // of the three segments
	sign            func(input string) []byte
	reform          func(token string) string
	whole           func() string // makes the token in place of all that
}

func newDraft(w *world, k kind, r *rand.Rand, now time.Time) *draft {
	d := &draft{Rand: r, world: w, kind: k, now: now, key: w.access}
	s := w.session(now)
	if r.IntN(4) == 0 {
		s.Pool.Issuer = mint.UpdatedIssuer(w.pool.ID)
	}
	if r.IntN(2) == 0 {
		s.Scopes = []string{"openid", "orders/read"}
	}
	var claims map[string]any
	switch k {
	case identity:
		d.key = w.identity
		claims = mint.IDClaims(s)
	case machine:
		claims = mint.MachineClaims(s)
	default:
		claims = mint.AccessClaims(s)
	}
	d.header = object{{"kid", q(d.key.ID)}, {"alg", `"RS256"`}}
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		d.payload = append(d.payload, member{name, q(claims[name])})
	}
	d.sign = func(input string) []byte { return mint.Signature(d.key, input) }
	return d
}

func (d *draft) change(by []mutation) {
	for _, m := range by {
		m.apply(d)
	}
}

func (d *draft) token() string {
	if d.whole != nil {
		return d.whole()
	}
	input := d.segment(0) + "." + d.segment(1)
	signature := base64.RawURLEncoding.EncodeToString(d.sign(input))
	if d.reencode[2] != nil {
		signature = d.reencode[2](signature)
	}
	token := input + "." + signature
	if d.reform != nil {
		token = d.reform(token)
	}
	return token
}

// json returns the text of the header (0) or the payload (1).
func (d *draft) json(i int) string {
	text := [...]object{d.header, d.payload}[i].String()
	if d.retext[i] != nil {
		text = d.retext[i](text)
	}
	return text
}

func (d *draft) segment(i int) string {
	segment := base64.RawURLEncoding.EncodeToString([]byte(d.json(i)))
	if d.reencode[i] != nil {
		segment = d.reencode[i](segment)
	}
	return segment
}

// text returns a short random text.
func (d *draft) text() string { return strconv.FormatUint(d.Uint64(), 36) }

// at is a time as a number, so many seconds from now.
func (d *draft) at(seconds int) string {
	return strconv.FormatInt(d.now.Unix()+int64(seconds), 10)
}

// between returns a number of seconds.
func (d *draft) between(low, high int) int { return low + d.IntN(high-low) }

// one returns one of the texts.
func (d *draft) one(of ...string) string { return of[d.IntN(len(of))] }

// An object is a JSON object as it will be written, so that a name can be there
// twice.
type object []member

// A member's name is plain, or JSON if it begins with a quotation mark. Its value
// is JSON.
type member struct{ name, value string }

func (o object) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if !strings.HasPrefix(m.name, `"`) {
			m.name = q(m.name)
		}
		b.WriteString(m.name + ":" + m.value)
	}
	return b.String() + "}"
}

func (o object) index(name string) int {
	return slices.IndexFunc(o, func(m member) bool { return m.name == name })
}

// get returns a value, null if it is not there.
func (o object) get(name string) string {
	if i := o.index(name); i >= 0 {
		return o[i].value
	}
	return "null"
}

// text returns a value that is a string.
func (o object) text(name string) string {
	var text string
	if err := json.Unmarshal([]byte(o.get(name)), &text); err != nil {
		panic(name + ": " + err.Error())
	}
	return text
}

func (o *object) set(name, value string) {
	if i := o.index(name); i >= 0 {
		(*o)[i].value = value
		return
	}
	o.add(name, value)
}

func (o *object) add(name, value string) { *o = append(*o, member{name, value}) }

func (o *object) drop(name string) {
	*o = slices.DeleteFunc(*o, func(m member) bool { return m.name == name })
}

func (o *object) rename(name, to string) {
	if i := o.index(name); i >= 0 {
		(*o)[i].name = to
	}
}

// q is a value's JSON.
func q(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// escaped spells a plain name with one of its characters escaped, or all.
func escaped(name string, at int) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, c := range []byte(name) {
		if at < 0 || i == at {
			b.WriteString(`\u00` + strconv.FormatInt(int64(c)+0x100, 16)[1:])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String() + `"`
}
