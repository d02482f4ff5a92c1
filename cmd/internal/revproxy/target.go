package revproxy

import (
	"net/url"
	"strings"
)

// target returns the upstream's URL for a request target, whose text as a request
// line is the target; nil: there is none.
//
// That rules out other forms than a path and a query, and what can't be in a request
// line: HTTP/2 brings spaces and more. There is also one oddity that net/http can't
// hand on, a path that begins with two slashes and holds what the grammar of URLs does
// not have.
func (p *Proxy) target(target string) *url.URL {
	if !strings.HasPrefix(target, "/") || strings.ContainsFunc(target, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return nil
	}
	path, query, found := strings.Cut(target, "?")
	u := &url.URL{Scheme: p.upstream.Scheme, Host: p.upstream.Host, RawQuery: query, ForceQuery: found}
	if strings.HasPrefix(path, "//") {
		// An opaque URL that begins like this is written with its scheme.
		decoded, err := url.PathUnescape(path)
		if err != nil {
			return nil
		}
		u.Path, u.RawPath = decoded, path
	} else {
		u.Opaque = path
	}
	if u.RequestURI() != target {
		return nil
	}
	return u
}
