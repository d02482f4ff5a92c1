// Package awsjwtverify asks npm's aws-jwt-verify, AWS's own verifier for
// JavaScript, what it says of tokens. It is for the tests that compare it with
// gognito, and needs Node.js 20 or later and npm.
package awsjwtverify

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed judge.mjs package.json package-lock.json .npmrc
var script embed.FS

// Settings say what is verified, how, and as of when.
type Settings struct {
	JWKSURI string         `json:"jwksUri"`
	Issuer  string         `json:"issuer,omitempty"` // "": the two that AWS derives from the pool's ID
	At      int64          `json:"at"`               // Unix seconds
	Options map[string]any `json:"options"`          // of CognitoJwtVerifier.create
}

// A Verdict is what aws-jwt-verify says of one token.
type Verdict struct {
	Valid  bool
	Claims map[string]any // numbers are json.Number
	Error  string         // the class of what it threw
}

// Install installs the version that package-lock.json has into a folder that is
// empty, and returns the script there that Judge runs.
func Install(ctx context.Context, folder string) (judge string, err error) {
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			return "", fmt.Errorf("awsjwtverify: there is no %s on the PATH; it needs Node.js 20 or later, and npm: apt-get install nodejs npm", name)
		}
	}
	if err := os.CopyFS(folder, script); err != nil {
		return "", err
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
	npm.Dir = folder
	if out, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("awsjwtverify: npm ci: %w\n%s", err, out)
	}
	return filepath.Join(folder, "judge.mjs"), nil
}

// Judge returns what the script says of the tokens, in their order.
func Judge(ctx context.Context, script string, s Settings, tokens []string) ([]Verdict, error) {
	var input, complaints bytes.Buffer
	lines := json.NewEncoder(&input)
	err := lines.Encode(s)
	for _, token := range tokens {
		err = errors.Join(err, lines.Encode(token))
	}
	if err != nil {
		return nil, err
	}
	node := exec.CommandContext(ctx, "node", script) //nolint:gosec // a test's own
	node.Stdin, node.Stderr = &input, &complaints
	out, err := node.Output()
	if err != nil || complaints.Len() > 0 {
		return nil, fmt.Errorf("awsjwtverify: node: %w\n%s", err, complaints.String())
	}
	answers := json.NewDecoder(bytes.NewReader(out))
	answers.UseNumber()
	verdicts := make([]Verdict, len(tokens))
	for i := range verdicts {
		if err := answers.Decode(&verdicts[i]); err != nil {
			return nil, fmt.Errorf("awsjwtverify: the answer on token %d of %d: %w", i+1, len(tokens), err)
		}
	}
	if answers.More() {
		return nil, fmt.Errorf("awsjwtverify: more than the %d answers that were asked for", len(tokens))
	}
	return verdicts, nil
}
