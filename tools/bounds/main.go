// Bounds runs the library's benchmarks and fails when a ratio that the library
// promises is missed. Ratios of medians of one run mean something on a busy
// machine; single times do not.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A bound is the most that one benchmark may take, in parts of another.
type bound struct {
	name, of string
	most     float64
}

// noise is what two equal benchmarks may differ by.
const noise = 1.1

var bounds = []bound{
	{"FirstTime", "BareRSA", 1},
	{"Repeated", "BareRSA", 1.0 / 50},
	{"Refused/Garbage", "FirstTime", noise},
	{"Refused/Algorithm", "FirstTime", noise},
	{"Refused/Signature", "FirstTime", noise},
	{"Refused/Deep", "Longest", noise},
	{"Refused/Members", "Longest", noise},
	{"Refused/Elements", "Longest", noise},
	{"Refused/Scopes", "Longest", noise},
	{"Refused/AtLimits", "Longest", 3}, // as does a good token of as many members
}

func main() {
	root := flag.String("root", "..", "the repository")
	count := flag.Int("count", 15, "runs of each benchmark, of which the median counts")
	flag.Parse()
	if err := run(*root, *count); err != nil {
		fmt.Fprintln(os.Stderr, "bounds:", err)
		os.Exit(1)
	}
}

func run(root string, count int) error {
	output, err := benchmark(root, count)
	if err != nil {
		return err
	}
	results := parse(output)
	names := make([]string, 0, len(results))
	for name := range results {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Printf("%-22s %12s %10s\n", "benchmark", "median ns", "allocs")
	for _, name := range names {
		fmt.Printf("%-22s %12.0f %10.0f\n", name, results[name].ns, results[name].allocs)
	}
	fmt.Println()
	missed := 0
	for _, b := range bounds {
		one, other := results[b.name], results[b.of]
		if one.ns == 0 || other.ns == 0 {
			return fmt.Errorf("the benchmark %s or %s did not run", b.name, b.of)
		}
		verdict := "held"
		if one.ns/other.ns > b.most {
			verdict = "MISSED"
			missed++
		}
		fmt.Printf("%-18s / %-10s %7.4f  at most %.4f  %s\n", b.name, b.of, one.ns/other.ns, b.most, verdict)
	}
	if missed > 0 {
		return fmt.Errorf("%d bounds were missed", missed)
	}
	return nil
}

// benchmark runs all benchmarks in turn, count times over, so that a machine whose
// speed drifts slows all of them alike.
func benchmark(root string, count int) (string, error) {
	folder, err := os.MkdirTemp("", "bounds")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	binary := filepath.Join(folder, "benchmarks")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Dir, build.Stderr = root, os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("building the benchmarks: %w", err)
	}
	var output strings.Builder
	for range count {
		run := exec.Command(binary, "-test.run", "^$", "-test.bench", ".", "-test.benchtime", "300ms")
		run.Dir, run.Stdout, run.Stderr = root, &output, os.Stderr
		if err := run.Run(); err != nil {
			return "", fmt.Errorf("running the benchmarks: %w\n%s", err, output.String())
		}
	}
	return output.String(), nil
}

// result is the median of a benchmark's runs.
type result struct{ ns, allocs float64 }

var line = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op.*?([0-9.]+) allocs/op`)

func parse(output string) map[string]result {
	runs := make(map[string][]result)
	for scanner := bufio.NewScanner(strings.NewReader(output)); scanner.Scan(); {
		if m := line.FindStringSubmatch(scanner.Text()); m != nil {
			ns, _ := strconv.ParseFloat(m[2], 64)
			allocs, _ := strconv.ParseFloat(m[3], 64)
			runs[m[1]] = append(runs[m[1]], result{ns, allocs})
		}
	}
	medians := make(map[string]result)
	for name, list := range runs {
		slices.SortFunc(list, func(a, b result) int { return cmp.Compare(a.ns, b.ns) })
		medians[name] = list[len(list)/2]
	}
	return medians
}
