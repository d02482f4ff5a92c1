package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gognito/gognito/peers/internal/report"
)

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
	return fmt.Sprintf("%s. %s.\n%d connections, %d rounds of %v.\n",
		report.Machine(), strings.Join(versions, ", "), connections, s.rounds, s.duration), nil
}
