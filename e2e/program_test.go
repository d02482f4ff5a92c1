package e2e_test

import (
	"bufio"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// gognitoDev builds and starts gognito-dev on a free port, and returns its URL and
// what it told people. It ends with the test, which fails unless it ends well.
func gognitoDev(t *testing.T, flags ...string) (url, told string) {
	t.Helper()
	binary := build(t, "gognito-dev")
	program := exec.CommandContext(t.Context(), binary, append([]string{"--addr", "127.0.0.1:0"}, flags...)...)
	program.Cancel = func() error { return program.Process.Signal(syscall.SIGTERM) }
	program.WaitDelay = 10 * time.Second
	output, err := program.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		told += lines.Text() + "\n"
	}
	found := regexp.MustCompile(`Open (http://127\.0\.0\.1:[0-9]+)/`).FindStringSubmatch(told)
	if found == nil {
		t.Fatalf("gognito-dev did not say where to open it, but:\n%s", told)
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, output)
	}()
	t.Cleanup(func() {
		// The test's context has ended, so the program was told to.
		<-drained
		if err := program.Wait(); program.ProcessState.ExitCode() != 0 {
			t.Errorf("gognito-dev ended with %v (%v), want 0", program.ProcessState, err)
		}
	})
	return found[1], told
}

// build builds a program of the module cmd.
func build(t *testing.T, name string) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), name)
	command := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./"+name)
	command.Dir = filepath.Join("..", "cmd")
	command.Env = append(command.Environ(), "GOWORK=off")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", name, err, out)
	}
	return binary
}
