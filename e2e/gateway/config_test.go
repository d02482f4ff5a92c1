package gateway_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// examples is where the configurations are that the documentation shows. They are run
// as they are, but for what a test replaces in them.
var examples = filepath.Join("..", "..", "examples", "gateway")

// A swap replaces a text of an example.
type swap struct{ old, new string }

// configure writes an example into a new folder of the test's, with swaps, and returns
// the file's name. Each text must be there: an example that changed is not run as
// something else than it says.
func configure(t *testing.T, name string, swaps ...swap) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(example(t, name, swaps...)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// example returns an example's text, with swaps.
func example(t *testing.T, name string, swaps ...swap) string {
	t.Helper()
	text := read(t, filepath.Join(examples, name))
	for _, s := range swaps {
		if !strings.Contains(text, s.old) {
			t.Fatalf("%s has no %q", name, s.old)
		}
		text = strings.ReplaceAll(text, s.old, s.new)
	}
	return text
}

// Where things listen in the examples.
const (
	webAddress         = "127.0.0.1:8080"
	applicationAddress = "127.0.0.1:8000"
	verifyAddress      = "127.0.0.1:9180"
	grpcAddress        = "127.0.0.1:9181"
	adminAddress       = "127.0.0.1:9182"
	upstreamAddress    = "127.0.0.1:9183" // of the gateway's own proxy
)

func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
