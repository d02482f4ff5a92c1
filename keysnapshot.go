package gognito

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
