package conformance_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// A forge makes the probes.
type forge struct {
	tb       testing.TB
	target   mint.Target
	variants map[string]mint.Hostile
	keys     map[int]*rsa.PrivateKey // see generate
}

// The pairs of generate, by their size, and those of the pool and the attacker,
// which all have 2048 bits.
const (
	access = -iota - 1
	identity
	attacker
)

// generate makes the key pairs, once.
var generate = sync.OnceValues(func() (map[int]*rsa.PrivateKey, error) {
	pairs := map[int]*rsa.PrivateKey{}
	for size, bits := range map[int]int{access: 2048, identity: 2048, attacker: 2048, 2048: 2048, 1024: 1024, 2047: 2047, 3072: 3072} {
		pair, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			return nil, err
		}
		pairs[size] = pair
	}
	return pairs, nil
})

// newForge makes a pool, its keys and an attacker's. The pool's tokens were issued
// two minutes ago: verdicts must not depend on how long the probes take.
func newForge(tb testing.TB, attackerURL string) *forge {
	tb.Helper()
	f := &forge{tb: tb, variants: map[string]mint.Hostile{}}
	for _, h := range mint.HostileVariants() {
		f.variants[h.Name] = h
	}
	pairs, err := generate()
	if err != nil {
		tb.Fatal(err)
	}
	f.keys = pairs
	id := mint.NewPoolID("eu-west-1")
	pool := mint.Pool{ID: id, Issuer: mint.Issuer(id)}
	user := mint.User{Username: "ada", Subject: mint.SubjectOf(id, "ada"), Groups: []string{"admins"}}
	f.target = mint.Target{
		Session:     mint.NewSession(pool, user, mint.NewClientID(), time.Now().Add(-2*time.Minute).Truncate(time.Second)),
		AccessKey:   mint.WithNewID(pairs[access]),
		IDKey:       mint.WithNewID(pairs[identity]),
		AttackerKey: mint.WithNewID(pairs[attacker]),
		AttackerURL: attackerURL,
	}
	return f
}

// hostile returns access tokens of mint's hostile variants.
func (f *forge) hostile(names ...string) []probe {
	f.tb.Helper()
	var probes []probe
	for _, name := range names {
		variant, ok := f.variants[name]
		if !ok {
			f.tb.Fatalf("there is no hostile variant %q", name)
		}
		probes = append(probes, probe{name: name, variant: true, use: gognito.AccessToken, token: variant.Token(f.target)})
	}
	return probes
}

// hostileWith returns all hostile variants whose names begin so, but for some.
func (f *forge) hostileWith(prefix string, but ...string) []probe {
	f.tb.Helper()
	var names []string
	for _, h := range mint.HostileVariants() {
		if strings.HasPrefix(h.Name, prefix) && !slices.Contains(but, h.Name) {
			names = append(names, h.Name)
		}
	}
	if len(names) == 0 {
		f.tb.Fatalf("there is no hostile variant %s…", prefix)
	}
	return f.hostile(names...)
}

// absent is the value of a claim that is left out.
var absent = new(int)

func changed(claims, changes map[string]any) map[string]any {
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == any(absent) })
	return claims
}

type claims = map[string]any

// access is an access token with changed claims.
func (f *forge) access(name string, changes claims) probe {
	return probe{name: name, use: gognito.AccessToken, token: mint.Sign(f.target.AccessKey, changed(mint.AccessClaims(f.target.Session), changes))}
}

// identity is an ID token with changed claims, and judged as one.
func (f *forge) identity(name string, changes claims) probe {
	return probe{name: name, use: gognito.IDToken, token: mint.Sign(f.target.IDKey, changed(mint.IDClaims(f.target.Session), changes))}
}

// header is an access token under another header, truly signed. $kid stands for
// the kid, quotes included.
func (f *forge) header(name, text string) probe {
	return f.headerOf(f.target.AccessKey, name, text)
}

func (f *forge) headerOf(key *mint.Key, name, text string) probe {
	header := strings.ReplaceAll(text, "$kid", f.encode(key.ID))
	return probe{name: name, use: gognito.AccessToken, token: mint.SignRaw(key, []byte(header), f.good())}
}

// payload is an access token with a changed text, truly signed.
func (f *forge) payload(name string, change func(good string) string) probe {
	return probe{name: name, use: gognito.AccessToken, token: mint.Sign(f.target.AccessKey, change(string(f.good())))}
}

// behind is an access token with changed claims, and members at the end.
func (f *forge) behind(name string, changes claims, members string) probe {
	text := f.encode(changed(mint.AccessClaims(f.target.Session), changes))
	return probe{name: name, use: gognito.AccessToken, token: mint.Sign(f.target.AccessKey, strings.TrimSuffix(text, "}")+","+members+"}")}
}

// seconds is a time so long after the present.
func (f *forge) seconds(d time.Duration) int64 { return time.Now().Add(d).Unix() }

// good returns the payload of an access token.
func (f *forge) good() []byte { return []byte(f.encode(mint.AccessClaims(f.target.Session))) }

func (f *forge) encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		f.tb.Fatal(err)
	}
	return string(text)
}

// pair is a key for a key set of its own.
func (f *forge) pair(bits int) *mint.Key { return mint.WithNewID(f.keys[bits]) }

// keySet judges a token that key signed under a set that holds its JWK, changed,
// and the pool's second key.
func (f *forge) keySet(name string, key *mint.Key, changes claims) probe {
	document := f.encode(claims{"keys": []any{changed(key.JWK(), changes), f.target.IDKey.JWK()}})
	return f.document(name, key, document)
}

// document judges a token that key signed under this very key set.
func (f *forge) document(name string, key *mint.Key, document string) probe {
	return probe{name: name, use: gognito.AccessToken, token: mint.Sign(key, f.good()), document: []byte(document)}
}

const forgery = "exponent 1, and the message itself as the signature"

// forged is what anyone can make for a key whose exponent is 1: the signature is
// the encoded message itself.
func (f *forge) forged() probe {
	key := f.pair(2048)
	p := f.keySet(forgery, key, claims{"e": "AQ"})
	input := p.token[:strings.LastIndexByte(p.token, '.')]
	digest := sha256.Sum256([]byte(input))
	info := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	message := append([]byte{0, 1}, bytes.Repeat([]byte{0xff}, key.Private.Size()-len(info)-len(digest)-3)...)
	message = append(append(append(message, 0), info...), digest[:]...)
	p.token = input + "." + base64URL(message)
	return p
}

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
