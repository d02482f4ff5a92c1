package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// page is where the tables are, between the two marks.
const (
	page      = "docs/performance.md"
	beginMark = "<!-- load:begin -->\n"
	endMark   = "<!-- load:end -->"
)

// update writes the tables into the page.
func update(root, report string) error {
	name := filepath.Join(root, page)
	text, err := os.ReadFile(name) //nolint:gosec // the repository's own page
	if err != nil {
		return err
	}
	replaced, err := replace(string(text), report)
	if err != nil {
		return err
	}
	return os.WriteFile(name, []byte(replaced), 0o644) //nolint:gosec // the same
}

func replace(text, report string) (string, error) {
	before, rest, begins := strings.Cut(text, beginMark)
	_, after, ends := strings.Cut(rest, endMark)
	if !begins || !ends {
		return "", errors.New(page + " lacks the marks that the tables go between")
	}
	return before + beginMark + "\n" + strings.TrimSpace(report) + "\n\n" + endMark + after, nil
}

// describe says what was measured, and on what.
func describe(ctx context.Context, s settings) (string, error) {
	var versions []string
	for _, module := range []struct{ name, folder, path string }{
		{"golang-jwt", "peers", "github.com/golang-jwt/jwt/v5"},
		{"keyfunc", "peers", "github.com/MicahParks/keyfunc/v3"},
		{"oauth2-proxy", "peers/oauth2proxy", "github.com/oauth2-proxy/oauth2-proxy/v7"},
	} {
		version, err := goCommand(ctx, filepath.Join(s.root, module.folder), "list", "-m", "-f", "{{.Version}}", module.path)
		if err != nil {
			return "", err
		}
		versions = append(versions, module.name+" "+strings.TrimSpace(version))
	}
	return fmt.Sprintf("%s, %d cores, %s/%s, %s. %s.\n%d connections, %d rounds of %v.\n", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		runtime.Version(), strings.Join(versions, ", "), connections, s.rounds, s.duration), nil
}

// processor returns the name that Linux has for it.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // it stays unnamed
	for text := range strings.Lines(string(info)) {
		if name, value, found := strings.Cut(text, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "A processor without a name"
}
