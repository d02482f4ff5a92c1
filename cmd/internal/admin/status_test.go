package admin_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/admin"
)

var now = time.Date(2026, 7, 14, 12, 0, 0, 0, time.UTC)

// told returns the status as a client gets it.
func told(t *testing.T, s admin.Status) (document map[string]any, text string) {
	t.Helper()
	h := admin.Handler{Status: func() admin.Status { return s }}
	text = body(t, ask(&h, http.MethodGet, "/status"))
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return document, text
}

func TestTheStatusIsWholeJSON(t *testing.T) {
	got, _ := told(t, admin.Status{
		Version:       "v1.2.3",
		Configuration: admin.Configuration{File: "gognito.yaml", Loaded: now, Error: "gognito.yaml:3:5: rules: is empty"},
		KeySets: admin.KeySets(map[string][]gognito.KeySetStatus{
			"eu-west-1_B": {
				{URL: "https://b.example/jwks.json", KeyIDs: []string{"k1", "k2"}, Fetched: now.Add(-time.Hour - 1500*time.Millisecond)},
				{URL: "https://issuer.b.example/jwks.json", Err: errors.New("it answered 403")},
			},
			"eu-west-1_A": {{URL: "https://a.example/jwks.json", KeyIDs: []string{"k3"}, Fetched: now.Add(time.Minute)}},
		}, now),
		Listeners: []admin.Listener{{Name: "verify", Address: "127.0.0.1:9180"}},
	})
	want := map[string]any{
		"version":       "v1.2.3",
		"configuration": map[string]any{"file": "gognito.yaml", "loaded": "2026-07-14T12:00:00Z", "error": "gognito.yaml:3:5: rules: is empty"},
		"key_sets": []any{
			map[string]any{"pool": "eu-west-1_A", "url": "https://a.example/jwks.json", "fetched": "2026-07-14T12:01:00Z", "age": "0s", "keys": []any{"k3"}},
			map[string]any{"pool": "eu-west-1_B", "url": "https://b.example/jwks.json", "fetched": "2026-07-14T10:59:58Z", "age": "1h0m1s", "keys": []any{"k1", "k2"}},
			map[string]any{"pool": "eu-west-1_B", "url": "https://issuer.b.example/jwks.json", "keys": []any{}, "error": "it answered 403"},
		},
		"listeners": []any{map[string]any{"name": "verify", "address": "127.0.0.1:9180"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestAnEmptyStatusHasListsAndNoNull(t *testing.T) {
	got, text := told(t, admin.Status{Configuration: admin.Configuration{Loaded: now}})
	want := map[string]any{
		"version": "", "configuration": map[string]any{"loaded": "2026-07-14T12:00:00Z"}, "key_sets": []any{}, "listeners": []any{},
	}
	if !reflect.DeepEqual(got, want) || !strings.HasSuffix(text, "}\n") {
		t.Errorf("%s", text)
	}
}

func TestTheStatusHoldsNoSecrets(t *testing.T) {
	const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzZWNyZXQifQ.c2ln"
	secretURL := "https://user:secret@keys.example/set?sig=secret#secret"
	sets := admin.KeySets(map[string][]gognito.KeySetStatus{
		"p": {{URL: secretURL, Err: &url.Error{Op: "Get", URL: secretURL, Err: errors.New("no " + token)}}},
	}, now)
	if want := (admin.KeySet{Pool: "p", URL: "https://keys.example/set", Error: `Get "https://keys.example/set": no (a token)`}); !reflect.DeepEqual(sets, []admin.KeySet{want}) {
		t.Errorf("%+v, want %+v", sets, want)
	}
	careless := admin.Status{
		Configuration: admin.Configuration{Loaded: now, Error: "no " + token},
		KeySets:       append(sets, admin.KeySet{URL: secretURL, Error: token}),
	}
	_, text := told(t, careless)
	if strings.Contains(text, "secret") || strings.Contains(text, "eyJ") {
		t.Errorf("%s", text)
	}
	if strings.Count(text, `"url": "https://keys.example/set"`) != 2 || strings.Count(text, "(a token)") != 3 {
		t.Errorf("%s", text)
	}
	if careless.KeySets[1].URL != secretURL {
		t.Error("the caller's own list was changed")
	}
}

func TestAStatusThatIsNoJSONIsAnError(t *testing.T) {
	h := admin.Handler{Status: func() admin.Status {
		return admin.Status{Configuration: admin.Configuration{Loaded: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}}
	}}
	r := ask(&h, http.MethodGet, "/status")
	if text := body(t, r); r.StatusCode != http.StatusInternalServerError || text != "Internal Server Error\n" {
		t.Errorf("%s: %s", r.Status, text)
	}
}
