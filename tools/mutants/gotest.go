package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// A verdict is what one run of go test says.
type verdict struct {
	red    bool   // a test failed
	broken bool   // nothing was judged: the code or its tests do not build
	by     string // the first test that failed
	output string // what the failing tests, or the compiler, printed
}

// goTest runs the tests of the packages in the tree at root, one package after
// the other, up to the first failure. Tests that guard the repository rather
// than how the code behaves (TestRepository…) stay out: a mutant that only they
// notice has survived.
func goTest(ctx context.Context, root string, packages []string) (verdict, error) {
	for _, pkg := range packages {
		if v, err := goTestOne(ctx, root, pkg); err != nil || v.red || v.broken {
			return v, err
		}
	}
	return verdict{}, nil
}

func goTestOne(ctx context.Context, root, pkg string) (verdict, error) {
	args := []string{
		"test", "-json", "-count=1", "-failfast", "-trimpath", "-vet=off",
		"-timeout=5m", "-skip=^TestRepository", pkg,
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), "GOWORK=") // the workspace's modules, wherever this program was started
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
	if runErr != nil && !v.red && !v.broken {
		// go test did not get as far as a test: an unknown package, say.
		v.broken, v.output = true, stderr.String()
	}
	return v, nil
}

// judge reads the events of go test -json. A build failure is no red: the
// tests that would have judged the mutant never ran.
func judge(events io.Reader) (verdict, error) {
	var v verdict
	var tests, compiler strings.Builder
	decoder := json.NewDecoder(events)
	for {
		var e struct{ Action, Package, ImportPath, Test, Output, FailedBuild string }
		if err := decoder.Decode(&e); err == io.EOF {
			break
		} else if err != nil {
			return v, fmt.Errorf("read go test's events: %w", err)
		}
		switch e.Action {
		case "build-output":
			compiler.WriteString(e.Output)
		case "output":
			tests.WriteString(e.Output)
		case "build-fail":
			v.broken = true
		case "fail":
			if e.FailedBuild != "" {
				v.broken = true
				continue
			}
			v.red = true
			// A failing subtest is reported before its parent.
			if v.by == "" {
				v.by = strings.TrimSpace(e.Package + " " + e.Test)
			}
		}
	}
	v.output = tests.String()
	if v.broken {
		v.red, v.output = false, compiler.String()
	}
	return v, nil
}
