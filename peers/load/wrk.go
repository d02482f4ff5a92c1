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
	"time"
)

//go:embed *.lua awake/awake.c
var scripts embed.FS

// connections is how many wrk keeps open, and so how many requests are under way.
const connections = 32

// wrk is the program of that name and what it sends. It does not sleep: to wake it would
// be a part of what an answer costs its server, and a slower server would pay it more often.
type wrk struct {
	folder string
	awake  string // the library that keeps it from sleeping, if any
	tokens string // the file with many tokens
}

// newWrk writes the scripts where wrk finds them, and compiles the library.
func newWrk(ctx context.Context, folder string) (*wrk, error) {
	w := &wrk{folder: filepath.Join(folder, "wrk"), awake: filepath.Join(folder, "awake.so")}
	if err := os.CopyFS(w.folder, scripts); err != nil {
		return nil, err
	}
	output, err := exec.CommandContext(ctx, "cc", "-O2", "-shared", "-fPIC", "-o", w.awake, filepath.Join(w.folder, "awake", "awake.c")).CombinedOutput() //nolint:gosec // files of ours
	if err != nil {
		return nil, fmt.Errorf("cc: %w\n%s", err, output)
	}
	return w, nil
}

// sleepy returns one that sleeps until there is an answer, as it does by itself.
func (w *wrk) sleepy() *wrk { return &wrk{folder: w.folder, tokens: w.tokens} }

// headers are what nginx tells of its client's request, as examples/gateway has it.
func headers(token string) []string {
	return []string{
		"Host: app.example",
		"X-Original-Method: GET", "X-Original-URI: /articles/42?page=3", "X-Original-Host: app.example", "X-Original-Proto: https",
		"X-Real-IP: 203.0.113.7",
		"Authorization: Bearer " + token,
	}
}

// A tally is what wrk says of one measurement.
type tally struct {
	Requests int           // answered
	Faults   int           // connections, reads, writes, time-outs
	Refused  int           // answers of 400 and above
	Counted  map[int]int   // answers by status, of the script that counts them
	Micros   float64       // how long it took
	P99      float64       // microseconds
	used     time.Duration // of a processor, by wrk itself
}

// perSecond is how many requests were answered in a second.
func (r *tally) perSecond() float64 { return float64(r.Requests) / r.Micros * 1e6 }

// one sends the same token for some time.
func (w *wrk) one(ctx context.Context, s *server, token string, d time.Duration) (*tally, error) {
	return w.run(ctx, s, "one.lua", d, token)
}

// count is one, and counts each status, which makes wrk slower.
func (w *wrk) count(ctx context.Context, s *server, token string, d time.Duration) (*tally, error) {
	return w.run(ctx, s, "count.lua", d, token)
}

// many sends a file's tokens over and over; all requests are made before the first is
// sent.
func (w *wrk) many(ctx context.Context, s *server, d time.Duration) (*tally, error) {
	return w.run(ctx, s, "many.lua", d, "", w.tokens)
}

// through sends each token of a file, from the first to the last, so many times, and
// reads them meanwhile.
func (w *wrk) through(ctx context.Context, s *server, file string, times int) (*tally, error) {
	return w.run(ctx, s, "through.lua", time.Hour, "", file, strconv.Itoa(times))
}

func (w *wrk) run(ctx context.Context, s *server, script string, d time.Duration, token string, args ...string) (*tally, error) {
	line := []string{"-c", wrkCore, "wrk", "-t1", "-c" + strconv.Itoa(connections), "-d" + strconv.Itoa(int(d.Seconds())) + "s", "-s", script}
	for _, header := range headers(token) {
		line = append(line, "-H", header)
	}
	line = append(append(line, s.url(), "--"), args...)
	command := exec.CommandContext(ctx, "taskset", line...) //nolint:gosec // arguments of ours
	var complaints bytes.Buffer
	command.Dir, command.Env, command.Stderr = w.folder, append(os.Environ(), "LD_PRELOAD="+w.awake), &complaints // of no library, if that is empty
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("wrk %s: %w\n%s", s.url(), err, complaints.String())
	}
	r, err := parse(string(output))
	if err != nil {
		return nil, fmt.Errorf("wrk %s: %w\n%s%s", s.url(), err, output, complaints.String())
	}
	r.used = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	return r, nil
}

// parse finds the line that the scripts end with.
func parse(output string) (*tally, error) {
	_, text, found := strings.Cut(output, "result ")
	if !found {
		return nil, errors.New("no result")
	}
	r := new(tally)
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return nil, err
	}
	if r.Requests <= 0 || r.Micros <= 0 {
		return nil, errors.New("nothing was answered")
	}
	return r, nil
}

// check fails unless every answer was the server's good one.
func (r *tally) check(s *server) error {
	counted := 0
	for status, count := range r.Counted {
		if status != s.good {
			return fmt.Errorf("%s answered %d requests with %d", s.name, count, status)
		}
		counted += count
	}
	if r.Faults != 0 || r.Refused != 0 || r.Counted != nil && counted < r.Requests {
		return fmt.Errorf("%s: of %d requests %d were refused, %d failed and %d were counted", s.name, r.Requests, r.Refused, r.Faults, counted)
	}
	return nil
}
