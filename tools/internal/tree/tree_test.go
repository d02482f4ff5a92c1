package tree_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/gognito/gognito/tools/internal/tree"
)

func TestCopyTakesWhatGitWouldTrackAndNothingElse(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	write := func(name string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("git", append([]string{"-C", root}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q")
	for _, name := range []string{"tracked.go", "gone.go", "sub/new file.go", "bin/ignored"} {
		write(name)
	}
	if err := os.WriteFile(filepath.Join(root, ".gitignore"), []byte("bin/\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	git("add", "tracked.go", "gone.go")
	if err := os.Remove(filepath.Join(root, "gone.go")); err != nil {
		t.Fatal(err)
	}

	if err := tree.Copy(t.Context(), dir, root); err != nil {
		t.Fatal(err)
	}

	for name, want := range map[string]bool{
		"tracked.go": true, "sub/new file.go": true, ".gitignore": true,
		"gone.go": false, "bin/ignored": false, ".git": false,
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		if got := err == nil; got != want {
			t.Errorf("%s copied: %v, want %v", name, got, want)
		}
		if name == "tracked.go" && err == nil && info.Mode().Perm() != 0o755 {
			t.Errorf("%s has mode %v, want it kept", name, info.Mode())
		}
	}
}
