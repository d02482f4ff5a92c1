package main

import (
	"fmt"
	"strings"

	"github.com/gognito/gognito/peers/internal/report"
)

// A reader reads medians, and keeps the first error.
type reader struct {
	results
	err error
}

func (r *reader) number(value float64, err error) float64 {
	if r.err == nil {
		r.err = err
	}
	return value
}

// times writes a number in parts of the bare handler's.
func (r *reader) times(server, what string, number func(result) float64) string {
	return "×" + report.Digits(r.number(r.ratio(server, bare, what, number)))
}

func (r *reader) of(server, what string, number func(result) float64) float64 {
	return r.number(r.median(server, what, number))
}

// rate writes how many requests a second of the processor is enough for.
func (r *reader) rate(server, what string) string {
	text := thousands(int(r.of(server, what, rate)))
	if server != bare {
		text += " (" + r.times(server, what, rate) + ")"
	}
	return text
}

// thousands writes a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return thousands(n/1000) + fmt.Sprintf(",%03d", n%1000)
}

func tables(all results, memory []size) (string, error) {
	r := &reader{results: all}
	rates := report.Table{Head: append([]string{"requests in a second of the processor"}, workloads...)}
	clocks := report.Table{Head: []string{"one token, by the clock", "requests in a second", "99 of 100 answers within", "the server had its core for"}}
	for _, server := range compared {
		row := []string{server}
		for _, what := range workloads {
			row = append(row, r.rate(server, what))
		}
		rates.Add(row...)
		latency := report.Digits(r.of(server, oneToken, p99)/1000) + " ms"
		if server != bare {
			latency += " (" + r.times(server, oneToken, p99) + ")"
		}
		clocks.Add(server, thousands(int(r.of(server, oneToken, perSecond))), latency,
			percent(r.of(server, oneToken, busy)))
	}
	sizes := report.Table{Head: []string{"memory of gognito", "afterwards", "at its most"}}
	for _, s := range memory {
		sizes.Add(thousands(s.tokens)+" tokens", megabytes(s.now), megabytes(s.most))
	}
	return strings.Join([]string{rates.String(), clocks.String(), sizes.String()}, "\n"), r.err
}

func percent(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }

func megabytes(bytes int) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
