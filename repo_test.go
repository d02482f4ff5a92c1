package gognito_test

// The tests named TestRepository… guard the repository itself: its modules,
// imports, documentation and recorded API. They see no behaviour, so the
// mutants run without them.

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/gognito/gognito"

// libraryMayImport are the modules outside the standard library that the
// library depends on. Each addition lands in every user's build, and needs a
// measured reason.
var libraryMayImport = []string{
	"github.com/go-json-experiment/json", // strict JSON, three times as fast as encoding/json
	"filippo.io/bigmod",                  // RSA with a modulus that is prepared once
	"github.com/maypok86/otter/v2",       // the token cache
}

// arrows says which of the library's own packages each of them may import:
// adapters and programs → httpauth → gognito → internal, and nothing the other
// way. Minting stays with gognitotest.
var arrows = map[string]func(imported string) bool{
	".":           isProduct,
	"httpauth":    func(p string) bool { return p == "." || isProduct(p) },
	"alb":         func(p string) bool { return p == "." || isProduct(p) },
	"gognitotest": func(p string) bool { return p == "." || p == "alb" || isProduct(p) || p == "internal/mint" },
	"internal":    isProduct,
	"examples":    func(string) bool { return true },

	"internal/adaptertest": func(string) bool { return true }, // for tests of adapters only
}

// isProduct reports whether it is an internal package of what runs in production.
func isProduct(p string) bool {
	return strings.HasPrefix(p, "internal/") && p != "internal/mint" && p != "internal/adaptertest"
}

func TestRepositoryLibraryImportsOnlyWhatItMay(t *testing.T) {
	for dir, files := range packages(t, ".") {
		if module(t, dir) != "." {
			continue
		}
		arrow, known := arrows[dir]
		if top, _, _ := strings.Cut(dir, "/"); !known {
			arrow, known = arrows[top]
		}
		if !known {
			t.Errorf("%s: a new folder in the library's module; say in arrows what it may import", dir)
			continue
		}
		for name, file := range files {
			for _, spec := range file.Imports {
				imported, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				switch own, isOwn := ownPackage(imported); {
				case isOwn && !arrow(own):
					t.Errorf("%s imports %s, against the arrow", path.Join(dir, name), imported)
				case !isOwn && isThirdParty(imported) && !slices.ContainsFunc(libraryMayImport, func(m string) bool {
					return imported == m || strings.HasPrefix(imported, m+"/")
				}):
					t.Errorf("%s imports %s, which libraryMayImport does not list", path.Join(dir, name), imported)
				}
			}
		}
	}
}

func TestRepositoryAdaptersDoNotImportEachOther(t *testing.T) {
	for dir, files := range packages(t, ".") {
		if !strings.HasPrefix(dir, "adapters/") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(dir, "adapters/"), "/")
		for _, file := range files {
			for _, spec := range file.Imports {
				rest, isAdapter := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), modulePath+"/adapters/")
				if other, _, _ := strings.Cut(rest, "/"); isAdapter && other != name {
					t.Errorf("%s imports the adapter %s", dir, other)
				}
			}
		}
	}
}

// What the library is built of, however far down.
func TestRepositoryLibraryIsBuiltOfWhatIsListed(t *testing.T) {
	var got []string
	for _, system := range systems {
		list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".", "./httpauth", "./alb", "./gognitotest")
		list.Env = append(list.Environ(), "GOOS="+system, "GOWORK=off")
		out, err := list.Output()
		if err != nil {
			t.Fatalf("go list for %s: %v", system, err)
		}
		got = append(got, strings.Fields(string(out))...)
	}
	slices.Sort(got)
	want := append([]string{modulePath, "golang.org/x/sys"}, libraryMayImport...) // x/sys is the token cache's
	slices.Sort(want)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		t.Errorf("the library is built of\n%q, want\n%q", got, want)
	}
}

// systems are those that programs are built for.
var systems = []string{"linux", "darwin", "windows"}

