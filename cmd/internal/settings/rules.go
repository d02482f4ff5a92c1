package settings

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
)

// A ruleReading is a rule of the file, and where its parts are.
type ruleReading struct {
	rule   decide.Rule
	at     place
	values map[string]*value    // by the fields of decide.Rule
	lists  map[string][]setting // likewise
	told   map[string]bool      // the fields whose faults were told
}

// ruleKeys are the keys of a rule by the fields of decide.Rule.
func ruleKeys() map[string]string {
	return map[string]string{
		"Name": "name", "Hosts": "hosts", "Methods": "methods", "Paths": "paths", "Access": "access",
		"TokenUse": "token_use", "Machines": "machines", "Groups": "groups", "AllGroups": "all_groups",
		"Scopes": "scopes", "AllScopes": "all_scopes", "Permissions": "permissions",
	}
}

// permissions returns what the members of groups may, and whether that is all.
func (r *reader) permissions(v *value) (granted map[string][]string, known bool) {
	if v == nil {
		return nil, true
	}
	found := r.found
	if r.entries(v) == nil {
		return nil, false
	}
	granted = make(map[string][]string)
	for i, group := range v.keys {
		item := v.items[i]
		if group == "" || strings.TrimSpace(group) != group || strings.ContainsFunc(group, unicode.IsControl) {
			r.fault(item.at, "is the name of no group: it is empty, begins or ends with a space, or holds a control character")
		}
		granted[group] = texts(r.texts(item))
	}
	return granted, r.found == found
}

// rules returns the rules, or the one that lets every user through everywhere.
func (r *reader) rules(v *value, granted map[string][]string, known bool) []decide.Rule {
	if v == nil {
		return []decide.Rule{{Name: "everything", Paths: []string{"/*"}, Access: decide.Authenticated}}
	}
	var sound, broken []*ruleReading
	var rules []decide.Rule
	for _, item := range r.elements(v) {
		read := r.rule(item)
		switch {
		case read == nil:
			continue
		case len(read.told) > 0:
			broken = append(broken, read)
		default:
			sound = append(sound, read)
		}
		rules = append(rules, read.rule)
		for _, permission := range read.lists["Permissions"] {
			if known && !grants(granted, permission.text) {
				r.fault(permission.at, "is granted to no group, so nobody could have it: grant it under permissions, or leave it out")
			}
		}
	}
	// What is wrong with the rules that were read, and among each other; and then with
	// each of the others by itself, since what it covers is not known.
	r.checkRules(sound...)
	for _, read := range broken {
		r.checkRules(read)
	}
	return rules
}

func grants(granted map[string][]string, permission string) bool {
	for _, permissions := range granted {
		if slices.Contains(permissions, permission) {
			return true
		}
	}
	return false
}

// rule returns a rule of the file; nil: it is none.
func (r *reader) rule(v *value) *ruleReading {
	keys := ruleKeys()
	found := r.found
	file := r.section(v, slices.Collect(maps.Values(keys))...)
	if file == nil {
		return nil
	}
	read := &ruleReading{at: v.at, values: make(map[string]*value), lists: make(map[string][]setting), told: make(map[string]bool)}
	if r.found > found {
		read.told[""] = true // a key that there is not
	}
	field := func(field string, take func(*value)) {
		found, v := r.found, file[keys[field]]
		take(v)
		read.values[field] = v
		if r.found > found || v != nil && v.kind == unusable {
			read.told[field] = true
		}
	}
	rule := &read.rule
	field("Name", func(v *value) { rule.Name = r.text(v).text })
	field("Access", func(v *value) { rule.Access = accessOf(r.choice(v, "authenticated", "public", "deny")) })
	field("TokenUse", func(v *value) {
		if v != nil {
			rule.TokenUse = gognito.TokenUse(r.choice(v, "access", "id", "any"))
		}
	})
	field("Machines", func(v *value) { rule.Machines = r.boolean(v, false) })
	for _, list := range []struct {
		field string
		to    *[]string
	}{
		{"Hosts", &rule.Hosts}, {"Methods", &rule.Methods}, {"Paths", &rule.Paths},
		{"Groups", &rule.Groups}, {"AllGroups", &rule.AllGroups},
		{"Scopes", &rule.Scopes}, {"AllScopes", &rule.AllScopes}, {"Permissions", &rule.Permissions},
	} {
		field(list.field, func(v *value) {
			read.lists[list.field] = r.texts(v)
			*list.to = texts(read.lists[list.field])
		})
	}
	return read
}

func accessOf(word string) decide.Access {
	switch word {
	case "public":
		return decide.Public
	case "authenticated":
		return decide.Authenticated
	default:
		return decide.Deny
	}
}

// checkRules tells what decide finds, where it is.
func (r *reader) checkRules(rules ...*ruleReading) {
	var list []decide.Rule
	for _, rule := range rules {
		list = append(list, rule.rule)
	}
	if list == nil {
		return // it was told why
	}
	_, err := decide.New(list)
	joined, _ := err.(interface{ Unwrap() []error })
	if joined == nil {
		return
	}
	for _, err := range joined.Unwrap() {
		if f, ok := errors.AsType[*decide.Fault](err); ok && !rules[f.Rule].told[f.Field] {
			at, problem := rules[f.Rule].place(f)
			r.fault(at, "%s", problem)
		}
	}
}

// place returns where a fault is, and what it is there: an element of a list is not
// quoted where it is pointed at.
func (read *ruleReading) place(f *decide.Fault) (place, string) {
	problem := f.Problem
	at := read.at.in(ruleKeys()[f.Field])
	if v := read.values[f.Field]; v != nil {
		at = v.at
	}
	if quoted, err := strconv.QuotedPrefix(problem); err == nil {
		text, _ := strconv.Unquote(quoted)
		i := slices.IndexFunc(read.lists[f.Field], func(s setting) bool { return strings.EqualFold(s.text, text) })
		if i >= 0 {
			at, problem = read.lists[f.Field][i].at, strings.TrimSpace(problem[len(quoted):])
		}
	}
	return at, ruleWords.ReplaceAllStringFunc(problem, func(field string) string {
		if field == "Authenticated" {
			return "authenticated"
		}
		return ruleKeys()[field]
	})
}

// ruleWords are the names of decide.Rule's fields, and of what one may be.
var ruleWords = regexp.MustCompile(`\b(Hosts|Methods|Paths|Access|TokenUse|Machines|Authenticated)\b`)
