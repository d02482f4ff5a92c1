package revproxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// State is what requests are judged by. It does not change; another takes its place
// when the configuration is loaded again.
type State struct {
	Gateway *gateway.Gateway
	// Trusted are the addresses of proxies that may say where a request came from.
	// IPv4 addresses are written as such, also where the listener takes IPv6
	// connections. None: nobody is trusted.
	Trusted []netip.Prefix
	// Tokens are where the Gateway takes tokens from.
	Tokens settings.Tokens
	// RemoveCredentials keeps these tokens from the upstream: Bearer credentials,
	// and the cookies.
	RemoveCredentials bool
}

// Config says where requests go. All but ResponseTimeout is required.
type Config struct {
	// Upstream is an http or https URL without a path. An https upstream is asked
	// over HTTP/2 if it offers that, and its certificate must be good for its name.
	Upstream string
	// Current returns the state to judge by. It is called once for each request.
	Current func() State
	// Log gets an error for each request that the upstream did not answer, and a
	// warning for each answer that broke off. No token, no header and no query is in
	// them.
	Log *slog.Logger
	// ResponseTimeout is how long the upstream may take to begin its answer, once it
	// has the request. Then it may take its time. Zero: 60 seconds.
	ResponseTimeout time.Duration
}

// A Proxy is the reverse proxy. It is safe for concurrent use, and keeps its
// connections to the upstream whatever Current returns.
type Proxy struct {
	config    Config
	upstream  *url.URL
	transport *http.Transport
	buffers   *buffers
	tunnels   tunnels
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
	state := p.config.Current()
	a := &answer{ResponseWriter: w, request: r}
	target, outcome := p.judge(state, r)
	if !outcome.Allow {
		a.leaveBody()
		outcome.Answer.Send(a)
		return
	}
	on := &passage{proxy: p, state: state, target: target, fields: outcome.Fields, client: r, answer: a}
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
func (p *Proxy) judge(state State, r *http.Request) (target *url.URL, outcome gateway.Outcome) {
	call := &gateway.Call{
		Dialect: "proxy", Request: r, Target: r.RequestURI,
		Scheme: state.scheme(r), Client: state.client(r),
	}
	// CONNECT asks for a tunnel, also with a target that is a path (RFC 9110, section 9.3.6).
	if target = p.target(r.RequestURI); target == nil || r.Method == http.MethodConnect {
		return nil, state.Gateway.Refuse(call, decide.ErrMalformed)
	}
	return target, state.Gateway.Judge(call)
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
