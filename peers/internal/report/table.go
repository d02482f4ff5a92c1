package report

import (
	"fmt"
	"slices"
	"strings"
)

// A Table is one of Markdown.
type Table struct {
	Head []string
	rows [][]string
}

// Add adds a row. Cells that are missing at its end are empty.
func (t *Table) Add(cells ...string) { t.rows = append(t.rows, cells) }

// String returns the table's text.
func (t *Table) String() string {
	var b strings.Builder
	for _, row := range slices.Concat([][]string{t.Head, slices.Repeat([]string{"---"}, len(t.Head))}, t.rows) {
		b.WriteString("|")
		for i := range t.Head {
			if i < len(row) && row[i] != "" {
				b.WriteString(" " + row[i])
			}
			b.WriteString(" |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Digits writes the two or three digits of a number that count.
func Digits(x float64) string {
	switch {
	case x >= 99.5:
		return fmt.Sprintf("%.0f", x)
	case x >= 9.95:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.2f", x)
	}
}
