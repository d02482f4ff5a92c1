package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestPublishedFormDropsOurReplacesAndRequiresTheVersion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "go.mod")
	text := `module github.com/gognito/gognito/cmd

go 1.26.0

require (
	github.com/gognito/gognito v0.0.0
	github.com/gognito/gognito/devpool v0.0.0
	example.com/other v1.2.3
)

replace github.com/gognito/gognito => ../

replace github.com/gognito/gognito/devpool => ../devpool
`
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := publishedForm("github.com/gognito/gognito/cmd", file, "v0.1.0")
	if err != nil {
		t.Fatal(err)
	}
	want := `module github.com/gognito/gognito/cmd

go 1.26.0

require (
	example.com/other v1.2.3
	github.com/gognito/gognito v0.1.0
	github.com/gognito/gognito/devpool v0.1.0
)
`
	if lines(string(got)) != lines(want) {
		t.Errorf("published form:\n%s\nwant\n%s", got, want)
	}
}

func TestPublishedFormRefusesWhatUsersWouldNotGet(t *testing.T) {
	for text, want := range map[string]string{
		"module github.com/gognito/gognito\n\nreplace example.com/a => ../a\n": "replaces example.com/a, which no user would get",
		"module example.com/b\n": "is of module example.com/b, want github.com/gognito/gognito",
	} {
		file := filepath.Join(t.TempDir(), "go.mod")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := publishedForm(rootModule, file, "v0.1.0"); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("publishedForm of %q: %v, want … %s", text, err, want)
		}
	}
}

func TestModulesAndPackagesThatUsersGet(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module github.com/gognito/gognito\n", "a.go": "package gognito\n",
		"httpauth/a.go": "package httpauth\n", "internal/jws/a.go": "package jws\n",
		"httpauth/testdata/a.go": "package ignored\n", "examples/a.go": "package main\n",
		"docs/a.md": "", "onlytests/a_test.go": "package onlytests\n",
		"adapters/ginauth/go.mod": "module github.com/gognito/gognito/adapters/ginauth\n",
		"adapters/ginauth/a.go":   "package ginauth\n",
		"tools/go.mod":            "module github.com/gognito/gognito/tools\n", "tools/a.go": "package tools\n",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	modules, err := findModules(root)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range modules {
		packages, err := m.importable()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, packages...)
	}
	slices.Sort(got)
	want := []string{rootModule, rootModule + "/adapters/ginauth", rootModule + "/httpauth"}
	if !slices.Equal(got, want) {
		t.Errorf("importable packages %v, want %v", got, want)
	}
}

func TestRunRefusesAVersionThatIsNone(t *testing.T) {
	for _, version := range []string{"", "0.1.0", "v0.1", "latest", "v0.1.0+build"} {
		if err := run(t.Context(), t.TempDir(), version); err == nil || !strings.Contains(err.Error(), "want one like v0.1.0") {
			t.Errorf("version %q: %v, want it refused", version, err)
		}
	}
}

// lines sorts a file's lines: the order of a require block does not matter.
func lines(text string) string {
	sorted := strings.Split(strings.TrimSpace(text), "\n")
	slices.Sort(sorted)
	return strings.Join(sorted, "\n")
}
