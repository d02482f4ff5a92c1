package gognito_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
)

func TestAKeyFileCarriesTheKeysThroughAnOutage(t *testing.T) {
	pairs := keyPairs()
	file := filepath.Join(t.TempDir(), "keys.json")
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()

		source := func() *gognito.RemoteKeys {
			return remoteKeys(t, gognito.RemoteKeysConfig{
				URLs: []string{original, updated}, File: file, HTTPClient: net.client(),
			})
		}
		// No file yet, and then one with both sets.
		wantOutage(t, source(), pairs[0].ID)
		net.answer(original, publish(pairs[0]))
		net.answer(updated, publish(pairs[1]))
		if err := source().Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}

		net.answer(original, nil)
		net.answer(updated, nil)
		time.Sleep(23 * time.Hour)
		restarted := source()
		wantKey(t, restarted, pairs[0].ID, nil)
		wantKey(t, restarted, pairs[1].ID, nil)
		synctest.Wait()
		if status := restarted.Status(); status[0].Err == nil || len(status[0].KeyIDs) != 1 || time.Since(status[0].Fetched) != 23*time.Hour {
			t.Errorf("status from the file: %+v", status)
		}
		if n := net.count(original); n != 3 {
			t.Errorf("%d fetches; the file's keys are due at once", n)
		}

		// The keys of the file get no younger by a restart.
		time.Sleep(59 * time.Minute)
		wantKey(t, source(), pairs[0].ID, nil)
		time.Sleep(time.Minute)
		wantOutage(t, source(), pairs[0].ID)
		synctest.Wait()

		// A key that has left the set leaves the file.
		net.answer(original, publish(pairs[2]))
		if err := source().Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		net.answer(original, nil)
		wantOutage(t, source(), pairs[0].ID)
		wantKey(t, source(), pairs[2].ID, nil)
		synctest.Wait()
	})
	if leftovers, err := filepath.Glob(file + ".*"); err != nil || len(leftovers) > 0 {
		t.Errorf("left behind: %q, %v", leftovers, err)
	}
}

func TestProcessesThatShareAKeyFileKeepEachOthersKeys(t *testing.T) {
	pairs := keyPairs()
	file := filepath.Join(t.TempDir(), "keys.json")
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		source := func(urls ...string) *gognito.RemoteKeys {
			return remoteKeys(t, gognito.RemoteKeysConfig{URLs: urls, File: file, HTTPClient: net.client()})
		}
		refresh := func(keys *gognito.RemoteKeys) {
			t.Helper()
			if err := keys.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		net.answer(original, publish(pairs[0]))
		net.answer(updated, publish(pairs[2]))
		old, other := source(original), source(updated)
		refresh(old)
		refresh(other)
		time.Sleep(time.Minute)
		// One learns that a key is withdrawn; the other, which has it still, must
		// not bring it back.
		both := source(original, updated)
		refresh(both)
		time.Sleep(time.Minute)
		net.answer(original, publish(pairs[1]))
		refresh(old)
		net.answer(original, nil)
		time.Sleep(time.Minute)
		if err := both.Refresh(t.Context()); err == nil {
			t.Error("Refresh succeeded, and one of two URLs failed")
		}
		net.answer(updated, nil)
		restarted := source(original, updated)
		wantKey(t, restarted, pairs[1].ID, nil)
		wantKey(t, restarted, pairs[2].ID, nil)
		wantOutage(t, restarted, pairs[0].ID)
		synctest.Wait()
	})
}

// A host whose clock is ahead wrote the file, and has not heard that a key is
// withdrawn.
func TestAClockThatIsAheadBringsNoKeyBack(t *testing.T) {
	pairs := keyPairs()
	file := filepath.Join(t.TempDir(), "keys.json")
	synctest.Test(t, func(t *testing.T) {
		net := newTransport()
		source := func() *gognito.RemoteKeys {
			return remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{original}, File: file, HTTPClient: net.client()})
		}
		time.Sleep(4 * time.Minute)
		net.answer(original, publish(pairs[0]))
		if err := source().Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		written, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		ahead := strings.Replace(string(written), "T00:04:00Z", "T00:08:00Z", 1)
		if err := os.WriteFile(file, []byte(ahead), 0o600); err != nil || ahead == string(written) {
			t.Fatalf("%v: %s", err, written)
		}
		net.answer(original, publish(pairs[1]))
		if err := source().Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		net.answer(original, nil)
		restarted := source()
		wantKey(t, restarted, pairs[1].ID, nil)
		wantOutage(t, restarted, pairs[0].ID)
		synctest.Wait()
	})
}

