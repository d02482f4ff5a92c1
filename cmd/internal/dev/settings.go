package dev

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

// cookieName returns the name of the cookie: the flag's, the variable's, or the
// usual one.
func (c *Command) cookieName() (string, error) {
	from, name := "--cookie", c.Cookie
	if name == "" {
		from, name = "ACCESS_TOKEN_KEY", os.Getenv("ACCESS_TOKEN_KEY")
	}
	if name == "" {
		return "accessToken", nil
	}
	if err := (&http.Cookie{Name: name}).Valid(); err != nil {
		return "", fmt.Errorf("%s is %q, which is not the name of a cookie", from, name)
	}
	for _, prefix := range []string{"__Host-", "__Secure-"} {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			return "", fmt.Errorf("%s is %q, but browsers keep no cookie whose name begins with %s for an http page: leave that out here", from, name, prefix)
		}
	}
	return name, nil
}

// host returns the host by which the pool is reached from this machine. It refuses
// an address that other machines reach too, unless that is asked for.
//
// The tokens' issuer is an http URL, and verifiers accept one on a loopback host
// only. So an address that is none must be that of all interfaces, the loopback
// one included.
func (c *Command) host() (string, error) {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return "", fmt.Errorf("--addr is %q; it is a host and a port, such as 127.0.0.1:9746", c.Addr)
	}
	ip := net.ParseIP(host)
	switch {
	case host == "localhost", ip != nil && ip.IsLoopback():
		return host, nil
	case !c.DangerouslyExposeToNetwork:
		return "", fmt.Errorf("--addr is %q, which is not a loopback address: anybody on the network could sign in as anybody. "+
			"Use 127.0.0.1, or, if you mean it, give --dangerously-expose-to-network too", c.Addr)
	case host == "" || ip != nil && ip.IsUnspecified():
		return "127.0.0.1", nil
	default:
		return "", errors.New("--addr with --dangerously-expose-to-network must be 0.0.0.0 or [::]: the pool's tokens are verified on the loopback interface")
	}
}
