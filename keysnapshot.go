package gognito

import "slices"

// keySnapshot is everything that is known at one moment. It is replaced as a
// whole and never changed, so that nobody sees a set's new state without its
// keys, or the other way round.
type keySnapshot struct {
	states []*setState             // by set
	union  map[string]publishedKey // all sets' keys
}

type publishedKey struct {
	*Key
	set int // where it is published
}

// unite makes the union of the sets' keys. If two have a key of one ID, the one
// that was fetched last counts.
func (known *keySnapshot) unite() {
	known.union = make(map[string]publishedKey)
	for set, state := range known.states {
		for kid, key := range state.keys {
			if other, ok := known.union[kid]; !ok || known.states[other.set].fetched.Before(state.fetched) {
				known.union[kid] = publishedKey{key, set}
			}
		}
	}
}

// verdict says what it means that a key is not in the set as it stands.
func (known *keySnapshot) verdict(set int) error {
	if err := known.states[set].err; err != nil && !known.unused(set) {
		return err
	}
	return ErrKeyNotFound
}

// unused reports whether the pool does not use the set's issuer: Cognito answers
// the keys' URL of the issuer that a pool is not configured for with 403.
func (known *keySnapshot) unused(set int) bool {
	state := known.states[set]
	return state.keys == nil && absent(state.err) &&
		slices.ContainsFunc(known.states, func(other *setState) bool { return other.keys != nil })
}
