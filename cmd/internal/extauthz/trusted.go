package extauthz

import (
	"context"
	"net"
	"net/netip"
	"slices"

	"google.golang.org/grpc/peer"
)

// peerOf returns the address of who asks; the zero value: it has none.
func peerOf(ctx context.Context) netip.Addr {
	if p, ok := peer.FromContext(ctx); ok {
		if address, ok := p.Addr.(*net.TCPAddr); ok {
			return plain(address.AddrPort().Addr())
		}
	}
	return netip.Addr{}
}

// trusts reports whether the questions of that peer are answered.
func (s *Server) trusts(peer netip.Addr) bool {
	return s.Trusted != nil && slices.ContainsFunc(s.Trusted(), func(p netip.Prefix) bool { return p.Contains(peer) })
}

// plain returns an address as prefixes take it: a prefix of IPv4 does not contain the
// IPv6 form of its addresses, and none contains an address with a zone.
func plain(address netip.Addr) netip.Addr { return address.Unmap().WithZone("") }
