package program_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/gognito/gognito/cmd/internal/program"
)

// fail is a command that ends with an error of the test's choice.
type fail struct {
	Name  string   `placeholder:"NAME"`
	Names []string `sep:"none"`
	Count int
	Word  []string `arg:"" optional:""`

	err error
}

func (f *fail) Run(s program.Streams) error {
	for _, name := range f.Names {
		fmt.Fprintf(s.Err, "failing for %s\n", name)
	}
	return f.err
}

func (f *fail) Example() string { return "prog fail --name=ada" }

func run(err error, args ...string) (code int, stdout, stderr string) {
	var out, told strings.Builder
	p := program.Program{
		Name: "prog", About: "Fails.", Example: "prog fail",
		Commands: &struct {
			Fail    fail             `cmd:"" help:"Fail."`
			Version kong.VersionFlag `help:"Print the version."`
		}{Fail: fail{err: err}},
	}
	code = p.Run(args, program.Streams{In: strings.NewReader(""), Out: &out, Err: &told})
	return code, out.String(), told.String()
}

func TestAnErrorDecidesTheExitCodeAndIsTold(t *testing.T) {
	locked := errors.New("locked")
	for _, test := range []struct {
		name   string
		err    error
		code   int
		stderr string
	}{
		{"none", nil, program.Done, ""},
		{"any error", locked, program.Usage, "prog: locked\n"},
		{"several errors", errors.Join(locked, errors.New("dark")), program.Usage, "prog: locked\nprog: dark\n"},
		{"a silent exit", &program.ExitError{Code: program.Refused}, program.Refused, ""},
		{"an exit with words", &program.ExitError{Code: program.Unavailable, Err: locked}, program.Unavailable, "prog: locked\n"},
		{"a wrapped exit", fmt.Errorf("door: %w", &program.ExitError{Code: program.Refused, Err: locked}), program.Refused, "prog: door: locked\n"},
		{"a token in the words", errors.New(`no "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln" here`), program.Usage, "prog: no \"(a token)\" here\n"},
		{"the beginning of a token", errors.New("no eyJhbGciOiJSUzI1NiJ9"), program.Usage, "prog: no (a token)\n"},
	} {
		code, stdout, stderr := run(test.err, "fail")
		if code != test.code || stdout != "" || stderr != test.stderr {
			t.Errorf("%s: exit code %d, output %q, message %q; want %d, none, %q", test.name, code, stdout, stderr, test.code, test.stderr)
		}
	}
}

func TestWhatACommandTellsByItselfHoldsNoToken(t *testing.T) {
	code, stdout, stderr := run(nil, "fail", "--names=https://127.0.0.1/eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "--names=ada")
	if want := "failing for https://127.0.0.1/(a token)\nfailing for ada\n"; code != program.Done || stdout != "" || stderr != want {
		t.Errorf("exit code %d, output %q, message %q; want 0, none, %q", code, stdout, stderr, want)
	}
}

func TestMisuseIsToldWithTheWayOut(t *testing.T) {
	const seeProgram, seeCommand = "prog: run prog --help to see how it is used\n", "prog: run prog fail --help to see how it is used\n"
	for _, test := range []struct {
		args   []string
		stderr string
	}{
		{nil, "prog: expected \"fail\"\n" + seeProgram},
		{[]string{"fall"}, "prog: unexpected argument fall, did you mean \"fail\"?\n" + seeProgram},
		{[]string{"fail", "--coun"}, "prog: unknown flag --coun, did you mean \"--count\"?\n" + seeCommand},
		{[]string{"fail", "--name="}, "prog: --name is empty: give it a value, or leave it out\n" + seeCommand},
		{[]string{"fail", "--name", ""}, "prog: --name is empty: give it a value, or leave it out\n" + seeCommand},
		{[]string{"fail", "--names", "a", "--names", ""}, "prog: --names is empty: give it a value, or leave it out\n" + seeCommand},
	} {
		code, stdout, stderr := run(nil, test.args...)
		if code != program.Usage || stdout != "" || stderr != test.stderr {
			t.Errorf("%q: exit code %d, output %q, message %q; want 2, none, %q", test.args, code, stdout, stderr, test.stderr)
		}
	}
}

func TestEmptyArgumentsAndZerosAreValues(t *testing.T) {
	if code, _, stderr := run(nil, "fail", "--count=0", "", "a"); code != program.Done || stderr != "" {
		t.Errorf("exit code %d, message %q", code, stderr)
	}
}

func TestHelpBeginsWithAnExample(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--help"}, "Example:\n  prog fail\n\nUsage: prog "},
		{[]string{"fail", "--help"}, "Example:\n  prog fail --name=ada\n\nUsage: prog fail "},
	} {
		code, stdout, stderr := run(errors.New("it ran"), test.args...)
		if code != program.Done || !strings.HasPrefix(stdout, test.want) || stderr != "" {
			t.Errorf("%q: exit code %d, message %q, output %q; want it to begin with %q", test.args, code, stderr, stdout, test.want)
		}
	}
}

func TestTheVersionNamesTheProgramAndGo(t *testing.T) {
	code, stdout, stderr := run(errors.New("it ran"), "--version")
	if code != program.Done || !strings.HasPrefix(stdout, "prog ") || !strings.Contains(stdout, " go1.") || stderr != "" {
		t.Errorf("exit code %d, output %q, message %q", code, stdout, stderr)
	}
}
