package differential_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of differences in docs/conformance.md anew")

const page = "../../docs/conformance.md"

// tables are what the page says of the classes, by the markers around each.
func tables() map[string]string {
	stricter := "| Gognito refuses | reason | accepted, in some form, by | why |\n|---|---|---|---|\n"
	laxer := "| Gognito accepts | refused, in some form, by | why |\n|---|---|---|\n"
	for _, c := range classes {
		peers := strings.Join(c.peers, ", ")
		if slices.Equal(c.peers, everyPeer) {
			peers = "all five"
		}
		if c.reason != "" {
			stricter += fmt.Sprintf("| %s | `%s` | %s | %s |\n", c.name, c.reason, peers, c.why)
		} else {
			laxer += fmt.Sprintf("| %s | %s | %s |\n", c.name, peers, c.why)
		}
	}
	return map[string]string{"stricter": stricter, "laxer": laxer}
}

func TestStricterClassesAreDocumented(t *testing.T) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range tables() {
		before, rest, ok := strings.Cut(string(text), "<!-- "+name+":begin -->\n")
		there, after, closed := strings.Cut(rest, "<!-- "+name+":end -->")
		if !ok || !closed {
			t.Fatalf("%s has no place between <!-- %s:begin --> and <!-- %s:end -->", page, name, name)
		}
		if there == want {
			continue
		}
		if !*update {
			t.Errorf("%s is not up to date: go test -run TestStricterClassesAreDocumented -update ./differential\n%s", page, firstDifference(there, want))
			continue
		}
		text = []byte(before + "<!-- " + name + ":begin -->\n" + want + "<!-- " + name + ":end -->" + after)
		if err := os.WriteFile(page, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func firstDifference(there, want string) string {
	a, b := strings.Split(there, "\n"), strings.Split(want, "\n")
	for i, line := range b {
		if i >= len(a) || a[i] != line {
			return fmt.Sprintf("is:   %s\nwant: %s", strings.Join(a[min(i, len(a)):min(i+1, len(a))], ""), line)
		}
	}
	return "more lines than wanted"
}

// A class that nobody could make sense of is no explanation.
func TestEveryClassSaysWhoDiffersAndWhy(t *testing.T) {
	for i, c := range classes {
		if c.name == "" || len(c.peers) == 0 || !strings.HasSuffix(c.why, ".") || strings.Contains(c.name+c.why, "|") {
			t.Errorf("class %q: %q differ, because: %s", c.name, c.peers, c.why)
		}
		for _, peer := range c.peers {
			if !slices.Contains(peerNames, peer) {
				t.Errorf("class %q: there is no peer %q", c.name, peer)
			}
		}
		if slices.ContainsFunc(classes[:i], func(other class) bool { return other.name == c.name }) {
			t.Errorf("class %q is there twice", c.name)
		}
		if !slices.ContainsFunc(everyMutation(), func(m mutation) bool { return m.class == c.name }) && c.name != "machine" {
			t.Errorf("no mutation is of class %q", c.name)
		}
	}
	for _, m := range everyMutation() {
		if c := classNamed(m.class); m.class != cmp.Or(c.name, m.class) || m.class != "" && c.reason != m.reason {
			t.Errorf("%s: its class %q is not listed for %q", m.name, m.class, m.reason)
		}
	}
	for name := range hostileClasses {
		if classNamed(name).name == "" {
			t.Errorf("hostile tokens of class %q, which is not listed", name)
		}
	}
}
