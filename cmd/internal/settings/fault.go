package settings

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// A Fault is one thing that is wrong with what the gateway is told.
type Fault struct {
	// File is the YAML file, if the fault is in it.
	File string
	// Line and Column begin with 1, and a column is a character. Zero: the fault is not
	// at one place.
	Line, Column int
	// Key is the key with those that it is in, as "rules[1].paths"; or the flag, or the
	// variable.
	Key     string
	Problem string // and what to do
}

// Error returns the fault as "file:line:column: key: problem".
func (f *Fault) Error() string {
	where := ""
	if f.File != "" {
		where = f.File + ": "
	}
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d: ", f.File, f.Line, f.Column)
	}
	if f.Key != "" {
		where += f.Key + ": "
	}
	return where + f.Problem
}

// A place is where a setting comes from.
type place struct {
	line, column int    // zero: not in a file, or not at one place of it
	name         string // the key, the flag or the variable
	outside      bool   // of the file: a flag or a variable
}

// in returns the place of a key that is missing in the mapping here.
func (p place) in(key string) place {
	p.name += "." + key
	return p
}

// A setting is a text and where it comes from. The zero value is none.
type setting struct {
	text string
	at   place
}

func texts(settings []setting) []string {
	var list []string
	for _, s := range settings {
		list = append(list, s.text)
	}
	return list
}

// maxFaults is how many are told.
const maxFaults = 100

// A reader reads settings, and collects what is wrong with them.
type reader struct {
	file   string // "": none
	flags  Flags
	getenv func(string) string
	faults []*Fault
	found  int       // how many there are, told or not
	files  []setting // others that were read
}

func (r *reader) fault(at place, format string, values ...any) {
	if r.found++; r.found > maxFaults {
		return
	}
	f := &Fault{Line: at.line, Column: at.column, Key: at.name, Problem: fmt.Sprintf(format, values...)}
	if !at.outside {
		f.File = r.file
	}
	r.faults = append(r.faults, f)
}

// err joins the faults: those of flags and variables, and then the file's in order.
func (r *reader) err() error {
	slices.SortStableFunc(r.faults, func(a, b *Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	var errs []error
	for _, f := range r.faults {
		errs = append(errs, f)
	}
	if r.found > maxFaults {
		errs = append(errs, fmt.Errorf("and %d faults more", r.found-maxFaults))
	}
	return errors.Join(errs...)
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,64}$`)

// printable returns a key as messages name it.
func printable(key string) string {
	if plainName.MatchString(key) {
		return key
	}
	if runes := []rune(key); len(runes) > 64 {
		key = string(runes[:64]) + "…"
	}
	return strconv.QuoteToASCII(key)
}
