package revproxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/gateway"
)

// Config says where requests go. All but the times are required.
type Config struct {
	// Upstream is an http or https URL without a path. An https upstream is asked
	// over HTTP/2 if it offers that, and its certificate must be good for its name.
	Upstream string
	// Current returns the gateway that decides now. It is called once for each request.
	Current func() *gateway.Gateway
	// Log gets an error for requests that the upstream did not answer, and a warning for
	// answers that broke off, each at most once a second. No token, no header and no query is in
	// them.
	Log *slog.Logger
	// ResponseTimeout is how long the upstream may take to begin its answer, once it
	// has the request, and for the next piece of a body until then. Then it may take its
	// time. Zero: 60 seconds.
	ResponseTimeout time.Duration
	// Stall is how long a client may take for the next piece of a body: to send it, or
	// to take it. Otherwise whoever likes could hold connections for ever. Zero: a minute.
	Stall time.Duration
}

// A Proxy is the reverse proxy. It is safe for concurrent use, and keeps its
// connections to the upstream whatever Current returns.
type Proxy struct {
	config    Config
	upstream  *url.URL
	transport *http.Transport
	buffers   *buffers
	tunnels   tunnels
	trouble   trouble // answers that did not begin
	broken    trouble // and those that broke off
}

// New returns the Proxy for the configuration. [Proxy.Close] ends it.
func New(c Config) (*Proxy, error) {
	upstream, err := url.Parse(c.Upstream)
	if err != nil || upstream.Scheme != "http" && upstream.Scheme != "https" || upstream.Hostname() == "" ||
		*upstream != (url.URL{Scheme: upstream.Scheme, Host: upstream.Host}) {
		return nil, errors.New("revproxy: Upstream must be an http or https URL with a host and without anything behind it")
	}
	if c.Current == nil || c.Log == nil {
		return nil, errors.New("revproxy: Current and Log are required")
	}
	if c.Stall < 0 {
		return nil, fmt.Errorf("revproxy: Stall is %v: it must be positive, or zero for %v", c.Stall, stall)
	}
	c.Stall = cmp.Or(c.Stall, stall)
	if c.ResponseTimeout < 0 {
		return nil, fmt.Errorf("revproxy: ResponseTimeout is %v: it must be positive, or zero for %v", c.ResponseTimeout, responseTimeout)
	}
	return &Proxy{
		config:    c,
		upstream:  upstream,
		transport: newTransport(c.ResponseTimeout),
		buffers:   newBuffers(),
	}, nil
}

// ServeHTTP judges one request, and answers it or lets it through.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g := p.config.Current()
	a := &answer{ResponseWriter: w, request: r, stall: p.config.Stall}
	defer a.end()
	target, outcome := p.judge(g, r)
	if !outcome.Allow {
		outcome.Answer.Send(a)
		return
	}
	on := &passage{proxy: p, gateway: g, target: target, fields: outcome.Fields, client: r, answer: a}
	switch {
	case isWebSocket(r):
		ctx, end := p.tunnels.begin(r.Context())
		defer end()
		on.serve(r.WithContext(ctx))
	case r.Header["Upgrade"] != nil:
		on.serve(withoutUpgrade(r))
	default:
		on.serve(r)
	}
}

// judge judges a request, and returns where it goes on to.
func (p *Proxy) judge(g *gateway.Gateway, r *http.Request) (target *url.URL, outcome gateway.Outcome) {
	call := &gateway.Call{
		Dialect: "proxy", Method: r.Method, Host: r.Host, Target: r.RequestURI, Request: r,
		Scheme: schemeOf(g, r), Client: clientOf(g, r),
	}
	// CONNECT asks for a tunnel, also with a target that is a path (RFC 9110, section 9.3.6).
	if target = p.target(r.RequestURI); target == nil || r.Method == http.MethodConnect {
		return nil, g.Refuse(call, decide.ErrMalformed)
	}
	return target, g.Judge(call)
}

// Wait waits until the WebSocket connections have ended, which an [http.Server]'s
// Shutdown does not wait for. The error is the context's.
func (p *Proxy) Wait(ctx context.Context) error { return p.tunnels.wait(ctx) }

// Close ends the WebSocket connections, and the idle ones to the upstream. New
// WebSockets are answered with 503 from then on; other requests go on as before.
func (p *Proxy) Close() {
	p.tunnels.close()
	p.transport.CloseIdleConnections()
}
