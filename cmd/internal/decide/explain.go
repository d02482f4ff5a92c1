package decide

import (
	"fmt"
	"slices"
	"strings"
)

// An Explanation is what an Engine makes of a request before any user is asked
// for.
type Explanation struct {
	// Request is what was asked about.
	Request Request
	// Err is why it is malformed. The rest is then empty.
	Err error
	// Canonical: the path is in its canonical spelling, so public rules take it.
	Canonical bool
	// Readings are what the path may be taken for, the one that was sent first;
	// letter case aside only where another rule takes it then.
	Readings []Reading
	// Access is the strictest of the rules' that take the readings.
	Access Access
	// Demands are, if Access is Authenticated, what must all hold, in words.
	Demands []string
}

// A Reading is one path that a request's may be taken for.
type Reading struct {
	Path    string
	AnyCase bool   // by a server that does not mind letter case
	Rule    string // the rule that takes it; empty: none
	Pattern string // by which of its patterns
	Access  Access // of that rule
}

// Explain tells how a request is decided, and by which rules.
func (e *Engine) Explain(request Request) Explanation {
	x := Explanation{Request: request}
	q, err := e.read(request, nil)
	if err != nil {
		x.Err = err
		return x
	}
	x.Canonical = q.canonical
	verdicts := e.judge(&q, nil)
	x.Access = strictestOf(verdicts).access
	for i, v := range verdicts {
		if v.anyCase && v.rule == verdicts[i-1].rule {
			continue // the same, with letter case
		}
		reading := Reading{Path: v.path, AnyCase: v.anyCase, Rule: v.rule.name, Access: v.rule.access}
		patterns, path := v.rule.paths, v.path
		if v.anyCase {
			patterns, path = v.rule.folded, fold(path)
		}
		if i := slices.IndexFunc(patterns, func(p pattern) bool { return p.matches(trim(path)) }); i >= 0 {
			reading.Pattern = v.rule.paths[i].String()
		}
		x.Readings = append(x.Readings, reading)
		if x.Access == Authenticated && v.rule.access == Authenticated && !slices.Contains(x.Demands, v.rule.words) {
			x.Demands = append(x.Demands, v.rule.words)
		}
	}
	return x
}

// String tells it in lines for people.
func (x Explanation) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %q", x.Request.Method, x.Request.Target)
	if x.Request.Host != "" {
		fmt.Fprintf(&text, " of host %q", x.Request.Host)
	}
	if x.Err != nil {
		fmt.Fprintf(&text, "\n  is refused: %v\n", x.Err)
		return text.String()
	}
	if !x.Canonical {
		text.WriteString("\n  is not in canonical spelling, so no public rule takes it")
	}
	for _, r := range x.Readings {
		text.WriteString("\n  " + r.String())
	}
	switch x.Access {
	case Public:
		text.WriteString("\n  so it is for everybody\n")
	case Authenticated:
		text.WriteString("\n  so it is for " + strings.Join(x.Demands, ", who must also be\n    ") + "\n")
	default:
		text.WriteString("\n  so it is for nobody\n")
	}
	return text.String()
}

// String tells it in a line for people.
func (r Reading) String() string {
	line := fmt.Sprintf("%q", r.Path)
	if r.AnyCase {
		line += " in any letter case"
	}
	if r.Rule == "" {
		return line + " is taken by no rule"
	}
	return fmt.Sprintf("%s is taken by rule %q (%v) for %q", line, r.Rule, r.Access, r.Pattern)
}
