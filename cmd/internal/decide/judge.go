package decide

// A question is a request as rules are asked about it.
type question struct {
	method, host string
	paths        []string // the readings
	canonical    bool
}

// read returns the question that a request is, or why it is none.
func (e *Engine) read(request Request, room []string) (q question, err error) {
	if q.method, err = canonicalMethod(request.Method); err != nil {
		return q, err
	}
	switch {
	case request.Host != "":
		q.host, err = canonicalHost(request.Host)
	case e.namesHosts:
		err = errNoHost
	}
	if err != nil {
		return q, err
	}
	q.paths, q.canonical, err = readings(request.Target, room)
	return q, err
}

// A verdict is which rule takes a reading.
type verdict struct {
	path    string
	anyCase bool // letter case aside
	rule    *rule
}

// judge appends the verdict on each reading, and where it may matter the one that
// leaves letter case aside.
func (e *Engine) judge(q *question, verdicts []verdict) []verdict {
	for _, path := range q.paths {
		verdicts = append(verdicts, verdict{path, false, e.first(q, trim(path), false)})
		if folded := fold(path); e.minds || folded != path {
			verdicts = append(verdicts, verdict{path, true, e.first(q, trim(folded), true)})
		}
	}
	return verdicts
}

// first returns the first rule that takes a reading.
func (e *Engine) first(q *question, path string, anyCase bool) *rule {
	for i := range e.rules {
		r := &e.rules[i]
		if r.access == Public && !q.canonical {
			continue
		}
		patterns := r.paths
		if anyCase {
			patterns = r.folded
		}
		if r.takes(q.method, q.host, patterns, path) {
			return r
		}
	}
	return &refuse
}

// strictestOf returns the strictest of the rules, and of several the one that
// comes first among all.
func strictestOf(verdicts []verdict) *rule {
	strictest := &refuse
	for i, v := range verdicts {
		if i == 0 || v.rule.access < strictest.access || v.rule.access == strictest.access && v.rule.order < strictest.order {
			strictest = v.rule
		}
	}
	return strictest
}
