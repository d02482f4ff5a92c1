package gognito

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A keyFile is where a [RemoteKeys] keeps the last good set of each URL, so that
// a process that starts in an outage still verifies. What it holds is public, but
// whoever can write to it decides which tokens are good.
type keyFile string

// storedSets is the form of the file.
type storedSets struct {
	Sets []storedSet `json:"sets"`
}

type storedSet struct {
	URL      string         `json:"url"`
	Fetched  time.Time      `json:"fetched"`
	Document jsontext.Value `json:"jwks"` // as the URL answered
}

const (
	maxStoredSets = 100 // of other sources
	keyFileLimit  = 8 * bodyLimit
	maxFileSkew   = 5 * time.Minute // by how much its clock may have been ahead
)

// read returns what is stored. A file that is not there is no fault.
func (f keyFile) read() (storedSets, error) {
	file, err := os.Open(string(f))
	if errors.Is(err, os.ErrNotExist) {
		return storedSets{}, nil
	}
	if err != nil {
		return storedSets{}, fmt.Errorf("gognito: reading the key file: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(file, keyFileLimit+1))
	if err != nil {
		return storedSets{}, fmt.Errorf("gognito: reading the key file: %w", err)
	}
	var stored storedSets
	if len(text) > keyFileLimit || json.Unmarshal(text, &stored) != nil {
		return storedSets{}, errors.New("gognito: the key file is corrupt")
	}
	return stored, nil
}

// state returns what is known from a stored set now: it is as old as it is, and
// due. It is nil if the set is too old.
func (s storedSet) state(now time.Time, maxStale time.Duration) (*setState, error) {
	keys, _, err := parseJWKS(s.Document)
	age := now.Sub(s.Fetched)
	switch {
	case err != nil:
		return nil, fmt.Errorf("gognito: the key file is corrupt: %w", err)
	case age < -maxFileSkew:
		return nil, errors.New("gognito: the key file is from the future")
	case age >= maxStale:
		return nil, nil
	}
	return &setState{keys: keys, document: s.Document, fetched: now.Add(-max(0, age)), due: now}, nil
}

// keyFileLocks holds a *sync.Mutex for each file that a source of this process
// writes, by its path.
var keyFileLocks sync.Map

// lock keeps the other sources of this process from writing the file.
func (f keyFile) lock() (unlock func()) {
	path, err := filepath.Abs(string(f))
	if err != nil {
		path = string(f)
	}
	lock, _ := keyFileLocks.LoadOrStore(path, new(sync.Mutex))
	mutex := lock.(*sync.Mutex)
	mutex.Lock()
	return mutex.Unlock
}

// write puts the sets into the file, all of them or, if that fails, none.
func (f keyFile) write(stored storedSets) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("gognito: writing the key file: %w", err)
		}
	}()
	text, err := json.Marshal(stored)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(string(f)), filepath.Base(string(f))+".*")
	if err != nil {
		return err
	}
	_, err = io.Copy(temporary, bytes.NewReader(text))
	err = errors.Join(err, temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), string(f))
	}
	if err != nil {
		_ = os.Remove(temporary.Name())
	}
	return err
}

// ready waits, within ctx, until the file has been read. The first to come has it
// read; a disk that hangs is given up, as a URL that does.
func (r *RemoteKeys) ready(ctx context.Context) error {
	if r.file == "" {
		return nil
	}
	r.loading.Do(func() {
		var once sync.Once
		time.AfterFunc(fetchLimit, func() {
			once.Do(func() {
				r.report.Store(&KeysInfo{File: string(r.file), Err: errSlowFile})
				close(r.loaded)
			})
		})
		go func() {
			stored, err := r.file.read()
			once.Do(func() {
				r.report.Store(r.load(stored, err))
				close(r.loaded)
			})
		}()
	})
	select {
	case <-r.loaded: // whatever has become of ctx
	default:
		select {
		case <-r.loaded:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if r.report.Load() != nil {
		if info := r.report.Swap(nil); info != nil {
			r.tell(*info) // which may ask for keys
		}
	}
	return nil
}

var errSlowFile = fmt.Errorf("gognito: reading the key file took more than %v", fetchLimit)

// load takes over what the file knows.
func (r *RemoteKeys) load(stored storedSets, err error) *KeysInfo {
	now := time.Now()
	for _, one := range stored.Sets {
		i := slices.IndexFunc(r.sets, func(set *remoteSet) bool { return set.url == one.URL })
		if i < 0 {
			continue
		}
		state, fault := one.state(now, r.maxStale)
		err = errors.Join(err, fault)
		if state != nil {
			r.place(i, state)
		}
	}
	return &KeysInfo{File: string(r.file), Keys: len(r.current.Load().union), Err: err}
}

// saveWithin saves, and waits for it that long. On a disk that hangs one waits and
// one is in line, which will know all that is known by then; no more are needed.
func (r *RemoteKeys) saveWithin(limit time.Duration) {
	if r.file == "" {
		return
	}
	select {
	case r.saving <- struct{}{}:
	default:
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := r.save()
		<-r.saving
		if err != nil {
			r.tell(KeysInfo{File: string(r.file), Err: err})
		}
	}()
	patience := time.NewTimer(limit)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	}
}

// save writes what is known now, and keeps what the file knows of other URLs, or
// later than this source.
func (r *RemoteKeys) save() error {
	unlock := r.file.lock() // so that what is read before and written after is one step
	defer unlock()
	now := time.Now()
	var ours []storedSet
	for i, state := range r.current.Load().states {
		if state.keys != nil {
			ours = append(ours, storedSet{r.sets[i].url, state.fetched.UTC(), state.document})
		}
	}
	before, _ := r.file.read() // what is corrupt is replaced
	kept := before.Sets[:0]
	for _, theirs := range before.Sets {
		i := slices.IndexFunc(ours, func(s storedSet) bool { return s.URL == theirs.URL })
		age := now.Sub(theirs.Fetched)
		switch {
		case age >= r.maxStale || age < -maxFileSkew || len(kept) == maxStoredSets:
		case i < 0:
			kept = append(kept, theirs)
		case age >= 0 && theirs.Fetched.After(ours[i].Fetched): // and not by a clock that is ahead
			ours[i] = theirs
		}
	}
	return r.file.write(storedSets{append(kept, ours...)})
}

func (r *RemoteKeys) tell(info KeysInfo) {
	if r.trace != nil && r.trace.KeysFetched != nil {
		r.trace.KeysFetched(info)
	}
}
