package e2e_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The commands that gognito-dev prints are pasted as they are into a shell in the
// repository's folder.
func TestTheCommandsThatGognitoDevPrintsWork(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("there is no curl on the PATH, and this test needs one: apt-get install curl")
	}
	_, told := gognitoDev(t)
	printed := regexp.MustCompile(`(?ms)^(TOKEN=|curl |go run ).*?\n\n`).FindAllString(told, -1)
	if len(printed) != 4 {
		t.Fatalf("%d commands, want 4:\n%s", len(printed), told)
	}
	shell := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", strings.Join(printed, "\n"))
	shell.Dir = ".."
	shell.Env = append(shell.Environ(), "GOWORK=")
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	want := []string{`{"username":"jane",`, `{"username":"jane",`, `{"valid":true,`}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%s", len(lines), len(want), out)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, want[i]) {
			t.Errorf("line %d is %s, want %s…", i+1, line, want[i])
		}
	}
}
