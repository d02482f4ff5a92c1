package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fixture writes a small repository: a function, its test, a list of mutants.
func fixture(t *testing.T, list string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/sum\n\ngo 1.26.0\n",
		"sum.go": "package sum\n\nfunc Positive(n int) bool { return n > 0 }\n\nfunc Twice(n int) int { return n + n }\n",
		"sum_test.go": `package sum

import "testing"

func TestPositive(t *testing.T) {
	t.Run("zero", func(t *testing.T) {
		if Positive(0) {
			t.Error("zero is not positive")
		}
	})
}

func TestRepositorySeesTwice(t *testing.T) {
	if Twice(3) != 6 {
		t.Error("only a guard notices")
	}
}
`,
		"testdata/mutants.txt": list,
	} {
		write(t, root, name, text)
	}
	if out, err := exec.Command("git", "-C", root, "init", "-q").CombinedOutput(); err != nil {
		t.Fatalf("git init: %v\n%s", err, out)
	}
	return root
}

// write adds a file to a fixture.
func write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRunTellsKilledSurvivedAndBrokenApart(t *testing.T) {
	root := fixture(t, `# a comment
mutant flipped
file sum.go
test .
-return n > 0
+return n >= 0

mutant unnoticed
file sum.go
test .
-return n + n
+return n

mutant does-not-build
file sum.go
test .
-return n > 0
+return n

mutant no-longer-applies
file sum.go
test .
-return n > 1
+return n
`)
	var out strings.Builder
	err := run(t.Context(), &out, root, "testdata/mutants.txt", "")
	if !errors.Is(err, errNotKilled) {
		t.Fatalf("run: %v, want errNotKilled\n%s", err, out.String())
	}
	for _, want := range [][]string{
		{"killed", "flipped", "by example.com/sum TestPositive/zero"},
		{"SURVIVED", "unnoticed", "in sum.go"},
		{"BROKEN", "does-not-build", "does not build:"},
		{"BROKEN", "no-longer-applies", "holds its old text 0 times"},
		{"4 mutants: 1 killed, 1 survived, 2 broken"},
	} {
		if !hasLine(out.String(), want) {
			t.Errorf("no line with %q in\n%s", want, out.String())
		}
	}
	after, err := os.ReadFile(filepath.Join(root, "sum.go"))
	if err != nil || !strings.Contains(string(after), "n > 0") || !strings.Contains(string(after), "n + n") {
		t.Errorf("the working tree was changed: %v\n%s", err, after)
	}
}

func TestOnlyATestThatRanKills(t *testing.T) {
	timeout = 5 * time.Second
	defer func() { timeout = 5 * time.Minute }()
	root := fixture(t, `mutant panics-before-any-test
file sum.go
test .
-func Twice(
+func init() { panic("early") }
+func Twice(

mutant ends-the-program-after-the-tests
file end_test.go
test .
-os.Exit(m.Run())
+m.Run(); os.Exit(1)

mutant hangs
file sum.go
test .
-return n > 0
+select {}

mutant panics-beside-the-test
file sum.go
test .
-return n > 0
+go func() { panic("beside") }(); select {}

mutant panics-in-the-test
file sum.go
test .
-return n > 0
+panic("within")
`)
	write(t, root, "end_test.go", "package sum\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) { os.Exit(m.Run()) }\n")
	var out strings.Builder
	if err := run(t.Context(), &out, root, "testdata/mutants.txt", ""); !errors.Is(err, errNotKilled) {
		t.Fatalf("run: %v, want errNotKilled\n%s", err, out.String())
	}
	for _, want := range [][]string{
		{"BROKEN", "panics-before-any-test", "no test of example.com/sum ran to be red:"},
		{"BROKEN", "ends-the-program-after-the-tests", "no test of example.com/sum ran to be red:"},
		{"killed", "hangs", "by timeout in example.com/sum TestPositive/zero"},
		{"killed", "panics-beside-the-test", "by example.com/sum TestPositive/zero"},
		{"killed", "panics-in-the-test", "by example.com/sum TestPositive/zero"},
		{"5 mutants: 3 killed, 0 survived, 2 broken"},
	} {
		if !hasLine(out.String(), want) {
			t.Errorf("no line with %q in\n%s", want, out.String())
		}
	}
}

