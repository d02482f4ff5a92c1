package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
)

// A keyServer is an issuer whose answers the test chooses.
func keyServer(t *testing.T, status int, body string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server
}

// keySet has one usable key, and one that is not.
const keySet = `{"keys":[{"kty":"EC","kid":"b"},{"kty":"RSA","kid":"a","alg":"RS256","use":"sig","e":"AQAB","n":"` +
	`u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0_IzW7yWR7QkrmBL7jTKEn5u-qKhbwKfBstIs-bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW_VDL5AaWTg0nLVkjRo9z-40RQzuVaE8AkAFmxZzow3x-VJYKdjykkJ0iT9wCS0DRTXu269V264Vf_3jvredZiKRkgwlL9xNAwxXFg0x_XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC-9aGVd-Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmw"}]}`

// fetch fetches a key set as the gateway does, and returns what is counted and logged.
func fetch(t *testing.T, url string, file string) (counted map[string]float64, lines []map[string]any) {
	t.Helper()
	m, registry := newMetrics()
	var j journal
	keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{url}, File: file, Trace: m.Trace(j.log())})
	if err != nil {
		t.Fatal(err)
	}
	_ = keys.Refresh(t.Context()) // it tells the trace
	counted = make(map[string]float64)
	for _, result := range []string{"ok", "failed", "absent"} {
		counted[result] = values(t, registry)[fmt.Sprintf("gognito_gateway_key_fetches_total{result=%q}", result)]
	}
	return counted, j.lines(t)
}

func TestFetchesOfKeySetsAreCountedAndFailuresLogged(t *testing.T) {
	gone := keyServer(t, http.StatusOK, "")
	tests := []struct {
		name, url, result, level string
	}{
		{"a good one", keyServer(t, http.StatusOK, keySet).URL, "ok", "WARN"}, // of the other key
		{"a server that fails", keyServer(t, http.StatusInternalServerError, "").URL, "failed", "ERROR"},
		{"no server", gone.URL, "failed", "ERROR"},
		{"no key set", keyServer(t, http.StatusOK, "{}").URL, "failed", "ERROR"},
		{"an issuer that is not used", keyServer(t, http.StatusForbidden, "").URL, "absent", "INFO"},
		{"a pool that is gone", keyServer(t, http.StatusNotFound, "").URL, "absent", "INFO"},
	}
	gone.Close() // now that none of the others can get its port
	for _, test := range tests {
		counted, lines := fetch(t, test.url, "")
		for result, got := range counted {
			want := 0.0
			if result == test.result {
				want = 1
			}
			if got != want {
				t.Errorf("%s: %v %s, want %v", test.name, got, result, want)
			}
		}
		if len(lines) != 1 || lines[0]["level"] != test.level || lines[0]["url"] != test.url {
			t.Errorf("%s: %v", test.name, lines)
		}
	}
}

func TestAKeyThatIsNotUsableIsLogged(t *testing.T) {
	_, lines := fetch(t, keyServer(t, http.StatusOK, keySet).URL, "")
	if len(lines) != 1 || lines[0]["msg"] != "a key of a key set is not usable" || lines[0]["index"] != 0.0 || lines[0]["why"] != "kty is not RSA" {
		t.Errorf("%v", lines)
	}
}

func TestAKeyFileThatCantBeUsedIsLoggedAndNoFetch(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.Mkdir(file, 0o700); err != nil {
		t.Fatal(err)
	}
	counted, lines := fetch(t, keyServer(t, http.StatusOK, keySet).URL, file)
	if counted["ok"] != 1 || counted["failed"] != 0 {
		t.Errorf("counted %v", counted)
	}
	files := 0
	for _, line := range lines {
		if line["msg"] == "the key file could not be used" && line["level"] == "WARN" && line["file"] == file && line["error"] != "" {
			files++
		}
	}
	if files != 2 { // reading it, and writing it
		t.Errorf("%v", lines)
	}
}

func TestAKeyFileThatWasReadIsNothingToSay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys.json")
	for range 2 {
		counted, lines := fetch(t, keyServer(t, http.StatusOK, keySet).URL, file)
		if counted["ok"] != 1 || len(lines) != 1 {
			t.Errorf("counted %v, logged %v", counted, lines)
		}
	}
}

