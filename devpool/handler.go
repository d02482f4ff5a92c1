package devpool

import (
	"encoding/json"
	"net/http"

	"github.com/gognito/gognito/internal/mint"
)

func (p *Pool) routes() http.Handler {
	mux := http.NewServeMux()
	wellKnown := "/" + p.UserPoolID() + "/.well-known/"
	mux.HandleFunc("GET "+wellKnown+"jwks.json", p.serveJWKS)
	mux.HandleFunc("GET "+wellKnown+"openid-configuration", p.serveDiscovery)
	mux.HandleFunc("POST /{$}", p.serveAPI)
	return mux
}

// serveJWKS publishes the keys (RFC 7517, section 5).
func (p *Pool) serveJWKS(w http.ResponseWriter, r *http.Request) {
	access, identity, err := p.keys(r.Context())
	if err != nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(mint.JWKS(access, identity))
}

// serveDiscovery names what the pool has, and leaves out the members that would
// name what it has not, such as an authorization endpoint (OpenID Connect
// Discovery 1.0, section 3).
func (p *Pool) serveDiscovery(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, "application/json", http.StatusOK, map[string]any{
		"issuer":                                p.Issuer(),
		"jwks_uri":                              p.Issuer() + "/.well-known/jwks.json",
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func writeJSON(w http.ResponseWriter, mediaType string, status int, v any) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
