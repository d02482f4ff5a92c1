package admin_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gognito/gognito/cmd/internal/admin"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// whole returns a handler that has everything.
func whole() *admin.Handler {
	registry := prometheus.NewRegistry()
	telemetry.NewMetrics(registry).ReloadFailed()
	return &admin.Handler{
		Ready:   func() error { return nil },
		Status:  func() admin.Status { return admin.Status{Version: "v1"} },
		Metrics: registry,
		JWKS:    func() []byte { return []byte(`{"keys":[]}`) },
	}
}

func ask(h http.Handler, method, target string) *http.Response {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEachPathIsAnswered(t *testing.T) {
	h := whole()
	for path, want := range map[string]struct{ contentType, text string }{
		"/livez":                 {"text/plain; charset=utf-8", "OK\n"},
		"/livez?verbose":         {"text/plain; charset=utf-8", "OK\n"},
		"/readyz":                {"text/plain; charset=utf-8", "OK\n"},
		"/status":                {"application/json", `"version": "v1"`},
		"/metrics":               {"text/plain; version=0.0.4; charset=utf-8; escaping=underscores", `gognito_gateway_reloads_total{result="failed"} 1`},
		"/.well-known/jwks.json": {"application/jwk-set+json", `{"keys":[]}`},
	} {
		r := ask(h, http.MethodGet, path)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != want.contentType ||
			r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %s, %v", path, r.Status, r.Header)
		}
		if text := body(t, r); !strings.Contains(text, want.text) {
			t.Errorf("%s: %s, want it to contain %s", path, text, want.text)
		}
		if r := ask(h, http.MethodHead, path); r.StatusCode != http.StatusOK {
			t.Errorf("HEAD %s: %s", path, r.Status)
		}
	}
}

func TestNothingElseIsAnswered(t *testing.T) {
	h := whole()
	for _, target := range []string{
		"/", "/livez/", "//livez", "/x/../livez", "/%6Civez", "/livez%2F", "/LIVEZ", "/healthz", "/metrics/", "/debug/pprof/", "/jwks.json",
		"/verify/nginx", "/status.json", "/readyz;x",
	} {
		r := ask(h, http.MethodGet, target)
		if r.StatusCode != http.StatusNotFound || r.Header.Get("Cache-Control") != "no-store" || body(t, r) != "Not Found\n" {
			t.Errorf("%s: %s", target, r.Status)
		}
		if r := ask(h, http.MethodPost, target); r.StatusCode != http.StatusNotFound {
			t.Errorf("POST %s: %s", target, r.Status)
		}
	}
}

func TestNothingCanBeChanged(t *testing.T) {
	h := whole()
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"} {
		for _, path := range []string{"/livez", "/readyz", "/status", "/metrics", "/.well-known/jwks.json"} {
			r := ask(h, method, path)
			if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "GET, HEAD" || body(t, r) != "Method Not Allowed\n" {
				t.Errorf("%s %s: %s, %v", method, path, r.Status, r.Header)
			}
		}
	}
}

func TestAHandlerWithNothingLivesAndIsNotReady(t *testing.T) {
	var h admin.Handler
	for path, want := range map[string]int{
		"/livez": 200, "/readyz": 503, "/status": 404, "/metrics": 404, "/.well-known/jwks.json": 404,
	} {
		if r := ask(&h, http.MethodGet, path); r.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, r.Status, want)
		}
	}
}

func TestWhyItIsNotReadyIsNotTold(t *testing.T) {
	h := whole()
	h.Ready = func() error { return errors.New("no keys of eu-west-1_AbCdEfGhI") }
	r := ask(h, http.MethodGet, "/readyz")
	if text := body(t, r); r.StatusCode != http.StatusServiceUnavailable || text != "Service Unavailable\n" {
		t.Errorf("%s: %s", r.Status, text)
	}
	if r := ask(h, http.MethodGet, "/livez"); r.StatusCode != http.StatusOK {
		t.Errorf("it does not live: %s", r.Status)
	}
}

func TestItLivesWhateverElseFails(t *testing.T) {
	fail := func() { panic("it was asked") }
	h := &admin.Handler{
		Ready:   func() error { fail(); return nil },
		Status:  func() admin.Status { fail(); return admin.Status{} },
		Metrics: prometheus.GathererFunc(nil),
		JWKS:    func() []byte { fail(); return nil },
	}
	if r := ask(h, http.MethodGet, "/livez"); r.StatusCode != http.StatusOK {
		t.Errorf("%s", r.Status)
	}
}

func TestWithoutAssertionsThereIsNoKeySet(t *testing.T) {
	h := whole()
	h.JWKS = func() []byte { return nil }
	if r := ask(h, http.MethodGet, "/.well-known/jwks.json"); r.StatusCode != http.StatusNotFound {
		t.Errorf("%s", r.Status)
	}
}

// A collector that has one metric, and fails to have another.
type failing struct{ good prometheus.Gauge }

func (f failing) Describe(to chan<- *prometheus.Desc) { f.good.Describe(to) }

func (f failing) Collect(to chan<- prometheus.Metric) {
	f.good.Collect(to)
	to <- prometheus.NewInvalidMetric(f.good.Desc(), errors.New("no eyJhbGciOiJSUzI1NiJ9.e30.c2ln"))
}

func TestMetricsThatCantBeHadAreLoggedAndTheOthersTold(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(failing{prometheus.NewGauge(prometheus.GaugeOpts{Name: "good", Help: "x"})})
	var log bytes.Buffer
	h := &admin.Handler{Metrics: registry, Log: slog.New(slog.NewJSONHandler(&log, nil))}
	r := ask(h, http.MethodGet, "/metrics")
	if text := body(t, r); r.StatusCode != http.StatusOK || !strings.Contains(text, "good 0") || strings.Contains(text, "eyJ") {
		t.Errorf("%s: %s", r.Status, text)
	}
	var line struct{ Level, Msg, Error string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Level != "WARN" || line.Msg != "metrics" || !strings.Contains(line.Error, "no (a token)") {
		t.Errorf("%s (%v)", &log, err)
	}
	h.Log = nil
	if r := ask(h, http.MethodGet, "/metrics"); r.StatusCode != http.StatusOK {
		t.Errorf("without a log: %s", r.Status)
	}
}

// Real servers add and take away of an answer; a recorder does not.
func TestOverTheNetworkAnAnswerIsWhole(t *testing.T) {
	server := httptest.NewServer(whole())
	defer server.Close()
	for _, path := range []string{"/livez", "/status", "/metrics", "/.well-known/jwks.json"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", "gzip")
			answer, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			var from io.Reader = answer.Body
			if answer.Header.Get("Content-Encoding") == "gzip" && method == http.MethodGet {
				if from, err = gzip.NewReader(answer.Body); err != nil {
					t.Fatal(err)
				}
			}
			text, err := io.ReadAll(from)
			if err != nil || answer.StatusCode != http.StatusOK || (len(text) > 0) != (method == http.MethodGet) {
				t.Errorf("%s %s: %s, %d bytes (%v)", method, path, answer.Status, len(text), err)
			}
			answer.Body.Close()
		}
	}
}
