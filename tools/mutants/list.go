package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A mutant is one deliberate fault.
type mutant struct {
	name     string
	file     string   // relative to the repository's root, slashes
	packages []string // patterns of go test, as seen from the root
	old, new string   // old must occur exactly once in the file
}

// parse reads a list of mutants. The form is that of testdata/mutants.txt,
// which explains it.
func parse(text string) ([]mutant, error) {
	var mutants []mutant
	names := map[string]bool{}
	for number, line := range strings.Split(text, "\n") {
		fault := func(format string, args ...any) error {
			return fmt.Errorf("line %d: %s", number+1, fmt.Sprintf(format, args...))
		}
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		if word == "mutant" {
			if rest == "" || names[rest] {
				return nil, fault("the name %q is empty or taken", rest)
			}
			names[rest] = true
			mutants = append(mutants, mutant{name: rest})
			continue
		}
		if len(mutants) == 0 {
			return nil, fault("no mutant line before this one")
		}
		m := &mutants[len(mutants)-1]
		switch {
		case word == "file":
			m.file = rest
		case word == "test":
			m.packages = strings.Fields(rest)
		case line[0] == '-':
			m.old += line[1:] + "\n"
		case line[0] == '+':
			m.new += line[1:] + "\n"
		default:
			return nil, fault("unknown word %q", word)
		}
	}
	for i := range mutants {
		m := &mutants[i]
		m.old, m.new = strings.TrimSpace(m.old), strings.TrimSpace(m.new)
		if m.file == "" || len(m.packages) == 0 || m.old == "" {
			return nil, fmt.Errorf("mutant %s needs a file, a test and a - line", m.name)
		}
		if m.old == m.new {
			return nil, fmt.Errorf("mutant %s changes nothing", m.name)
		}
	}
	return mutants, nil
}

// apply writes the mutant into the tree at root and returns a function that
// takes it out again.
func (m mutant) apply(root string) (undo func() error, err error) {
	path := filepath.Join(root, filepath.FromSlash(m.file))
	before, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(before), m.old); n != 1 {
		return nil, fmt.Errorf("%s holds its old text %d times, want once", m.file, n)
	}
	write := func(text string) error { return os.WriteFile(path, []byte(text), 0o644) }
	return func() error { return write(string(before)) }, write(strings.Replace(string(before), m.old, m.new, 1))
}