func TestAFetchIsLoggedWithoutSecrets(t *testing.T) {
	m, _ := newMetrics()
	var j journal
	m.Trace(j.log()).KeysFetched(gognito.KeysInfo{
		URL: "https://user:secret@keys.example/a?secret", Err: errors.New("no " + token),
		Skipped: []gognito.SkippedKey{{Index: 3, Why: token}},
	})
	lines := j.lines(t)
	if len(lines) != 2 || lines[0]["why"] != "(a token)" || lines[0]["url"] != "https://keys.example/a" ||
		lines[1]["error"] != "no (a token)" || lines[1]["url"] != "https://keys.example/a" {
		t.Errorf("%v", lines)
	}
}

func TestTheAgeOfAPoolsKeysIsThatOfTheOldestInUse(t *testing.T) {
	const hour = time.Hour
	never := -hour
	for _, test := range []struct {
		name string
		ages []time.Duration // never: none was fetched
		want time.Duration   // never: no age
	}{
		{"one set", []time.Duration{hour}, hour},
		{"an issuer that is not used", []time.Duration{hour, never}, hour},
		{"the other issuer", []time.Duration{never, hour}, hour},
		{"both", []time.Duration{hour, 2 * hour}, 2 * hour},
		{"both, the other way round", []time.Duration{2 * hour, hour}, 2 * hour},
		{"an issuer that the pool has left", []time.Duration{hour, 24 * hour}, hour},
		{"the same, the other way round", []time.Duration{300 * hour, hour}, hour},
		{"three", []time.Duration{300 * hour, hour, 2 * hour}, 2 * hour},
		{"an outage of days", []time.Duration{48 * hour, 72 * hour}, 48 * hour},
		{"the same, the other way round ", []time.Duration{72 * hour, 48 * hour}, 48 * hour},
		{"no keys yet", []time.Duration{never, never}, never},
		{"nothing", nil, never},
		{"a clock that was set back", []time.Duration{-time.Minute}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			m, registry := newMetrics()
			var sets []gognito.KeySetStatus
			for _, age := range test.ages {
				set := gognito.KeySetStatus{URL: "https://keys.example"}
				if age != never {
					set.Fetched = time.Now().Add(-age)
				}
				sets = append(sets, set)
			}
			m.WatchKeys(func() map[string][]gognito.KeySetStatus {
				return map[string][]gognito.KeySetStatus{"p": sets}
			})
			got, ok := values(t, registry)[`gognito_gateway_key_set_age_seconds{pool="p"}`]
			if ok != (test.want != never) || ok && got != test.want.Seconds() {
				t.Errorf("%s: %v s (%v), want %v", test.name, got, ok, test.want)
			}
		})
	}
}

func TestTheKeysOfPoolsThatAReloadTookAwayAreGone(t *testing.T) {
	m, registry := newMetrics()
	if n := len(values(t, registry)); n != 6 { // of the other metrics
		t.Errorf("%d series before there are pools", n)
	}
	status := map[string][]gognito.KeySetStatus{"a": {{Fetched: time.Now()}}}
	m.WatchKeys(func() map[string][]gognito.KeySetStatus { return status })
	status = map[string][]gognito.KeySetStatus{"b": {{Fetched: time.Now()}}}
	got := values(t, registry)
	_, a := got[`gognito_gateway_key_set_age_seconds{pool="a"}`]
	_, b := got[`gognito_gateway_key_set_age_seconds{pool="b"}`]
	if a || !b {
		t.Errorf("%v", got)
	}
}

func TestATraceMayBeToldAfterItsRequestIsGone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m, registry := newMetrics()
	keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{keyServer(t, http.StatusOK, keySet).URL}, Trace: m.Trace(nil)})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	_, _ = keys.Key(ctx, "a")
	if _, err := keys.Key(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if got := values(t, registry)[`gognito_gateway_key_fetches_total{result="ok"}`]; got != 1 {
		t.Errorf("%v fetches, want 1", got)
	}
}
