package gognitotest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// recorder is a testing.TB whose failures can be looked at. The test or example
// that makes one calls end, as the testing package would.
type recorder struct {
	testing.TB // nil: a method that is not below panics

	mu       sync.Mutex
	failures []string
	cleanups []func()
}

func (r *recorder) Helper() {}

func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Error(args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprint(args...))
}

// Fatalf does not end its goroutine, which the caller must not rely on.
func (r *recorder) Fatalf(format string, args ...any) { r.Error(fmt.Sprintf(format, args...)) }

func (r *recorder) end() {
	for _, f := range r.cleanups {
		f()
	}
}

func (r *recorder) failed() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.failures, "\n")
}
