// Mutants puts one deliberate fault after another into a copy of the
// repository and requires that the tests notice each. It proves that the tests
// of the security checks test something.
//
//	go run ./mutants -root .. [-only NAME]
//
// It exits with 1 when a mutant survives, no longer applies, does not build, or
// lets no test run, or when the test that notices it fails without it too; with 2
// when it could not judge.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gognito/gognito/tools/internal/tree"
)

const workers = 2 // each has its own copy of the tree

var errNotKilled = errors.New("not every mutant was killed")

func main() {
	root := flag.String("root", "..", "the repository's root")
	list := flag.String("list", "testdata/mutants.txt", "the list of mutants, relative to the root")
	only := flag.String("only", "", "run this mutant alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Stdout, *root, *list, *only)
	switch {
	case errors.Is(err, errNotKilled):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	}
}

func run(ctx context.Context, out io.Writer, root, list, only string) error {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(list)))
	if err != nil {
		return err
	}
	mutants, err := parse(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", list, err)
	}
	if only != "" {
		mutants = slices.DeleteFunc(mutants, func(m mutant) bool { return m.name != only })
	}
	if len(mutants) == 0 {
		return fmt.Errorf("%s holds no mutant to run", list)
	}

	temp, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	copies := make([]string, workers)
	for i := range copies {
		copies[i] = filepath.Join(temp, fmt.Sprint(i))
		if err := tree.Copy(ctx, copies[i], root); err != nil {
			return err
		}
	}
	if err := baseline(ctx, copies[0], mutants); err != nil {
		return err
	}
	return hunt(ctx, out, copies, mutants)
}

// baseline requires that the tests are green without any mutant: otherwise
// their red would say nothing.
func baseline(ctx context.Context, root string, mutants []mutant) error {
	var packages []string
	for _, m := range mutants {
		packages = append(packages, m.packages...)
	}
	slices.Sort(packages)
	v, err := goTest(ctx, root, slices.Compact(packages))
	if err != nil {
		return err
	}
	if v.red || v.broken {
		return fmt.Errorf("without any mutant the tests are not green: %s\n%s", v.by(), v.output)
	}
	return nil
}

// hunt runs every mutant, one at a time in each copy, and prints a line each
// and a total.
func hunt(ctx context.Context, out io.Writer, copies []string, mutants []mutant) error {
	todo := make(chan mutant)
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		counts = map[string]int{}
		flaky  = flakiness{again: map[string]verdict{}}
	)
	for _, root := range copies {
		wg.Go(func() {
			for m := range todo {
				start := time.Now()
				outcome, detail := try(ctx, root, m, &flaky)
				mu.Lock()
				counts[outcome]++
				fmt.Fprintf(out, "%-8s %5.1fs  %-34s %s\n", outcome, time.Since(start).Seconds(), m.name, detail)
				mu.Unlock()
			}
		})
	}
	for _, m := range mutants {
		todo <- m
	}
	close(todo)
	wg.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Fprintf(out, "%d mutants: %d killed, %d survived, %d broken\n",
		len(mutants), counts["killed"], counts["SURVIVED"], counts["BROKEN"])
	if counts["killed"] != len(mutants) {
		return errNotKilled
	}
	return nil
}

// try judges one mutant in the tree at root, which it leaves as it was.
func try(ctx context.Context, root string, m mutant, flaky *flakiness) (outcome, detail string) {
	undo, err := m.apply(root)
	if err != nil {
		return "BROKEN", err.Error()
	}
	v, err := goTest(ctx, root, m.packages)
	if undoErr := undo(); undoErr != nil {
		panic(undoErr) // the copy is spoiled for every mutant after this one
	}
	switch {
	case err != nil:
		return "BROKEN", err.Error()
	case v.broken && v.pkg != "":
		return "BROKEN", "no test of " + v.pkg + " ran to be red:\n" + v.output
	case v.broken:
		return "BROKEN", "does not build:\n" + v.output
	case !v.red:
		return "SURVIVED", "in " + m.file
	}
	again, err := flaky.check(ctx, root, v)
	switch {
	case err != nil:
		return "BROKEN", err.Error()
	case again.red || again.broken:
		return "BROKEN", "by " + v.by() + ", which fails without the mutant too:\n" + again.output
	}
	return "killed", "by " + v.by()
}

// flakiness knows which tests fail without any mutant, now and then.
type flakiness struct {
	mu    sync.Mutex
	again map[string]verdict // by package and test
}

// check runs a test that killed once more, once for all mutants, in the tree at
// root, which has none.
func (f *flakiness) check(ctx context.Context, root string, killed verdict) (verdict, error) {
	top, _, _ := strings.Cut(killed.test, "/")
	name := killed.pkg + " " + top
	f.mu.Lock()
	v, known := f.again[name]
	f.mu.Unlock()
	if known {
		return v, nil
	}
	v, err := goTestOne(ctx, root, killed.pattern, "^"+top+"$")
	if err != nil {
		return v, err
	}
	f.mu.Lock()
	f.again[name] = v
	f.mu.Unlock()
	return v, nil
}
