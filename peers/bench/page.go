package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/gognito/gognito/peers/bench/implementations"
)

// page is where the tables are, between the two marks.
const (
	page      = "docs/performance.md"
	beginMark = "<!-- bench:begin -->\n"
	endMark   = "<!-- bench:end -->"
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
func describe(ctx context.Context, folder string) (string, error) {
	node, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return "", err
	}
	openssl, err := exec.CommandContext(ctx, "openssl", "version").Output()
	if err != nil {
		return "", err
	}
	installed, err := os.ReadFile(filepath.Join(folder, "node", "node_modules", awsJWTVerify, "package.json")) //nolint:gosec // what npm has just put there
	if err != nil {
		return "", err
	}
	var npm struct{ Version string }
	if err := json.Unmarshal(installed, &npm); err != nil {
		return "", err
	}
	ssl := strings.Fields(string(openssl))
	if len(ssl) < 2 {
		return "", fmt.Errorf("openssl version: %q", openssl)
	}
	machine := fmt.Sprintf("%s, %d cores, %s/%s, %s, Node.js %s, OpenSSL %s", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH,
		runtime.Version(), strings.TrimSpace(string(node)), ssl[1])
	return machine + ".\n" + versions() + ", " + awsJWTVerify + " " + npm.Version + ".\n", nil
}

// processor returns the name that Linux has for it.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo") // elsewhere it stays unnamed
	for text := range strings.Lines(string(info)) {
		if name, value, found := strings.Cut(text, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "A processor without a name"
}

func versions() string {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "Modules of unknown versions"
	}
	modules := map[string]string{}
	for _, module := range build.Deps {
		modules[module.Path] = module.Version
	}
	var list []string
	for _, peer := range implementations.Peers {
		list = append(list, peer.Name+" "+modules[peer.Module])
	}
	return strings.Join(list, ", ") + ", keyfunc " + modules["github.com/MicahParks/keyfunc/v3"]
}
