package main

import (
	"fmt"
	"slices"
)

// A result is that of one measurement.
type result struct {
	cost      float64 // microseconds of the processor for one request
	perSecond float64 // requests, by the clock
	p99       float64 // microseconds
	busy      float64 // the part of the time that the server had its processor
	wrkBusy   float64 // and wrk its own
	requests  int
}

// results are those of all rounds, by the server's name and what it was asked.
type results map[[2]string][]result

func (r results) add(server, what string, one result) {
	r[[2]string{server, what}] = append(r[[2]string{server, what}], one)
}

// median returns the middle one of a number of each round's.
func (r results) median(server, what string, number func(result) float64) (float64, error) {
	var list []float64
	for _, one := range r[[2]string{server, what}] {
		list = append(list, number(one))
	}
	if len(list) == 0 {
		return 0, fmt.Errorf("%s with %s was not measured", server, what)
	}
	slices.Sort(list)
	return list[len(list)/2], nil
}

// ratio returns the median of each round's number of one server in parts of another's.
// Within a round the machine's speed drifts the least.
func (r results) ratio(server, of, what string, number func(result) float64) (float64, error) {
	one, other := r[[2]string{server, what}], r[[2]string{of, what}]
	if len(one) != len(other) {
		return 0, fmt.Errorf("%s and %s were not measured in the same rounds", server, of)
	}
	ratios := make(results)
	for round := range one {
		ratios.add(server, what, result{cost: number(one[round]) / number(other[round])})
	}
	return ratios.median(server, what, func(r result) float64 { return r.cost })
}

// rate is how many requests a second of the processor is enough for. A server that has
// a core to itself answers as many in a second of the clock; but what other programs
// take of that is none of its cost.
func rate(r result) float64 { return 1e6 / r.cost }

func perSecond(r result) float64 { return r.perSecond }
func p99(r result) float64       { return r.p99 }
func busy(r result) float64      { return r.busy }
func wrkBusy(r result) float64   { return r.wrkBusy }
