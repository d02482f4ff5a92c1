package devpool

import (
	"net/http/httptest"
	"testing"
)

// Start starts a pool on a free port of the loopback interface, for a test, and
// stops it when the test ends. It fails the test if the Config is at fault. Its
// URL must be empty.
func Start(tb testing.TB, c Config) *Pool {
	tb.Helper()
	if c.URL != "" {
		tb.Fatalf("devpool: Start: Config.URL is %q; it must be empty, because Start decides it", c.URL)
	}
	server := httptest.NewUnstartedServer(nil)
	c.URL = "http://" + server.Listener.Addr().String()
	pool, err := New(c)
	if err != nil {
		_ = server.Listener.Close()
		tb.Fatal(err)
	}
	server.Config.Handler = pool
	server.Start()
	tb.Cleanup(server.Close)
	return pool
}
