// Package gateway runs the gateway behind proxies, as their users configure them: real
// nginx and Caddy, what Traefik and Envoy do, and none, where the gateway is the proxy
// itself. In front of one application they all judge one table of requests. It holds
// tests only:
//
//	GOWORK=off go -C e2e test -v ./gateway
//
// The configurations are those of examples/gateway, with other addresses. nginx has to
// be installed; Caddy is built from the module beside this package.
package gateway
