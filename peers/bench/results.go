package main

import (
	"bufio"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A result is what one run of a benchmark says of one operation.
type result struct{ ns, bytes, allocs float64 }

// results are those of all rounds, by the benchmark's name.
type results map[string][]result

func (r results) add(name string, one result) { r[name] = append(r[name], one) }

// median returns the run whose time is the middle one.
func (r results) median(name string) (result, error) {
	list := slices.Clone(r[name])
	if len(list) == 0 {
		return result{}, fmt.Errorf("the benchmark %s did not run", name)
	}
	slices.SortFunc(list, func(a, b result) int { return cmp.Compare(a.ns, b.ns) })
	return list[len(list)/2], nil
}

// ratio returns the median time of one benchmark in parts of another's.
func (r results) ratio(name, of string) (float64, error) {
	one, err := r.median(name)
	if err != nil {
		return 0, err
	}
	other, err := r.median(of)
	if err != nil {
		return 0, err
	}
	return one.ns / other.ns, nil
}

var (
	line  = regexp.MustCompile(`^Benchmark(\S+)\s+\d+\s+(\S.*)$`)
	value = regexp.MustCompile(`([0-9.]+) (\S+)`)
)

// parse adds the results in what `go test -bench` prints, each under the prefix
// and its own name, which ends in -2 where two threads ran it. A time of the
// processor comes before one of the clock.
func (r results) parse(prefix, output string) error {
	ran := false
	for scanner := bufio.NewScanner(strings.NewReader(output)); scanner.Scan(); {
		m := line.FindStringSubmatch(scanner.Text())
		if m == nil {
			continue
		}
		found := map[string]float64{}
		for _, v := range value.FindAllStringSubmatch(m[2], -1) {
			found[v[2]], _ = strconv.ParseFloat(v[1], 64) // what is no number is 0
		}
		one := result{cmp.Or(found["cpu-ns/op"], found["ns/op"]), found["B/op"], found["allocs/op"]}
		if one.ns <= 0 {
			return fmt.Errorf("the benchmark %s took no time", m[1])
		}
		r.add(prefix+m[1], one)
		ran = true
	}
	if !ran {
		return fmt.Errorf("no benchmark ran under %q:\n%s", prefix, output)
	}
	return nil
}