func TestATestThatFailsWithoutTheMutantTooKillsNothing(t *testing.T) {
	root := fixture(t, "mutant unnoticed\nfile sum.go\ntest .\n-return n + n\n+return n\n")
	// It is green once: for the run without any mutant.
	ran := filepath.Join(t.TempDir(), "ran")
	write(t, root, "flaky_test.go", "package sum\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestFlaky(t *testing.T) {\n"+
		"\tif err := os.Mkdir("+strconv.Quote(ran)+", 0o700); err != nil {\n\t\tt.Error(err)\n\t}\n}\n")
	var out strings.Builder
	err := run(t.Context(), &out, root, "testdata/mutants.txt", "")
	if want := []string{"BROKEN", "unnoticed", "by example.com/sum TestFlaky, which fails without the mutant too:"}; !errors.Is(err, errNotKilled) || !hasLine(out.String(), want) {
		t.Errorf("run: %v, want errNotKilled and a line with %q in\n%s", err, want, out.String())
	}
}

// A module below another, as the adapters are, is tested alone.
func TestAMutantIsHuntedInItsOwnModule(t *testing.T) {
	root := fixture(t, "mutant nested\nfile nested/deep/nested.go\ntest ./nested/deep\n-return 1\n+return 2\n")
	write(t, root, "go.work", "go 1.26.0\n\nuse .\n")
	write(t, root, "nested/go.mod", "module example.com/sum/nested\n\ngo 1.26.0\n")
	write(t, root, "nested/deep/nested.go", "package deep\n\nfunc One() int { return 1 }\n")
	write(t, root, "nested/deep/nested_test.go", "package deep\n\nimport \"testing\"\n\nfunc TestOne(t *testing.T) {\n\tif One() != 1 {\n\t\tt.Error(\"not one\")\n\t}\n}\n")
	var out strings.Builder
	if err := run(t.Context(), &out, root, "testdata/mutants.txt", ""); err != nil || !strings.Contains(out.String(), "by example.com/sum/nested/deep TestOne") {
		t.Errorf("run: %v\n%s", err, &out)
	}
}

func TestRunIsContentWhenEveryMutantIsKilled(t *testing.T) {
	root := fixture(t, "mutant flipped\nfile sum.go\ntest .\n-return n > 0\n+return n >= 0\n")
	var out strings.Builder
	if err := run(t.Context(), &out, root, "testdata/mutants.txt", ""); err != nil {
		t.Fatalf("run: %v\n%s", err, out.String())
	}
}

func TestRunRefusesTestsThatAreRedByThemselves(t *testing.T) {
	root := fixture(t, "mutant flipped\nfile sum.go\ntest .\n-return n > 0\n+return n >= 0\n")
	red := "package sum\n\nimport \"testing\"\n\nfunc TestRed(t *testing.T) { t.Error(\"always\") }\n"
	write(t, root, "red_test.go", red)
	err := run(t.Context(), &strings.Builder{}, root, "testdata/mutants.txt", "")
	if err == nil || !strings.Contains(err.Error(), "not green: example.com/sum TestRed") {
		t.Fatalf("run: %v, want the red test named", err)
	}
}

func TestParseNamesTheFault(t *testing.T) {
	for _, test := range []struct{ list, want string }{
		{"file a.go\n", "line 1: no mutant line before this one"},
		{"mutant a\nfile a.go\ntest .\n-x\n\nmutant a\n", `line 6: the name "a" is empty or taken`},
		{"mutant a\nfiel a.go\n", `line 2: unknown word "fiel"`},
		{"mutant a\nfile a.go\n-x\n", "mutant a needs a file, a test and a - line"},
		{"mutant a\nfile a.go\ntest .\n-x\n+x\n", "mutant a changes nothing"},
	} {
		if _, err := parse(test.list); err == nil || err.Error() != test.want {
			t.Errorf("parse(%q): %v, want %s", test.list, err, test.want)
		}
	}
}

func hasLine(text string, parts []string) bool {
	for line := range strings.Lines(text) {
		found := true
		for _, part := range parts {
			found = found && strings.Contains(line, part)
		}
		if found {
			return true
		}
	}
	return false
}
