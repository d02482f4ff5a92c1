package main

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
	"strconv"
	"strings"

	"github.com/gognito/gognito/internal/awsjwtverify"
	"github.com/gognito/gognito/peers/bench/setup"
	"github.com/gognito/gognito/peers/bench/subject"
)

//go:embed *.mjs
var scripts embed.FS

// awsJWTVerify is what the results and tables call it.
const awsJWTVerify = "aws-jwt-verify"

// installNode installs aws-jwt-verify, and the scripts beside it.
func installNode(ctx context.Context, folder string) error {
	if _, err := awsjwtverify.Install(ctx, folder); err != nil {
		return err
	}
	return os.CopyFS(folder, scripts)
}

// nodeJS measures aws-jwt-verify, and how long Node.js takes to start.
func nodeJS(ctx context.Context, s settings, pool *subject.Subject, folder string) ([]step, error) {
	folder = filepath.Join(folder, "node")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return nil, err
	}
	if err := installNode(ctx, folder); err != nil {
		return nil, err
	}
	tokens := map[string]string{"good": pool.Good}
	for _, kind := range []string{"garbage", "signature", "expired"} {
		tokens[kind] = pool.Refused[kind]
	}
	// JavaScript takes longer to come to a steady speed.
	measure := func(ctx context.Context, all results) error {
		answers, err := askNode(ctx, folder, pool.Pool, tokens, int(4*s.benchtime.Milliseconds()))
		if err != nil {
			return err
		}
		for name, answer := range answers {
			if good := strings.HasSuffix(name, "/good"); answer.Accepted != good {
				return fmt.Errorf("%s: %s: accepted: %t", awsJWTVerify, name, answer.Accepted)
			}
			if answer.Nanoseconds <= 0 {
				return fmt.Errorf("%s: %s took no time", awsJWTVerify, name)
			}
			all.add(ofNode+name, result{ns: answer.Nanoseconds})
		}
		return nil
	}
	arguments := append([]string{filepath.Join(folder, "cold.mjs")}, pool.Arguments(pool.Good)...)
	return []step{
		measure,
		start("Node.js", "node", filepath.Join(folder, "nothing.mjs")),
		start(awsJWTVerify, "node", arguments...),
	}, nil
}

// An answer is that of verify.mjs on tokens of one kind.
type answer struct {
	Accepted    bool
	Nanoseconds float64
}

func askNode(ctx context.Context, folder string, pool setup.Pool, tokens map[string]string, milliseconds int) (map[string]answer, error) {
	question, err := json.Marshal(map[string]any{"pool": pool, "tokens": tokens, "milliseconds": milliseconds})
	if err != nil {
		return nil, err
	}
	var complaints bytes.Buffer
	node := exec.CommandContext(ctx, "node", filepath.Join(folder, "verify.mjs")) //nolint:gosec // our own script
	node.Stdin, node.Stderr = bytes.NewReader(question), &complaints
	output, err := node.Output()
	if err != nil {
		return nil, fmt.Errorf("verify.mjs: %w\n%s", err, complaints.String())
	}
	var answers map[string]answer
	return answers, json.Unmarshal(output, &answers)
}

// findOpenSSL fails before anything is measured.
func findOpenSSL() error {
	if _, err := exec.LookPath("openssl"); err != nil {
		return errors.New("there is no openssl on the PATH, whose speed is one of the limits: apt-get install openssl")
	}
	return nil
}

// openSSL measures openssl's own check of a signature, in time of the processor.
func openSSL(ctx context.Context, all results) error {
	output, err := exec.CommandContext(ctx, "openssl", "speed", "-seconds", "1", "rsa2048").Output()
	if err != nil {
		return fmt.Errorf("openssl speed: %w", err)
	}
	perSecond, err := verificationsPerSecond(string(output))
	if err != nil {
		return err
	}
	all.add("openssl", result{ns: 1e9 / perSecond})
	return nil
}

// verificationsPerSecond finds them under their heading, which has other columns
// in other versions.
func verificationsPerSecond(output string) (float64, error) {
	column := -1
	for text := range strings.Lines(output) {
		fields := strings.Fields(text)
		if len(fields) > 0 && fields[0] == "sign" {
			for i, field := range fields {
				if field == "verify/s" {
					column = i
				}
			}
		}
		if values, ok := strings.CutPrefix(strings.Join(fields, " "), "rsa 2048 bits "); ok && column >= 0 {
			if list := strings.Fields(values); column < len(list) {
				if n, err := strconv.ParseFloat(list[column], 64); err == nil && n > 0 {
					return n, nil
				}
			}
		}
	}
	return 0, fmt.Errorf("openssl speed: no verifications a second in:\n%s", output)
}
