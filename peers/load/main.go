// Load measures the gateway under load beside a bare net/http handler, golang-jwt in
// a handler, and oauth2-proxy; prints the tables of docs/performance.md that are about
// the gateway; and fails when a bound is missed.
//
// Each server is a process of its own with one core to itself, and wrk, which sends
// the requests and never sleeps, has another. They take turns, round after round, so
// that a machine whose speed drifts slows all alike, and medians of the rounds count.
// Every answer is counted, and one that is not the expected one ends the run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/gognito/gognito/peers/internal/report"
)

type settings struct {
	root     string
	rounds   int
	duration time.Duration
	tokens   int
	update   bool
}

func main() {
	var s settings
	flag.StringVar(&s.root, "root", "..", "the repository")
	flag.IntVar(&s.rounds, "rounds", 21, "rounds, of which the median counts")
	flag.DurationVar(&s.duration, "duration", time.Second, "time of each measurement in a round, in whole seconds")
	flag.IntVar(&s.tokens, "tokens", 100_000, "how many tokens the gateway's memory is measured with; signing a million takes some ten minutes")
	flag.BoolVar(&s.update, "update", false, "write the tables into docs/performance.md, if no bound is missed and the machine was quiet")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, s)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, s settings) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "load")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	issuer, err := newIssuer()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, issuer.close()) }()

	say("building; oauth2-proxy takes some minutes when it is built for the first time")
	built, err := build(ctx, s.root, folder)
	if err != nil {
		return err
	}
	w, err := newWrk(ctx, folder)
	if err != nil {
		return err
	}
	say("signing %d tokens", manyTokens)
	if w.tokens, err = issuer.file(ctx, folder, manyTokens); err != nil {
		return err
	}

	all := make(results)
	if err := measure(ctx, s, built, issuer, w, all); err != nil {
		return err
	}
	memory, err := measureMemory(ctx, s, built, issuer, w)
	if err != nil {
		return err
	}
	verdicts, err := judge(all, memory)
	if err != nil {
		return err
	}
	text, err := tables(all, memory)
	if err != nil {
		return err
	}
	machine, err := describe(ctx, s)
	if err != nil {
		return err
	}
	text = machine + "\n" + text + "\n" + verdicts.table()
	fmt.Print(text)
	if err := verdicts.missed(); err != nil || !s.update {
		return err
	}
	if err := quiet(all); err != nil {
		return err
	}
	return report.Update(s.root, "load", text)
}

// check checks what is needed before anything is built.
func (s settings) check() error {
	if s.rounds < 1 || s.tokens < 1 || s.duration < time.Second || s.duration%time.Second != 0 {
		return errors.New("-rounds and -tokens are at least 1, and -duration is a number of seconds")
	}
	for _, program := range []string{"wrk", "taskset", "cc"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("there is no %s on the PATH: apt-get install wrk util-linux gcc", program)
		}
	}
	return nil
}

// say tells people how far it is.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "load: "+format+"\n", args...) }
