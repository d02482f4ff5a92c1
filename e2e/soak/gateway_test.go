package soak_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A gateway is the program, and what it is told.
type gateway struct {
	verify, grpc, proxy, admin string // addresses
	upstream                   string // a URL
	pool                       *pool
	file                       string // the configuration
	output                     string // the file with what it wrote
	command                    *exec.Cmd
	ended                      chan struct{}
}

// startGateway builds the program and starts it, and waits until it has keys.
func startGateway(ctx context.Context, t *testing.T, p *pool, env []string, upstream string) *gateway {
	t.Helper()
	folder := t.TempDir()
	binary := filepath.Join(folder, "gognito")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./gognito")
	build.Dir, build.Env = filepath.Join("..", "..", "cmd"), append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	g := &gateway{
		verify: freeAddress(t), grpc: freeAddress(t), proxy: freeAddress(t), admin: freeAddress(t),
		upstream: upstream, pool: p, file: filepath.Join(folder, "gognito.yaml"), output: filepath.Join(folder, "output"),
		ended: make(chan struct{}),
	}
	if err := g.write(g.config(false, 0)); err != nil {
		t.Fatal(err)
	}
	output, err := os.Create(g.output)
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	g.command = exec.Command(binary, "serve", "--config", g.file)
	g.command.Env, g.command.Stdout, g.command.Stderr = append(os.Environ(), env...), output, output
	if err := g.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = g.command.Wait()
		close(g.ended)
	}()
	t.Cleanup(func() { g.stop() })
	if err := g.await(ctx, func() bool { return g.ready(ctx) }); err != nil {
		t.Fatalf("the gateway did not become ready: %v\n%s", err, g.said())
	}
	return g
}

// freeAddress returns an address that nobody listens at now.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// config is a good configuration. Those of other turns differ in what changes no
// decision.
func (g *gateway) config(second bool, turn int) string {
	clients := g.pool.client
	if second {
		clients += ", " + g.pool.second
	}
	return fmt.Sprintf(`pools:
  - user_pool_id: %s
    client_ids: [%s]
rules:
  - name: administrators
    paths: [%s]
    groups: [admins]
  - name: everything-%d
    paths: ["/*"]
listen: {verify: %q, grpc: %q, proxy: %q, admin: %q}
proxy: {upstream: %q}
`, g.pool.id, clients, adminPath, turn%2, g.verify, g.grpc, g.proxy, g.admin, g.upstream)
}

// write replaces the configuration at once.
func (g *gateway) write(text string) error {
	next := g.file + ".next"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(next, g.file)
}

// A reload is how often the configuration was loaded anew, and could not be.
type reload struct{ ok, failed float64 }

func (g *gateway) reloads(ctx context.Context) (reload, error) {
	m, err := g.metrics(ctx)
	return reload{m[`gognito_gateway_reloads_total{result="ok"}`], m[`gognito_gateway_reloads_total{result="failed"}`]}, err
}

// reload gives the gateway another configuration, and returns whether it took it. If it
// must, it is waited for: the gateway may be busy with what it tries again by itself.
func (g *gateway) reload(ctx context.Context, text string, must bool) (took bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	before, err := g.reloads(ctx)
	if err != nil {
		return false, err
	}
	if err := g.write(text); err != nil {
		return false, err
	}
	if err := g.command.Process.Signal(syscall.SIGHUP); err != nil {
		return false, err
	}
	err = g.await(ctx, func() bool {
		after, err := g.reloads(ctx)
		took = after.ok > before.ok
		return err == nil && (took || !must && after.failed > before.failed)
	})
	if err != nil {
		err = fmt.Errorf("a reload: %w\n%s\n%s", err, text, g.said())
	}
	return took, err
}

// await waits until something is so, or the gateway or the time has ended.
func (g *gateway) await(ctx context.Context, is func() bool) error {
	for !is() {
		select {
		case <-g.ended:
			return fmt.Errorf("the gateway ended: %v", g.command.ProcessState)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

func (g *gateway) ready(ctx context.Context) bool {
	_, err := g.get(ctx, "/readyz")
	return err == nil
}

func (g *gateway) get(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+g.admin+path, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, response.Status)
	}
	return string(text), err
}

// metrics returns the gateway's metrics, by name and labels as they are written.
func (g *gateway) metrics(ctx context.Context) (map[string]float64, error) {
	text, err := g.get(ctx, "/metrics")
	if err != nil {
		return nil, err
	}
	values := make(map[string]float64)
	for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
		name, number, _ := strings.Cut(lines.Text(), " ")
		if value, err := strconv.ParseFloat(number, 64); err == nil && name != "#" {
			values[name] = value
		}
	}
	return values, nil
}

// stop ends the program, by force if it does not end when told, and returns its exit
// code.
func (g *gateway) stop() int {
	_ = g.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-g.ended:
	case <-time.After(30 * time.Second):
		_ = g.command.Process.Kill()
		<-g.ended
	}
	return g.command.ProcessState.ExitCode()
}

// said returns the end of what the gateway wrote.
func (g *gateway) said() string {
	text, err := os.ReadFile(g.output)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}
