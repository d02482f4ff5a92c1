// Bench measures gognito and other implementations side by side, prints the
// tables of docs/performance.md, and fails when a bound is missed.
//
// Everything takes turns, round after round, so that a machine whose speed drifts
// slows all alike, and medians of the rounds count. Ratios of one run mean
// something on a busy machine; single times do not.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/gognito/gognito/peers/bench/subject"
	"github.com/gognito/gognito/peers/internal/report"
)

type settings struct {
	root      string
	rounds    int
	benchtime time.Duration
	update    bool
}

func main() {
	var s settings
	flag.StringVar(&s.root, "root", "..", "the repository")
	flag.IntVar(&s.rounds, "rounds", 11, "rounds, of which the median counts")
	flag.DurationVar(&s.benchtime, "benchtime", 60*time.Millisecond, "time of each benchmark in a round")
	flag.BoolVar(&s.update, "update", false, "write the tables into docs/performance.md, if no bound is missed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, s)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	pool, err := subject.New()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close(), os.RemoveAll(folder)) }()

	fmt.Fprintln(os.Stderr, "bench: building")
	steps, err := prepare(ctx, s, pool, folder)
	if err != nil {
		return err
	}
	all := make(results)
	start := time.Now()
	for round := range s.rounds {
		for _, step := range steps {
			if err := step(ctx, all); err != nil {
				return err
			}
		}
		fmt.Fprintf(os.Stderr, "bench: round %d of %d after %v\n", round+1, s.rounds, time.Since(start).Round(time.Second))
	}

	verdicts, err := judge(all)
	if err != nil {
		return err
	}
	machine, err := describe(ctx, folder)
	if err != nil {
		return err
	}
	text, err := tables(all)
	if err != nil {
		return err
	}
	text = machine + "\n" + text + "\n" + verdicts.table()
	fmt.Print(text + "\n" + library(all))
	if err := verdicts.missed(); err != nil || !s.update {
		return err
	}
	return report.Update(s.root, "bench", text)
}

// A step adds one result at least to each thing that it measures.
type step func(ctx context.Context, all results) error

// prepare builds everything that is run.
func prepare(ctx context.Context, s settings, pool *subject.Subject, folder string) ([]step, error) {
	if err := findOpenSSL(); err != nil {
		return nil, err
	}
	benchmarks, err := goBenchmarks(ctx, s, folder)
	if err != nil {
		return nil, err
	}
	cold, err := coldStarts(ctx, s, pool, folder)
	if err != nil {
		return nil, err
	}
	node, err := nodeJS(ctx, s, pool, folder)
	if err != nil {
		return nil, err
	}
	return append(append(benchmarks, cold...), append(node, openSSL)...), nil
}
