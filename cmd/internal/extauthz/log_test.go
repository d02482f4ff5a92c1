package extauthz_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/gognitotest"
)

func TestTheLogSaysWhoAskedForWhatAndWhyNot(t *testing.T) {
	pool := gognitotest.NewPool(t)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	var log bytes.Buffer
	g, err := gateway.New(base(), pool.Verifier(), &telemetry.Observer{Access: slog.New(slog.NewJSONHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	s := of(g)
	for _, test := range []struct {
		peer string
		ends bool
		r    request
		want string
	}{
		{"127.0.0.1:1", false, get("/me?token="+jane, bearer(jane)...), "GET /me 200 people allow none 203.0.113.7"},
		{"127.0.0.1:1", false, get("/me"), "GET /me 401 people deny no_token 203.0.113.7"},
		{"127.0.0.1:1", false, get("/me", "a\nb", "x"), "GET /me 403 none deny proxy_metadata 203.0.113.7"},
		// What a stranger says is not repeated.
		{"[::ffff:192.0.2.1]:1", false, get("/me", bearer(jane)...), " (not a path) 403 none deny untrusted_peer 192.0.2.1"},
		{"127.0.0.1:1", true, get("/healthz"), "GET /healthz 503 none deny canceled 203.0.113.7"},
	} {
		ctx, cancel := context.WithCancel(from(t.Context(), test.peer))
		defer cancel()
		if test.ends {
			cancel()
		}
		log.Reset()
		if _, err := s.Check(ctx, raw(test.r)); err != nil {
			t.Fatal(err)
		}
		var line struct {
			Dialect, Method, Path, Rule, Outcome, Reason, Client string
			Status                                               int
		}
		if err := json.Unmarshal(log.Bytes(), &line); err != nil {
			t.Fatalf("%v: %q", err, log.String())
		}
		got := fmt.Sprintf("%s %s %d %s %s %s %s", line.Method, line.Path, line.Status, line.Rule, line.Outcome, line.Reason, line.Client)
		if got != test.want || line.Dialect != "envoy_grpc" || strings.Contains(log.String(), "eyJ") {
			t.Errorf("%q, want %q: %s", got, test.want, log.String())
		}
	}
}
