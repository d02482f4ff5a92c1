package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The servers share one core, and wrk has the other.
const (
	serverCore = "0"
	wrkCore    = "1"
)

// A process is a server that runs.
type process struct {
	*server
	command *exec.Cmd
	output  string // the file with what it wrote
	ended   chan struct{}
}

// start starts a server, and waits until it listens. One processor is all that it
// may use.
func (s *server) start(ctx context.Context, folder string) (*process, error) {
	output, err := os.CreateTemp(folder, "output")
	if err != nil {
		return nil, err
	}
	defer output.Close() //nolint:errcheck // the program has its own
	p := &process{server: s, output: output.Name(), ended: make(chan struct{})}
	p.command = exec.CommandContext(ctx, "taskset", append([]string{"-c", serverCore, s.program}, s.args...)...) //nolint:gosec // built by us
	p.command.Env = append(os.Environ(), "GOMAXPROCS=1")
	p.command.Stdout, p.command.Stderr = output, output
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.command.Wait() // how it ended is no matter, since it was not to end
		close(p.ended)
	}()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.address); err == nil {
			return p, conn.Close()
		}
		select {
		case <-p.ended:
			return nil, p.fault("ended")
		case <-time.After(20 * time.Millisecond):
		}
	}
	p.stop()
	return nil, p.fault("does not listen at " + s.address)
}

// fault says what is wrong with a server, and the end of what it said.
func (p *process) fault(what string) error {
	said, _ := os.ReadFile(p.output) // what can't be read says nothing
	return fmt.Errorf("%s %s:\n%s", p.name, what, said[max(0, len(said)-2000):])
}

func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM) // or it has ended
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		_ = p.command.Process.Kill() // the same
		<-p.ended
	}
}

// used returns how long the process has had a processor. Linux counts in hundredths
// of a second (proc_pid_stat(5)).
func (p *process) used() (time.Duration, error) {
	text, err := os.ReadFile(p.proc("stat"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("/proc: stat is too short")
	}
	user, errUser := strconv.Atoi(fields[11])
	system, errSystem := strconv.Atoi(fields[12])
	return time.Duration(user+system) * time.Second / 100, errors.Join(errUser, errSystem)
}

// memory returns what the process has in memory and the most that it ever had, in
// bytes (proc_pid_status(5)).
func (p *process) memory() (now, most int, err error) {
	text, err := os.ReadFile(p.proc("status"))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kilobytes, errNumber := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		switch name {
		case "VmRSS":
			now, err = kilobytes<<10, errors.Join(err, errNumber)
		case "VmHWM":
			most, err = kilobytes<<10, errors.Join(err, errNumber)
		}
	}
	if now == 0 || most == 0 {
		return 0, 0, errors.New("/proc: status does not tell of the memory")
	}
	return now, most, err
}

// proc names a file about the process. taskset became the server, so its ID is the
// server's.
func (p *process) proc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.command.Process.Pid), name)
}
