package gognito_test

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

func TestARememberedTokenIsJudgedEveryTime(t *testing.T) {
	pool := gognitotest.NewPool(t)
	var last gognito.VerifyInfo
	v := verifier(t, pool, func(c *gognito.Config) {
		c.Trace = &gognito.Trace{Verified: func(_ context.Context, info gognito.VerifyInfo) { last = info }}
	})
	token := pool.AccessToken(gognitotest.User{})
	for i := range 3 {
		if _, err := v.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if last.Remembered != (i > 0) {
			t.Fatalf("call %d: remembered %v", i, last.Remembered)
		}
	}
	pool.Advance(time.Hour)
	if _, err := v.Verify(t.Context(), token); gognito.ReasonOf(err) != gognito.ReasonExpired || !last.Remembered || last.Err != err {
		t.Errorf("after its exp: %v, traced %+v", err, last)
	}
}

func TestARememberedTokenOfAWithdrawnKeyIsRefused(t *testing.T) {
	pairs := keyPairs()
	keys := &changingKeys{}
	key := prepared(t, pairs[0])
	keys.set(gognito.StaticKeys{pairs[0].ID: key})
	pool := gognitotest.NewPool(t)
	v := verifier(t, pool, func(c *gognito.Config) { c.Keys = keys })
	s := mint.NewSession(mint.Pool{ID: pool.UserPoolID(), Issuer: pool.Issuer()}, mint.User{Username: "jane", Subject: mint.NewSubject()}, pool.ClientID(), pool.Now())
	token := mint.Sign(pairs[0], mint.AccessClaims(s))
	check(t, v, token, "")
	keys.set(gognito.StaticKeys{})
	check(t, v, token, gognito.ReasonUnknownKey)
	// Other material under the same ID.
	keys.set(gognito.StaticKeys{pairs[0].ID: prepared(t, pairs[1])})
	check(t, v, token, gognito.ReasonSignature)
	keys.set(gognito.StaticKeys{pairs[0].ID: key})
	check(t, v, token, "")
	// The same material as another *Key: verified anew, and remembered anew.
	keys.set(gognito.StaticKeys{pairs[0].ID: prepared(t, pairs[0])})
	check(t, v, token, "")
}

// changingKeys is a KeySource whose keys a test changes.
type changingKeys struct{ keys atomic.Value }

func (c *changingKeys) set(keys gognito.StaticKeys) { c.keys.Store(keys) }

func (c *changingKeys) Key(ctx context.Context, kid string) (*gognito.Key, error) {
	return c.keys.Load().(gognito.StaticKeys).Key(ctx, kid)
}

func prepared(t testing.TB, pair *mint.Key) *gognito.Key {
	t.Helper()
	key, err := gognito.NewKey(&pair.Private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestOnlyTokensThatPassedEverythingAreRemembered(t *testing.T) {
	pool := gognitotest.NewPool(t)
	remembered, revoked := 0, false
	v := verifier(t, pool, func(c *gognito.Config) {
		c.Trace = &gognito.Trace{Verified: func(_ context.Context, info gognito.VerifyInfo) {
			if info.Remembered {
				remembered++
			}
		}}
		c.Revocation = gognito.RevocationFunc(func(context.Context, *gognito.Claims) (bool, error) { return revoked, nil })
	})
	for _, hostile := range pool.HostileTokens() {
		for range 2 {
			check(t, v, hostile.Token, hostile.Reason)
		}
	}
	revoked = true
	token := pool.AccessToken(gognitotest.User{})
	for range 2 {
		check(t, v, token, gognito.ReasonRevoked)
	}
	if remembered != 0 {
		t.Errorf("%d refused tokens were remembered", remembered)
	}
}

func TestEachCallGetsClaimsOfItsOwn(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := pool.Verifier()
	token := pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"a", "b"}, Scopes: []string{"c", "d"},
		Claims: map[string]any{"aud": pool.ClientID()}})
	for range 3 {
		claims, err := v.Verify(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintln(claims.Groups, claims.Scopes, claims.Audience, claims.Username) != fmt.Sprintf("[a b] [c d] [%s] jane\n", pool.ClientID()) {
			t.Fatalf("claims that an earlier caller changed: %v", fieldsOf(claims))
		}
		if _ = append(claims.Groups, "admins"); claims.Scopes[0] != "c" {
			t.Fatalf("a list is in front of another: %v", fieldsOf(claims))
		}
		claims.Groups[0], claims.Scopes[0], claims.Audience[0], claims.Username = "admins", "all", "x", "root"
		claims.Groups = append(claims.Groups[:1], "admins")
		var greedy greedyUnmarshaler
		if err := claims.Decode(&greedy); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARevocationCheckerCanNotChangeWhatIsRemembered(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := verifier(t, pool, func(c *gognito.Config) {
		c.Revocation = gognito.RevocationFunc(func(_ context.Context, claims *gognito.Claims) (bool, error) {
			if claims.Username != "jane" || claims.Groups[0] != "readers" {
				t.Errorf("it was asked about %v", fieldsOf(claims))
			}
			claims.Username, claims.Groups[0] = "root", "admins"
			return false, nil
		})
	})
	token := pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"readers"}})
	for range 3 {
		check(t, v, token, "")
	}
}

