package revproxy_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/revproxy"
)

func TestAConfigurationThatCantWorkIsRefused(t *testing.T) {
	current := func() *gateway.Gateway { return nil }
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	for _, upstream := range []string{
		"", "127.0.0.1:8000", "//127.0.0.1", "ftp://a", "http://", "http://:80", "http:a", "unix:/run/a", "http://a/", "http://a/b", "http://a?b", "http://a?", "http://a#b",
		"http://user:SECRET@a", "http://a b", "http://a:b",
	} {
		_, err := revproxy.New(revproxy.Config{Upstream: upstream, Current: current, Log: log})
		if err == nil || !strings.HasPrefix(err.Error(), "revproxy: Upstream must be") || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", upstream, err)
		}
	}
	for _, upstream := range []string{"http://a", "https://a", "http://127.0.0.1:8000", "http://[::1]:80"} {
		if _, err := revproxy.New(revproxy.Config{Upstream: upstream, Current: current, Log: log}); err != nil {
			t.Errorf("%s: %v", upstream, err)
		}
	}
	for want, c := range map[string]revproxy.Config{
		"revproxy: Current and Log are required":                                   {Upstream: "http://a", Log: log},
		"revproxy: Current and Log are required ":                                  {Upstream: "http://a", Current: current},
		"revproxy: ResponseTimeout is -1ns: it must be positive, or zero for 1m0s": {Upstream: "http://a", Current: current, Log: log, ResponseTimeout: -time.Nanosecond},
	} {
		if _, err := revproxy.New(c); err == nil || err.Error() != strings.TrimSpace(want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// What is judged and what is taken out of a request must be of one configuration.
func TestTheGatewayIsAskedForOncePerRequest(t *testing.T) {
	w := (&world{upstream: upstream(t, http.NotFound)}).start(t)
	asked := 0
	p, err := revproxy.New(revproxy.Config{
		Upstream: w.upstream, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Current: func() *gateway.Gateway { asked++; return w.gateway },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for i, target := range []string{"/public/x", "/me", "*"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RequestURI = target
		p.ServeHTTP(httptest.NewRecorder(), r)
		if asked != i+1 {
			t.Errorf("%s: asked %d times in all", target, asked)
		}
	}
}

// The environment is not to send requests, and the users' tokens, elsewhere. TestMain
// has set a proxy, since net/http looks for one only once.
func TestTheEnvironmentsProxyIsNotAsked(t *testing.T) {
	w := (&world{upstream: "http://upstream.invalid"}).start(t)
	if answer := w.raw(t, "GET /public/x HTTP/1.1\nHost: a\n\n"); answer.StatusCode != http.StatusBadGateway {
		t.Errorf("status %d", answer.StatusCode)
	}
	if log := w.log.String(); !strings.Contains(log, "lookup upstream.invalid") || strings.Contains(log, "proxyconnect") {
		t.Errorf("logged %s", log)
	}
}
