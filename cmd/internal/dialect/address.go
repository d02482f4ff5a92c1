package dialect

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// peer returns the address that a request came from; the zero value: it can't be told.
func peer(r *http.Request) netip.Addr {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return from.Addr().Unmap().WithZone("") // no prefix has a zone
}

// isIn reports whether an address is one of those that the prefixes have.
func isIn(address netip.Addr, prefixes []netip.Prefix) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address) })
}

// realIP returns the address that X-Real-IP tells; the zero value: none.
func realIP(header http.Header, _ []netip.Prefix) netip.Addr {
	values := header["X-Real-Ip"]
	if len(values) != 1 {
		return netip.Addr{}
	}
	return parseAddress(values[0])
}

// maxHops is how many addresses of X-Forwarded-For are looked at.
const maxHops = 16

// forwardedFor returns the address that X-Forwarded-For tells; the zero value: none.
// Each proxy appends the address that it was asked from, so the last one that is no
// trusted proxy's is the client's, and what stands before it is what that one says. If
// all are trusted, it is the first.
func forwardedFor(header http.Header, trusted []netip.Prefix) (client netip.Addr) {
	hops := 0
	for _, line := range slices.Backward(header["X-Forwarded-For"]) {
		for more := true; more; hops++ {
			comma := strings.LastIndexByte(line, ',')
			client = parseAddress(strings.Trim(line[comma+1:], " \t"))
			if hops == maxHops {
				return netip.Addr{}
			}
			if !isIn(client, trusted) { // or none
				return client
			}
			more, line = comma >= 0, line[:max(comma, 0)]
		}
	}
	return client
}

// parseAddress parses an address without a zone, which would mean nothing here.
func parseAddress(text string) netip.Addr {
	if len(text) > len("0000:0000:0000:0000:0000:ffff:255.255.255.255") || strings.Contains(text, "%") {
		return netip.Addr{}
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap()
}
