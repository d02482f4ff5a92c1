package gateway_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Where the programs are that TestMain has built, in the environment.
const (
	gognitoBinary = "E2E_GOGNITO"
	caddyBinary   = "E2E_CADDY"
)

func TestMain(m *testing.M) {
	code, err := build(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// build builds gognito as users install it, and the Caddy that the module beside this
// package pins, of which the go command keeps what it built.
func build(run func() int) (code int, err error) {
	folder, err := os.MkdirTemp("", "gateway")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	gognito := filepath.Join(folder, "gognito")
	if _, err := goCommand(filepath.Join("..", "..", "cmd"), "build", "-o", gognito, "./gognito"); err != nil {
		return 1, err
	}
	caddy, err := goCommand(filepath.Join("..", "caddy"), "tool", "-n", "caddy")
	if err != nil {
		return 1, err
	}
	for name, file := range map[string]string{gognitoBinary: gognito, caddyBinary: strings.TrimSpace(caddy)} {
		if err := os.Setenv(name, file); err != nil {
			return 1, err
		}
	}
	return run(), nil
}

func goCommand(dir string, args ...string) (string, error) {
	command := exec.Command("go", args...)
	command.Dir = dir
	command.Env = append(command.Environ(), "GOWORK=off")
	out, err := command.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return "", fmt.Errorf("go %s: %w\n%s%s", strings.Join(args, " "), err, out, exit.Stderr)
	}
	return string(out), err
}
