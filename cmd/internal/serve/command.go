package serve

import (
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// Example is a command line to begin with.
const Example = `AWS_COGNITO_USER_POOL_ID=eu-west-1_AbCdEfGhI AWS_COGNITO_APP_CLIENT_ID=6h89qn2bfglbmvfebq9aaknqk0 gognito serve
gognito serve --config gognito.yaml`

// Command is the command with its flags.
type Command struct {
	settings.Flags `embed:""`
}

// Example returns [Example].
func (c *Command) Example() string { return Example }

// Help says how it is told what to do while it runs.
func (c *Command) Help() string {
	return "SIGHUP, or a change of the configuration's files, loads it anew; a wrong one changes nothing. " +
		"SIGTERM and SIGINT drain; a second one ends at once. " +
		"Exit codes: 0 drained; 1 ended before it was; 2 usage or configuration; 3 a listener failed."
}

// Run serves until it is told to end.
func (c *Command) Run(s program.Streams) error {
	hangups, ends := make(chan os.Signal, 1), make(chan os.Signal, 2)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	signal.Notify(ends, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(ends)

	events := slog.New(slog.NewJSONHandler(s.Err, nil))
	log.SetFlags(0)
	log.SetOutput(quiet{events}) // net/http's client writes there, and quotes what an upstream sent
	return Run(Config{
		Load: func() (*settings.Settings, error) { return settings.Load(c.Flags, os.Getenv) },
		Out:  slog.New(slog.NewJSONHandler(s.Out, nil)),
		Log:  events,

		Hangups: hangups, Ends: ends,
	})
}
