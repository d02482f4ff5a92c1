package dev

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// onlyLoopbackHosts answers requests for a loopback host alone. A page elsewhere
// can have its own name point to 127.0.0.1 (DNS rebinding), and the browser then
// takes the pool for that page's own site.
func onlyLoopbackHosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			http.Error(w, "gognito-dev answers as localhost or 127.0.0.1 only, unless it is started with --dangerously-expose-to-network",
				http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func loopback(hostport string) bool {
	u, err := url.Parse("http://" + hostport)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || ip != nil && ip.IsLoopback()
}
