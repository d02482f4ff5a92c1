package gateway_test

import (
	"net"
	"net/http"
	"net/netip"
	"testing"

	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/gognitotest"
)

func TestAPeersAddressIsComparedInItsPlainForm(t *testing.T) {
	s := base()
	s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fe80::/10")}
	g := build(t, s, gognitotest.NewPool(t).Verifier())
	for from, want := range map[string]bool{
		"10.1.2.3:80": true, "[::ffff:10.1.2.3]:80": true, "[fe80::1%eth0]:80": true,
		"11.1.2.3:80": false, "[::ffff:11.1.2.3]:80": false, "[::10.1.2.3]:80": false, "10.1.2.3": false, "": false, "@": false,
	} {
		if got := g.Trusts(gateway.PeerOf(&http.Request{RemoteAddr: from})); got != want {
			t.Errorf("%s: trusted %v", from, got)
		}
		ctx := gateway.WithPeer(t.Context(), connection{from: address(from)})
		if got := g.Trusts(gateway.PeerOf((&http.Request{}).WithContext(ctx))); got != want {
			t.Errorf("a connection of %s: trusted %v", from, got)
		}
	}
}

// A connection is from an address, and nothing else.
type connection struct {
	net.Conn
	from address
}

func (c connection) RemoteAddr() net.Addr { return c.from }

type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }
