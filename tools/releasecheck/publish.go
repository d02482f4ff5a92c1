package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

const rootModule = "github.com/gognito/gognito"

// unpublished are the modules that serve the repository alone.
var unpublished = []string{"e2e", "e2e/caddy", "examples/routers", "peers", "peers/oauth2proxy", "tools"}

// A published module is one that users can require.
type published struct {
	path string // the module path
	dir  string // where its files are
}

// findModules returns the published modules of the tree at root.
func findModules(root string) ([]published, error) {
	var modules []published
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".")) {
			return filepath.SkipDir
		}
		if entry.Name() != "go.mod" {
			return nil
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		if rel = filepath.ToSlash(rel); !slices.Contains(unpublished, rel) {
			modules = append(modules, published{path.Join(rootModule, rel), filepath.Dir(name)})
		}
		return nil
	})
	return modules, err
}

// publish writes a module's published form at version below proxy, a
// file-system module proxy (https://go.dev/ref/mod#goproxy-protocol). The
// module's go.mod is rewritten where it stands.
func (m published) publish(proxy, version string) error {
	gomod, err := publishedForm(m.path, filepath.Join(m.dir, "go.mod"), version)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(m.dir, "go.mod"), gomod, 0o644); err != nil {
		return err
	}
	escaped, err := module.EscapePath(m.path)
	if err != nil {
		return err
	}
	dir := filepath.Join(proxy, filepath.FromSlash(escaped), "@v")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	info, err := json.Marshal(map[string]any{"Version": version, "Time": time.Now().UTC()})
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": info, version + ".mod": gomod,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	archive, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		return err
	}
	return errors.Join(
		zip.CreateFromDir(archive, module.Version{Path: m.path, Version: version}, m.dir),
		archive.Close(),
	)
}

// publishedForm returns the go.mod that a release carries: no replace, since
// go install refuses a module that has one, and our own modules required at
// the release's version.
func publishedForm(modulePath, file, version string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		return nil, err
	}
	if got := mod.Module.Mod.Path; got != modulePath {
		return nil, fmt.Errorf("%s is of module %s, want %s", file, got, modulePath)
	}
	for _, r := range mod.Replace {
		if !ours(r.Old.Path) {
			return nil, fmt.Errorf("%s replaces %s, which no user would get", file, r.Old.Path)
		}
		if err := mod.DropReplace(r.Old.Path, r.Old.Version); err != nil {
			return nil, err
		}
	}
	for _, r := range mod.Require {
		if ours(r.Mod.Path) {
			if err := mod.AddRequire(r.Mod.Path, version); err != nil {
				return nil, err
			}
		}
	}
	mod.Cleanup()
	return mod.Format()
}

func ours(modulePath string) bool {
	return modulePath == rootModule || strings.HasPrefix(modulePath, rootModule+"/")
}

// isAdapter reports whether it is an adapter's module.
func (m published) isAdapter() bool { return strings.HasPrefix(m.path, rootModule+"/adapters/") }

// importable returns the import paths of a module's packages that a user's
// program can import: no program, nothing internal.
func (m published) importable() ([]string, error) {
	var packages []string
	err := filepath.WalkDir(m.dir, func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		name := entry.Name()
		if dir != m.dir {
			if name == "testdata" || name == "internal" || name[0] == '.' || name[0] == '_' {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				return filepath.SkipDir
			}
		}
		p, err := build.ImportDir(dir, 0)
		if _, none := errors.AsType[*build.NoGoError](err); none {
			return nil
		}
		if err != nil {
			return err
		}
		if p.Name == "main" || len(p.GoFiles) == 0 {
			return nil
		}
		rel, err := filepath.Rel(m.dir, dir)
		if err != nil {
			return err
		}
		packages = append(packages, path.Join(m.path, filepath.ToSlash(rel)))
		return nil
	})
	return packages, err
}
