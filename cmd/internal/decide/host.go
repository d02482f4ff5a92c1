package decide

import (
	"net/netip"
	"strings"
)

const (
	errHost   malformed = "the host is no name or address, with or without a port"
	errNoHost malformed = "there is no host, and rules name hosts"
	errMethod malformed = "the method is not one, or not in upper case"
)

// canonicalHost returns a host in lower case, without the port and without the
// dot of a name's root; an IPv6 address in brackets, in its shortest form. What
// else a Host header may hold is refused: user information, encoded names, zones.
func canonicalHost(host string) (string, error) {
	name, port, found := cutPort(host)
	if found && strings.ContainsFunc(port, func(c rune) bool { return c < '0' || c > '9' }) {
		return "", errHost
	}
	if literal, ok := strings.CutPrefix(name, "["); ok {
		address, err := netip.ParseAddr(strings.TrimSuffix(literal, "]"))
		if err != nil || !address.Is6() || address.Zone() != "" || !strings.HasSuffix(literal, "]") {
			return "", errHost
		}
		return "[" + address.String() + "]", nil
	}
	name = strings.TrimSuffix(name, ".")
	if len(name) > 253 || name == "" || name[0] == '.' || name[len(name)-1] == '.' || strings.Contains(name, "..") {
		return "", errHost
	}
	for _, c := range []byte(name) {
		if c == '~' || c != '.' && !isUnreserved(c) {
			return "", errHost
		}
	}
	return strings.ToLower(name), nil
}

// cutPort splits at the colon before a port, and not at one in brackets.
func cutPort(host string) (name, port string, found bool) {
	i := strings.LastIndexByte(host, ':')
	if i < strings.LastIndexByte(host, ']') || i < 0 {
		return host, "", false
	}
	return host[:i], host[i+1:], true
}

// canonicalMethod returns the method that rules are asked about: GET for HEAD,
// which servers answer by what they have for GET. Methods are case-sensitive (RFC
// 9110, section 9.1); one in lower case is none that a server has, unless it is
// one that changes its case, and then it is another method.
func canonicalMethod(method string) (string, error) {
	switch method {
	case "":
		return "", errMethod
	case "HEAD":
		return "GET", nil
	}
	for _, c := range []byte(method) {
		if !('A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return "", errMethod
		}
	}
	return method, nil
}
