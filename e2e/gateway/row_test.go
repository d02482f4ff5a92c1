package gateway_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// A row is one request, and what has to come of it in every set-up.
type row struct {
	name string
	// attacks are the classes of attacks that it is one of; see attacks.
	attacks []string
	send    *message
	want    want
	// but is what comes of it where a set-up's proxy has a contract of its own. Why is
	// said beside each.
	but map[string]want
}

// A want is what has to come of a row.
type want struct {
	status int
	// told is what the application is told of the user, if the row reaches it: those
	// that are let through do, and no others.
	told map[string]string
	// target is what it is asked for; "": what was sent.
	target string

	location  string // of the sign-in page
	challenge string
	// own: the proxy answers by itself, and neither the gateway nor the application.
	own bool
	// any: it does not matter by which status it is refused.
	any bool
}

func (w want) reaches() bool {
	return w.status == http.StatusOK || w.status == http.StatusSwitchingProtocols
}

// run sends each row to a set-up, and returns how many there were.
func runRows(t *testing.T, w *world, s *setUp, rows []row) int {
	t.Helper()
	for _, r := range rows {
		t.Run(s.name+"/"+r.name, func(t *testing.T) {
			expected := r.want
			if other, there := r.but[s.name]; there {
				expected = other
			}
			got, seen := s.serve(t, w, r.send)
			check(t, r.send, expected, got, seen)
		})
	}
	return len(rows)
}

func check(t *testing.T, sent *message, expected want, got *answer, seen []*message) {
	t.Helper()
	if expected.any && got.status >= 400 {
		expected.status = got.status
	}
	if got.status != expected.status {
		t.Errorf("answered with %d, want %d; the application saw %d requests", got.status, expected.status, len(seen))
	}
	for name := range got.header {
		if identityOf(name) != "" || strings.HasPrefix(name, "X-Envoy-Auth") {
			t.Errorf("the client is told %s", name)
		}
	}
	if expected.reaches() {
		checkAllowed(t, sent, expected, got, seen)
		return
	}
	for _, m := range seen {
		t.Errorf("the application was asked for %s %q with %v", m.method, m.target, toldIn(m))
	}
	if expected.own || expected.any {
		return
	}
	if got := got.header.Get("Vary"); !strings.Contains(got, "Authorization") || !strings.Contains(got, "Cookie") {
		t.Errorf("Vary is %q, want what the answer depends on", got)
	}
	if got := got.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q, want no-store", got)
	}
	if got := got.header.Values("Location"); strings.Join(got, " ") != expected.location {
		t.Errorf("Location is %q, want %q", got, expected.location)
	}
	if got := got.header.Values("WWW-Authenticate"); strings.Join(got, " | ") != expected.challenge {
		t.Errorf("the challenge is %q, want %q", got, expected.challenge)
	}
}

func checkAllowed(t *testing.T, sent *message, expected want, got *answer, seen []*message) {
	t.Helper()
	if len(seen) != 1 {
		t.Fatalf("the application saw %d requests, want one", len(seen))
	}
	m := seen[0]
	target := expected.target
	if target == "" {
		target = sent.target
	}
	if m.method != sent.method || m.target != target {
		t.Errorf("the application was asked for %s %q, want %s %q", m.method, m.target, sent.method, target)
	}
	if got, want := m.first("Host"), sent.first("Host"); got != want {
		t.Errorf("the application's host is %q, want %q", got, want)
	}
	if string(m.body) != string(sent.body) {
		t.Errorf("the application got the body %q, want %q", m.body, sent.body)
	}
	if told := toldIn(m); !maps.Equal(told, expected.told) {
		t.Errorf("the application was told %q, want %q", told, expected.told)
	}
	answered := body
	switch {
	case sent.method == http.MethodHead:
		answered = ""
	case expected.status == http.StatusSwitchingProtocols:
		answered = "are you there?"
	}
	if got.body != answered {
		t.Errorf("the client got the body %q, want %q", got.body, answered)
	}
}

// identity are the headers by which the application is told of users.
var identity = []string{"X-Auth-User", "X-Auth-Subject", "X-Auth-Groups", "X-Auth-Scopes", "X-Auth-Email"}

// identityOf returns which of them an application may take a header for, "" for none:
// applications that make variables of names put an underscore for each character that is
// no letter and no digit.
func identityOf(name string) string {
	folded := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return '-'
	}, name)
	for _, one := range identity {
		if strings.EqualFold(folded, one) {
			return one
		}
	}
	return ""
}

// toldIn returns what the application can take for being told of a user. What is there
// twice, under an alias, or behind the body is marked.
func toldIn(m *message) map[string]string {
	told := make(map[string]string)
	note := func(where string, fields []field) {
		for _, f := range fields {
			name := identityOf(f.name)
			if name == "" {
				continue
			}
			if !strings.EqualFold(name, f.name) {
				name = "alias " + f.name
			}
			if before, twice := told[where+name]; twice {
				f.value = fmt.Sprintf("%s and %s", before, f.value)
			}
			told[where+name] = f.value
		}
	}
	note("", m.fields)
	note("trailer ", m.trailers)
	return told
}

// attacks are the classes of attacks that rows have to stand for.
var attacks = map[string]string{
	"A1":  "a header chooses another path, method or host to be judged by",
	"A2":  "the query, or what looks like one, chooses a rule",
	"A3":  "a health check's path or user agent opens a way",
	"A4":  "a path is judged in one spelling and served in another",
	"A5":  "the client sends an identity header",
	"A6":  "the client sends one under another spelling of its name",
	"A7":  "Connection takes headers away",
	"A11": "a claim is read as what it is not",
	"A12": "a token is taken for another",
	"A13": "forged tokens cause fetches of keys",
	"A14": "an error lets somebody through",
	"A15": "an answer about one user is kept for another",
	"A16": "more than fits",
	"A17": "a claim breaks out of its header",
	"A18": "another site uses the browser's cookie",
	"A20": "a token ends up in a log",
	"A21": "X-Forwarded-For makes somebody trusted",
	"A22": "a decision changes where the request goes",
}

func TestEachClassOfAttacksHasARow(t *testing.T) {
	held := make(map[string][]string)
	names := make(map[string]bool)
	for _, r := range rowsOf(newPools(t)) {
		if names[r.name] {
			t.Errorf("two rows are named %q", r.name)
		}
		names[r.name] = true
		for _, class := range r.attacks {
			if attacks[class] == "" {
				t.Errorf("%s: there is no class %s", r.name, class)
			}
			held[class] = append(held[class], r.name)
		}
	}
	for _, class := range slices.Sorted(maps.Keys(attacks)) {
		if len(held[class]) == 0 {
			t.Errorf("no row is of the class %s: %s", class, attacks[class])
		}
		t.Logf("%s (%s): %d rows", class, attacks[class], len(held[class]))
	}
}
