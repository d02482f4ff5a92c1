package conformance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/peers/judge"
)

// cell says in a few words what a judge makes of a rule.
func cell(r rule, judge string, got result) string {
	if r.caller[judge] != "" {
		r.caller = nil
		return "left to the caller: " + cell(r, judge, got)
	}
	switch {
	case r.noProbe != "":
		return "–"
	case len(got.accepted) > 0 && len(got.refused) > 0:
		return fmt.Sprintf("accepts %d of %d, refuses %d of %d good", len(got.accepted), len(r.breaking), len(got.refused), len(r.keeping))
	case len(got.accepted) > 0:
		return fmt.Sprintf("accepts %d of %d", len(got.accepted), len(r.breaking))
	case len(got.refused) > 0:
		return fmt.Sprintf("refuses %d of %d good", len(got.refused), len(r.keeping))
	case len(r.breaking) == 0:
		return "accepts"
	}
	return "refuses"
}

// versions are of the modules that this one is built with (test binaries do not
// know them, so the go command is asked), and of aws-jwt-verify as it was installed.
func (b *bench) versions() string {
	b.tb.Helper()
	version := func(module string) string {
		out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", module).Output()
		if err != nil || len(out) < 2 {
			b.tb.Fatalf("go list: no version of %s: %v", module, err)
		}
		return strings.TrimSpace(string(out))
	}
	manifest, err := os.ReadFile(filepath.Join(filepath.Dir(b.script), "node_modules", awsName, "package.json"))
	if err != nil {
		b.tb.Fatal(err)
	}
	var npm struct{ Version string }
	if err := json.Unmarshal(manifest, &npm); err != nil || npm.Version == "" {
		b.tb.Fatalf("%s: no version: %v", awsName, err)
	}
	var text strings.Builder
	text.WriteString("| implementation | module | version |\n|---|---|---|\n| gognito | this repository | |\n")
	fmt.Fprintf(&text, "| %s | npm's %s | %s |\n", awsName, awsName, npm.Version)
	for _, peer := range append(judge.Peers, judge.Peer{Name: "golang-jwt's keys", Module: "github.com/MicahParks/keyfunc/v3"}) {
		fmt.Fprintf(&text, "| %s | %s | %s |\n", peer.Name, peer.Module, version(peer.Module))
	}
	return text.String()
}

// tables writes what was measured, in Markdown.
func (b *bench) tables(groups []group, open []openQuestion) string {
	b.tb.Helper()
	var text, list strings.Builder
	text.WriteString(b.versions())
	header := "| rule | what it says | " + strings.Join(b.names, " | ") + " |\n|---|---|" + strings.Repeat("---|", len(b.names)) + "\n"
	text.WriteString("\n" + header)
	for _, g := range groups {
		fmt.Fprintf(&list, "\n### %s\n\n", g.title)
		for _, r := range g.rules {
			results := b.results(r)
			cells := make([]string, len(b.names))
			for i, name := range b.names {
				cells[i] = cell(r, name, results[name])
			}
			if r.deviates != "" {
				cells[0] += " (by design)"
			}
			fmt.Fprintf(&text, "| %s | %s | %s |\n", r.id, r.text, strings.Join(cells, " | "))
			list.WriteString(r.entry(b.names, results))
		}
	}
	text.WriteString("\n### Left open\n\nWhat the texts answer either way, or not at all, with gognito's answer and why.\n\n")
	text.WriteString("| token or key set | what the texts say | " + strings.Join(b.names, " | ") + " | why gognito does so |\n|---|---|" + strings.Repeat("---|", len(b.names)+1) + "\n")
	for _, q := range open {
		verdicts := b.refusals(q.probe)
		cells := make([]string, len(b.names))
		for i, name := range b.names {
			cells[i] = "accepts"
			if verdicts[name] != nil {
				cells[i] = "refuses"
			}
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", q.text, q.source, strings.Join(cells, " | "), q.gognito)
	}
	text.WriteString("\n## The rules\n" + list.String())
	text.WriteString("\n### RFC 6750, and how keys are fetched\n\nThese are about requests; no token breaks them, and the tests hold them.\n\n")
	for _, r := range httpRules {
		fmt.Fprintf(&text, "- **%s** (%s; %s). %s *gognito:* %s Tests: %s.\n", r.id, r.source, r.level, r.text, r.gognito, quoted(r.tests))
	}
	text.WriteString("\n### What does not apply\n\n| source | what | why |\n|---|---|---|\n")
	for _, r := range foreignRules {
		fmt.Fprintf(&text, "| %s | %s | %s |\n", r.source, r.text, r.why)
	}
	return text.String()
}

// entry is a rule's place in the list.
func (r rule) entry(names []string, results map[string]result) string {
	var text strings.Builder
	level := r.level
	if level == "" {
		level = "stated without such a word"
	}
	fmt.Fprintf(&text, "- **%s** (%s; %s). %s *gognito:* %s\n", r.id, r.source, level, r.text, r.gognito)
	line := func(format string, arguments ...any) { fmt.Fprintf(&text, "  - "+format+"\n", arguments...) }
	if r.deviates != "" {
		line("By design not to the letter: %s", r.deviates)
	}
	if r.noProbe != "" {
		line("No probe: %s.", r.noProbe)
	}
	if len(r.breaking) > 0 {
		line("Break it: %s.", named(r.breaking))
	}
	if len(r.keeping) > 0 {
		line("Keep it: %s.", named(r.keeping))
	}
	for _, name := range names {
		if accepted := results[name].accepted; len(accepted) == len(r.breaking) && len(accepted) > 1 {
			line("%s accepts all that break it.", name)
		} else if len(accepted) > 0 {
			line("%s accepts: %s.", name, strings.Join(accepted, "; "))
		}
		if refused := results[name].refused; len(refused) > 0 {
			line("%s refuses, though good: %s.", name, strings.Join(refused, "; "))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.caller)) {
		line("%s leaves it to the caller: %s.", name, r.caller[name])
	}
	line("Tests: %s.", quoted(r.tests))
	return text.String()
}

// named lists probes, with variants set as code.
func named(probes []probe) string {
	names := make([]string, len(probes))
	for i, p := range probes {
		names[i] = p.name
		if p.variant {
			names[i] = "`" + p.name + "`"
		}
	}
	return strings.Join(names, "; ")
}

func quoted(names []string) string { return "`" + strings.Join(names, "`, `") + "`" }

const pagePath = "../../docs/conformance.md"

// comparePage fails if the page has other tables than those measured; with -update
// it writes them there.
func comparePage(t *testing.T, measured string) {
	t.Helper()
	const begin, end = "<!-- conformance:begin -->\n", "<!-- conformance:end -->"
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