func TestABrokenKeyFileIsReportedAndOtherwiseIgnored(t *testing.T) {
	pairs := keyPairs()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.json")
	net := newTransport()
	net.answer(original, publish(pairs[0]))
	// fetch fetches into the file, and returns what was traced.
	fetch := func(file string) []gognito.KeysInfo {
		var infos []gognito.KeysInfo
		synctest.Test(t, func(t *testing.T) {
			var keys *gognito.RemoteKeys
			keys = remoteKeys(t, gognito.RemoteKeysConfig{
				URLs: []string{original}, File: file, HTTPClient: net.client(),
				Trace: &gognito.Trace{KeysFetched: func(info gognito.KeysInfo) {
					infos = append(infos, info)
					keys.Status() // a trace may ask for what it is told about
				}},
			})
			wantKey(t, keys, pairs[0].ID, nil)
			synctest.Wait()
		})
		return infos
	}
	fetch(good)
	written, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	fetched := string(written[strings.Index(string(written), `"fetched":"`):])
	fetched = fetched[len(`"fetched":"`):strings.Index(fetched, `",`)]
	dated := func(age time.Duration) string {
		return strings.Replace(string(written), fetched, time.Now().Add(age).UTC().Format(time.RFC3339), 1)
	}
	for name, test := range map[string]struct {
		text string
		want string // in the error; "": none
		used bool
	}{
		"an hour old":       {dated(-time.Hour), "", true},
		"empty":             {"", "corrupt", false},
		"cut off":           {string(written[:len(written)/2]), "corrupt", false},
		"not JSON":          {"keys", "corrupt", false},
		"nothing in it":     {`{"sets":[]}`, "", false},
		"another URL":       {strings.Replace(string(written), original, updated, 1), "", false},
		"an empty set":      {strings.Replace(string(written), `"kty":"RSA"`, `"kty":"EC"`, 1), "corrupt", false},
		"a little ahead":    {dated(time.Minute), "", true},
		"from the future":   {dated(time.Hour), "future", false},
		"a day old":         {dated(-25 * time.Hour), "", false},
		"no date":           {strings.Replace(string(written), `"fetched":"`+fetched+`",`, "", 1), "", false},
		"far too large":     {`{"sets":[]}` + strings.Repeat(" ", 9<<20), "corrupt", false},
		"duplicate members": {strings.Replace(string(written), `"sets"`, `"sets":[],"sets"`, 1), "corrupt", false},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "keys.json")
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var infos []gognito.KeysInfo
			keys := remoteKeys(t, gognito.RemoteKeysConfig{
				URLs: []string{original}, File: file, HTTPClient: newTransport().client(),
				Trace: &gognito.Trace{KeysFetched: func(info gognito.KeysInfo) { infos = append(infos, info) }},
			})
			if used := len(keys.Status()[0].KeyIDs) == 1; used != test.used {
				t.Errorf("used: %v", used)
			}
			if len(infos) != 1 || infos[0].File != file || (infos[0].Err != nil) != (test.want != "") ||
				infos[0].Err != nil && !strings.Contains(infos[0].Err.Error(), test.want) {
				t.Errorf("traced: %+v", infos)
			}
		})
	}

	infos := fetch(filepath.Join(dir, "no such folder", "keys.json"))
	if len(infos) != 3 || infos[0].File == "" || infos[0].Err != nil || infos[1].URL != original || infos[1].Err != nil || infos[2].File == "" || infos[2].Err == nil {
		t.Errorf("a file that can't be written: traced %+v", infos)
	}
}
