package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// timeout is when go test gives a package up.
var timeout = 5 * time.Minute

// A verdict is what one run of go test says.
type verdict struct {
	red      bool   // a test failed, or ran when the program ended
	timedOut bool   // because it took too long
	broken   bool   // nothing was judged: the code or its tests do not build, or no test ran
	pattern  string // that go test was given
	pkg      string // of the test, or where none ran
	test     string // the first that failed
	output   string // what the failing tests, or the compiler, printed
}

// by names the test that failed.
func (v verdict) by() string {
	name := strings.TrimSpace(v.pkg + " " + v.test)
	if v.timedOut {
		return "timeout in " + name
	}
	return name
}

// goTest runs the tests of the packages in the tree at root, one package after
// the other, up to the first failure. Tests that guard the repository rather
// than how the code behaves (TestRepository…) stay out: a mutant that only they
// notice has survived.
func goTest(ctx context.Context, root string, packages []string) (verdict, error) {
	for _, pkg := range packages {
		if v, err := goTestOne(ctx, root, pkg, ""); err != nil || v.red || v.broken {
			return v, err
		}
	}
	return verdict{}, nil
}

// goTestOne runs the tests of a package whose names match, in the package's
// module, alone: adapters need not be in the workspace.
func goTestOne(ctx context.Context, root, pattern, names string) (verdict, error) {
	dir, pkg := within(root, pattern)
	args := []string{
		"test", "-json", "-count=1", "-failfast", "-trimpath", "-vet=off",
		"-timeout=" + timeout.String(), "-run=" + names, "-skip=^TestRepository", pkg,
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, runErr := cmd.Output()
	if ctx.Err() != nil {
		return verdict{}, ctx.Err()
	}
	v, err := judge(bytes.NewReader(out))
	if err != nil {
		return verdict{}, fmt.Errorf("%w\n%s", err, stderr.Bytes())
	}
	v.pattern = pattern
	if runErr != nil && !v.red && !v.broken {
		// go test did not get as far as a test: an unknown package, say.
		v.broken, v.output = true, stderr.String()
	}
	return v, nil
}

// within returns the folder of the module that a pattern seen from the root is
// about, and the pattern as seen from there.
func within(root, pattern string) (dir, pkg string) {
	clean := path.Clean(pattern)
	for m := clean; m != "."; m = path.Dir(m) {
		dir := filepath.Join(root, filepath.FromSlash(m))
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, "." + strings.TrimPrefix(clean, m)
		}
	}
	return root, pattern
}

// judge reads the events of go test -json. A build failure is no red, nor is a
// program that ends while no test runs, as by a panic in init: the tests that
// would have judged the mutant never did. Of a test that runs when the program
// ends, by a timeout or a panic in another goroutine, there is no fail event.
func judge(events io.Reader) (verdict, error) {
	var v verdict
	var tests, compiler strings.Builder
	var running []string
	timedOut := false
	decoder := json.NewDecoder(events)
	for {
		var e struct{ Action, Package, ImportPath, Test, Output, FailedBuild string }
		if err := decoder.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			return v, fmt.Errorf("read go test's events: %w", err)
		}
		switch e.Action {
		case "run", "cont":
			running = append(running, e.Test)
		case "pause", "pass", "skip", "fail":
			running = slices.DeleteFunc(running, func(name string) bool { return name == e.Test })
		}
		switch e.Action {
		case "build-output":
			compiler.WriteString(e.Output)
		case "output":
			tests.WriteString(e.Output)
			timedOut = timedOut || strings.HasPrefix(e.Output, "panic: test timed out after ")
		case "build-fail":
			v.broken = true
		case "fail":
			switch {
			case e.FailedBuild != "":
				v.broken = true
			case v.red: // the first counts: a subtest is reported before its parent
			case e.Test != "":
				v.red, v.pkg, v.test = true, e.Package, e.Test
			case len(running) > 0:
				v.red, v.timedOut, v.pkg, v.test = true, timedOut, e.Package, running[len(running)-1]
			default:
				v.broken, v.pkg = true, e.Package
			}
		}
	}
	v.output = tests.String()
	if v.broken {
		v.red, v.output = false, compiler.String()+tests.String()
	}
	return v, nil
}
