package dialect

import (
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gognito/gognito/cmd/internal/gateway"
)

// State is what requests are judged by. It does not change; another takes its place
// when the configuration is loaded again.
type State struct {
	Gateway *gateway.Gateway
	// Trusted are the addresses that proxies ask from. IPv4 addresses are written as
	// such, also where the listener takes IPv6 connections. None: nobody is trusted.
	Trusted []netip.Prefix
}

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
	// Current returns the state to judge by. It is called once for each request.
	Current func() State
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 && r.ProtoMajor == 1 {
		leaveBody(w)
	}
	state := h.Current()
	if target, ok := strings.CutPrefix(r.RequestURI, "/verify/envoy"); ok && strings.HasPrefix(target, "/") {
		state.verify(w, r, &envoy, target)
		return
	}
	path, _, _ := strings.Cut(r.RequestURI, "?")
	switch path {
	case "/verify/nginx":
		state.verify(w, r, &nginx, "")
	case "/verify/traefik":
		state.verify(w, r, &traefik, "")
	case "/verify/caddy":
		state.verify(w, r, &caddy, "")
	case "/sign-in/nginx":
		state.signIn(w, r)
	case "/.well-known/jwks.json":
		state.keySet(w, r)
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
func (s State) verify(w http.ResponseWriter, r *http.Request, d *dialect, target string) {
	call := s.call(w, r, d, target)
	if call == nil {
		return
	}
	outcome := s.Gateway.Judge(call)
	if !outcome.Allow {
		outcome.Answer.Send(w)
		return
	}
	var removals []string
	if d.removes {
		removals = s.Gateway.Identity().Removals(outcome.Fields, r.Header)
	}
	allow(w, outcome.Fields, removals)
}

// signIn answers nginx, which can't hand on a redirect of /verify/nginx.
func (s State) signIn(w http.ResponseWriter, r *http.Request) {
	call := s.call(w, r, &nginx, "")
	if call == nil {
		return
	}
	call.Limited = false
	s.Gateway.SignIn(call).Send(w)
}

// call returns what a proxy asks about; nil: it was refused. A refusal is logged by the
// request as it came in, and nothing that it says of another is looked at.
func (s State) call(w http.ResponseWriter, r *http.Request, d *dialect, target string) *gateway.Call {
	from := peer(r)
	err := gateway.ErrUntrusted
	if isIn(from, s.Trusted) {
		if call := d.call(r, target, s.Trusted); call != nil {
			return call
		}
		err = gateway.ErrMetadata
	}
	refused := &gateway.Call{Dialect: d.name, Request: r, Target: r.RequestURI, Client: from, Limited: d.limited}
	s.Gateway.Refuse(refused, err).Answer.Send(w)
	return nil
}
