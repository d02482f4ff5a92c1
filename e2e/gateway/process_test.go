package gateway_test

import (
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// A process is a program that a test started.
type process struct {
	command *exec.Cmd
	output  string // the file with what it wrote
	ended   chan struct{}
}

// start starts a program that ends with the test, and waits until it listens.
func start(t *testing.T, command *exec.Cmd, addresses ...string) *process {
	t.Helper()
	p := &process{command: command, output: filepath.Join(t.TempDir(), filepath.Base(command.Path)+".log"), ended: make(chan struct{})}
	output, err := os.Create(p.output)
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	command.Stdout, command.Stderr = output, output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = command.Wait()
		close(p.ended)
	}()
	t.Cleanup(p.stop)
	for _, address := range addresses {
		p.await(t, address)
	}
	return p
}

// await waits until the program listens.
func (p *process) await(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		if conn, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			_ = conn.Close()
			return
		}
		select {
		case <-p.ended:
			t.Fatalf("%s ended with %v:\n%s", p.command.Path, p.command.ProcessState, p.said(t))
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s does not listen at %s:\n%s", p.command.Path, address, p.said(t))
		}
	}
}

// stop ends the program, by force if it does not end when told.
func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.command.Process.Kill()
		<-p.ended
	}
}

// kill ends the program as a crash would.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

func (p *process) said(t *testing.T) string {
	t.Helper()
	return read(t, p.output)
}

// read returns a file's text.
func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// freeAddress returns an address that nobody listens at now. It is none of those that
// systems give to clients, which could take it before the program does.
func freeAddress(t *testing.T) string {
	t.Helper()
	var err error
	for range 100 {
		address := net.JoinHostPort(proxyAddress, strconv.Itoa(20_000+rand.IntN(12_000)))
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			_ = listener.Close()
			return address
		}
	}
	t.Fatal(err)
	return ""
}
