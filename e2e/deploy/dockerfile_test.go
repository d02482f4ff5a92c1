package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the repository.
const root = "../.."

// An image is what the Dockerfile makes: a folder that is its root, and how it is run.
type image struct {
	dir         string
	user, group uint32
	entrypoint  []string
}

// A stage is one FROM of the Dockerfile.
type stage struct {
	from, dir string // dir is its root folder
	workdir   string // in the stage
}

// buildImage does what the Dockerfile says, in folders. Of the base image there is the
// machine's own Go, and the roots that are given.
func buildImage(t *testing.T, roots []byte) image {
	t.Helper()
	stages := map[string]*stage{}
	var current *stage
	var made image
	for _, line := range instructions(t) {
		name, rest, _ := strings.Cut(line, " ")
		words := strings.Fields(rest)
		switch {
		case name == "FROM":
			current = &stage{from: words[0], dir: t.TempDir()}
			if len(words) == 3 && words[1] == "AS" {
				stages[words[2]] = current
			}
			if current.from != "scratch" {
				write(t, filepath.Join(current.dir, "etc/ssl/certs/ca-certificates.crt"), roots, 0o644)
			}
		case name == "WORKDIR":
			current.workdir = words[0]
		case line == "COPY . .":
			copyContext(t, filepath.Join(current.dir, current.workdir))
		case name == "COPY" && len(words) == 3 && strings.HasPrefix(words[0], "--from="):
			from := stages[strings.TrimPrefix(words[0], "--from=")]
			if !path.IsAbs(words[1]) || !path.IsAbs(words[2]) {
				t.Fatalf("%s: both paths must be absolute", line)
			}
			copyFile(t, filepath.Join(from.dir, words[1]), filepath.Join(current.dir, words[2]))
		case name == "RUN":
			run(t, current, rest)
		case name == "USER":
			user, group, _ := strings.Cut(words[0], ":")
			made.user, made.group = number(t, user), number(t, group)
		case name == "ENTRYPOINT":
			if err := json.Unmarshal([]byte(rest), &made.entrypoint); err != nil {
				t.Fatalf("%s: %v; a shell form needs a shell", line, err)
			}
		default:
			t.Fatalf("this test does not know what to do for %q", line)
		}
	}
	if current.from != "scratch" {
		t.Errorf("the image is made from %s, want scratch", current.from)
	}
	made.dir = current.dir
	return made
}

// instructions returns the Dockerfile's, without comments.
func instructions(t *testing.T) []string {
	t.Helper()
	var list []string
	for line := range strings.Lines(string(read(t, filepath.Join(root, "Dockerfile")))) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

// run runs a command of a stage that has Go. The one absolute path in it is that of
// what it makes.
func run(t *testing.T, s *stage, text string) {
	t.Helper()
	if want := regexp.MustCompile(`^go(\d+\.\d+)`).FindStringSubmatch(runtime.Version()); want == nil || s.from != "golang:"+want[1] {
		t.Fatalf("the image is built by %s, and these tests by %s", s.from, runtime.Version())
	}
	if strings.Count(text, " /") != 1 {
		t.Fatalf("RUN %s: want one absolute path", text)
	}
	command := exec.CommandContext(t.Context(), "sh", "-euc", strings.Replace(text, " /", " "+s.dir+"/", 1))
	command.Dir = filepath.Join(s.dir, s.workdir)
	command.Env = append(command.Environ(), "GOFLAGS=-buildvcs=auto") // the default, as in the base image
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("RUN %s: %v\n%s", text, err, out)
	}
}

// copyContext copies the repository without what .dockerignore names.
func copyContext(t *testing.T, to string) {
	t.Helper()
	ignored := ignorePatterns(t)
	err := filepath.WalkDir(root, func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		switch {
		case inside != "." && ignored(filepath.ToSlash(inside)):
			if entry.IsDir() {
				return filepath.SkipDir
			}
		case entry.IsDir():
			err = os.MkdirAll(filepath.Join(to, inside), 0o755)
		case entry.Type().IsRegular():
			copyFile(t, name, filepath.Join(to, inside))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ignorePatterns reads .dockerignore: paths from the root on, or "**/" and a pattern
// for a name in any folder.
func ignorePatterns(t *testing.T) func(name string) bool {
	t.Helper()
	var paths, names []string
	for line := range strings.Lines(string(read(t, filepath.Join(root, ".dockerignore")))) {
		line = strings.TrimSpace(line)
		name, anywhere := strings.CutPrefix(line, "**/")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case anywhere && !strings.Contains(name, "/"):
			names = append(names, name)
		case !strings.ContainsAny(line, "*?[!"):
			paths = append(paths, line)
		default:
			t.Fatalf(".dockerignore: this test does not know what %q means", line)
		}
	}
	return func(name string) bool {
		if slices.Contains(paths, name) {
			return true
		}
		for _, pattern := range names {
			if matched, err := path.Match(pattern, path.Base(name)); err != nil || matched {
				return true
			}
		}
		return false
	}
}

func number(t *testing.T, text string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatalf("%q is no number: an image from scratch knows no names of users", text)
	}
	return uint32(n)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, read(t, from), info.Mode().Perm())
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// write writes a file that others can read, and the folders that it is in.
func write(t *testing.T, name string, data []byte, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, mode); err != nil {
		t.Fatal(err)
	}
}
