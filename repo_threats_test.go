package gognito_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gognito/gognito/internal/mint"
)

// docs/threat-model.md says which tests hold what it promises. Each name in it
// exists, and each threat is held by a test or said to be an accepted risk.
func TestRepositoryEachThreatIsHeldByTestsThatExist(t *testing.T) {
	page := read(t, "docs/threat-model.md")
	tests := namesOfTests(t)
	for _, name := range regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*|\b(?:variant|mutant):[\w-]+`).FindAllString(page, -1) {
		if !tests[name] {
			t.Errorf("%s does not exist", name)
		}
	}
	var threats []string
	for _, row := range regexp.MustCompile(`(?m)^\| T\d.*$`).FindAllString(page, -1) {
		cells := strings.Split(strings.Trim(row, "| "), " | ") // number, attack, answer, held by, what remains
		threats = append(threats, cells[0])
		if want := "T" + strconv.Itoa(len(threats)); cells[0] != want || len(cells) != 5 {
			t.Errorf("%s has %d cells; %s and 5 are due", cells[0], len(cells), want)
			continue
		}
		holders := strings.Split(cells[3], ", ")
		if cells[3] == "none" {
			holders = nil
		}
		held := false
		for _, holder := range holders {
			name := strings.Trim(holder, "`")
			if !tests[name] || holder != "`"+name+"`" {
				t.Errorf("%s is held by %s, which is no test", cells[0], holder)
			}
			held = held || !strings.HasPrefix(name, "mutant:")
		}
		if !held && !strings.Contains(cells[4], "**Accepted risk**") {
			t.Errorf("%s names no test, and is not marked as an accepted risk", cells[0])
		}
	}
	if len(threats) == 0 {
		t.Error("the page has no threats")
	}
	for _, mentioned := range regexp.MustCompile(`\bT\d+\b`).FindAllString(page, -1) {
		if !slices.Contains(threats, mentioned) {
			t.Errorf("there is no %s", mentioned)
		}
	}
}

// namesOfTests returns what a page may name as holding something: the tests of all
// modules, the kinds of hostile tokens, and the mutants.
func namesOfTests(t *testing.T) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w*)\(`)
	walk(t, ".", func(file string) {
		if strings.HasSuffix(file, "_test.go") {
			for _, match := range function.FindAllStringSubmatch(read(t, file), -1) {
				names[match[1]] = true
			}
		}
	})
	for _, variant := range mint.HostileVariants() {
		names["variant:"+variant.Name] = true
	}
	for _, match := range regexp.MustCompile(`(?m)^mutant (\S+)$`).FindAllStringSubmatch(read(t, "testdata/mutants.txt"), -1) {
		names["mutant:"+match[1]] = true
	}
	return names
}
