// Package dialect lets proxies ask the gateway over HTTP: nginx (auth_request),
// Traefik (ForwardAuth), Caddy (forward_auth) and Envoy (ext_authz).
//
// A proxy describes its client's request in headers of its own, beside those that the
// client sent. The client can send any of them too, so each path of the [Handler] reads
// the headers of one proxy only, which that proxy always sets, and believes them only
// if the proxy is a trusted one. What is missing, there twice or malformed is refused,
// and nothing else is taken in its place.
//
// What is asked for is told by the text of the request line. It is never parsed as a
// URL, since what parses it would make another path of it than the application does.
package dialect
