//go:build unix

package gognito_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gognito/gognito"
)

// A named pipe that nobody writes to hangs as a network disk does.
func TestAKeyFileThatHangsIsGivenUp(t *testing.T) {
	t.Parallel()
	pairs := keyPairs()
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
	var told atomic.Pointer[gognito.KeysInfo]
	net := newTransport()
	net.answer(original, publish(pairs[0]))
	keys := remoteKeys(t, gognito.RemoteKeysConfig{
		URLs: []string{original}, File: file, HTTPClient: net.client(),
		Trace: &gognito.Trace{KeysFetched: func(info gognito.KeysInfo) {
			if info.File != "" {
				told.CompareAndSwap(nil, &info)
			}
		}},
	})
	brief, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := keys.Key(brief, pairs[0].ID); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a caller who does not wait so long: %v", err)
	}
	if info := told.Load(); info != nil {
		t.Errorf("it waited until the file was given up: %+v", info)
	}
	patient, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := keys.Key(patient, pairs[0].ID); err != nil {
		t.Errorf("a caller who waits: %v", err)
	}
	if info := told.Load(); info == nil || info.Err == nil || info.Keys != 0 {
		t.Errorf("traced: %+v", info)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := keys.Key(ended, pairs[0].ID); err != nil {
		t.Errorf("a known key, in a context that has ended: %v", err)
	}
	// Writing hangs, too: whoever waits for it gives up, and they don't pile up.
	before := runtime.NumGoroutine()
	for range 20 {
		if err := keys.Refresh(patient); err != nil {
			t.Errorf("Refresh: %v", err)
		}
	}
	if grown := runtime.NumGoroutine() - before; grown > 10 {
		t.Errorf("%d goroutines more", grown)
	}
}
