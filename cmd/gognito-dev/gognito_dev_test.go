package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gognito/gognito"
)

// end runs the program to its end, which is to come by itself, and returns its exit
// code and what it told people.
func end(t *testing.T, environment []string, args ...string) (code int, told string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), "gognito-dev", args...)
	program.Env = append(program.Environ(), environment...)
	var out, err bytes.Buffer
	program.Stdout, program.Stderr = &out, &err
	if exit, ok := errors.AsType[*exec.ExitError](program.Run()); ok {
		code = exit.ExitCode()
	}
	if out.Len() > 0 && code != 0 {
		t.Errorf("%q: standard output has %q", args, out.String())
	}
	return code, err.String() + out.String()
}

// run starts the program, and returns its URL and what it told people until it
// said how to end it. It is ended as the test ends, which fails unless it ends well.
func run(t *testing.T, signal os.Signal, args ...string) (base, told string) {
	t.Helper()
	program := exec.CommandContext(t.Context(), "gognito-dev", args...)
	program.Cancel = func() error { return program.Process.Signal(signal) }
	program.WaitDelay = time.Minute
	stderr, err := program.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		told += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "Ctrl-C") {
			break
		}
	}
	t.Cleanup(func() { // when the context has ended
		rest, _ := io.ReadAll(stderr)
		if err := program.Wait(); program.ProcessState.ExitCode() != 0 || len(rest) > 0 {
			t.Errorf("after %v: %v (%v), and it told %q", signal, program.ProcessState, err, rest)
		}
	})
	found := regexp.MustCompile(`Open (http://\S+)/ `).FindStringSubmatch(told)
	if found == nil {
		t.Fatalf("it does not say where to open it: %s", told)
	}
	return found[1], told
}

func get(t *testing.T, client *http.Client, address string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// A page of another site may have its own name point to this machine.
func TestOnlyLoopbackHostsAreAnsweredFor(t *testing.T) {
	base, _ := run(t, os.Interrupt, "--addr", "127.0.0.1:0")
	exposed, _ := run(t, os.Interrupt, "--addr", "0.0.0.0:0", "--dangerously-expose-to-network")
	for host, want := range map[string]int{
		"localhost": http.StatusOK, "LOCALHOST:9746": http.StatusOK, "127.0.0.1": http.StatusOK, "127.1.2.3:1": http.StatusOK, "[::1]:80": http.StatusOK,
		"evil.example": http.StatusMisdirectedRequest, "evil.example:9746": http.StatusMisdirectedRequest, "localhost.evil.example": http.StatusMisdirectedRequest,
		"localhost:evil": http.StatusMisdirectedRequest, "[[127.0.0.1]]": http.StatusMisdirectedRequest, "[127.0.0.1]": http.StatusMisdirectedRequest,
		"[localhost]":            http.StatusMisdirectedRequest,
		"127.0.0.1.evil.example": http.StatusMisdirectedRequest, "192.0.2.1": http.StatusMisdirectedRequest, "0.0.0.0": http.StatusMisdirectedRequest,
	} {
		for _, path := range []string{"/", "/sign-in"} {
			if status := statusAs(t, base+path, host); status != want {
				t.Errorf("%s as %q: %d, want %d", path, host, status, want)
			}
			if status := statusAs(t, exposed+path, host); status != http.StatusOK {
				t.Errorf("%s as %q, exposed to the network: %d", path, host, status)
			}
		}
	}
}

// A request of HTTP/1.0 need not say whom it is for.
func TestARequestForNoHostIsRefused(t *testing.T) {
	base, _ := run(t, os.Interrupt, "--addr", "127.0.0.1:0")
	exposed, _ := run(t, os.Interrupt, "--addr", "0.0.0.0:0", "--dangerously-expose-to-network")
	for address, want := range map[string]int{base: http.StatusMisdirectedRequest, exposed: http.StatusOK} {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := io.WriteString(connection, "GET / HTTP/1.0\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", address, answer.StatusCode, want)
		}
	}
}

