package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/gognito/gognito/peers/bench/implementations"
	"github.com/gognito/gognito/peers/internal/report"
)

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
	machine := fmt.Sprintf("%s, Node.js %s, OpenSSL %s", report.Machine(), strings.TrimSpace(string(node)), ssl[1])
	return machine + ".\n" + versions() + ", " + awsJWTVerify + " " + npm.Version + ".\n", nil
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
