package middleware_test

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"

	"github.com/gin-gonic/gin"
)

var update = flag.Bool("update", false, "write what is measured into docs/middleware.md")

// A measurement is what a column does about a row: whether it holds for the plain
// set-up, and for that by hand.
type measurement struct{ plain, byHand, lost bool }

func (m measurement) cell() string {
	switch {
	case m.lost:
		return "✔, not by hand"
	case m.plain:
		return "✔"
	case m.byHand:
		return "by hand"
	}
	return "✘"
}

func TestMiddleware(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // keyfunc tells of each outage
	gin.SetMode(gin.ReleaseMode)
	gin.DefaultErrorWriter = io.Discard
	measured := make([][][]measurement, len(parts))
	var waiting sync.WaitGroup
	defer waiting.Wait() // a Fatal here must not outrun them
	for i, part := range parts {
		measured[i] = make([][]measurement, len(part.rows))
		for j, row := range part.rows {
			measured[i][j] = make([]measurement, len(columns))
			for k, column := range columns {
				m := &measured[i][j][k]
				measure(t, &waiting, column, column.plain, row, &m.plain)
				if column.byHand != nil {
					measure(t, &waiting, column, column.byHand, row, &m.byHand)
				}
			}
		}
	}
	tallies := tallies(t)
	answers := answersOf(t)
	waiting.Wait()
	for i, part := range parts {
		for j, row := range part.rows {
			for k, column := range columns {
				m := &measured[i][j][k]
				m.lost = column.byHand != nil && m.plain && !m.byHand
				if column.module == "" && m.plain == (row.deviates != "") {
					t.Errorf("%s: %s: %v; a deviation by design: %q", column.name, row.text, m.plain, row.deviates)
				}
			}
		}
	}
	tables := tablesOf(t, measured, tallies, answers)
	if testing.Verbose() {
		fmt.Print(tables)
	}
	comparePage(t, tables)
}

// measure finds out whether a row holds for a set-up, beside the others if that
// takes long.
func measure(t *testing.T, waiting *sync.WaitGroup, column column, setup setup, row row, holds *bool) {
	t.Helper()
	s := open(t, column, setup, row.with)
	if !row.slow {
		defer s.close()
		*holds = row.holds(s)
		return
	}
	waiting.Go(func() {
		defer s.close()
		*holds = row.holds(s)
	})
}

// A tally is what a column does about all hostile kinds of token.
type tally struct {
	kinds, plain, byHand int
	accepted             []string // by hand, if there is such a set-up
}

func tallies(t *testing.T) []tally {
	t.Helper()
	all := make([]tally, len(columns))
	for i, column := range columns {
		all[i].plain, all[i].accepted = refusedKinds(t, column, column.plain)
		all[i].kinds = all[i].plain + len(all[i].accepted)
		if column.byHand != nil {
			all[i].byHand, all[i].accepted = refusedKinds(t, column, column.byHand)
		}
		if column.module == "" && len(all[i].accepted) > 0 {
			t.Errorf("%s accepts %q", column.name, all[i].accepted)
		}
	}
	return all
}

func refusedKinds(t *testing.T, column column, setup setup) (refused int, accepted []string) {
	t.Helper()
	s := open(t, column, setup, options{})
	defer s.close()
	names, tokens := s.hostileKinds()
	for i, token := range tokens {
		if s.refuses(token) {
			refused++
			continue
		}
		accepted = append(accepted, names[i])
		if !s.minted(token) {
			t.Errorf("%s accepts %s, which the pool did not sign", column.name, names[i])
		}
	}
	return refused, accepted
}

func (c tally) cell() string {
	text := fmt.Sprint(c.plain)
	if c.byHand > 0 {
		text += fmt.Sprintf("; by hand %d", c.byHand)
	}
	return text + fmt.Sprintf(" of %d", c.kinds)
}