// statusAs asks for a page by another host's name.
func statusAs(t *testing.T, address, host string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func TestAFaultOfTheCommandLineIsNamed(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	users := filepath.Join(t.TempDir(), "users.yaml")
	if err := os.WriteFile(users, []byte("users:\n- username: ann\n  passwrd: x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	exposed := "--dangerously-expose-to-network"
	for _, test := range []struct {
		name        string
		environment []string
		args        []string
		want        string
	}{
		{"a port that is taken", nil, []string{"--addr", taken.Addr().String()}, "--addr: something else listens on " + taken.Addr().String() + " already: stop it, or give another port, or port 0 for any that is free\n"},
		{"all interfaces", nil, []string{"--addr", "0.0.0.0:0"}, `--addr is "0.0.0.0:0", which is not a loopback address: `},
		{"all interfaces, in short", nil, []string{"--addr", ":0"}, `--addr is ":0", which is not a loopback address: `},
		{"all interfaces of IPv6", nil, []string{"--addr", "[::]:0"}, `--addr is "[::]:0", which is not a loopback address: `},
		{"an address of a network", nil, []string{"--addr", "192.0.2.1:0"}, `--addr is "192.0.2.1:0", which is not a loopback address: `},
		{"a name", nil, []string{"--addr", "localhost.example.com:0"}, `--addr is "localhost.example.com:0", which is not a loopback address: `},
		{"an address of a network, exposed", nil, []string{"--addr", "192.0.2.1:0", exposed}, "--addr with --dangerously-expose-to-network must be 0.0.0.0 or [::]: "},
		{"no port", nil, []string{"--addr", "127.0.0.1"}, `--addr is "127.0.0.1"; it is a host and a port, such as 127.0.0.1:9746`},
		{"no such port", nil, []string{"--addr", "127.0.0.1:99999"}, "--addr: listen tcp: address 99999: invalid port"},
		{"an empty address", nil, []string{"--addr", ""}, "--addr is empty: give it a value, or leave it out"},
		{"an unknown key in the file", nil, []string{"--config", users}, "--config: devpool: " + users + `: line 3: unknown key "passwrd"`},
		{"no such file", nil, []string{"--config", users + ".yml"}, "--config: devpool: open " + users + ".yml: "},
		{"no name of a cookie", nil, []string{"--cookie", "a b"}, `--cookie is "a b", which is not the name of a cookie`},
		{"no name of a cookie in the environment", []string{"ACCESS_TOKEN_KEY=a;b"}, nil, `ACCESS_TOKEN_KEY is "a;b", which is not the name of a cookie`},
		{"a cookie that browsers would drop", nil, []string{"--cookie", "__host-token"}, `--cookie is "__host-token", but browsers keep no cookie whose name begins with __Host- for an http page`},
		{"an unknown flag", nil, []string{"--port", "1"}, "unknown flag --port"},
		{"an argument", nil, []string{"users.yaml"}, "unexpected argument users.yaml"},
	} {
		code, told := end(t, test.environment, test.args...)
		if code != 2 || !strings.HasPrefix(told, "gognito-dev: "+test.want) {
			t.Errorf("%s: exit code %d, %q, want 2, %q", test.name, code, told, "gognito-dev: "+test.want)
		}
	}
}

func TestHelpShowsAnExampleFirst(t *testing.T) {
	code, told := end(t, nil, "--help")
	if code != 0 || !strings.HasPrefix(told, "Example:\n  gognito-dev --config users.yaml\n") {
		t.Errorf("exit code %d, %q", code, told)
	}
}

func TestTheProgramServesUntilItIsToldToEnd(t *testing.T) {
	for _, test := range []struct {
		signal os.Signal
		addr   string
		host   string
		args   []string
	}{
		{os.Interrupt, "127.0.0.1:0", "127.0.0.1", nil},
		{syscall.SIGTERM, "localhost:0", "localhost", nil},
		{syscall.SIGTERM, "0.0.0.0:0", "127.0.0.1", []string{"--dangerously-expose-to-network"}},
	} {
		t.Run(test.addr, func(t *testing.T) {
			base, told := run(t, test.signal, append(test.args, "--addr", test.addr)...)
			if u, err := url.Parse(base); err != nil || u.Hostname() != test.host {
				t.Errorf("it says to open %s, want the host %s", base, test.host)
			}
			if danger := strings.Contains(told, "DANGER"); danger != (test.args != nil) {
				t.Errorf("it warns of the network: %v", danger)
			}
			if status, body := get(t, http.DefaultClient, base+"/"); status != http.StatusOK || !strings.Contains(body, "For development only.") {
				t.Errorf("home page: status %d", status)
			}
		})
	}
}

func TestTheProgramTellsWhatToTry(t *testing.T) {
	base, told := run(t, os.Interrupt, "--addr", "127.0.0.1:0", "--cookie", "session$1")
	for _, text := range []string{
		"gognito-dev: FOR DEVELOPMENT ONLY: these users, passwords and keys protect nothing.\n",
		"    jane   jane-Dev-1   editors support\n",
		"    nora   nora-Dev-1   (none)\n",
		"\nTOKEN=$(curl -sS " + base + "/ \\\n",
		"\ncurl -sS " + base + `/api/me -H "Authorization: Bearer $TOKEN"` + "\n",
		"\ncurl -sS " + base + `/api/me --cookie 'session$1'="$TOKEN"` + "\n",
		"\ngo run ./cmd/gognito verify --user-pool-id us-east-1_DevPool01 --client-id gognitodevsampleclient0001 \\\n" +
			"  --issuer " + base + `/us-east-1_DevPool01 --output json "$TOKEN"` + "\n",
	} {
		if !strings.Contains(told, text) {
			t.Errorf("it lacks %q:\n%s", text, told)
		}
	}
}

func TestThePoolAndTheApplicationWorkTogether(t *testing.T) {
	users := filepath.Join(t.TempDir(), "users.yaml")
	file := "user_pool_id: eu-west-1_AbCdEfGhI\nclient_id: 6h89qn2bfglbmvfebq9aaknqk0\nusers:\n" +
		"- username: o'neil\n  password: it's \"quoted\"\n  groups: [admins]\n"
	for i := range 20 {
		file += "- {username: user" + strconv.Itoa(i) + ", password: secret}\n"
	}
	if err := os.WriteFile(users, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ACCESS_TOKEN_KEY", "session")
	base, told := run(t, os.Interrupt, "--addr", "127.0.0.1:0", "--config", users)
	if !strings.Contains(told, "\n    and 11 more\n") {
		t.Errorf("it does not say how many users it leaves out:\n%s", told)
	}
	// The application, by a form.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer := post(t, client, base+"/sign-in", "", url.Values{"username": {"o'neil"}, "password": {`it's "quoted"`}, "next": {"/admin"}}.Encode())
	if len(answer.Cookies()) != 1 || answer.Cookies()[0].Name != "session" || answer.Header.Get("Location") != "/admin" {
		t.Fatalf("signing in: status %d, cookies %v, to %q", answer.StatusCode, answer.Cookies(), answer.Header.Get("Location"))
	}
	cookie := answer.Cookies()[0].Value
	// The pool, by what is printed for a shell.
	call := regexp.MustCompile(`(?s) -d '(.*?)' \\\n`).FindStringSubmatch(told)
	if call == nil {
		t.Fatalf("it prints no call: %s", told)
	}
	answer = post(t, client, base+"/", "AWSCognitoIdentityProviderService.InitiateAuth", strings.ReplaceAll(call[1], `'\''`, "'"))
	var result struct {
		AuthenticationResult struct{ AccessToken string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&result); err != nil {
		t.Fatal(err)
	}
	verifier, err := gognito.New(gognito.Config{
		UserPoolID: "eu-west-1_AbCdEfGhI", ClientIDs: []string{"6h89qn2bfglbmvfebq9aaknqk0"}, Issuer: base + "/eu-west-1_AbCdEfGhI",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"cookie": cookie, "call": result.AuthenticationResult.AccessToken} {
		claims, err := verifier.Verify(t.Context(), token)
		if err != nil || claims.Username != "o'neil" {
			t.Errorf("the token of the %s: %v", name, err)
		}
	}
}

// post posts a form, or a call of the Cognito API if target names one.
func post(t *testing.T, client *http.Client, address, target, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if target != "" {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", target)
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return answer
}
