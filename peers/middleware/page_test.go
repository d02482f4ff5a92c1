package middleware_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// An example is a request whose answers are shown as they are.
type example struct {
	text string
	with options
	send func(*site) answer
}

var examples = []example{
	{"no token", options{}, func(s *site) answer { return s.send(anyUser) }},
	{"expired", options{}, (*site).expired},
	{"an unknown key", options{}, func(s *site) answer { return s.send(anyUser, bearer(s.unknown())) }},
	{"another issuer", options{}, func(s *site) answer {
		return s.send(anyUser, bearer(s.access(claims{"iss": "https://another.example"})))
	}},
	{"no `exp`", options{}, func(s *site) answer { return s.send(anyUser, bearer(s.access(claims{"exp": nil}))) }},
	{"no token, only the scheme", options{}, func(s *site) answer { return s.send(anyUser, with("Authorization", "Bearer")) }},
	{"a start in an outage", options{outage: true}, func(s *site) answer {
		return s.send(anyUser, bearer(s.access(nil)))
	}},
	{"the hook fails", options{fails: true}, func(s *site) answer { return s.send(anyUser, bearer(s.access(nil))) }},
}

// answersOf returns how each column answers each example, set up plainly.
func answersOf(t *testing.T) [][]string {
	t.Helper()
	cells := make([][]string, len(examples))
	for i, example := range examples {
		for _, column := range columns {
			s := open(t, column, column.plain, example.with)
			cells[i] = append(cells[i], s.shown(example.send(s)))
			s.close()
		}
	}
	return cells
}

// volatile are a kid, and a long list.
var volatile = regexp.MustCompile(`[A-Za-z0-9+/]{43}=|ES256 ES384[^"]*`)

// shown is an answer in Markdown, without what differs from run to run.
func (s *site) shown(a answer) string {
	if a.ran {
		return "lets it through"
	}
	text := fmt.Sprint(a.status)
	for _, part := range []string{a.challenge(), strings.TrimSpace(a.body)} {
		if part != "" {
			text += ", `" + part + "`"
		}
	}
	text = volatile.ReplaceAllString(text, "…")
	return strings.NewReplacer(s.pool.server.URL, "…", "|", `\|`, "\n", " ").Replace(text)
}

// version asks the go command; test binaries do not know.
func version(t *testing.T, module string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Version}}", module).Output()
	if err != nil || len(out) < 2 {
		t.Fatalf("go list: no version of %s: %v", module, err)
	}
	return strings.TrimSpace(string(out))
}

// beneath are modules whose versions bear on what is measured.
var beneath = []string{
	"github.com/lestrrat-go/jwx/v3", "github.com/golang-jwt/jwt/v5", "github.com/MicahParks/keyfunc/v3",
	"github.com/gin-gonic/gin", "github.com/labstack/echo/v5",
}

// tablesOf writes what was measured, in Markdown.
func tablesOf(t *testing.T, measured [][][]measurement, tallies []tally, answers [][]string) string {
	t.Helper()
	var text strings.Builder
	names := make([]string, len(columns))
	text.WriteString("| middleware | module | version |\n|---|---|---|\n")
	for i, column := range columns {
		names[i] = column.name
		if column.module == "" {
			fmt.Fprintf(&text, "| %s | this repository | |\n", column.name)
			continue
		}
		v := version(t, column.module)
		names[i] += " " + strings.TrimPrefix(v, "v")
		fmt.Fprintf(&text, "| %s | %s | %s |\n", column.name, column.module, v)
	}
	for _, module := range beneath {
		fmt.Fprintf(&text, "| beneath them | %s | %s |\n", module, version(t, module))
	}
	head := func(what string) {
		fmt.Fprintf(&text, "| %s | %s |\n|---|%s\n", what, strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	}
	for i, part := range parts {
		fmt.Fprintf(&text, "\n### %s\n\n", part.title)
		head("what")
		for j, row := range part.rows {
			cells := make([]string, len(columns))
			for k, column := range columns {
				cells[k] = measured[i][j][k].cell()
				if column.module == "" && row.deviates != "" {
					cells[k] += " (by design: " + strings.TrimSuffix(row.deviates, ".") + ")"
				}
			}
			fmt.Fprintf(&text, "| %s | %s |\n", row.text, strings.Join(cells, " | "))
		}
		if i == 0 {
			cells := make([]string, len(columns))
			for k, tally := range tallies {
				cells[k] = tally.cell()
			}
			fmt.Fprintf(&text, "| Of all hostile kinds of token that a header can carry, refused are: | %s |\n", strings.Join(cells, " | "))
		}
	}
	text.WriteString("\n### What is still accepted by hand\n\nThe hostile kinds, by the names that `gognitotest` gives them.\n\n")
	for i, column := range columns {
		if column.byHand != nil {
			fmt.Fprintf(&text, "- %s: `%s`.\n", names[i], strings.Join(tallies[i].accepted, "`, `"))
		}
	}
	text.WriteString("\n### Answers as they are\n\nOf the plain set-ups: status, challenge, body.\n\n")
	head("request")
	for i, example := range examples {
		fmt.Fprintf(&text, "| %s | %s |\n", example.text, strings.Join(answers[i], " | "))
	}
	return text.String()
}

const pagePath = "../../docs/middleware.md"

// comparePage fails if the page has other tables than those measured; with -update
// it writes them there.
func comparePage(t *testing.T, measured string) {
	t.Helper()
	const begin, end = "<!-- middleware:begin -->\n", "<!-- middleware:end -->"
	page, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	recorded, after, ended := strings.Cut(rest, end)
	switch {
	case !ok || !ended:
		t.Fatalf("%s lacks %q or %q", pagePath, begin, end)
	case recorded == measured:
	case *update:
		if err := os.WriteFile(pagePath, []byte(before+begin+measured+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		was, is := strings.Split(recorded, "\n"), strings.Split(measured, "\n")
		for i := range max(len(was), len(is)) {
			if i >= len(was) || i >= len(is) || was[i] != is[i] {
				t.Fatalf("%s is not what was measured, from line %d of its tables on; -update writes it anew.\nrecorded %q\nmeasured %q",
					pagePath, i+1, was[min(i, len(was)-1)], is[min(i, len(is)-1)])
			}
		}
	}
}
