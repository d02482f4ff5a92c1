package serve_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/serve"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

// A running gateway.
type running struct {
	t       *testing.T
	hangups chan os.Signal
	ends    chan os.Signal
	ended   chan error
	log     *log

	mu       sync.Mutex
	settings settings.Settings
	err      error // of loading
}

// start starts a gateway with the settings of the pool, changed, and waits until it
// listens. It is ended with the test.
func start(t *testing.T, pool *gognitotest.Pool, change func(*settings.Settings)) *running {
	t.Helper()
	r := &running{
		t: t, hangups: make(chan os.Signal, 1), ends: make(chan os.Signal, 2), ended: make(chan error, 1), log: new(log),
		settings: base(pool),
	}
	if change != nil {
		change(&r.settings)
	}
	go func() { r.ended <- r.run(r.hangups, r.ends) }()
	t.Cleanup(func() {
		r.ends <- os.Interrupt
		r.ends <- os.Interrupt
		<-r.ended
	})
	r.wait("the gateway listens", func() bool { return r.address("admin") != "" })
	return r
}

// base are the settings that tests change.
func base(pool *gognitotest.Pool) settings.Settings {
	return settings.Settings{
		Pools:          []gognito.Config{config(pool)},
		Tokens:         settings.Tokens{Bearer: true},
		Rules:          []decide.Rule{{Name: "everything", Paths: []string{"/*"}, Access: decide.Authenticated}},
		Identity:       identity.Config{Headers: []identity.Header{{Name: "X-Auth-User", Source: "username"}}, MaxBytes: 1000},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Listen:         settings.Listen{Verify: "127.0.0.1:0", Admin: "127.0.0.1:0"},
		Limits: settings.Limits{
			HeaderBytes: 65536, HeaderTimeout: time.Minute, IdleTimeout: time.Minute, Connections: 100, DrainTimeout: time.Minute,
		},
	}
}

// config is the pool's as a file would say it, so that each verifier has keys of its
// own.
func config(pool *gognitotest.Pool) gognito.Config {
	return gognito.Config{
		UserPoolID: pool.UserPoolID(), ClientIDs: []string{pool.ClientID()}, HTTPClient: &http.Client{Transport: toPool{pool}},
	}
}

// toPool leads Cognito's hosts to the pool.
type toPool struct{ pool *gognitotest.Pool }

func (p toPool) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	to, err := url.Parse(p.pool.JWKSURL())
	if err != nil {
		return nil, err
	}
	r.URL, r.Host = to, ""
	return http.DefaultTransport.RoundTrip(r)
}

// run runs the gateway until it ends.
func (r *running) run(hangups, ends <-chan os.Signal) error {
	return serve.Run(serve.Config{
		Load: r.load, Out: slog.New(slog.DiscardHandler), Log: slog.New(slog.NewJSONHandler(r.log, nil)),
		Hangups: hangups, Ends: ends,
	})
}

func (r *running) load() (*settings.Settings, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.settings
	return &s, r.err
}

// reload changes the settings, or how loading fails, and has them loaded.
func (r *running) reload(change func(*settings.Settings) error) {
	r.t.Helper()
	r.mu.Lock()
	r.err = change(&r.settings)
	r.mu.Unlock()
	before := r.log.count("loaded anew")
	r.hangups <- syscall.SIGHUP
	r.wait("the settings are loaded, or not", func() bool { return r.log.count("loaded anew") > before })
}

// wait waits for something that has to come.
func (r *running) wait(what string, there func() bool) {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); !there(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("half a minute passed until %s; the log:\n%s", what, r.log)
		}
		select {
		case err := <-r.ended:
			r.ended <- err
			r.t.Fatalf("the gateway ended: %v", err)
		default:
		}
	}
}

// address returns where a listener is; "" until it is there.
func (r *running) address(listener string) string {
	for _, line := range r.log.lines() {
		if line["msg"] == "listening" && line["listener"] == listener {
			return line["address"].(string)
		}
	}
	return ""
}

