// Package program is what the command-line programs have in common: how they
// read their flags, what their exit codes mean, and who is told what.
//
// Standard output is for data, and standard error for people. No token ever
// gets into a message, not even one that was given where something else belongs.
package program

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// The exit codes. Of those of several answers, the highest one wins; what ends a
// program before all answers are given ends it with [Usage], whatever they were.
const (
	Done        = 0 // it was done
	Refused     = 1 // it was done, and the answer is no
	Usage       = 2 // a flag, a variable or the surroundings are at fault
	Unavailable = 3 // something needed could not be had; try again later
)

// ExitError ends a program with a code of its own. Any other error that a
// command returns ends it with [Usage].
type ExitError struct {
	Code int
	Err  error // what to tell people; nil: nothing
}

// Error returns what to tell people.
func (e *ExitError) Error() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

// Unwrap returns what to tell people.
func (e *ExitError) Unwrap() error { return e.Err }

// Streams are what a program reads and writes. A command gets them as the
// argument of its Run method, and writes each message to Err in one piece: what
// looks like a token is taken out on the way.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Program is a command-line program.
type Program struct {
	Name     string
	About    string // one sentence
	Example  string // a command line that does something useful
	Commands any    // a pointer to a struct, in the manner of kong
}

// Main runs the program and ends the process.
func (p Program) Main() {
	os.Exit(p.Run(os.Args[1:], Streams{os.Stdin, os.Stdout, os.Stderr}))
}

// Run runs the program with these arguments and returns its exit code.
func (p Program) Run(args []string, s Streams) int {
	s.Err = masked{s.Err}
	answered := false // by --help or --version
	parser, err := kong.New(p.Commands,
		kong.Name(p.Name),
		kong.Description(p.About),
		kong.Vars{"version": p.version()},
		kong.Writers(s.Out, s.Err),
		kong.Exit(func(int) { answered = true }),
		kong.Help(p.help),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 100}),
	)
	if err != nil {
		panic("program: " + err.Error()) // the struct is at fault
	}
	command, err := parser.Parse(args)
	if answered {
		return Done
	}
	if misused, ok := errors.AsType[*kong.ParseError](err); ok {
		command = misused.Context
	} else if err == nil {
		err = checkGiven(command)
	}
	if err != nil {
		p.tell(s.Err, fmt.Sprintf("%v\nrun %s --help to see how it is used", err, p.path(command)))
		return Usage
	}
	if err = command.Run(s); err == nil {
		return Done
	}
	p.tell(s.Err, err.Error())
	if exit, ok := errors.AsType[*ExitError](err); ok {
		return exit.Code
	}
	return Usage
}

// checkGiven refuses empty values, which are the mark of a variable that is not
// set in the caller's script. They must not count as flags that are not there.
func checkGiven(command *kong.Context) error {
	for _, element := range command.Path {
		flag := element.Flag
		if flag == nil {
			continue
		}
		list, _ := reflect.TypeAssert[[]string](flag.Target)
		if text, ok := reflect.TypeAssert[string](flag.Target); ok && text == "" || slices.Contains(list, "") {
			return fmt.Errorf("--%s is empty: give it a value, or leave it out", flag.Name)
		}
	}
	return nil
}

// path returns the program's name and, if one was chosen, the command's.
func (p Program) path(command *kong.Context) string {
	if command != nil && command.Selected() != nil {
		return command.Selected().FullPath()
	}
	return p.Name
}

// tokenForm is what looks like a token, or like the beginning of one: base64url
// of what begins as a JSON object does.
var tokenForm = regexp.MustCompile(`\bey[A-Za-z0-9_-]{14,}(\.[A-Za-z0-9_.-]*)?`)

// masked writes messages without the tokens in them. A message is one Write.
type masked struct{ w io.Writer }

func (m masked) Write(message []byte) (int, error) {
	if _, err := m.w.Write(tokenForm.ReplaceAll(message, []byte("(a token)"))); err != nil {
		return 0, err
	}
	return len(message), nil
}

// tell writes a message, each of its lines under the program's name.
func (p Program) tell(w io.Writer, message string) {
	for line := range strings.Lines(message) {
		if line = strings.TrimRight(line, "\n"); line != "" {
			fmt.Fprintf(w, "%s: %s\n", p.Name, line)
		}
	}
}

// help prints an example first.
func (p Program) help(options kong.HelpOptions, command *kong.Context) error {
	example := p.Example
	if node := command.Selected(); node != nil && node.Target.CanAddr() {
		if own, ok := reflect.TypeAssert[interface{ Example() string }](node.Target.Addr()); ok {
			example = own.Example()
		}
	}
	if _, err := fmt.Fprintf(command.Stdout, "Example:\n%s\n\n", indent(example)); err != nil {
		return err
	}
	return kong.DefaultHelpPrinter(options, command)
}

func indent(text string) string { return "  " + strings.ReplaceAll(text, "\n", "\n  ") }

// version returns the program's name, its module's version, and Go's.
func (p Program) version() string {
	return p.Name + " " + Version() + " " + runtime.Version()
}

// Version returns the version of the module that the running program was built from.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
