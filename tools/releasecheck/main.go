// Releasecheck shows that a release would work for its users, before there is
// one:
//
//	go run ./releasecheck -root .. -version v0.1.0
//
// It writes every published module, in the form that the release's tag would
// carry, into a module proxy made of files. With an empty module cache it then
// installs the programs from there, by version, builds and runs a user's program
// on every package of the library and of the development pool, and builds one on
// each adapter. Everything happens in a temporary folder.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/gognito/gognito/tools/internal/tree"
)

// programs are those that the README tells users to install.
var programs = []string{"gognito", "gognito-dev"}

// emptyModule is how the go.mod of a user's program begins.
const emptyModule = "module example.com/consumer\n\ngo 1.26.0\n"

// consumer holds a user's program on the library, and its test.
//
//go:embed testdata/consumer
var consumer embed.FS

func main() {
	root := flag.String("root", "..", "the repository's root")
	version := flag.String("version", "", "the version to be, such as v0.1.0")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *root, *version); err != nil {
		fmt.Fprintln(os.Stderr, "releasecheck:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, root, version string) error {
	if semver.Canonical(version) != version || version == "" {
		return fmt.Errorf("-version is %q, want one like v0.1.0", version)
	}
	temp, err := os.MkdirTemp("", "releasecheck-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	source, proxy := filepath.Join(temp, "source"), filepath.Join(temp, "proxy")
	if err := tree.Copy(ctx, source, root); err != nil {
		return err
	}
	modules, err := findModules(source)
	if err != nil {
		return err
	}
	for _, m := range modules {
		if err := m.publish(proxy, version); err != nil {
			return fmt.Errorf("publish %s: %w", m.path, err)
		}
		fmt.Printf("published  %s@%s\n", m.path, version)
	}
	env, err := environment(ctx, temp, proxy)
	if err != nil {
		return err
	}
	if err := install(ctx, env, temp, version); err != nil {
		return err
	}
	if err := consume(ctx, env, filepath.Join(temp, "consumer"), version, modules); err != nil {
		return err
	}
	for _, m := range modules {
		if !m.isAdapter() {
			continue
		}
		if err := adopt(ctx, env, filepath.Join(temp, path.Base(m.path)), version, m); err != nil {
			return err
		}
	}
	return nil
}

// install installs each program as a user would, and starts it.
func install(ctx context.Context, env []string, temp, version string) error {
	for _, name := range programs {
		target := rootModule + "/cmd/" + name + "@" + version
		if err := command(ctx, env, temp, "go", "install", target); err != nil {
			return err
		}
		binary := filepath.Join(temp, "bin", name)
		if err := command(ctx, env, temp, binary, "--help"); err != nil {
			return err
		}
		fmt.Printf("installed  %s\n", target)
	}
	return nil
}

// consume builds and runs a user's program in dir. It lies in a module of its
// own that requires every published module but the adapters.
func consume(ctx context.Context, env []string, dir, version string, modules []published) error {
	files, err := consumer.ReadDir("testdata/consumer")
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, file := range files {
		data, err := consumer.ReadFile("testdata/consumer/" + file.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, file.Name()), data, 0o644); err != nil {
			return err
		}
	}
	gomod, all := emptyModule, "package main\n"
	for _, m := range modules {
		packages, err := m.importable()
		if err != nil {
			return err
		}
		if len(packages) == 0 || m.isAdapter() {
			continue
		}
		gomod += fmt.Sprintf("\nrequire %s %s\n", m.path, version)
		for _, p := range packages {
			all += fmt.Sprintf("\nimport _ %q\n", p)
		}
	}
	for name, text := range map[string]string{"go.mod": gomod, "all.go": all} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"mod", "tidy"}, {"vet", "./..."}, {"run", "."}, {"test", "./..."}} {
		if err := command(ctx, env, dir, "go", args...); err != nil {
			return err
		}
	}
	fmt.Printf("built      a program on %d packages\n", strings.Count(all, "import _"))
	return nil
}

// adopt builds a user's program on one adapter in dir, in a module that requires
// nothing else.
func adopt(ctx context.Context, env []string, dir, version string, adapter published) error {
	packages, err := adapter.importable()
	if err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	get := []string{"get"}
	for _, p := range packages {
		get = append(get, p+"@"+version)
	}
	for name, text := range map[string]string{"go.mod": emptyModule, "main.go": imports(packages)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, args := range [][]string{get, {"vet", "."}, {"build", "-o", os.DevNull, "."}} {
		if err := command(ctx, env, dir, "go", args...); err != nil {
			return err
		}
	}
	fmt.Printf("built      a program on %s\n", strings.Join(packages, " and "))
	return nil
}

// imports returns a program that imports packages and does nothing.
func imports(packages []string) string {
	var text strings.Builder
	text.WriteString("package main\n")
	for _, p := range packages {
		fmt.Fprintf(&text, "\nimport _ %q\n", p)
	}
	text.WriteString("\nfunc main() {}\n")
	return text.String()
}

// environment is a new user's: our modules come from the folder proxy,
// everything else from where it always comes from, and the module cache is
// empty. The checksum database cannot know modules that are not released yet.
func environment(ctx context.Context, temp, proxy string) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOPROXY", "GONOSUMDB").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	lines := strings.Split(string(out), "\n")
	goproxy, nosumdb := lines[0], lines[1]
	// With "direct" the go command would look for the parts of our paths that
	// are no modules at their origin. No other dependency needs it.
	others := slices.DeleteFunc(strings.FieldsFunc(goproxy, func(r rune) bool { return r == ',' || r == '|' }),
		func(s string) bool { return s == "direct" })
	return append(os.Environ(),
		"GOPROXY="+strings.Join(append([]string{"file://" + filepath.ToSlash(proxy)}, others...), ","),
		"GONOSUMDB="+strings.Trim(rootModule+","+nosumdb, ","),
		// With any GONOPROXY, go get takes the library in the cache for all there
		// is at its path, and looks for no adapter.
		"GOPRIVATE=", "GONOPROXY=", "GOWORK=off", "GOFLAGS=-modcacherw",
		"GOMODCACHE="+filepath.Join(temp, "modcache"),
		"GOBIN="+filepath.Join(temp, "bin"),
	), nil
}

// command runs a program, and shows what it printed only when it fails.
func command(ctx context.Context, env []string, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return nil
}
