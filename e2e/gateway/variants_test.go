package gateway_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What a user takes from examples/gateway, and changes nothing of, is taken.
func TestTheExamplesAreTakenAsTheyAre(t *testing.T) {
	logs := t.TempDir()
	for _, command := range []*exec.Cmd{
		exec.Command(os.Getenv(gognitoBinary), "check", "--config", filepath.Join(examples, "gognito.yaml")),
		exec.Command("nginx", "-t", "-c", configure(t, "nginx.conf", swap{"/var/log/nginx", logs}), "-e", filepath.Join(logs, "early.log"),
			"-g", "pid "+filepath.Join(logs, "nginx.pid")+";"),
		exec.Command(os.Getenv(caddyBinary), "validate", "--adapter", "caddyfile", "--config", configure(t, "Caddyfile", swap{"/var/log/caddy", logs})),
		exec.Command(os.Getenv(caddyBinary), "fmt", "--diff", filepath.Join(examples, "Caddyfile")),
	} {
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", command.Args, err, out)
		}
	}
}

// nginx has a limit of its own for each header, on both sides.
func TestTheLimitsOfNginx(t *testing.T) {
	w := newWorld(t, swap{"identity:\n", "identity:\n  max_bytes: 8192\n"})
	example := startNginx(t, w)
	buffers := startNginx(t, w, swap{"proxy_buffer_size 16k;", ""}, swap{"proxy_buffers 4 16k;", ""})
	lines := startNginx(t, w, swap{"large_client_header_buffers 4 16k;", ""})

	many := person("ann")
	for range 150 {
		many.Groups = append(many.Groups, "a group of the sales force")
	}
	padded := func(n int) *message {
		value := "access_token=" + w.access(person("ann")) + "; x="
		return request("GET", "/", "Cookie: "+value+strings.Repeat("x", n-len("Cookie: "+value+"\r\n")))
	}
	for _, test := range []struct {
		name  string
		nginx *setUp
		send  *message
		want  int
	}{
		{"an answer of more than 4 KB, by the example", example, request("GET", "/", w.bearer(many)), http.StatusOK},
		{"an answer of more than 4 KB, without its proxy_buffer_size", buffers, request("GET", "/", w.bearer(many)), http.StatusInternalServerError},
		{"an answer of less, without its proxy_buffer_size", buffers, request("GET", "/", w.bearer(person("ann"))), http.StatusOK},
		{"a line of 8100 bytes, without its large_client_header_buffers", lines, padded(8100), http.StatusOK},
		{"a line of 9000 bytes, without its large_client_header_buffers", lines, padded(9000), http.StatusBadRequest},
		{"a line of 9000 bytes, by the example", example, padded(9000), http.StatusOK},
		{"a line of 16000 bytes, by the example", example, padded(16000), http.StatusOK},
		{"a line of 17000 bytes, by the example", example, padded(17000), http.StatusBadRequest},
	} {
		a, seen := test.nginx.serve(t, w, test.send)
		if a.status != test.want || (len(seen) == 1) != (test.want == http.StatusOK) {
			t.Errorf("%s: answered %d, and the application saw %d requests; want %d", test.name, a.status, len(seen), test.want)
		}
	}
	if text := read(t, buffers.logs[1]); !strings.Contains(text, "too big header") {
		t.Errorf("nginx says nothing of a header that is too big, but:\n%s", text)
	}
}

// nginx takes its server by the host of a URL in the request line, and the gateway judges
// what the application gets, the Host line.
func TestNginxServesTheHostThatIsJudged(t *testing.T) {
	w := newWorld(t, swap{"  - name: health\n", "  - name: other-host\n    hosts: [admin.example]\n    paths: [\"/*\"]\n    access: deny\n  - name: health\n"})
	s := startNginx(t, w)
	for _, test := range []struct {
		target, host string
		want         int
	}{
		{"/healthz", "app.example", http.StatusOK},
		{"/healthz", "APP.example:8080", http.StatusOK},
		{"/healthz", "app.example.", http.StatusOK},
		{"/healthz", "[::1]:8080", http.StatusOK},
		{"/healthz", "admin.example", http.StatusUnauthorized},
		{"http://app.example/healthz", "app.example", http.StatusOK},
		{"http://admin.example/healthz", "admin.example", http.StatusUnauthorized},
		{"http://admin.example/healthz", "app.example", http.StatusBadRequest},
		{"http://app.example/healthz", "admin.example", http.StatusBadRequest},
		{"http://app.example/healthz", "app.example.evil.example", http.StatusBadRequest},
		{"http://app.example/healthz", "app.example app.example", http.StatusBadRequest},
		{"http://app.example.evil.example/healthz", "app.example", http.StatusBadRequest},
	} {
		a, seen := s.serve(t, w, request("GET", test.target, "Host: "+test.host))
		if a.status != test.want || (len(seen) == 1) != (test.want == http.StatusOK) {
			t.Errorf("%s for %s: answered %d, and the application saw %d requests; want %d", test.target, test.host, a.status, len(seen), test.want)
		}
	}
}

// An Envoy that joins the lines of a header, as it does without encode_raw_headers, is
// told the same.
func TestTheTableWhereEnvoyJoinsLines(t *testing.T) {
	w := newWorld(t)
	runRows(t, w, startEnvoy(t, w, envoyGRPC, swap{"encode_raw_headers: true", "encode_raw_headers: false"}), rowsOf(w.pools))
}

// The gateway itself has aliases removed: over gRPC all that the client sent, and over
// HTTP, where it does not see them, those with an underscore or a dot.
func TestAnEnvoyThatLetsAliasesThrough(t *testing.T) {
	w := newWorld(t)
	lets := swap{"[a-z0-9-]*[^a-z0-9:-].*", "nothing"}
	for _, name := range []string{envoyHTTP, envoyGRPC} {
		var rows []row
		for _, r := range identityRows(w.pools) {
			if name == envoyGRPC || !strings.Contains(r.name, "another sign") {
				rows = append(rows, r)
			}
		}
		runRows(t, w, startEnvoy(t, w, name, lets), rows)
	}
}
