package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// What the servers are called in the tables.
const (
	bare        = "a bare `net/http` handler"
	telling     = "a bare one with gognito's header fields"
	gateway     = "gognito"
	logged      = "gognito with its access log"
	golangJWT   = "golang-jwt and keyfunc in a handler"
	oauth2Proxy = "oauth2-proxy"
)

// A server is a program that answers whether a request may go on.
type server struct {
	name    string
	program string
	args    []string
	path    string // that it is asked at
	good    int    // its status for who may
	bare    bool   // lets everybody through
	admin   string // the gateway's address for metrics; "": it has none
	address string
}

func (s *server) url() string { return "http://" + s.address + s.path }

// programs are the files that build made.
type programs struct{ bare, gognito, golangjwt, oauth2Proxy string }

// build builds all programs. The go command keeps oauth2-proxy for the next time.
func build(ctx context.Context, root, folder string) (programs, error) {
	made, err := buildOwn(ctx, root, folder)
	if err != nil {
		return made, err
	}
	name, err := goCommand(ctx, filepath.Join(root, "peers", "oauth2proxy"), "tool", "-n", "oauth2-proxy")
	made.oauth2Proxy = strings.TrimSpace(name)
	return made, err
}

// buildOwn builds those that are of this repository.
func buildOwn(ctx context.Context, root, folder string) (programs, error) {
	made := programs{bare: filepath.Join(folder, "bare"), gognito: filepath.Join(folder, "gognito"), golangjwt: filepath.Join(folder, "golangjwt")}
	for _, b := range []struct{ module, to, from string }{
		{"peers", made.bare, "./load/bare"},
		{"peers", made.golangjwt, "./load/golangjwt"},
		{"cmd", made.gognito, "./gognito"},
	} {
		if _, err := goCommand(ctx, filepath.Join(root, b.module), "build", "-o", b.to, b.from); err != nil {
			return made, err
		}
	}
	return made, nil
}

// goCommand runs the go command outside of the workspace.
func goCommand(ctx context.Context, dir string, args ...string) (output string, err error) {
	command := exec.CommandContext(ctx, "go", args...) //nolint:gosec // arguments of ours
	var complaints strings.Builder
	command.Dir, command.Env, command.Stderr = dir, append(os.Environ(), "GOWORK=off"), &complaints
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %v: %w\n%s", args, err, complaints.String())
	}
	return string(out), nil
}

// compared are the servers in the order of the tables.
var compared = []string{bare, telling, gateway, logged, golangJWT, oauth2Proxy}

// servers returns all that are compared, each with an address of its own. Who answers
// with gognito's header fields comes after who has them.
func servers(p programs, i *issuer) ([]*server, error) {
	list := []*server{
		{name: bare, program: p.bare, path: "/verify/nginx", good: 200, bare: true},
		{name: gateway, program: p.gognito, path: "/verify/nginx", good: 200},
		{name: logged, program: p.gognito, path: "/verify/nginx", good: 200},
		{name: golangJWT, program: p.golangjwt, path: "/verify/nginx", good: 200},
		{name: oauth2Proxy, program: p.oauth2Proxy, path: "/oauth2/auth", good: 202},
		{name: telling, program: p.bare, path: "/verify/nginx", good: 200, bare: true},
	}
	for _, s := range list {
		var err error
		if s.address, err = freeAddress(); err != nil {
			return nil, err
		}
		switch s.name {
		case bare, telling:
			s.args = []string{s.address}
		case golangJWT:
			s.args = append([]string{s.address}, i.Arguments("")...)
		case oauth2Proxy:
			s.args = oauth2ProxyFlags(s.address, i)
		default:
			if s.admin, err = freeAddress(); err != nil {
				return nil, err
			}
			s.args = []string{
				"serve", "--user-pool-id", i.ID, "--client-id", i.ClientID, "--issuer", i.Issuer,
				"--listen-verify", s.address, "--listen-admin", s.admin,
			}
			if s.name == logged {
				s.args = append(s.args, "--access-log")
			}
		}
	}
	return list, nil
}

// oauth2ProxyFlags have oauth2-proxy judge bearer tokens, and log no request.
func oauth2ProxyFlags(address string, i *issuer) []string {
	return []string{
		"--http-address=" + address, "--upstream=static://202", "--reverse-proxy", "--trusted-proxy-ip=127.0.0.1/32",
		"--provider=oidc", "--skip-oidc-discovery", "--oidc-issuer-url=" + i.Issuer, "--oidc-jwks-url=" + i.JWKSURL,
		"--login-url=" + i.Issuer + "/login", "--redeem-url=" + i.Issuer + "/token",
		"--client-id=" + i.ClientID, "--client-secret=none", "--cookie-secret=0123456789abcdef0123456789abcdef", "--email-domain=*",
		"--skip-jwt-bearer-tokens", "--bearer-token-login-fallback=false", "--set-xauthrequest",
		"--oidc-groups-claim=cognito:groups", "--oidc-audience-claim=aud", "--oidc-audience-claim=client_id",
		"--request-logging=false", "--auth-logging=false", "--standard-logging=false",
	}
}

// freeAddress returns an address that nobody listens at now.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nothing to wait for
	if err != nil {
		return "", err
	}
	defer listener.Close() //nolint:errcheck // nothing is lost
	return listener.Addr().String(), nil
}
