package identity

import (
	"slices"
	"strings"
)

// reserved reports whether a canonical name has a meaning on the way of a request, or
// of the answer in which a proxy is told of it: framing, connections, routing,
// credentials, caches, cookies, redirects, content, what a browser says of a request,
// and what a proxy says of the client (RFC 9110; RFC 7239; Fetch standard; the manuals
// of nginx, Traefik, Caddy and Envoy).
func reserved(canonical string) bool {
	name := strings.ToLower(canonical)
	return slices.ContainsFunc(reservedPrefixes(), func(prefix string) bool { return strings.HasPrefix(name, prefix) }) ||
		slices.Contains(reservedNames(), name)
}

func reservedPrefixes() []string {
	return strings.Fields(`accept- access-control- alt- cdn- cf- content- cookie grpc- http2- if- proxy- sec- set-cookie
		x-accel- x-amz-cf- x-b3- x-content- x-envoy- x-forwarded x-http- x-original- x-rewrite- x-sendfile`)
}

func reservedNames() []string {
	return strings.Fields(`accept age allow authentication-info authorization b3 baggage cache-control clear-site-data
		client-ip connection date destination dnt early-data etag expect expires forwarded from host keep-alive
		last-modified link location max-forwards nel origin pragma priority proxy range referer referrer-policy
		refresh retry-after server status strict-transport-security surrogate-control te traceparent tracestate
		trailer transfer-encoding true-client-ip upgrade upgrade-insecure-requests user-agent vary via warning
		www-authenticate x-amzn-trace-id x-client-ip x-cluster-client-ip x-frame-options x-host x-method-override
		x-real-ip x-request-id x-requested-with x-xss-protection`)
}
