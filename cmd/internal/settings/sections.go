package settings

import (
	"crypto/tls"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
)

var cookieName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$")

// tokens returns where tokens are taken from.
func (r *reader) tokens(v *value, pools []pool) Tokens {
	file := r.section(v, "bearer", "cookies", "amplify_clients")
	cookies, clients := r.texts(file["cookies"]), r.texts(file["amplify_clients"])
	if given := flag("--cookie", r.flags.Cookie...); given != nil {
		cookies = given
	} else if name := r.getenv("ACCESS_TOKEN_KEY"); name != "" && v == nil {
		cookies = []setting{{name, place{name: "ACCESS_TOKEN_KEY", outside: true}}}
	}
	t := Tokens{Bearer: r.boolean(file["bearer"], true), Cookies: texts(cookies), AmplifyClients: texts(clients)}
	for _, name := range cookies {
		if !cookieName.MatchString(name.text) {
			r.fault(name.at, "is not the name of a cookie (RFC 6265, section 4.1.1)")
		}
	}
	known := !slices.ContainsFunc(pools, func(p pool) bool { return p.clients == nil }) && pools != nil
	for _, client := range clients {
		if known && !slices.ContainsFunc(pools, func(p pool) bool { return slices.Contains(texts(p.clients), client.text) }) {
			r.fault(client.at, "is none of the pools' client_ids, so its tokens would be refused: add it there, or leave it out")
		}
	}
	if file != nil && !t.Bearer && file["cookies"] == nil && file["amplify_clients"] == nil && cookies == nil {
		r.fault(v.at, "leaves nothing that a token could be read from: allow bearer, or name cookies")
	}
	return t
}

// realm returns the name in challenges.
func (r *reader) realm(v *value) string {
	s := r.text(v)
	if len(s.text) > 100 || !printableASCII(strings.ReplaceAll(s.text, " ", "")) {
		r.fault(s.at, "must be up to 100 printable characters of ASCII")
	}
	return s.text
}

// tooWide reports whether a network is wider than 10.0.0.0/8 or fc00::/7, the widest that
// are private (RFC 1918, RFC 4193), or than the /32 that a provider has of the public ones.
func tooWide(n netip.Prefix) bool {
	switch {
	case n.Addr().Is4():
		return n.Bits() < 8
	case n.Addr().IsPrivate() || n.Addr().IsLinkLocalUnicast():
		return n.Bits() < 7
	default:
		return n.Bits() < 32
	}
}

// trustedProxies returns who may speak for clients.
func (r *reader) trustedProxies(v *value) []netip.Prefix {
	if v == nil {
		return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	var proxies []netip.Prefix
	for _, s := range r.texts(v) {
		prefix, err := netip.ParsePrefix(s.text)
		switch {
		case err != nil || prefix.Addr().Is4In6():
			r.fault(s.at, "must be a network, such as 10.0.0.0/8 or fd00::/8; one address is 192.0.2.1/32, or ::1/128")
		case tooWide(prefix):
			r.fault(s.at, "is too wide: whoever reaches the port could say what was asked for, and so get past every rule; name the proxies' own addresses")
		case prefix != prefix.Masked():
			r.fault(s.at, "must be written as %v: what follows the network is not looked at", prefix.Masked())
		default:
			proxies = append(proxies, prefix)
		}
	}
	return proxies
}

// tls returns the certificate's files, which make a pair.
func (r *reader) tls(v *value) TLS {
	file := r.section(v, "cert_file", "key_file")
	cert, key := r.text(file["cert_file"]), r.text(file["key_file"])
	if file != nil && file["cert_file"] == nil {
		r.fault(v.at.in("cert_file"), "is missing: it goes with key_file")
	}
	if file != nil && file["key_file"] == nil {
		r.fault(v.at.in("key_file"), "is missing: it goes with cert_file")
	}
	if cert.text == "" || key.text == "" {
		return TLS{}
	}
	certificate, private := r.content(cert), r.content(key)
	if certificate == nil || private == nil {
		return TLS{}
	}
	// The error may hold something of the files.
	if _, err := tls.X509KeyPair(certificate, private); err != nil {
		r.fault(v.at, "is no pair: cert_file holds the certificate, and then those of its chain, and key_file its private key, both in PEM")
	}
	return TLS{cert.text, key.text}
}

// limits returns what bounds clients.
func (r *reader) limits(v *value) Limits {
	file := r.section(v, "header_bytes", "header_timeout", "idle_timeout", "connections", "shutdown_delay", "drain_timeout")
	return Limits{
		HeaderBytes:   r.integer(file["header_bytes"], 4<<10, 1<<20, 128<<10),
		HeaderTimeout: r.duration(file["header_timeout"], 100*time.Millisecond, time.Minute, 5*time.Second),
		IdleTimeout:   r.duration(file["idle_timeout"], time.Second, time.Hour, 2*time.Minute),
		Connections:   r.integer(file["connections"], 1, 1_000_000, 10_000),
		ShutdownDelay: r.duration(file["shutdown_delay"], 0, 5*time.Minute, 0),
		DrainTimeout:  r.duration(file["drain_timeout"], 0, 10*time.Minute, 25*time.Second),
	}
}

// log returns what is logged.
func (r *reader) log(v *value) Log {
	file := r.section(v, "access", "audit")
	l := Log{
		Access: r.boolean(file["access"], false) || r.flags.AccessLog,
		Audit:  Audit(r.choice(file["audit"], "none", string(AuditDenied), string(AuditAll))),
	}
	if l.Audit == "none" {
		l.Audit = AuditNone
	}
	return l
}
