package gognito_test

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gognito/gognito"
)

func TestRepositoryEachPackageHasOnePackageComment(t *testing.T) {
	for dir, files := range packages(t, ".") {
		var commented []string
		for name, file := range files {
			if file.Doc == nil {
				continue
			}
			commented = append(commented, name)
			text := file.Doc.Text()
			if want := "Package " + file.Name.Name + " "; file.Name.Name != "main" && !strings.HasPrefix(text, want) {
				t.Errorf("%s: the package comment begins %.30q, want %q", path.Join(dir, name), text, want)
			}
		}
		if len(commented) != 1 {
			slices.Sort(commented)
			t.Errorf("%s has %d package comments, want one: %q", dir, len(commented), commented)
		}
	}
}

func TestRepositoryEachPublicPackageHasARunnableExample(t *testing.T) {
	runnable := regexp.MustCompile(`(?m)^func Example\w*\(\)`)
	for dir, files := range packages(t, ".") {
		if top, _, _ := strings.Cut(module(t, dir), "/"); top == "tools" || top == "e2e" || top == "peers" || slices.Contains(strings.Split(dir, "/"), "internal") {
			continue
		}
		program, found := false, false
		for _, file := range files {
			program = program || file.Name.Name == "main"
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if strings.HasSuffix(entry.Name(), "_test.go") {
				text := read(t, path.Join(dir, entry.Name()))
				found = found || runnable.MatchString(text) && strings.Contains(text, "// Output:")
			}
		}
		if !program && !found {
			t.Errorf("%s has no Example with an output", dir)
		}
	}
}

// docs/errors.md is the operator's page: a row for each reason, in the order
// of the constants, under the kind that the library gives it.
func TestRepositoryEachReasonIsDocumented(t *testing.T) {
	kinds := map[gognito.Kind]string{
		gognito.ErrNoToken:      "ErrNoToken",
		gognito.ErrInvalidToken: "ErrInvalidToken",
		gognito.ErrForbidden:    "ErrForbidden",
		gognito.ErrUnavailable:  "ErrUnavailable",
	}
	var want []string
	for _, r := range reasons(t) {
		want = append(want, string(r)+" "+kinds[gognito.NewError(r, nil).Kind])
	}
	var got []string
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| `(Err[A-Za-z]+)` \\|")
	for _, match := range row.FindAllStringSubmatch(read(t, "docs/errors.md"), -1) {
		got = append(got, match[1]+" "+match[2])
	}
	if !slices.Equal(got, want) {
		t.Errorf("docs/errors.md has the rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// reasons returns the Reason constants in the order of their declaration.
func reasons(t *testing.T) []gognito.Reason {
	t.Helper()
	var found []gognito.Reason
	for _, decl := range packages(t, ".")["."]["errors.go"].Decls {
		d, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range d.Specs {
			s, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			if typ, ok := s.Type.(*ast.Ident); !ok || typ.Name != "Reason" {
				continue
			}
			for _, v := range s.Values {
				text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				found = append(found, gognito.Reason(text))
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("errors.go declares no reason")
	}
	return found
}

// Code in the README and in docs is code that is compiled and tested: every go
// block is part of an Example, or of a program in examples, but for its
// indentation.
func TestRepositoryCodeInDocsComesFromExamples(t *testing.T) {
	var sources []string
	walk(t, ".", func(name string) {
		if strings.HasSuffix(name, "example_test.go") || strings.HasPrefix(name, "examples/") && strings.HasSuffix(name, ".go") {
			sources = append(sources, unindented(read(t, name)))
		}
	})
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	fenced := regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	if !fenced.MatchString(read(t, "README.md")) {
		t.Error("README.md has no go block")
	}
	for _, page := range append(pages, "README.md") {
		for _, block := range fenced.FindAllStringSubmatch(read(t, page), -1) {
			if !slices.ContainsFunc(sources, func(s string) bool { return strings.Contains(s, unindented(block[1])) }) {
				t.Errorf("%s: no Example holds this block:\n%s", page, block[1])
			}
		}
	}
}

// Relative links lead to files, and their anchors to headings.
func TestRepositoryLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)|src="([^"]+)"`)
	code := regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]*`")
	links := 0
	walk(t, ".", func(page string) {
		if !strings.HasSuffix(page, ".md") {
			return
		}
		for _, match := range link.FindAllStringSubmatch(code.ReplaceAllString(read(t, page), ""), -1) {
			target := match[1] + match[2]
			if strings.Contains(target, "://") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(target, "#")
			if file = path.Join(path.Dir(page), file); strings.HasPrefix(target, "#") {
				file = page
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s, which is not there", page, target)
			} else if anchor != "" && !slices.Contains(anchors(read(t, file)), anchor) {
				t.Errorf("%s links to %s, which has no such heading", page, target)
			}
		}
	})
	if links == 0 {
		t.Error("there are no links at all")
	}
}

// anchors returns those that GitHub gives a page's headings.
func anchors(page string) []string {
	var list []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		words := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		list = append(list, strings.ReplaceAll(words, " ", "-"))
	}
	return list
}

func TestRepositoryTestsNamedInDocsExist(t *testing.T) {
	tests := namesOfTests(t)
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*`).FindAllString(read(t, page), -1) {
			if !tests[name] {
				t.Errorf("%s names %s, which does not exist", page, name)
			}
		}
	}
}

// unindented drops each line's indentation and blank lines, and ends every
// line, so that a block matches whole lines only.
func unindented(text string) string {
	b := strings.Builder{}
	b.WriteByte('\n')
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
