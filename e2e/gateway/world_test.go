package gateway_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A world is a gateway between an application and pools.
type world struct {
	app     *application
	gateway *process
	// Where the gateway listens.
	verify, grpc, admin, proxy string

	*pools
}

// newWorld starts one, with more swaps of gognito.yaml. It ends with the test.
func newWorld(t *testing.T, swaps ...swap) *world {
	t.Helper()
	w := &world{
		app:    newApplication(t),
		verify: freeAddress(t), grpc: freeAddress(t), admin: freeAddress(t), proxy: freeAddress(t),
		pools: newPools(t),
	}
	config := configure(t, "gognito.yaml", append([]swap{
		{"eu-west-1_AbCdEfGhI", w.users.UserPoolID()},
		// Another pool, of whose keys nothing is known.
		{"client_ids: [6h89qn2bfglbmvfebq9aaknqk0]\n", "client_ids: [" + w.users.ClientID() + "]\n" +
			"  - user_pool_id: " + w.down.UserPoolID() + "\n    client_ids: [" + w.down.ClientID() + "]\n"},
		{applicationAddress, w.app.address},
		{verifyAddress, w.verify}, {grpcAddress, w.grpc}, {adminAddress, w.admin}, {upstreamAddress, w.proxy},
	}, swaps...)...)
	command := exec.Command(os.Getenv(gognitoBinary), "serve", "--config", config)
	command.Env = append(command.Environ(), newAWS(t, w.users, w.down).env...)
	w.gateway = start(t, command, w.verify, w.grpc, w.admin, w.proxy)
	w.awaitKeys(t)
	return w
}

// awaitKeys waits until the gateway has what keys it can have.
func (w *world) awaitKeys(t *testing.T) {
	t.Helper()
	m := request("GET", "/", w.bearer(person("ann")))
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		a, err := exchange(proxyAddress, w.proxy, m)
		if err == nil && a.status == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the gateway does not verify: %+v, %v\n%s", a, err, w.gateway.said(t))
		}
	}
	w.app.take()
}

// request makes a message of its lines: "Name: value".
func request(method, target string, lines ...string) *message {
	m := &message{method: method, target: target}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		m.fields = append(m.fields, field{name, value})
	}
	if m.first("Host") == "" {
		m.fields = append([]field{{"Host", host}}, m.fields...)
	}
	return m
}

// host is the site's.
const host = "app.example"

// A setUp is one way to put the gateway in front of the application.
type setUp struct {
	name    string
	address string   // of what clients talk to
	logs    []string // files
}

// serve sends a request of a client's to the set-up, and returns the answer and what
// the application saw.
func (s *setUp) serve(t *testing.T, w *world, m *message) (*answer, []*message) {
	t.Helper()
	w.app.take()
	got, err := exchange(clientAddress, s.address, m)
	if err != nil {
		t.Fatalf("%s: %s %s: no answer: %v", s.name, m.method, m.target, err)
	}
	return got, w.app.take()
}

// setUps starts all of them in front of the world's application. They end with the
// test.
func setUps(t *testing.T, w *world) []*setUp {
	t.Helper()
	return []*setUp{
		startNginx(t, w),
		startCaddy(t, w),
		startTraefik(t, w),
		startEnvoy(t, w, envoyHTTP),
		startEnvoy(t, w, envoyGRPC),
		{name: reverseProxy, address: w.proxy},
	}
}

// The names of the set-ups.
const (
	nginx        = "nginx"
	caddy        = "caddy"
	traefik      = "traefik"
	envoyHTTP    = "envoy-http"
	envoyGRPC    = "envoy-grpc"
	reverseProxy = "reverse-proxy"
)

// startNginx starts the nginx of this machine, with more swaps of nginx.conf.
func startNginx(t *testing.T, w *world, swaps ...swap) *setUp {
	t.Helper()
	address, logs := freeAddress(t), t.TempDir()
	config := configure(t, "nginx.conf", append([]swap{
		{webAddress, address}, {verifyAddress, w.verify}, {applicationAddress, w.app.address}, {"/var/log/nginx", logs},
	}, swaps...)...)
	start(t, exec.Command("nginx", "-c", config, "-e", filepath.Join(logs, "early.log"),
		"-g", "daemon off; user root; pid "+filepath.Join(logs, "nginx.pid")+";"), address)
	return &setUp{nginx, address, []string{filepath.Join(logs, "access.log"), filepath.Join(logs, "error.log")}}
}

// startCaddy starts a real Caddy.
func startCaddy(t *testing.T, w *world) *setUp {
	t.Helper()
	address, logs := freeAddress(t), t.TempDir()
	config := configure(t, "Caddyfile",
		swap{":8080", ":" + port(address)}, swap{verifyAddress, w.verify}, swap{applicationAddress, w.app.address}, swap{"/var/log/caddy", logs},
		swap{"http://:", "{\n\tadmin off\n\tpersist_config off\n}\nhttp://:"}) // several may run at once, and keep nothing
	command := exec.Command(os.Getenv(caddyBinary), "run", "--adapter", "caddyfile", "--config", config)
	command.Env = append(command.Environ(), "XDG_DATA_HOME="+logs, "XDG_CONFIG_HOME="+logs)
	p := start(t, command, address)
	return &setUp{caddy, address, []string{filepath.Join(logs, "access.log"), p.output}}
}
