// Package check is the command gognito check: what the gateway is told, without a
// gateway. It tells every fault of the settings, what they mean, and how a request
// would be decided.
//
// It asks for no keys and opens no listener.
package check

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// Example is a command line to begin with.
const Example = `gognito check --config gognito.yaml --request 'GET /admin/users' --host app.example`

// Command is the command with its flags.
type Command struct {
	settings.Flags `embed:""`

	Request []string `sep:"none" placeholder:"'METHOD TARGET'" help:"Tell how this request is decided, such as 'GET /admin' (repeatable). The target is the path as a client sends it."`
	Host    string   `placeholder:"HOST" help:"Host of these requests; rules may depend on it."`
}

// Example returns [Example].
func (c *Command) Example() string { return Example }

// Help says how the outcome is told.
func (c *Command) Help() string {
	return "Takes the flags of gognito serve, and reads the same variables. " +
		"Exit codes: 0 the settings are valid, whatever becomes of the requests; 2 they are not, or a flag is wrong."
}

// Run checks the settings: it writes what they mean to standard output, and to
// standard error each fault, or else what is valid and looks like a mistake.
func (c *Command) Run(s program.Streams) error {
	requests, err := c.requests()
	if err != nil {
		return err
	}
	loaded, err := settings.Load(c.Flags, os.Getenv)
	if err != nil {
		return err
	}
	engine, err := decide.New(loaded.Rules)
	if err != nil {
		return err
	}
	for _, warning := range warnings(loaded, engine) {
		fmt.Fprintf(s.Err, "gognito: warning: %s\n", warning)
	}
	var text strings.Builder
	summarize(&text, loaded)
	for _, request := range requests {
		text.WriteString("\n" + explain(engine, request))
	}
	_, err = io.WriteString(s.Out, text.String())
	return err
}

// requests reads --request.
func (c *Command) requests() ([]decide.Request, error) {
	if c.Host != "" && len(c.Request) == 0 {
		return nil, errors.New("--host: goes with --request: give one, or leave it out")
	}
	var requests []decide.Request
	for _, text := range c.Request {
		method, target, found := strings.Cut(text, " ")
		if !found || method == "" || target == "" {
			return nil, errors.New("--request: must be a method, a space and a target, such as 'GET /admin'")
		}
		requests = append(requests, decide.Request{Method: method, Host: c.Host, Target: target})
	}
	return requests, nil
}
