// Package dev is the program gognito-dev: a development pool and a sample
// application that uses it, on one port.
package dev

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/gognito/gognito/cmd/internal/program"
	"github.com/gognito/gognito/cmd/internal/sampleapp"
	"github.com/gognito/gognito/devpool"
)

// Program returns the program.
func Program() program.Program {
	return program.Program{
		Name:     "gognito-dev",
		About:    "An Amazon Cognito user pool for development, with a sample application that uses it.",
		Example:  "gognito-dev --config users.yaml",
		Commands: new(Command),
	}
}

// Command is the program with its flags.
type Command struct {
	Addr   string `default:"127.0.0.1:9746" placeholder:"HOST:PORT" help:"Where to listen: a loopback host, and a port, of which 0 is any that is free; 127.0.0.1:9746 unless given."`
	Config string `placeholder:"FILE" help:"YAML file with the users of the pool, in place of the four that it has otherwise."`
	Cookie string `placeholder:"NAME" help:"Cookie that keeps the access token (or ACCESS_TOKEN_KEY); accessToken unless given."`

	DangerouslyExposeToNetwork bool `help:"Let --addr be 0.0.0.0 or [::], so that every machine that reaches this one can sign in as anybody."`

	Version kong.VersionFlag `help:"Print the version."`
}

// Help says how the program ends.
func (c *Command) Help() string {
	return "The pool and its users are for development only. The program runs until it is interrupted."
}

// Run serves until it is interrupted.
func (c *Command) Run(s program.Streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return c.serve(ctx, s)
}

func (c *Command) serve(ctx context.Context, s program.Streams) error {
	cookie, err := c.cookieName()
	if err != nil {
		return err
	}
	host, err := c.host()
	if err != nil {
		return err
	}
	config := devpool.Config{}
	if c.Config != "" {
		if config, err = devpool.Load(c.Config); err != nil {
			return fmt.Errorf("--config: %w", err)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("--addr: something else listens on %s already: stop it, or give another port, or port 0 for any that is free", c.Addr)
	}
	if err != nil {
		return fmt.Errorf("--addr: %w", err)
	}
	defer func() { _ = listener.Close() }() // for the errors before serve has it

	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return err
	}
	config.URL = "http://" + net.JoinHostPort(host, port)
	pool, err := devpool.New(config)
	if err != nil {
		return err
	}
	guide := newGuide(pool, cookie)
	app, err := sampleapp.New(sampleapp.Config{
		Pool:       pool.VerifierConfig(),
		CookieName: cookie,
		SignIn:     signIn(pool),
		Demo:       guide.users,
		Commands:   guide.commands,
	})
	if err != nil {
		return err
	}
	guide.print(s.Err, c.DangerouslyExposeToNetwork)

	mux := http.NewServeMux()
	mux.Handle("/"+pool.UserPoolID()+"/", pool)
	mux.Handle("POST /{$}", pool)
	mux.Handle("/", app)
	if c.DangerouslyExposeToNetwork {
		return serve(ctx, listener, mux)
	}
	return serve(ctx, listener, onlyLoopbackHosts(mux))
}

// serve answers requests until ctx ends, and then finishes those that are there.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return server.Close()
	}
	return nil
}

// signIn returns the pool's sign-in for the sample application.
func signIn(pool *devpool.Pool) func(context.Context, string, string) (string, time.Duration, error) {
	return func(ctx context.Context, username, password string) (string, time.Duration, error) {
		tokens, err := pool.SignIn(ctx, username, password)
		if errors.Is(err, devpool.ErrCredentials) {
			err = sampleapp.ErrCredentials
		}
		return tokens.Access, tokens.ExpiresIn, err
	}
}
