package gognito_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito"
)

// fileTrace collects what is told of a key file.
type fileTrace struct {
	mu     sync.Mutex
	faults []string
}

func (f *fileTrace) trace() *gognito.Trace {
	return &gognito.Trace{KeysFetched: func(info gognito.KeysInfo) {
		if info.File != "" && info.Err != nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.faults = append(f.faults, info.Err.Error())
		}
	}}
}

func (f *fileTrace) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.faults, "\n")
}

// leftovers returns what lies beside the key file.
func leftovers(t *testing.T, file string) []string {
	t.Helper()
	found, err := filepath.Glob(file + ".*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestARestartInAnOutageGoesByTheFile(t *testing.T) {
	pairs := keyPairs()
	s := newSite(t, publish(pairs[0]))
	file := filepath.Join(t.TempDir(), "keys.json")
	good, unknown := signed(pairs[0], s.URL), signed(pairs[1], s.URL)
	start := func(told *fileTrace) *gognito.Verifier {
		return realVerifier(t, func(c *gognito.Config) { c.Issuer, c.KeyFile, c.Trace = s.URL, file, told.trace() })
	}
	// A file that is no use is reported, costs a fetch, and is replaced.
	if err := os.WriteFile(file, []byte(`{"sets":[{"url":"`), 0o600); err != nil {
		t.Fatal(err)
	}
	// What a process that was killed has left behind is in nobody's way.
	if err := os.WriteFile(file+".1234", []byte(`{"sets":[{"ur`), 0o600); err != nil {
		t.Fatal(err)
	}
	var corrupt, sound fileTrace
	first := start(&corrupt)
	check(t, first, good, "")
	if err := first.Prefetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := within(time.Minute, func() bool { text, err := os.ReadFile(file); return err == nil && json.Valid(text) }); err != nil {
		t.Fatalf("the corrupt file is not replaced: %v", err)
	}
	if told := corrupt.String(); !strings.Contains(told, "corrupt") || strings.Contains(told, "\n") {
		t.Errorf("a corrupt file, traced: %q", told)
	}

	s.Close()
	v := start(&sound)
	check(t, v, good, "")
	check(t, v, unknown, gognito.ReasonKeysUnavailable)
	if err := v.Prefetch(t.Context()); err != nil {
		t.Errorf("Prefetch, with the file's keys: %v", err)
	}
	if told := sound.String(); told != "" {
		t.Errorf("a sound file, traced: %q", told)
	}

	// A file that is older than its reader allows.
	strict := remoteKeys(t, gognito.RemoteKeysConfig{
		URLs: []string{s.URL + "/.well-known/jwks.json"}, File: file, MaxStale: time.Nanosecond, Trace: sound.trace(),
	})
	late := realVerifier(t, func(c *gognito.Config) { c.Issuer, c.Keys = s.URL, strict })
	check(t, late, good, gognito.ReasonKeysUnavailable)
	if told, known := sound.String(), strict.Status()[0].KeyIDs; told != "" || len(known) > 0 {
		t.Errorf("a file that is too old: keys %q, traced %q", known, told)
	}
}

func TestAFileThatCannotBeReplacedLeavesNothingBehind(t *testing.T) {
	s := newSite(t, publish(keyPairs()[0]))
	folder := filepath.Join(t.TempDir(), "keys.json") // a folder of the file's name
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var told fileTrace
	keys := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{s.URL}, File: folder, Trace: told.trace()})
	if err := keys.Refresh(t.Context()); err != nil {
		t.Errorf("Refresh: %v", err)
	}
	wantKey(t, keys, keyPairs()[0].ID, nil)
	if text := told.String(); !strings.Contains(text, "reading the key file") || !strings.Contains(text, "writing the key file") {
		t.Errorf("traced: %q", text)
	}
	if left := leftovers(t, folder); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestManyWritersNeverTearTheFile(t *testing.T) {
	pairs := keyPairs()
	file := filepath.Join(t.TempDir(), "keys.json")
	var urls []string
	var told fileTrace
	for i := range 3 {
		urls = append(urls, newSite(t, large(pairs[i])).URL)
	}
	source := func(urls ...string) *gognito.RemoteKeys {
		return remoteKeys(t, gognito.RemoteKeysConfig{URLs: urls, File: file, Trace: told.trace()})
	}
	write := func(keys *gognito.RemoteKeys, times int) {
		for range times {
			if err := keys.Refresh(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	write(source(urls[0]), 1)
	var writers, readers sync.WaitGroup
	for i := range 6 {
		writers.Go(func() { write(source(urls[i%3]), 5) })
	}
	done := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				text, err := os.ReadFile(file)
				if err != nil || !json.Valid(text) || !strings.Contains(string(text), `"kid"`) {
					t.Errorf("torn: %d bytes, %v", len(text), err)
					return
				}
				source(urls...).Status()
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	write(source(urls...), 1)
	for i, status := range source(urls...).Status() {
		if len(status.KeyIDs) != 1 || status.KeyIDs[0] != pairs[i].ID {
			t.Errorf("in the file: %+v", status)
		}
	}
	if text := told.String(); text != "" {
		t.Errorf("traced: %s", text)
	}
	if left := leftovers(t, file); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// Each fetched something else, in the same moment.
func TestSourcesThatShareAFileKeepEachOthersSets(t *testing.T) {
	pairs := keyPairs()
	a, b := newSite(t, publish(pairs[0])), newSite(t, publish(pairs[1]))
	file := filepath.Join(t.TempDir(), "keys.json")
	for range 20 {
		var all sync.WaitGroup
		for _, url := range []string{a.URL, b.URL} {
			all.Go(func() {
				if err := remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{url}, File: file}).Refresh(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		for _, set := range remoteKeys(t, gognito.RemoteKeysConfig{URLs: []string{a.URL, b.URL}, File: file}).Status() {
			if len(set.KeyIDs) != 1 {
				t.Fatalf("the file lost the set of %s", set.URL)
			}
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}
