package differential_test

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
	"github.com/gognito/gognito/peers/judge"
)

// A fuzzWorld has names that are the same in every process, so that what one
// found is of use to another. Its keys are not, so that tokens are signed in the
// process that judges them.
type fuzzWorld struct {
	*world
	benches []*bench
}

func newFuzzWorld(f *testing.F) fuzzWorld {
	f.Helper()
	w := newWorld(f)
	w.access.ID, w.identity.ID, w.clientID = "a", "i", "6h89qn2bfglbmvfebq9aaknqk0"
	w.pool = mint.Pool{ID: "eu-west-1_AbCdEfGhI", Issuer: mint.Issuer("eu-west-1_AbCdEfGhI")}
	var goJose []judge.Peer
	for _, peer := range judge.Peers {
		if peer.Name == "go-jose" {
			goJose = append(goJose, peer)
		}
	}
	if len(goJose) != 1 {
		f.Fatal("go-jose is not among the peers")
	}
	return fuzzWorld{w, []*bench{newBench(f, w.setup(gognito.AccessToken), goJose), newBench(f, w.setup(gognito.IDToken), goJose)}}
}

// seeds calls add with a draft for each mutation from a layer on. Of those that
// give a claim another type, one of a kind is enough.
func (w fuzzWorld) seeds(from int, add func(*draft)) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	seen := make(map[string]bool)
	for i, m := range everyMutation() {
		alike := m.slot + m.class + string(m.reason)
		if m.layer < from || m.layer == 0 && seen[alike] {
			continue
		}
		seen[alike] = true
		for _, k := range []kind{access, identity, machine} {
			if m.on&k == 0 {
				continue
			}
			d := newDraft(w.world, k, rand.New(rand.NewPCG(1, uint64(i))), now)
			d.payload.set("exp", "4102444800") // in 2100
			d.change([]mutation{m})
			add(d)
			break
		}
	}
}

// key is the one that a kid names, or the first.
func (w fuzzWorld) key(kid string) *mint.Key {
	if kid == w.identity.ID {
		return w.identity
	}
	return w.access
}

// FuzzAgainstGoJose: a token of any header and any payload, truly signed, that
// gognito accepts go-jose accepts too, and both read the same from it.
func FuzzAgainstGoJose(f *testing.F) {
	w := newFuzzWorld(f)
	w.seeds(0, func(d *draft) {
		if header, payload := d.json(0), d.json(1); d.whole == nil && d.reform == nil && len(header)+len(payload) < 4<<10 {
			f.Add([]byte(header), []byte(payload))
		}
	})
	f.Fuzz(func(t *testing.T, header, payload []byte) {
		var names struct{ KID string }
		_ = json.Unmarshal(header, &names) // who is wrong here signs with the first key
		w.compare(t, mint.SignRaw(w.key(names.KID), header, payload))
	})
}

// signHere stands for a true signature of what is before it.
const signHere = "*"

// FuzzCompactAgainstGoJose: the same of any text, with the signature that it has
// or a true one.
func FuzzCompactAgainstGoJose(f *testing.F) {
	w := newFuzzWorld(f)
	w.seeds(encodings, func(d *draft) {
		token := d.token()
		if end := strings.LastIndexByte(token, '.'); end >= 0 && len(token) < 4<<10 {
			f.Add(token[:end+1] + signHere)
		}
	})
	f.Fuzz(func(t *testing.T, token string) {
		if input, ok := strings.CutSuffix(token, "."+signHere); ok {
			for _, key := range []*mint.Key{w.access, w.identity} {
				w.compare(t, input+"."+base64.RawURLEncoding.EncodeToString(mint.Signature(key, input)))
			}
		}
		w.compare(t, token)
	})
}

func (w fuzzWorld) compare(t *testing.T, token string) {
	t.Helper()
	for _, b := range w.benches {
		claims, err := b.verifier.Verify(t.Context(), token)
		if err != nil {
			if claims != nil || gognito.ReasonOf(err) == "" {
				t.Fatalf("%q: %v, %v", token, claims, err)
			}
			continue
		}
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
		if err == nil {
			err = b.peers["go-jose"](token)
		}
		if err != nil {
			if !knownToGoJose(t, token) {
				t.Fatalf("gognito accepts %q, and go-jose does not: %v", token, err)
			}
			continue
		}
		var registered jwt.Claims
		var client, username string
		if b.setup.TokenUse == gognito.AccessToken {
			var own struct {
				ClientID string `json:"client_id"`
				Username string `json:"username"`
			}
			err = parsed.UnsafeClaimsWithoutVerification(&registered, &own)
			client, username = own.ClientID, own.Username
		} else {
			var own struct {
				Username string `json:"cognito:username"`
			}
			err = parsed.UnsafeClaimsWithoutVerification(&registered, &own)
			client, username = registered.Audience[0], own.Username
		}
		if err != nil {
			t.Fatalf("gognito accepts %q, and go-jose can't read it: %v", token, err)
		}
		if claims.Issuer != registered.Issuer || claims.Subject != registered.Subject || claims.ClientID != client || claims.Username != username ||
			math.Abs(float64(claims.ExpiresAt.Unix()-int64(*registered.Expiry))) > 1 {
			t.Fatalf("%q: gognito reads another claim than go-jose: %+v, %q, %q", token, registered, client, username)
		}
	}
}

// knownToGoJose reports whether a token is of one of the classes that go-jose
// refuses and gognito does not.
func knownToGoJose(t *testing.T, token string) bool {
	t.Helper()
	claims, err := claimsOf(token)
	if err != nil {
		t.Fatalf("encoding/json can't read what gognito accepts: %v: %q", err, token)
	}
	// iat of the future
	if issued, _ := claims["iat"].(json.Number).Float64(); issued > float64(time.Now().Unix()) {
		return true
	}
	// a header member of another type
	text, err := base64.RawURLEncoding.DecodeString(token[:strings.IndexByte(token, '.')])
	if err != nil {
		t.Fatal(err)
	}
	var header map[string]any
	if err := json.Unmarshal(text, &header); err != nil {
		t.Fatalf("encoding/json can't read a header that gognito accepts: %v: %q", err, token)
	}
	for _, name := range []string{"jwk", "x5c"} {
		if _, ok := header[name]; ok {
			return true
		}
	}
	return false
}
