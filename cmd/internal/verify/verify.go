// Package verify is the command gognito verify, which judges any number of
// tokens, in constant memory and on all cores, and answers in their order.
//
// What scripts can rely on is in docs/verify.md.
package verify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gognito/gognito/cmd/internal/program"
)

// Example is a command line to begin with.
const Example = `gognito verify --user-pool-id eu-west-1_AbCdEfGhI --client-id 6h89qn2bfglbmvfebq9aaknqk0 "$TOKEN"`

// Command is the command with its flags. The zero value but for the pool and the
// client, which may come from the environment, is the strict one.
type Command struct {
	UserPoolID    []string      `name:"user-pool-id" sep:"none" placeholder:"ID" help:"User pool whose tokens are accepted (repeatable; or AWS_COGNITO_USER_POOL_ID, comma-separated). Each client ID is accepted from every pool."`
	ClientID      []string      `name:"client-id" sep:"none" placeholder:"ID" help:"App client whose tokens are accepted (repeatable; or AWS_COGNITO_APP_CLIENT_ID, comma-separated)."`
	Audience      []string      `sep:"none" placeholder:"URL" help:"Resource URL accepted in the aud of access tokens (repeatable)."`
	Region        string        `placeholder:"REGION" help:"Region that the pools must be in (or AWS_COGNITO_REGION)."`
	TokenUse      string        `enum:"access,id,any" default:"access" placeholder:"USE" help:"Kind of token accepted: access, id or any; access unless given."`
	Issuer        string        `placeholder:"URL" help:"With one pool: the issuer, in place of the two that its ID stands for. https, or http on a loopback host."`
	JWKS          string        `name:"jwks" placeholder:"FILE|URL" help:"With one pool: take its keys from this file, or this URL: https, or http on a loopback host."`
	Group         []string      `sep:"none" placeholder:"NAME" help:"Group that the user must be in (repeatable: in any of them)."`
	Scope         []string      `sep:"none" placeholder:"NAME" help:"Scope that the token must have (repeatable: all of them)."`
	Leeway        time.Duration `placeholder:"DURATION" help:"By how much clocks may differ, such as 30s; none unless given, and at most 5m."`
	At            string        `placeholder:"TIME" help:"Judge as of this time: RFC 3339, or seconds since 1970."`
	AllowMachines bool          `help:"Accept client_credentials tokens too, which carry no username."`
	Output        string        `enum:"text,json" default:"text" placeholder:"FORMAT" help:"text, for people, or json, for programs: a line for each token; text unless given."`

	// HTTPClient fetches keys. Nil: a plain one.
	HTTPClient *http.Client `kong:"-"`

	Token []string `arg:"" optional:"" help:"Tokens; without any, one a line on standard input."`
}

// Example returns [Example].
func (c *Command) Example() string { return Example }

// Help says how the outcome is told.
func (c *Command) Help() string {
	return "Exit codes: 0 all tokens are valid; 1 a token was refused; 2 usage or configuration; " +
		"3 for at least one token, the keys could not be had."
}

// Run judges the tokens, and answers on standard output. Its error carries the
// exit code.
func (c *Command) Run(s program.Streams) error {
	j, err := c.judge(s.Err)
	if err != nil {
		return err
	}
	next := newLineReader(s.In).next
	if len(c.Token) > 0 {
		next = inBatches(c.Token)
	}
	code, tokens, err := stream(context.Background(), next, j.answer, s.Out)
	switch {
	case err != nil:
		return err
	case tokens == 0:
		return errors.New("no token: give tokens as arguments, or on standard input, one a line")
	case code != program.Done:
		return &program.ExitError{Code: code}
	}
	return nil
}

// inBatches returns the tokens, in batches.
func inBatches(tokens []string) func() ([]string, error) {
	return func() ([]string, error) {
		n := min(len(tokens), batchTokens)
		if n == 0 {
			return nil, io.EOF
		}
		batch := tokens[:n]
		tokens = tokens[n:]
		return batch, nil
	}
}
