package gognito_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/internal/mint"
)

// seedKeySets are documents that differ in what ParseJWKS decides about.
func seedKeySets(f *testing.F) (seeds [][]byte) {
	f.Helper()
	good := keyPairs()[0]
	for _, change := range []map[string]any{
		{}, {"kty": "EC"}, {"use": "enc"}, {"alg": "RS512"}, {"d": "AQ"}, {"k": nil}, {"key_ops": []string{"verify"}},
		{"e": "AQ"}, {"e": ""}, {"n": "AQAB"}, {"n": nil}, {"kid": ""}, {"kid": nil},
	} {
		key := good.JWK()
		maps.Copy(key, change)
		document, err := json.Marshal(map[string]any{"keys": []any{key}})
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, document)
	}
	return append(seeds, mint.JWKS(keyPairs()...), []byte(`{}`), []byte(`{"keys":[]}`), []byte(`{"keys":{}}`), nil)
}

// FuzzParseJWKS: whatever is parsed is JSON for others too, and the keys are of IDs
// that it has.
func FuzzParseJWKS(f *testing.F) {
	for _, seed := range seedKeySets(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		keys, err := gognito.ParseJWKS(document)
		if err != nil {
			if keys != nil {
				t.Error("keys beside an error")
			}
			return
		}
		var set struct{ Keys []json.RawMessage }
		if err := json.Unmarshal(document, &set); err != nil {
			t.Fatalf("encoding/json: %v", err)
		}
		ids := map[string]bool{}
		for _, text := range set.Keys {
			var key struct {
				KeyID string `json:"kid"`
			}
			if json.Unmarshal(text, &key) == nil {
				ids[key.KeyID] = true
			}
		}
		if len(keys) == 0 || len(keys) > 100 {
			t.Errorf("%d keys", len(keys))
		}
		for id, key := range keys {
			if key == nil || id == "" || !ids[id] {
				t.Errorf("a key %v of the ID %q", key, id)
			}
		}
	})
}

// FuzzKeyFile: a key file gives keys that ParseJWKS takes from what it holds, or
// none, and is never in the way of the URL.
func FuzzKeyFile(f *testing.F) {
	now := time.Now().UTC().Format(time.RFC3339)
	for _, seed := range seedKeySets(f) {
		f.Add([]byte(`{"sets":[{"url":"` + original + `","fetched":"` + now + `","jwks":` + string(seed) + `}]}`))
	}
	file := filepath.Join(f.TempDir(), "keys.json")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		net := newTransport()
		net.answer(original, publish(keyPairs()[2]))
		keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, File: file, HTTPClient: net.client()})
		known := keys.Status()[0]
		if !json.Valid(text) && len(known.KeyIDs) > 0 {
			t.Errorf("keys of what is no JSON: %q", known.KeyIDs)
		}
		if len(known.KeyIDs) > 0 != !known.Fetched.IsZero() {
			t.Errorf("keys without an age, or an age without keys: %+v", known)
		}
		if err := keys.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
		if now := keys.Status()[0].KeyIDs; len(now) != 1 || now[0] != keyPairs()[2].ID {
			t.Errorf("after the URL was asked: %q", now)
		}
	})
}
