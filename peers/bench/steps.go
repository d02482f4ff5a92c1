package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/gognito/gognito/peers/bench/implementations"
	"github.com/gognito/gognito/peers/bench/subject"
)

// Where the results of a step are, in results.
const (
	ofLibrary = "library/"   // the library's own benchmarks
	ofTagged  = "jwx_goccy/" // jwx built under this tag
	ofNode    = "node/"
	ofCold    = "cold/"
)

// goBenchmarks builds the library's benchmarks and those of this package. They
// run on one thread, so that what a garbage collector does beside them counts,
// unless they are for two.
func goBenchmarks(ctx context.Context, s settings, folder string) ([]step, error) {
	peers := filepath.Join(s.root, "peers")
	library, own, tagged := filepath.Join(folder, "library.test"), filepath.Join(folder, "peers.test"), filepath.Join(folder, "tagged.test")
	for _, build := range []struct {
		dir  string
		args []string
	}{
		{s.root, []string{"test", "-c", "-o", library, "."}},
		{peers, []string{"test", "-c", "-o", own, "./bench"}},
		{peers, []string{"test", "-c", "-o", tagged, "-tags", "jwx_goccy", "./bench"}},
	} {
		if err := goCommand(ctx, build.dir, build.args...); err != nil {
			return nil, err
		}
	}
	run := func(dir, binary, prefix, pattern, threads string) step {
		return func(ctx context.Context, all results) error {
			command := exec.CommandContext(ctx, binary, "-test.run", "^$", "-test.bench", pattern, //nolint:gosec // built above
				"-test.benchtime", s.benchtime.String(), "-test.cpu", threads)
			command.Dir = dir
			output, err := command.CombinedOutput()
			if err != nil {
				return fmt.Errorf("running the benchmarks: %w\n%s", err, output)
			}
			return all.parse(prefix, string(output))
		}
	}
	return []step{
		run(s.root, library, ofLibrary, "^Benchmark(BareRSA|FirstTime|Longest|Repeated|Refused)$", "1"),
		run(peers, own, "", "^Benchmark(FirstTime|Repeated|Crowded|Refused|Limit)$", "1"),
		run(peers, own, "", "^BenchmarkParallel$", "1,2"),
		run(peers, tagged, ofTagged, "^BenchmarkFirstTime$/^jwx$", "1"),
	}, nil
}

// goCommand runs the go command outside of the workspace.
func goCommand(ctx context.Context, dir string, args ...string) error {
	command := exec.CommandContext(ctx, "go", args...) //nolint:gosec // arguments of ours
	command.Dir, command.Env = dir, append(os.Environ(), "GOWORK=off")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go %v: %w\n%s", args, err, output)
	}
	return nil
}

// startsPerRound is how often each program starts in a round.
const startsPerRound = 2

// coldStarts builds the programs that verify one token each.
func coldStarts(ctx context.Context, s settings, pool *subject.Subject, folder string) ([]step, error) {
	bin := filepath.Join(folder, "cold")
	if err := os.Mkdir(bin, 0o700); err != nil {
		return nil, err
	}
	if err := goCommand(ctx, filepath.Join(s.root, "peers"), "build", "-o", bin, "./bench/cold/..."); err != nil {
		return nil, err
	}
	steps := []step{start("nothing", filepath.Join(bin, "nothing"))}
	for _, implementation := range implementations.All {
		name := implementation.Name
		steps = append(steps, start(name, filepath.Join(bin, name), pool.Arguments(pool.Good)...))
	}
	return steps, nil
}

// start measures from exec to exit.
func start(name, program string, args ...string) step {
	return func(ctx context.Context, all results) error {
		for range startsPerRound {
			command := exec.CommandContext(ctx, program, args...) //nolint:gosec // built or installed by us
			begin := time.Now()
			if output, err := command.CombinedOutput(); err != nil {
				return fmt.Errorf("the cold start of %s: %w\n%s", name, err, output)
			}
			all.add(ofCold+name, result{ns: float64(time.Since(begin))})
		}
		return nil
	}
}
