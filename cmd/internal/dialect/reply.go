package dialect

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/httpauth"
)

// allow answers that the request may go on, with the fields. The status is 200, since
// Envoy takes no other for a yes. What is not to be stored need not say by what it
// varies, and each field costs its time.
func allow(w http.ResponseWriter, fields []identity.Field, removals []string) {
	header := w.Header()
	for i := range fields {
		fields[i].SetIn(header)
	}
	if len(removals) > 0 {
		header["X-Envoy-Auth-Headers-To-Remove"] = []string{strings.Join(removals, ", ")}
	}
	header["Cache-Control"] = noStore
	w.WriteHeader(http.StatusOK)
}

// noStore is never changed.
var noStore = []string{"no-store"}

// keySet answers with the keys that assertions are verified with. They are public.
func keySet(g *gateway.Gateway, w http.ResponseWriter, r *http.Request) {
	set := g.Identity().JWKS()
	switch {
	case set == nil:
		notFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		httpauth.Problem(w, r, http.StatusMethodNotAllowed)
	default:
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Content-Length", strconv.Itoa(len(set)))
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(set)
	}
}

// notFound answers that there is nothing here.
func notFound(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	httpauth.Problem(w, r, http.StatusNotFound)
}
