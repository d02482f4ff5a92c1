// Package report writes what was measured into docs/performance.md.
package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Page is where the reports are, from the repository's root.
const Page = "docs/performance.md"

// marks are what a program's report stands between.
func marks(program string) (begin, end string) {
	return "<!-- " + program + ":begin -->\n", "<!-- " + program + ":end -->"
}

// Update writes a program's report into the page.
func Update(root, program, text string) error {
	name := filepath.Join(root, Page)
	old, err := os.ReadFile(name) //nolint:gosec // the repository's own page
	if err != nil {
		return err
	}
	replaced, err := replace(string(old), program, text)
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(replaced), 0o644) //nolint:gosec // the same
}

// Read returns a program's report as the page has it.
func Read(root, program string) (string, error) {
	page, err := os.ReadFile(filepath.Join(root, Page)) //nolint:gosec // the repository's own page
	if err != nil {
		return "", err
	}
	_, text, _, err := cut(string(page), program)
	return text, err
}

func replace(page, program, text string) (string, error) {
	begin, end := marks(program)
	before, _, after, err := cut(page, program)
	return before + begin + "\n" + strings.TrimSpace(text) + "\n\n" + end + after, err
}

// cut returns a program's report, and what comes before and after its marks.
func cut(page, program string) (before, text, after string, err error) {
	begin, end := marks(program)
	before, rest, begins := strings.Cut(page, begin)
	text, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		return "", "", "", errors.New(Page + " lacks the marks of " + program)
	}
	return before, text, after, nil
}

// Machine names the processor, as Linux does, and what Go is told of the rest.
func Machine() string {
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // elsewhere it stays unnamed
	for text := range strings.Lines(string(info)) {
		if name, value, found := strings.Cut(text, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "A processor without a name"
}
