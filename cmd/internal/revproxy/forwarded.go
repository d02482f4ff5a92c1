package revproxy

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/gognito/gognito/cmd/internal/gateway"
)

// clientOf returns who sent a request, for logs; the zero value: it can't be told.
func clientOf(g *gateway.Gateway, r *http.Request) netip.Addr {
	from := gateway.PeerOf(r)
	if r.Header["X-Forwarded-For"] != nil && g.Trusts(from) {
		return g.ForwardedFor(r.Header)
	}
	return from
}

// schemeOf returns the client's scheme: what a trusted proxy says, or else the
// connection's.
func schemeOf(g *gateway.Gateway, r *http.Request) string {
	if g.Trusts(gateway.PeerOf(r)) {
		if scheme := gateway.SchemeOf(r.Header["X-Forwarded-Proto"]); scheme != "" {
			return scheme
		}
	}
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// forward sets what the upstream is told of where the request came from. The host is
// the one that was judged. As for the rest, a trusted proxy's word stays, with its
// address appended to X-Forwarded-For; nobody else's does.
func forward(g *gateway.Gateway, in *http.Request, out http.Header) {
	from := gateway.PeerOf(in)
	trusted := g.Trusts(from)
	for key := range out {
		if of := claimOf(key); of == request || of == origin && !(trusted && isPlain(key)) {
			delete(out, key)
		}
	}
	if trusted {
		// httputil took these away.
		for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto"} {
			if values := in.Header[name]; values != nil {
				out[name] = slices.Clone(values)
			}
		}
	}
	if from.IsValid() {
		out.Set("X-Forwarded-For", strings.Join(append(out["X-Forwarded-For"], from.String()), ", "))
	}
	if gateway.SchemeOf(out["X-Forwarded-Proto"]) == "" {
		out.Set("X-Forwarded-Proto", schemeOf(g, in))
	}
	out.Set("X-Forwarded-Host", in.Host)
}

// A claim is what a header says of the request that it comes with.
type claim int

const (
	nothing claim = iota
	origin        // where it came from: for a trusted proxy to say
	request       // what it asks for, and of whom, which was judged by what it is: for nobody to say
)

// claimOf returns what a header of this name claims, to an application that may not
// tell "_" and other signs from "-". Forwarded, which the gateway does not read, says
// everything at once.
func claimOf(key string) claim {
	key = strings.Trim(key, " \t")
	if key == "" || key[0]|0x20 != 'x' && key[0]|0x20 != 'f' {
		return nothing
	}
	for _, name := range []string{"forwarded", "x-forwarded", "x-forwarded-method", "x-forwarded-path", "x-forwarded-uri"} {
		if folds(key, name, false) {
			return request
		}
	}
	switch {
	case folds(key, "x-original-", true), folds(key, "x-rewrite-", true):
		return request
	case folds(key, "x-forwarded-", true), folds(key, "x-real-ip", false):
		return origin
	}
	return nothing
}

// folds reports whether a key is a name, or begins with it, once its letters are made
// lower case, and "-" of all that is no letter or digit.
func folds(key, name string, prefix bool) bool {
	if len(key) < len(name) || len(key) > len(name) && !prefix {
		return false
	}
	for i := range len(name) {
		if fold(key[i]) != name[i] {
			return false
		}
	}
	return true
}

func fold(c byte) byte {
	switch {
	case 'A' <= c && c <= 'Z':
		return c + 'a' - 'A'
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		return c
	}
	return '-'
}

// isPlain reports whether a key has no sign in it but "-".
func isPlain(key string) bool {
	for i := range len(key) {
		if fold(key[i]) == '-' && key[i] != '-' {
			return false
		}
	}
	return true
}
