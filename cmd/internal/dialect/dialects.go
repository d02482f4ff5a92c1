package dialect

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/gognito/gognito/cmd/internal/gateway"
)

// A dialect is how a proxy tells of its client's request: which headers it does that
// in, by the names that net/http has for them.
type dialect struct {
	name string // for logs and metrics
	// method, target, host and proto are there once each. All but proto are "" for a
	// proxy that asks with the request itself; then proto may be missing.
	method, target, host, proto string
	// client says who sent the request, for logs.
	client  func(g *gateway.Gateway, header http.Header) netip.Addr
	limited bool // see gateway.Call
	removes bool // takes out of the request what it is told to
}

// Traefik and Caddy speak alike, and have a path each so that metrics tell them apart.
var (
	nginx = dialect{
		name: "nginx", method: "X-Original-Method", target: "X-Original-Uri", host: "X-Original-Host", proto: "X-Original-Proto",
		client: realIP, limited: true,
	}
	traefik = dialect{
		name: "traefik", method: "X-Forwarded-Method", target: "X-Forwarded-Uri", host: "X-Forwarded-Host", proto: "X-Forwarded-Proto",
		client: (*gateway.Gateway).ForwardedFor,
	}
	caddy = dialect{
		name: "caddy", method: "X-Forwarded-Method", target: "X-Forwarded-Uri", host: "X-Forwarded-Host", proto: "X-Forwarded-Proto",
		client: (*gateway.Gateway).ForwardedFor,
	}
	envoy = dialect{name: "envoy", proto: "X-Forwarded-Proto", client: (*gateway.Gateway).ForwardedFor, removes: true}
)

// call returns the client's request; not ok: the proxy does not tell of one, or not so
// that it can be relied on. target is that of a proxy that asks with the request itself.
func (d *dialect) call(r *http.Request, target string) (call gateway.Call, ok bool) {
	method, host, proto := r.Method, r.Host, r.Header[d.proto]
	scheme := gateway.SchemeOf(proto)
	if d.target == "" {
		if scheme == "" && proto != nil {
			return call, false
		}
	} else {
		method, host, target = word(r.Header[d.method]), word(r.Header[d.host]), one(r.Header[d.target])
		if method == "" || host == "" || target == "" || scheme == "" {
			return call, false
		}
	}
	return gateway.Call{
		Dialect: d.name, Method: method, Host: host, Target: target, Request: r, Scheme: scheme,
		ClientOf: d.client, Limited: d.limited,
	}, true
}

// one returns the value of a header that is there once, and holds no control
// characters; "": it is not.
func one(values []string) string {
	if len(values) != 1 {
		return ""
	}
	for _, c := range []byte(values[0]) {
		if c < ' ' || c == 0x7f {
			return ""
		}
	}
	return values[0]
}

// word is one, of what can't hold a comma: a list is two headers on one line.
func word(values []string) string {
	value := one(values)
	if strings.Contains(value, ",") {
		return ""
	}
	return value
}

// realIP returns the address that X-Real-IP tells; the zero value: none.
func realIP(_ *gateway.Gateway, header http.Header) netip.Addr {
	return gateway.AddressOf(one(header["X-Real-Ip"]))
}
