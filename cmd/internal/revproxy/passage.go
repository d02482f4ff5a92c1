package revproxy

import (
	"context"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
)

// A passage is one request that was let through.
type passage struct {
	proxy   *Proxy
	gateway *gateway.Gateway
	target  *url.URL
	fields  []identity.Field
	client  *http.Request // as it came in
	answer  *answer
	giveUp  context.CancelCauseFunc // of a request with a body: the upstream is late
}

// serve asks the upstream, and copies its answer.
func (on *passage) serve(r *http.Request) {
	if r.ContentLength != 0 {
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		r, on.giveUp = r.WithContext(ctx), cancel
	}
	proxy := httputil.ReverseProxy{
		Rewrite:       on.rewrite,
		Transport:     on.proxy.transport,
		FlushInterval: -1,
		ErrorLog:      log.New(on, "", 0),
		BufferPool:    on.proxy.buffers,
		ErrorHandler:  on.fail,
	}
	proxy.ServeHTTP(on.answer, r)
}

// rewrite makes the upstream's request of the client's. Headers that Connection names
// are gone before; what is set here stays.
func (on *passage) rewrite(pr *httputil.ProxyRequest) {
	out := pr.Out
	out.URL = on.target
	out.Trailer = nil
	if out.Body != nil {
		giveUp := func() { on.giveUp(context.DeadlineExceeded) }
		on.answer.body = newUpload(out.Body, http.NewResponseController(on.answer.ResponseWriter), on.answer.stall, on.proxy.transport.ResponseHeaderTimeout, giveUp)
		out.Body = on.answer.body
	}
	h := out.Header
	h.Del("Http2-Settings") // of an upgrade that does not go on (RFC 7540, section 3.2.1)
	forward(on.gateway, pr.In, h)
	if s := on.gateway.Settings(); s.Proxy.RemoveCredentials {
		removeCredentials(h, s.Tokens)
	}
	on.gateway.Identity().Strip(h)
	for i := range on.fields {
		on.fields[i].SetIn(h)
	}
}
