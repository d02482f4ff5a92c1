package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// manyTokens is how many users' tokens come by turns in the second measurement.
const manyTokens = 10_000

// What is measured, as results name it.
const (
	oneToken  = "one token"
	tenfold   = "10,000 tokens"
	asleep    = "one token, and wrk sleeps"
	countTime = time.Second
)

var workloads = []string{oneToken, tenfold, asleep}

// roundsOfOne is how many rounds a process is measured in before another takes its place:
// how a process's memory happens to lie makes it faster or slower for as long as it runs.
const roundsOfOne = 3

// measure runs all servers, round after round.
func measure(ctx context.Context, s settings, built programs, i *issuer, w *wrk, all results) error {
	folder, err := os.MkdirTemp(w.folder, "servers")
	if err != nil {
		return err
	}
	start := time.Now()
	for done := 0; done < s.rounds; done += roundsOfOne {
		if err := measureOnes(ctx, s, min(roundsOfOne, s.rounds-done), built, i, w, folder, all); err != nil {
			return err
		}
		say("%d of %d rounds after %v", min(done+roundsOfOne, s.rounds), s.rounds, time.Since(start).Round(time.Second))
	}
	return nil
}

// measureOnes runs one process of each server for some rounds.
func measureOnes(ctx context.Context, s settings, rounds int, built programs, i *issuer, w *wrk, folder string, all results) error {
	token := i.good()
	running, err := startAll(ctx, built, i, w, folder, token)
	defer func() {
		for _, p := range running {
			p.stop()
		}
	}()
	if err != nil {
		return err
	}
	for range rounds {
		for _, p := range running {
			for _, what := range workloads {
				one, err := p.measure(ctx, func() (*tally, error) {
					switch what {
					case tenfold:
						return w.many(ctx, p.server, s.duration)
					case asleep:
						return w.sleepy().one(ctx, p.server, token, s.duration)
					default:
						return w.one(ctx, p.server, token, s.duration)
					}
				})
				if err != nil {
					return err
				}
				all.add(p.name, what, one)
			}
		}
	}
	for _, p := range running {
		if err := p.probe(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// startAll starts all servers, and has each answer for some time while every status is
// counted. What has started is returned with an error too.
func startAll(ctx context.Context, built programs, i *issuer, w *wrk, folder, token string) (running []*process, err error) {
	list, err := servers(built, i)
	if err != nil {
		return nil, err
	}
	for _, server := range list {
		if server.name == telling {
			for _, p := range running {
				if p.name != gateway {
					continue
				}
				fields, err := p.told(ctx, token)
				if err != nil {
					return running, err
				}
				server.args = append(server.args, fields...)
			}
		}
		p, err := server.start(ctx, folder)
		if err != nil {
			return running, err
		}
		running = append(running, p)
		if err := p.probe(ctx, i); err != nil {
			return running, err
		}
		r, err := w.count(ctx, server, token, countTime)
		if err != nil {
			return running, err
		}
		if err := r.check(server); err != nil {
			return running, err
		}
	}
	return running, nil
}

// measure runs wrk, and fails unless every request was let through: by what wrk says,
// and, of the gateway, by its own count.
func (p *process) measure(ctx context.Context, send func() (*tally, error)) (result, error) {
	before, err := p.decided(ctx)
	if err != nil {
		return result{}, err
	}
	usedBefore, err := p.used()
	if err != nil {
		return result{}, err
	}
	r, err := send()
	if err != nil {
		return result{}, err
	}
	used, err := p.used()
	if err != nil {
		return result{}, err
	}
	used -= usedBefore
	after, err := p.decided(ctx)
	if err != nil {
		return result{}, err
	}
	if err := r.check(p.server); err != nil {
		return result{}, err
	}
	allowed, denied := after.allowed-before.allowed, after.denied-before.denied
	// wrk does not wait for the last answers.
	if p.admin != "" && (denied != 0 || allowed < r.Requests || allowed > r.Requests+connections) {
		return result{}, fmt.Errorf("%s let %d of %d requests through, and refused %d", p.name, allowed, r.Requests, denied)
	}
	return result{
		perSecond: r.perSecond(),
		p99:       r.P99,
		cost:      float64(used.Microseconds()) / float64(r.Requests),
		busy:      float64(used.Microseconds()) / r.Micros,
		wrkBusy:   float64(r.used.Microseconds()) / r.Micros,
		requests:  r.Requests,
	}, nil
}
