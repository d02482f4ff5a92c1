package drf_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gognito/gognito/gognitotest"
)

// A stack is nginx, the gateway and the application, as the example's files have them
// but for the addresses and the pool.
type stack struct {
	pool             *gognitotest.Pool
	issuer           string
	signer           *signer // the gateway's key
	front, app, keys string  // URLs
}

func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{pool: gognitotest.NewPool(t), signer: newSigner(t)}
	s.issuer = strings.TrimSuffix(s.pool.JWKSURL(), "/.well-known/jwks.json")
	verify, admin, front := freeAddress(t), freeAddress(t), freeAddress(t)
	s.front, s.keys = "http://"+front, "http://"+verify+"/.well-known/jwks.json"
	s.app = application(t, "shipped", s.keys)

	config := adapted(t, "gognito.yaml", map[string]string{
		"eu-west-1_AbCdEfGhI":                      s.pool.UserPoolID(),
		"client_ids: [6h89qn2bfglbmvfebq9aaknqk0]": "issuer: " + s.issuer + "\n    client_ids: [" + s.pool.ClientID() + "]",
		"key_file: assertion.pem":                  "key_file: " + s.signer.file(t),
		"tokens:":                                  "listen: {verify: '" + verify + "', admin: '" + admin + "'}\ntokens:",
	})
	gognito := filepath.Join(t.TempDir(), "gognito")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", gognito, "./gognito")
	build.Dir = filepath.Join("..", "..", "cmd")
	build.Env = append(build.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	gateway := exec.CommandContext(context.Background(), gognito, "serve", "--config", config)
	gateway.Env = []string{"PATH=" + os.Getenv("PATH")}
	start(t, gateway, syscall.SIGTERM)

	conf := adapted(t, "nginx.conf", map[string]string{
		"server 127.0.0.1:9180;": "server " + verify + ";",
		"listen 127.0.0.1:8080;": "listen " + front + ";",
		"http://127.0.0.1:8000;": s.app + ";",
		"worker_processes auto;": "worker_processes 1;",
	})
	start(t, exec.CommandContext(context.Background(), "nginx", "-p", filepath.Dir(conf), "-c", conf, "-g", "daemon off;"), syscall.SIGTERM)

	eventually(t, "http://"+admin+"/readyz", http.StatusOK)
	eventually(t, s.front+"/healthz", http.StatusOK)
	return s
}

// adapted copies a file of the example into a folder of its own, with replacements,
// each of which must have its place exactly once.
func adapted(t *testing.T, name string, replacements map[string]string) (copied string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(example(t), name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for old, replacement := range replacements {
		if n := strings.Count(text, old); n != 1 {
			t.Fatalf("%s has %q %d times, want once", name, old, n)
		}
		text = strings.Replace(text, old, replacement, 1)
	}
	copied = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

// bearer is the header of a request with an access token of the pool.
func (s *stack) bearer(u gognitotest.User) http.Header {
	u.Claims = map[string]any{"iss": s.issuer}
	return http.Header{"Authorization": {"Bearer " + s.pool.AccessToken(u)}}
}

func TestTheApplicationKnowsTheUserThatTheGatewayLetThrough(t *testing.T) {
	s := newStack(t)
	jane := s.bearer(gognitotest.User{Username: "jane", Groups: []string{"support", "editors"}})
	nora := s.bearer(gognitotest.User{Username: "nora"})
	bruno := s.bearer(gognitotest.User{Username: "bruno", Groups: []string{"support"}})

	expect(t, "GET", s.front+"/me", jane, http.StatusOK,
		map[string]any{"username": "jane", "groups": []any{"support", "editors"}, "role": "support"})
	expect(t, "GET", s.front+"/me", nora, http.StatusOK,
		map[string]any{"username": "nora", "groups": []any{}, "role": "reader"})
	expect(t, "GET", s.front+"/articles", jane, http.StatusOK, map[string]any{"editor": "jane", "may_publish": true})
	expect(t, "POST", s.front+"/articles", jane, http.StatusCreated, map[string]any{"author": "jane"})
	expect(t, "GET", s.front+"/articles", bruno, http.StatusForbidden, nil)
	expect(t, "GET", s.front+"/articles", nora, http.StatusForbidden, nil)
	expect(t, "POST", s.front+"/articles", bruno, http.StatusForbidden, nil)

	// Djognito's cookie. Other sites' forms don't count by it, Djognito's gap.
	token := strings.TrimPrefix(jane.Get("Authorization"), "Bearer ")
	cookie := http.Header{"Cookie": {"accessToken=" + token}}
	expect(t, "GET", s.front+"/me", cookie, http.StatusOK, nil)
	cookie.Set("Origin", "https://evil.example")
	expect(t, "POST", s.front+"/articles", cookie, http.StatusForbidden, nil)
	cookie.Set("Origin", s.front)
	cookie.Set("Sec-Fetch-Site", "same-origin")
	expect(t, "POST", s.front+"/articles", cookie, http.StatusCreated, map[string]any{"author": "jane"})

	expect(t, "GET", s.front+"/me", nil, http.StatusUnauthorized, nil)
	expect(t, "GET", s.front+"/healthz", nil, http.StatusOK, map[string]any{"status": "ok"})
	for _, hostile := range s.pool.HostileTokens() {
		want := http.StatusUnauthorized
		if len(hostile.Token) > 8000 {
			want = http.StatusBadRequest // nginx takes no such header
		}
		expect(t, "GET", s.front+"/me", http.Header{"Authorization": {"Bearer " + hostile.Token}}, want, nil)
	}
}

func TestNoAssertionOfAClientsPassesNginx(t *testing.T) {
	s := newStack(t)
	jane := s.bearer(gognitotest.User{Username: "jane"})
	list := spoofs(t, s.signer, s.pool)
	// Around nginx, a token is worth nothing to the application.
	expect(t, "GET", s.app+"/me", jane, http.StatusUnauthorized, nil)
	// Even one that the gateway made, for somebody else.
	stolen := s.signer.signES256(s.signer.header(nil), claims(nil))
	expect(t, "GET", s.app+"/me", asserted(stolen), http.StatusOK, nil)
	list = append(list, spoof{name: "stolen", header: asserted(stolen)},
		spoof{name: "stolen, by another spelling", header: http.Header{"X_Auth_Assertion": {stolen}}},
		spoof{name: "stolen, by another", header: http.Header{"X.Auth.Assertion": {stolen}}},
		spoof{name: "stolen, and named as the connection's", header: http.Header{
			"X-Auth-Assertion": {stolen}, "Connection": {"X-Auth-Assertion"},
		}})
	for _, row := range list {
		t.Run(row.name, func(t *testing.T) {
			// With no token, with a good one, and where none is needed: there the
			// application would answer 401 to a bad assertion that it gets.
			expect(t, "GET", s.front+"/me", row.header, http.StatusUnauthorized, nil)
			expect(t, "GET", s.front+"/healthz", row.header, http.StatusOK, map[string]any{"status": "ok"})
			with := row.header.Clone()
			with.Set("Authorization", jane.Get("Authorization"))
			expect(t, "GET", s.front+"/me", with, http.StatusOK,
				map[string]any{"username": "jane", "groups": []any{}, "role": "reader"})
			expect(t, "POST", s.front+"/articles", with, http.StatusForbidden, nil)
		})
	}
}