func TestARememberedTokenSaysWhatItSaid(t *testing.T) {
	pool := gognitotest.NewPool(t)
	var last gognito.VerifyInfo
	v := verifier(t, pool, func(c *gognito.Config) {
		c.TokenUse, c.AllowMachines = gognito.AnyToken, true
		c.Trace = &gognito.Trace{Verified: func(_ context.Context, info gognito.VerifyInfo) { last = info }}
	})
	user := func(claims map[string]any, groups ...string) gognitotest.User {
		return gognitotest.User{Username: "jane", Groups: groups, Claims: claims}
	}
	for name, token := range map[string]string{
		"access":             pool.AccessToken(gognitotest.User{}),
		"ID":                 pool.IDToken(user(nil, "a")),
		"a machine's":        pool.MachineToken("orders/read"),
		"escapes":            pool.AccessToken(user(map[string]any{"username": "\u2028 \t\" é", "scope": "a  b"}, "x\n", "", "ü")),
		"audience":           pool.AccessToken(user(map[string]any{"aud": []string{"https://a.example", pool.ClientID()}})),
		"blank scope":        pool.AccessToken(user(map[string]any{"scope": " "})),
		"nothing optional":   pool.AccessToken(user(map[string]any{"jti": "", "origin_jti": "", "auth_time": nil})),
		"times":              pool.AccessToken(user(map[string]any{"nbf": 1.5, "iat": 0.25, "auth_time": -1})),
		"a hundred groups":   pool.AccessToken(user(nil, slices.Repeat([]string{"g"}, 100)...)),
		"as long as can be":  pool.AccessToken(user(map[string]any{"jti": strings.Repeat("j", 46<<10)}, "a")),
		"its client as long": pool.IDToken(user(map[string]any{"x": strings.Repeat("x", 46<<10)}, "a")),
	} {
		t.Run(name, func(t *testing.T) {
			first, err := v.Verify(t.Context(), token)
			if err != nil || last.Remembered {
				t.Fatalf("at first: %v, remembered %v", err, last.Remembered)
			}
			said := *first
			again, err := v.Verify(t.Context(), token)
			if err != nil || !last.Remembered {
				t.Fatalf("again: %v, remembered %v", err, last.Remembered)
			}
			if !reflect.DeepEqual(*again, said) {
				t.Errorf("it said %#v\nand now %#v", fieldsOf(&said), fieldsOf(again))
			}
		})
	}
}

// greedyUnmarshaler changes the bytes that it is given.
type greedyUnmarshaler struct{}

func (*greedyUnmarshaler) UnmarshalJSON(text []byte) error {
	for i := range text {
		text[i] = 'x'
	}
	return nil
}

