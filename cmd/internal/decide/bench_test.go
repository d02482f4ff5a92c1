package decide_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/decide"
)

// twenty are rules of which the last takes what is asked for.
func twenty() []decide.Rule {
	var rules []decide.Rule
	for i := range 19 {
		rules = append(rules, decide.Rule{
			Name: fmt.Sprint("r", i), Methods: []string{"GET", "POST"},
			Paths:  []string{fmt.Sprintf("/api/v1/section%d/*", i), fmt.Sprintf("/api/v1/page%d", i)},
			Access: decide.Authenticated, Groups: []string{"admins"},
		})
	}
	return append(rules, decide.Rule{Name: "rest", Paths: []string{"/*"}, Access: decide.Authenticated, Groups: []string{"users"}})
}

func BenchmarkDecide(b *testing.B) {
	engine := newEngine(b, twenty()...)
	authenticate := signedIn(person("users"))
	for _, bench := range []struct{ name, target string }{
		{"canonical", "/api/v1/orders/2024/31337?page=2"},
		{"canonical-escaped", "/api/v1/orders/caf%C3%A9%20noir"},
		{"slash-encoded", "/api/v1/orders/a%2fb"},
		{"attack", "/api/v1/orders/..%2f..;/%252e%252e/admin"},
		{"long", "/" + strings.Repeat("a%2f;b%5C.//", 341)},
		{"long-nested", "/%" + strings.Repeat("25", 2000)},
		{"short-nested", "/;%" + strings.Repeat("25", 250)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			request := get(bench.target)
			b.ReportAllocs()
			for b.Loop() {
				engine.Decide(request, authenticate)
			}
		})
	}
}

func TestACanonicalRequestAllocatesNothing(t *testing.T) {
	engine := newEngine(t, twenty()...)
	authenticate := signedIn(person("users"))
	for target, want := range map[string]float64{
		"/api/v1/orders/31337?page=2":     0,
		"/api/v1/orders/caf%C3%A9%20noir": 2, // decoded
	} {
		request := get(target)
		if got := testing.AllocsPerRun(100, func() { engine.Decide(request, authenticate) }); got > want {
			t.Errorf("%s: %v allocations, want at most %v", target, got, want)
		}
	}
}
