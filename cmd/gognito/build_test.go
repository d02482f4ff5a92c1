package main_test

import (
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// build builds the program as it is installed.
func build(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "gognito")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return name
}

// start starts a command, and returns what it reads and what it writes.
func start(t *testing.T, command *exec.Cmd) (io.WriteCloser, io.ReadCloser) {
	t.Helper()
	command.Stderr = new(strings.Builder)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return stdin, stdout
}

// wait returns the exit code of a command that told nothing, or -1 after a signal.
func wait(t *testing.T, command *exec.Cmd) int {
	t.Helper()
	_ = command.Wait() // its error tells the code only
	if stderr := command.Stderr.(*strings.Builder).String(); stderr != "" {
		t.Errorf("standard error: %s", stderr)
	}
	return command.ProcessState.ExitCode()
}
