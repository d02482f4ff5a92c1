package conformance_test

import "github.com/gognito/gognito"

// A rule is one that a standard, or AWS, has for whoever verifies a token.
type rule struct {
	id      string // the RFC's number and the section's, and a word if there are several
	source  string
	level   string // of the source: MUST, SHOULD, … ; "" if it uses no such word
	text    string
	gognito string   // what gognito does about it
	tests   []string // that hold it, beside the probes: names of Go functions

	breaking []probe          // a verifier that keeps the rule refuses them
	keeping  []probe          // and accepts these
	reasons  []gognito.Reason // for which gognito refuses those that are no variants
	noProbe  string           // why there is neither

	caller   map[string]string // peers whose documentation leaves it to their caller, and where
	deviates string            // why gognito, by design, does not follow the rule to the letter
}

// An openQuestion is one that the texts answer either way, or not at all.
type openQuestion struct {
	text    string
	source  string
	gognito string // why its answer is what it is
	accepts bool   // gognito's answer
	probe   probe
}

// A heldRule is one that no token breaks, for the tests named hold it.
type heldRule struct {
	id, source, level, text, gognito string
	tests                            []string
}

// A foreignRule does not apply.
type foreignRule struct{ source, text, why string }

// A probe is a token, with the set-up that it is judged under. But for what its
// name says, the pool itself could have issued it.
type probe struct {
	name     string
	variant  bool // the name is that of a hostile variant
	use      gognito.TokenUse
	token    string
	document []byte // the key set; nil: the pool's own
}
