package program_test

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gognito/gognito/cmd/internal/program"
)

// check is a command: kong fills its fields, and its Run is called.
type check struct {
	Door string `arg:""`
}

func (c *check) Run(s program.Streams) error {
	if c.Door == "back" {
		return &program.ExitError{Code: program.Refused, Err: errors.New("the back door is locked")}
	}
	_, err := fmt.Fprintln(s.Out, "open")
	return err
}

func Example() {
	doors := program.Program{
		Name:    "doors",
		About:   "Checks doors.",
		Example: "doors check front",
		Commands: &struct {
			Check check `cmd:""`
		}{},
	}
	streams := program.Streams{In: strings.NewReader(""), Out: os.Stdout, Err: os.Stdout}
	for _, door := range []string{"front", "back"} {
		fmt.Println(doors.Run([]string{"check", door}, streams))
	}
	// Output:
	// open
	// 0
	// doors: the back door is locked
	// 1
}
