package settings

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Where the gateway listens if it is not told.
const (
	defaultVerify = "127.0.0.1:9180"
	defaultAdmin  = "127.0.0.1:9182"
	defaultProxy  = "127.0.0.1:9183"
)

// listeners reads the listeners and what is behind the one that is a proxy.
func (r *reader) listeners(listen, proxy *value, s *Settings) {
	upstream := r.proxy(proxy, s)
	file := r.section(listen, "verify", "grpc", "proxy", "admin")
	section := place{name: "listen"}
	if listen != nil {
		section = listen.at
	}
	at := func(name, otherwise string) setting {
		switch {
		case file[name] != nil:
			return r.textOrEmpty(file[name])
		case listen != nil:
			return setting{}
		}
		return setting{otherwise, place{name: "listen." + name}}
	}
	verify, behind := defaultVerify, ""
	if upstream.text != "" {
		verify, behind = "", defaultProxy
	}
	listeners := []setting{
		flagOr("--listen-verify", r.flags.ListenVerify, at("verify", verify)),
		flagOr("--listen-grpc", r.flags.ListenGRPC, at("grpc", "")),
		flagOr("--listen-proxy", r.flags.ListenProxy, at("proxy", behind)),
		flagOr("--listen-admin", r.flags.ListenAdmin, at("admin", defaultAdmin)),
	}
	s.Listen = Listen{listeners[0].text, listeners[1].text, listeners[2].text, listeners[3].text}
	r.checkListeners(listeners)
	switch {
	case s.Listen.Proxy != "" && upstream.text == "":
		r.fault(listeners[2].at, "has nothing behind it: give proxy.upstream (or --upstream), or leave it out")
	case s.Listen.Proxy == "" && upstream.text != "":
		r.fault(upstream.at, "has no listener before it: give listen.proxy (or --listen-proxy), or leave it out")
	case s.Listen.Verify == "" && s.Listen.GRPC == "" && s.Listen.Proxy == "":
		r.fault(section, "has no listener that decides: give verify, grpc or proxy")
	case s.Listen.Proxy != "" && isItself(s.Listen.Proxy, hostOf(upstream.text)):
		r.fault(upstream.at, "is the address of listen.proxy itself: give the application's")
	}
}

// proxy reads what the reverse proxy is in front of.
func (r *reader) proxy(v *value, s *Settings) (upstream setting) {
	file := r.section(v, "upstream", "remove_credentials")
	upstream = flagOr("--upstream", r.flags.Upstream, r.text(file["upstream"]))
	s.Proxy = Proxy{Upstream: upstream.text, RemoveCredentials: r.boolean(file["remove_credentials"], false)}
	if file != nil && file["upstream"] == nil && upstream.text == "" {
		r.fault(v.at.in("upstream"), "is missing: the proxy is in front of it")
	}
	if upstream.text != "" && !isUpstream(upstream.text) {
		r.fault(upstream.at, "must be http://host:port or https://host:port, without a user, a path, a slash at the end or a query")
	}
	return upstream
}

func isUpstream(text string) bool {
	scheme, host, found := strings.Cut(text, "://")
	return found && (scheme == "http" || scheme == "https") && hostPort(host)
}

// hostOf returns the address of a URL, with its port.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// checkListeners checks the addresses, and that no two are one.
func (r *reader) checkListeners(listeners []setting) {
	for i, s := range listeners {
		if s.text == "" {
			continue
		}
		if !isListener(s.text) {
			r.fault(s.at, "must be host:port, such as 127.0.0.1:9180, [::1]:9180, or :9180 for all addresses")
			continue
		}
		for _, other := range listeners[:i] {
			if sameAddress(s.text, other.text) {
				r.fault(s.at, "is the address of %s too: each listener needs its own", other.at.name)
				break
			}
		}
	}
}

func isListener(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil || !portForm.MatchString(port) || len(port) == 5 && port > "65535" {
		return false
	}
	address, err := netip.ParseAddr(host)
	return host == "" || hostName.MatchString(host) || err == nil && address.Is6()
}

// sameAddress reports whether two listeners could not both have their addresses.
func sameAddress(a, b string) bool {
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil || portA != portB || portA == "0" {
		return false
	}
	return everywhere(hostA) || everywhere(hostB) || canonicalHost(hostA) == canonicalHost(hostB)
}

// isItself reports whether an upstream is known to be a listener: of one that listens on
// every address of this machine, the loopback ones are known.
func isItself(listener, upstream string) bool {
	if host, _, err := net.SplitHostPort(listener); err != nil || !everywhere(host) {
		return sameAddress(listener, upstream)
	}
	host, _, _ := net.SplitHostPort(upstream)
	address, err := netip.ParseAddr(canonicalHost(host))
	return err == nil && (address.IsLoopback() || address.IsUnspecified()) && sameAddress(listener, upstream)
}

func everywhere(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "" || err == nil && address.IsUnspecified()
}

func canonicalHost(host string) string {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Unmap().String()
	}
	if host = strings.ToLower(host); host == "localhost" {
		return "127.0.0.1"
	}
	return host
}
