package admin

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// Handler answers GET and HEAD at exactly these paths, and with 404 at any other:
//
//   - /livez: 200 as long as anything is answered, whatever else there is
//   - /readyz: 200 if Ready says so, else 503
//   - /status: the [Status], as JSON
//   - /metrics: for Prometheus
//   - /.well-known/jwks.json: the key set
//
// No answer is to be stored. Its functions must be safe for concurrent use.
type Handler struct {
	// Ready returns nil if requests are welcome, and otherwise why not, which nobody is
	// told. Nil: they never are.
	Ready func() error
	// Status returns how the gateway is. Nil: that is not told.
	Status func() Status
	// Metrics are what is scraped. If some can't be had, the others still are. Nil: none.
	Metrics prometheus.Gatherer
	// JWKS returns the key set that assertions are verified with (RFC 7517, section 5),
	// and nothing if there is none. Nil: there is none.
	JWKS func() []byte
	// Log is told which metrics can't be had. Nil: nobody is.
	Log *slog.Logger
}

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	answer := h.at(r.URL.EscapedPath())
	switch {
	case answer == nil:
		tell(w, http.StatusNotFound)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		tell(w, http.StatusMethodNotAllowed)
	default:
		answer(w, r)
	}
}

// at returns what answers at a path, as it was spelled, or nil.
func (h *Handler) at(path string) http.HandlerFunc {
	switch {
	case path == "/livez":
		return live
	case path == "/readyz":
		return h.ready
	case path == "/status" && h.Status != nil:
		return h.status
	case path == "/metrics" && h.Metrics != nil:
		return h.metrics
	case path == "/.well-known/jwks.json" && h.JWKS != nil:
		return h.jwks
	}
	return nil
}

func live(w http.ResponseWriter, _ *http.Request) { tell(w, http.StatusOK) }

func (h *Handler) ready(w http.ResponseWriter, _ *http.Request) {
	if h.Ready == nil || h.Ready() != nil {
		tell(w, http.StatusServiceUnavailable)
		return
	}
	tell(w, http.StatusOK)
}

func (h *Handler) status(w http.ResponseWriter, _ *http.Request) {
	body, err := json.MarshalIndent(h.Status().plain(), "", "  ")
	if err != nil { // there is nothing in it that can't be JSON, but a year beyond 9999
		tell(w, http.StatusInternalServerError)
		return
	}
	send(w, http.StatusOK, "application/json", append(body, '\n'))
}

func (h *Handler) metrics(w http.ResponseWriter, r *http.Request) {
	options := promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}
	if h.Log != nil {
		options.ErrorLog = errorLog{h.Log}
	}
	promhttp.HandlerFor(h.Metrics, options).ServeHTTP(w, r)
}

func (h *Handler) jwks(w http.ResponseWriter, _ *http.Request) {
	set := h.JWKS()
	if len(set) == 0 {
		tell(w, http.StatusNotFound)
		return
	}
	send(w, http.StatusOK, "application/jwk-set+json", set)
}

// tell answers with what a status means.
func tell(w http.ResponseWriter, status int) {
	send(w, status, "text/plain; charset=utf-8", []byte(http.StatusText(status)+"\n"))
}

func send(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// errorLog takes what promhttp says.
type errorLog struct{ log *slog.Logger }

// Println logs a message.
func (l errorLog) Println(values ...any) {
	l.log.Warn("metrics", "error", telemetry.Mask(fmt.Sprint(values...)))
}
