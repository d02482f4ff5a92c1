package dialect

import (
	"net/http"
	"strings"
	"time"

	"github.com/gognito/gognito/cmd/internal/gateway"
)

// A Handler answers the proxies. It is safe for concurrent use.
//
//   - /verify/nginx, /verify/traefik and /verify/caddy are asked about the request that
//     the proxy's headers describe, with any method. A query is not looked at.
//   - /verify/envoy, followed by the client's path and query, is asked with the client's
//     method and host.
//   - /sign-in/nginx is asked what to send to a client that nginx refuses with 401.
//   - /.well-known/jwks.json is the key set of the assertion, for everybody.
//
// Everything else is 404. Who is let through is answered with 200 and the identity
// fields. Bodies are not read; on HTTP/1, a request with one is answered at once, and
// its connection closed.
type Handler struct {
	// Current returns the gateway that decides now. It is called once for each request.
	Current func() *gateway.Gateway
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 && r.ProtoMajor == 1 {
		leaveBody(w)
	}
	g := h.Current()
	if target, ok := strings.CutPrefix(r.RequestURI, "/verify/envoy"); ok && strings.HasPrefix(target, "/") {
		verify(g, w, r, &envoy, target)
		return
	}
	path, _, _ := strings.Cut(r.RequestURI, "?")
	switch path {
	case "/verify/nginx":
		verify(g, w, r, &nginx, "")
	case "/verify/traefik":
		verify(g, w, r, &traefik, "")
	case "/verify/caddy":
		verify(g, w, r, &caddy, "")
	case "/sign-in/nginx":
		signIn(g, w, r)
	case "/.well-known/jwks.json":
		keySet(g, w, r)
	default:
		notFound(w, r)
	}
}

// bodyGrace is for how long a body that is announced is waited for, after the answer:
// a connection that is closed with something of it unread can lose the answer.
const bodyGrace = time.Second

// leaveBody makes the server answer without the body. It would wait for up to 256 KiB
// of it before it sends an answer, unless the connection ends with that one; and then
// without a limit, before it closes the connection.
func leaveBody(w http.ResponseWriter) {
	w.Header()["Connection"] = []string{"close"}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyGrace)) // what has no deadline has no connection
}

// verify answers a proxy. target is what follows the path, in the one dialect that has
// it there.
func verify(g *gateway.Gateway, w http.ResponseWriter, r *http.Request, d *dialect, target string) {
	call, ok := callOf(g, w, r, d, target)
	if !ok {
		return
	}
	outcome := g.Judge(&call)
	if !outcome.Allow {
		outcome.Answer.Send(w)
		return
	}
	var removals []string
	if d.removes {
		removals = g.Identity().Removals(outcome.Fields, r.Header)
	}
	allow(w, outcome.Fields, removals)
}

// signIn answers nginx, which can't hand on a redirect of /verify/nginx.
func signIn(g *gateway.Gateway, w http.ResponseWriter, r *http.Request) {
	call, ok := callOf(g, w, r, &nginx, "")
	if !ok {
		return
	}
	call.Limited = false
	g.SignIn(&call).Send(w)
}

// callOf returns what a proxy asks about; not ok: it was refused. A refusal is logged by the
// request as it came in, and nothing that it says of another is looked at.
func callOf(g *gateway.Gateway, w http.ResponseWriter, r *http.Request, d *dialect, target string) (call gateway.Call, ok bool) {
	from := gateway.PeerOf(r)
	err := gateway.ErrUntrusted
	if g.Trusts(from) {
		if call, ok = d.call(r, target); ok {
			return call, true
		}
		err = gateway.ErrMetadata
	}
	call = gateway.Call{
		Dialect: d.name, Method: r.Method, Host: r.Host, Target: r.RequestURI, Request: r, Client: from, Limited: d.limited,
	}
	g.Refuse(&call, err).Answer.Send(w)
	return call, false
}
