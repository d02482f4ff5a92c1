package admin

import (
	"maps"
	"slices"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// Status is how the gateway is, for people and for scripts.
type Status struct {
	Version       string        `json:"version"`
	Configuration Configuration `json:"configuration"`
	KeySets       []KeySet      `json:"key_sets"` // see [KeySets]
	Listeners     []Listener    `json:"listeners"`
}

// Configuration is which configuration is in use.
type Configuration struct {
	File   string    `json:"file,omitempty"` // "": there is none
	Loaded time.Time `json:"loaded"`
	// Error is why the last attempt to load it anew failed, so that this one is still
	// in use; "": it did not fail.
	Error string `json:"error,omitempty"`
}

// KeySet is how the key set of one of a pool's issuers is.
type KeySet struct {
	Pool    string    `json:"pool"`
	URL     string    `json:"url"`
	Fetched time.Time `json:"fetched,omitzero"` // zero: it never was
	Age     string    `json:"age,omitempty"`    // since then, to the second, such as 1h2m3s
	Keys    []string  `json:"keys"`             // the IDs of its keys
	// Error is why the last attempt to fetch it failed; "": it did not. It is a 403 at
	// the issuer that a pool does not use.
	Error string `json:"error,omitempty"`
}

// Listener is one of the gateway's doors.
type Listener struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// KeySets returns how the key sets of pools are, by the pool's ID, without anything
// secret of their URLs.
func KeySets(pools map[string][]gognito.KeySetStatus, now time.Time) []KeySet {
	var list []KeySet
	for _, pool := range slices.Sorted(maps.Keys(pools)) {
		for _, set := range pools[pool] {
			k := KeySet{Pool: pool, URL: telemetry.URL(set.URL), Keys: set.KeyIDs}
			if !set.Fetched.IsZero() {
				k.Fetched = set.Fetched.UTC().Truncate(time.Second)
				k.Age = max(0, now.Sub(set.Fetched)).Truncate(time.Second).String()
			}
			if set.Err != nil {
				k.Error = telemetry.ErrorText(set.Err)
			}
			list = append(list, k)
		}
	}
	return list
}

// plain returns the status as it is told: whoever made it may not have been careful.
func (s Status) plain() Status {
	s.Configuration.Error = telemetry.Mask(s.Configuration.Error)
	s.KeySets = append([]KeySet{}, s.KeySets...)
	for i := range s.KeySets {
		k := &s.KeySets[i]
		k.URL, k.Error = telemetry.URL(k.URL), telemetry.Mask(k.Error)
		k.Keys = append([]string{}, k.Keys...)
	}
	s.Listeners = append([]Listener{}, s.Listeners...)
	return s
}
