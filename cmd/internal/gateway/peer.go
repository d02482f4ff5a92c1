package gateway

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// WithPeer is an [http.Server]'s ConnContext that saves [PeerOf] to read the same address
// for each request of a connection.
func WithPeer(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, peerKey{}, addressIn(c.RemoteAddr().String()))
}

type peerKey struct{}

// PeerOf returns the address that a request came from; the zero value: it can't be told.
func PeerOf(r *http.Request) netip.Addr {
	if address, ok := r.Context().Value(peerKey{}).(netip.Addr); ok {
		return address
	}
	return addressIn(r.RemoteAddr)
}

func addressIn(addressAndPort string) netip.Addr {
	from, err := netip.ParseAddrPort(addressAndPort)
	if err != nil {
		return netip.Addr{}
	}
	return plain(from.Addr())
}

// plain returns an address as prefixes take it: a prefix of IPv4 does not contain the
// IPv6 form of its addresses, and none contains an address with a zone.
func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }

// Trusts reports whether an address is that of a trusted proxy.
func (g *Gateway) Trusts(address netip.Addr) bool {
	address = plain(address)
	return slices.ContainsFunc(g.settings.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// maxHops is how many addresses of X-Forwarded-For are looked at.
const maxHops = 16

// ForwardedFor returns the client's address as X-Forwarded-For of a trusted proxy tells
// it; the zero value: it does not. Each proxy appends the address that it was asked
// from, so the last one that is no trusted proxy's is the client's, and what stands
// before it is what that one says. If all are trusted, it is the first.
func (g *Gateway) ForwardedFor(header http.Header) (client netip.Addr) {
	hops := 0
	for _, line := range slices.Backward(header["X-Forwarded-For"]) {
		for more := true; more; hops++ {
			comma := strings.LastIndexByte(line, ',')
			client = AddressOf(strings.Trim(line[comma+1:], " \t"))
			if hops == maxHops || !client.IsValid() {
				return netip.Addr{}
			}
			if !g.Trusts(client) {
				return client
			}
			more, line = comma >= 0, line[:max(comma, 0)]
		}
	}
	return client
}

// AddressOf returns the address that a text is, but for one with a zone, which would
// mean nothing here; the zero value: it is none.
func AddressOf(text string) netip.Addr {
	if len(text) > len("0000:0000:0000:0000:0000:ffff:255.255.255.255") || strings.Contains(text, "%") {
		return netip.Addr{}
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap()
}

// SchemeOf returns the scheme that a header of a proxy's tells; "": it tells none, or
// several. Some proxies tell of WebSockets by the schemes of RFC 6455, section 3.
func SchemeOf(values []string) string {
	if len(values) != 1 {
		return ""
	}
	switch values[0] {
	case "http", "ws":
		return "http"
	case "https", "wss":
		return "https"
	default:
		return ""
	}
}