// ask asks about a request to /path, with the token if there is one, and returns the
// status; 0: nobody answers.
func (r *running) ask(path, token string) int {
	r.t.Helper()
	q, err := http.NewRequestWithContext(context.WithoutCancel(r.t.Context()), http.MethodGet, "http://"+r.address("verify")+"/verify/envoy"+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	return status(q)
}

// admin asks operators' questions.
func (r *running) admin(path string) (code int, body string) {
	r.t.Helper()
	response, err := http.Get("http://" + r.address("admin") + path)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func status(q *http.Request) int {
	response, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response.StatusCode
}

// A log is one that can be read while it is written.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *log) count(text string) int { return strings.Count(l.String(), text) }

func (l *log) lines() []map[string]any {
	var lines []map[string]any
	for text := range strings.Lines(l.String()) {
		var line map[string]any
		if json.Unmarshal([]byte(text), &line) == nil {
			lines = append(lines, line)
		}
	}
	return lines
}

func TestItIsReadyOnceKeysWereThere(t *testing.T) {
	pool := gognitotest.NewPool(t)
	pool.SetOutage(true)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	r := start(t, pool, func(s *settings.Settings) { s.Listen.GRPC = "127.0.0.1:0" })
	connection, err := grpc.NewClient(r.address("grpc"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	serves := func() bool {
		t.Helper()
		all := 0
		for _, service := range []string{"", extauthz.Service} {
			answer, err := healthv1.NewHealthClient(connection).Check(t.Context(), &healthv1.HealthCheckRequest{Service: service})
			if err != nil {
				t.Fatal(err)
			}
			if answer.Status == healthv1.HealthCheckResponse_SERVING {
				all++
			}
		}
		if all == 1 {
			t.Error("one service serves without the other")
		}
		return all > 0
	}
	if serves() {
		t.Error("over gRPC it serves in an outage")
	}
	for path, want := range map[string]int{"/livez": 200, "/readyz": 503, "/metrics": 200} {
		if code, _ := r.admin(path); code != want {
			t.Errorf("%s in an outage: %d, want %d", path, code, want)
		}
	}
	if code := r.ask("/x", jane); code != 503 {
		t.Errorf("a request in an outage: %d", code)
	}
	pool.SetOutage(false)
	ready := func() bool { code, _ := r.admin("/readyz"); return code == 200 }
	r.wait("it is ready", ready)
	r.wait("it serves over gRPC", serves)
	if code := r.ask("/x", jane); code != 200 {
		t.Errorf("a request: %d", code)
	}
	pool.SetOutage(true)
	if !ready() || !serves() {
		t.Error("an outage that others have too made it not ready")
	}
}

func TestAReloadSwapsEverythingOrNothing(t *testing.T) {
	pool := gognitotest.NewPool(t)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	r := start(t, pool, nil)
	if code := r.ask("/x", ""); code != 401 {
		t.Fatalf("a request without a token: %d", code)
	}
	public := []decide.Rule{{Name: "open", Paths: []string{"/*"}, Access: decide.Public}}
	for _, test := range []struct {
		name   string
		change func(*settings.Settings) error
		status int    // of a request without a token
		told   string // by /status
	}{
		{"that can't be loaded", func(s *settings.Settings) error { s.Rules = public; return errors.New("line 3: no") }, 401, "line 3: no"},
		{"that is wrong", func(s *settings.Settings) error { s.Rules = nil; return nil }, 401, "there are no rules"},
		{"that needs a restart", func(s *settings.Settings) error { s.Rules, s.Listen.Verify = public, "127.0.0.1:1"; return nil }, 401, "listen can't change"},
		{"that needs one too", func(s *settings.Settings) error {
			s.Listen.Verify = "127.0.0.1:0"
			s.Limits.Connections++
			return nil
		}, 401, "limits can't change"},
		{"that is good", func(s *settings.Settings) error { s.Rules = public; s.Limits.Connections--; return nil }, 200, ""},
	} {
		r.reload(test.change)
		if code := r.ask("/x", ""); code != test.status {
			t.Errorf("after a configuration %s: %d, want %d", test.name, code, test.status)
		}
		var told struct{ Configuration struct{ Error string } }
		_, body := r.admin("/status")
		if err := json.Unmarshal([]byte(body), &told); err != nil {
			t.Fatal(err)
		}
		if got := told.Configuration.Error; !strings.Contains(got, test.told) || (got == "") != (test.told == "") {
			t.Errorf("after a configuration %s, /status says %q, want %q", test.name, got, test.told)
		}
	}
	if _, metrics := r.admin("/metrics"); !strings.Contains(metrics, `gognito_gateway_reloads_total{result="failed"} 4`) ||
		!strings.Contains(metrics, `gognito_gateway_reloads_total{result="ok"} 1`) {
		t.Error("the metrics do not count 4 reloads that failed and a good one")
	}
	if code := r.ask("/x", jane); code != 200 {
		t.Errorf("a user: %d", code)
	}
}

func TestAReloadInAnOutageCostsNobodyTheirKeys(t *testing.T) {
	pool := gognitotest.NewPool(t)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	r := start(t, pool, nil)
	if code := r.ask("/x", jane); code != 200 {
		t.Fatalf("a user: %d", code)
	}
	pool.SetOutage(true)
	r.reload(func(s *settings.Settings) error {
		s.Rules = []decide.Rule{{Name: "other", Paths: []string{"/*"}, Access: decide.Authenticated}}
		return nil
	})
	if code := r.ask("/x", jane); code != 200 || r.log.count("the configuration was loaded anew") != 1 {
		t.Fatalf("a user after a reload in an outage: %d; the log:\n%s", code, r.log)
	}
	// New pools are not used until they have keys, and then without being told again.
	r.reload(func(s *settings.Settings) error {
		s.Pools = []gognito.Config{config(pool)}
		s.Pools[0].Audience = []string{"https://api.example"}
		return nil
	})
	if code := r.ask("/x", jane); code != 200 || r.log.count("the keys of the pools that changed") != 1 {
		t.Fatalf("a user after a change of pools in an outage: %d; the log:\n%s", code, r.log)
	}
	pool.SetOutage(false)
	r.wait("the pools are changed", func() bool { return r.log.count("the configuration was loaded anew") > 1 })
	if code := r.ask("/x", jane); code != 200 {
		t.Errorf("a user of the changed pools: %d", code)
	}
}

// Nothing is answered by net/http alone.
func TestAQuestionOfTheWholeServerIsNoYes(t *testing.T) {
	r := start(t, gognitotest.NewPool(t), proxied("http://127.0.0.1:1", 0))
	for _, listener := range []string{"verify", "proxy"} {
		connection, err := net.Dial("tcp", r.address(listener))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, "OPTIONS * HTTP/1.1\r\nHost: app.example\r\n\r\n")
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode < 400 {
			t.Errorf("%s: %s", listener, response.Status)
		}
	}
}

// A connection that is held for nothing ends: before its first request and after it,
// and in the midst of one.
func TestWhoIsSlowIsNotWaitedFor(t *testing.T) {
	r := start(t, gognitotest.NewPool(t), func(s *settings.Settings) {
		s.Limits.HeaderTimeout, s.Limits.IdleTimeout = 100*time.Millisecond, time.Second
	})
	const request = "GET /verify/nginx HTTP/1.1\r\nHost: gateway\r\n"
	var all sync.WaitGroup
	for name, texts := range map[string][]string{
		"nothing":                     nil,
		"half a request":              {request},
		"a request":                   {request + "\r\n"},
		"a request and a half":        {request + "\r\n" + request},
		"half a request after others": {request + "\r\n", request + "\r\n", request},
	} {
		all.Go(func() {
			connection, err := net.Dial("tcp", r.address("verify"))
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			_ = connection.SetDeadline(time.Now().Add(30 * time.Second))
			for _, text := range texts {
				time.Sleep(20 * time.Millisecond)
				_, _ = io.WriteString(connection, text)
			}
			if _, err := io.ReadAll(connection); err != nil {
				t.Errorf("%s: the connection is kept: %v", name, err)
			}
		})
	}
	all.Wait()
}

// And one that is used is kept, for however long.
func TestAConnectionThatIsUsedIsKept(t *testing.T) {
	r := start(t, gognitotest.NewPool(t), func(s *settings.Settings) {
		s.Limits.HeaderTimeout, s.Limits.IdleTimeout = time.Second, 10*time.Second
	})
	connection, err := net.Dial("tcp", r.address("verify"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	answers := bufio.NewReader(connection)
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		_, _ = io.WriteString(connection, "GET /verify/nginx HTTP/1.1\r\nHost: gateway\r\n\r\n")
		response, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}
