package decide

import (
	"errors"
	"fmt"
	"slices"
)

// An Engine decides about requests, by rules that don't change. It is safe for
// concurrent use.
type Engine struct {
	rules      []rule
	namesHosts bool // a rule does
	minds      bool // a pattern has a letter that has another case
}

// A Fault is one thing that is wrong with the rules.
type Fault struct {
	Rule    int    // its index
	Name    string // its name, which may be what is wrong
	Field   string // of Rule
	Problem string
}

// Error names the rule, the field and what to do.
func (f *Fault) Error() string {
	return fmt.Sprintf("decide: rule %d (%q): %s %s", f.Rule+1, f.Name, f.Field, f.Problem)
}

// New returns the engine for the rules, which are tried in order: the first that
// takes a request decides, and what none takes is denied. The error joins every
// [Fault]: beside what is wrong with a rule alone, a name that is taken, and a path
// that an earlier rule leaves nothing of.
func New(rules []Rule) (*Engine, error) {
	if len(rules) == 0 {
		return nil, errors.New("decide: there are no rules, so nobody would be let through: add one")
	}
	e := &Engine{}
	var faults []error
	for i := range rules {
		r := &rules[i]
		c := checker{rule: r}
		c.all()
		if slices.ContainsFunc(e.rules, func(earlier rule) bool { return earlier.name == r.Name }) {
			c.fault("Name", "is the name of an earlier rule too")
		}
		own := r.compile(i)
		for _, p := range own.folded {
			if by := e.shadow(&own, p); by != "" {
				c.fault("Paths", "%q is never reached: the rule %q, which comes first, takes all of it (letter case aside)", p, by)
			}
		}
		for _, f := range c.faults {
			f.Rule, f.Name = i, r.Name
			faults = append(faults, f)
		}
		e.rules = append(e.rules, own)
		e.namesHosts = e.namesHosts || own.hosts != nil
		e.minds = e.minds || !slices.Equal(own.paths, own.folded)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return e, nil
}

// shadow returns the name of an earlier rule if there is nothing left of a rule's
// pattern, for any of its hosts and methods, that would come to it; "" if there is.
func (e *Engine) shadow(r *rule, p pattern) (by string) {
	for _, host := range orAny(r.hosts) {
		for _, method := range orAny(r.methods) {
			i := slices.IndexFunc(e.rules, func(earlier rule) bool {
				return has(earlier.hosts, host) && has(earlier.methods, method) &&
					slices.ContainsFunc(earlier.folded, func(q pattern) bool { return q.covers(p) })
			})
			if i < 0 {
				return ""
			}
			by = e.rules[i].name
		}
	}
	return by
}

// orAny returns the list, or one that stands for anything.
func orAny(list []string) []string {
	if list == nil {
		return []string{""}
	}
	return list
}

// has reports whether a list takes what is one of it, or stands for anything.
func has(list []string, one string) bool { return list == nil || slices.Contains(list, one) }
