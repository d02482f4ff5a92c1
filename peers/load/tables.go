package main

import (
	"fmt"
	"slices"
	"strings"
)

// A table is one of Markdown.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) String() string {
	var b strings.Builder
	for _, row := range slices.Concat([][]string{t.head, slices.Repeat([]string{"---"}, len(t.head))}, t.rows) {
		b.WriteString("|")
		for _, cell := range row {
			if cell != "" {
				cell = " " + cell
			}
			b.WriteString(cell + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

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
	return "×" + digits(r.number(r.ratio(server, bare, what, number)))
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

// digits writes two or three that count.
func digits(x float64) string {
	switch {
	case x >= 99.5:
		return fmt.Sprintf("%.0f", x)
	case x >= 9.95:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.2f", x)
	}
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
	rates := table{head: []string{"requests in a second of the processor", oneToken, tenfold}}
	clocks := table{head: []string{"one token, by the clock", "requests in a second", "99 of 100 answers within", "the server had its core for", "wrk its own for"}}
	for _, server := range compared {
		rates.add(server, r.rate(server, oneToken), r.rate(server, tenfold))
		latency := digits(r.of(server, oneToken, p99)/1000) + " ms"
		if server != bare {
			latency += " (" + r.times(server, oneToken, p99) + ")"
		}
		clocks.add(server, thousands(int(r.of(server, oneToken, perSecond))), latency,
			percent(r.of(server, oneToken, busy)), percent(r.of(server, oneToken, wrkBusy)))
	}
	sizes := table{head: []string{"memory of gognito", "afterwards", "at its most"}}
	for _, s := range memory {
		sizes.add(thousands(s.tokens)+" tokens", megabytes(s.now), megabytes(s.most))
	}
	return strings.Join([]string{rates.String(), clocks.String(), sizes.String()}, "\n"), r.err
}

func percent(x float64) string { return fmt.Sprintf("%.0f %%", 100*x) }

func megabytes(bytes int) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