func TestWithoutACacheNothingIsRemembered(t *testing.T) {
	pool := gognitotest.NewPool(t)
	v := verifier(t, pool, func(c *gognito.Config) {
		c.CacheBytes = -1
		c.Trace = &gognito.Trace{Verified: func(_ context.Context, info gognito.VerifyInfo) {
			if info.Remembered {
				t.Error("remembered")
			}
		}}
	})
	check(t, v, pool.AccessToken(gognitotest.User{}), "")
}

func TestTheCacheStaysWithinItsBytes(t *testing.T) {
	escapes := make([]string, 2000) // what needs an escape takes memory of its own
	for i := range escapes {
		escapes[i] = "\n" + string(rune('a'+i%26))
	}
	for name, groups := range map[string][]string{"ordinary": {"a", "b\n"}, "many": slices.Repeat([]string{"x"}, 2000), "many with escapes": escapes} {
		t.Run(name, func(t *testing.T) { staysWithinItsBytes(t, groups) })
	}
}

func staysWithinItsBytes(t *testing.T, groups []string) {
	t.Helper()
	const limit = 1 << 20
	pair := keyPairs()[0]
	pool := gognitotest.NewPool(t)
	v := verifier(t, pool, func(c *gognito.Config) {
		c.CacheBytes = limit
		c.Keys = gognito.StaticKeys{pair.ID: prepared(t, pair)}
	})
	session := mint.NewSession(mint.Pool{ID: pool.UserPoolID(), Issuer: pool.Issuer()},
		mint.User{Username: "jane", Subject: mint.NewSubject(), Groups: groups}, pool.ClientID(), pool.Now())
	before := heap()
	for range 2000 / (1 + len(groups)/200) { // several times what fits
		header := "Bearer " + mint.Sign(pair, mint.AccessClaims(session)) + strings.Repeat(" ", 8<<10)
		if _, err := v.Verify(t.Context(), strings.Fields(header)[1]); err != nil { // a part of something larger
			t.Fatal(err)
		}
	}
	grown := heap() - before
	t.Logf("the heap grew by %d bytes, with a cache of %d", grown, limit)
	if grown > limit {
		t.Error("that is more than the cache may take")
	}
	runtime.KeepAlive(v)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestVerifyingWhileKeysRotateRefusesNoGoodToken(t *testing.T) {
	pairs := keyPairs()
	pool := gognitotest.NewPool(t)
	net := newTransport()
	net.answer(original, publish(pairs[0], pairs[1]))
	keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, HTTPClient: net.client()})
	v := verifier(t, pool, func(c *gognito.Config) { c.Keys = keys; c.CacheBytes = 64 << 10 })
	var tokens []string
	for i := range 200 {
		s := mint.NewSession(mint.Pool{ID: pool.UserPoolID(), Issuer: pool.Issuer()},
			mint.User{Username: fmt.Sprint("user", i), Subject: mint.NewSubject(), Groups: []string{"a"}}, pool.ClientID(), pool.Now())
		tokens = append(tokens, mint.Sign(pairs[i%2], mint.AccessClaims(s)))
	}
	var all sync.WaitGroup
	stop := make(chan struct{})
	all.Go(func() {
		// Both keys are published at every moment, in sets that keep changing.
		sets := [][]*mint.Key{{pairs[1], pairs[0]}, {pairs[0], pairs[1], pairs[2]}}
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			net.answer(original, publish(sets[i%2]...))
			if err := keys.Refresh(t.Context()); err != nil {
				t.Error(err)
				return
			}
		}
	})
	var workers sync.WaitGroup
	for w := range 8 {
		workers.Go(func() {
			for i := range 500 {
				n := (i*7 + w) % len(tokens)
				claims, err := v.Verify(t.Context(), tokens[n])
				if err != nil || claims.Username != fmt.Sprint("user", n) {
					t.Errorf("token %d: %v, %v", n, claims, err)
					return
				}
				claims.Groups[0] = "changed"
			}
		})
	}
	workers.Wait()
	close(stop)
	all.Wait()
}