// The program that can mint tokens is never the one that runs in production.
func TestRepositoryProductionProgramCannotMint(t *testing.T) {
	for _, system := range systems {
		list := exec.Command("go", "list", "-C", "cmd", "-deps", "./gognito")
		list.Env = append(list.Environ(), "GOOS="+system)
		out, err := list.Output()
		if err != nil {
			t.Fatalf("go list for %s: %v", system, err)
		}
		deps := strings.Fields(string(out))
		if !slices.Contains(deps, modulePath) {
			t.Fatalf("the dependencies of cmd/gognito do not hold the library: %q", deps)
		}
		for _, dep := range deps {
			own, isOwn := ownPackage(dep)
			first, second, _ := strings.Cut(own, "/")
			if isOwn && (first == "devpool" || first == "gognitotest" || first == "internal" && (strings.HasPrefix(second, "mint") || second == "adaptertest")) {
				t.Errorf("cmd/gognito for %s depends on %s", system, dep)
			}
		}
	}
}

func TestRepositoryModulesAreWellFormed(t *testing.T) {
	for _, dir := range modules(t) {
		out, err := exec.Command("go", "mod", "edit", "-json", filepath.Join(dir, "go.mod")).Output()
		if err != nil {
			t.Fatalf("%s: go mod edit: %v", dir, err)
		}
		var mod struct {
			Module    struct{ Path string }
			Go        string
			Toolchain string
			Replace   []struct {
				Old, New struct{ Path, Version string }
			}
		}
		if err := json.Unmarshal(out, &mod); err != nil {
			t.Fatal(err)
		}
		if want := path.Join(modulePath, dir); mod.Module.Path != want {
			t.Errorf("%s: module path %s, want %s", dir, mod.Module.Path, want)
		}
		if mod.Go != "1.26.0" || mod.Toolchain != "" {
			t.Errorf("%s: go %s, toolchain %q; want go 1.26.0 and no toolchain", dir, mod.Go, mod.Toolchain)
		}
		for _, r := range mod.Replace {
			own, isOwn := ownPackage(r.Old.Path)
			target := path.Join(dir, r.New.Path)
			if dir == "." || !isOwn || target != own {
				t.Errorf("%s: replaces %s with %s; only nested modules replace, and only ours by their folders",
					dir, r.Old.Path, r.New.Path)
			}
		}
	}
}

// ownPackage returns an import path's folder in the repository.
func ownPackage(importPath string) (dir string, ok bool) {
	if importPath == modulePath {
		return ".", true
	}
	return strings.CutPrefix(importPath, modulePath+"/")
}

// isThirdParty reports whether an import path is outside the standard library,
// whose paths have no dot in their first element.
func isThirdParty(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(first, ".")
}

// skipDir reports whether the go command, or git, passes over a folder.
func skipDir(entry fs.DirEntry) bool {
	name := entry.Name()
	return entry.IsDir() && name != "." &&
		(strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules")
}

// modules returns the folders of all modules, slash-separated.
func modules(t *testing.T) []string {
	t.Helper()
	var dirs []string
	walk(t, ".", func(name string) {
		if path.Base(name) == "go.mod" {
			dirs = append(dirs, path.Dir(name))
		}
	})
	if len(dirs) < 2 {
		t.Fatalf("found the modules %q, want the library's and others", dirs)
	}
	return dirs
}

// module returns the folder of the module that a folder belongs to.
func module(t *testing.T, dir string) string {
	t.Helper()
	owner := "."
	for _, m := range modules(t) {
		if m != "." && (dir == m || strings.HasPrefix(dir, m+"/")) && len(m) > len(owner) {
			owner = m
		}
	}
	return owner
}

// packages returns the parsed Go files of every folder below root that has
// any outside its tests, by folder and file name.
func packages(t *testing.T, root string) map[string]map[string]*ast.File {
	t.Helper()
	found := map[string]map[string]*ast.File{}
	walk(t, root, func(name string) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		dir := path.Dir(name)
		if found[dir] == nil {
			found[dir] = map[string]*ast.File{}
		}
		found[dir][path.Base(name)] = file
	})
	return found
}

// walk calls visit with the slash-separated name of every file below root.
func walk(t *testing.T, root string, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case skipDir(entry):
			return fs.SkipDir
		case !entry.IsDir():
			visit(filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
