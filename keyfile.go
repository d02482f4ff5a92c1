package gognito

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	keyFileLimit = 8 * bodyLimit
	maxFileSkew  = 5 * time.Minute // by how much its clock may have been ahead
)

// read returns the stored sets by URL, as they stand now: each as old as it is,
// and due. A file that is not there is no fault.
func (f keyFile) read(now time.Time, maxStale time.Duration) (map[string]*setState, error) {
	file, err := os.Open(string(f))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("gognito: reading the key file: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(file, keyFileLimit+1))
	if err != nil {
		return nil, fmt.Errorf("gognito: reading the key file: %w", err)
	}
	var stored storedSets
	if len(text) > keyFileLimit || json.Unmarshal(text, &stored) != nil {
		return nil, errors.New("gognito: the key file is corrupt")
	}
	states := make(map[string]*setState)
	var faults []error
	for _, set := range stored.Sets {
		age := now.Sub(set.Fetched)
		keys, _, err := parseJWKS(set.Document)
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("gognito: the key file is corrupt: %w", err))
		case age < -maxFileSkew:
			faults = append(faults, errors.New("gognito: the key file is from the future"))
		case age < maxStale:
			states[set.URL] = &setState{keys: keys, document: set.Document, fetched: now.Add(-max(0, age)), due: now}
		}
	}
	return states, errors.Join(faults...)
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

// load takes over what the file knows, once, before the first use.
func (r *RemoteKeys) load() {
	if r.file == "" {
		return
	}
	states, err := r.file.read(time.Now(), r.maxStale)
	for i, set := range r.sets {
		if state := states[set.url]; state != nil {
			r.place(i, state)
		}
	}
	r.tell(KeysInfo{File: string(r.file), Keys: len(r.current.Load().union), Err: err})
}

// save writes what is known now.
func (r *RemoteKeys) save() {
	if r.file == "" {
		return
	}
	r.saving.Lock() // so that the file never goes back to what another fetch knew less of
	defer r.saving.Unlock()
	var stored storedSets
	for i, state := range r.current.Load().states {
		if state.keys != nil {
			stored.Sets = append(stored.Sets, storedSet{r.sets[i].url, state.fetched.UTC(), state.document})
		}
	}
	if err := r.file.write(stored); err != nil {
		r.tell(KeysInfo{File: string(r.file), Err: err})
	}
}

func (r *RemoteKeys) tell(info KeysInfo) {
	if r.trace != nil && r.trace.KeysFetched != nil {
		r.trace.KeysFetched(info)
	}
}
