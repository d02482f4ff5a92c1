package serve

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/gognito/gognito/cmd/internal/dialect"
	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/revproxy"
)

// listen opens every listener that there is to be. On an error, those that are open
// are closed.
func (p *process) listen(ctx context.Context) error {
	s := p.current.Load().settings
	for _, door := range []struct {
		name, address string
		open          func(context.Context, string, string) (*listener, error)
	}{
		{"verify", s.Listen.Verify, p.verify},
		{"grpc", s.Listen.GRPC, p.grpc},
		{"proxy", s.Listen.Proxy, p.proxy},
		{"admin", s.Listen.Admin, p.admin},
	} {
		if door.address == "" {
			continue
		}
		l, err := door.open(ctx, door.name, door.address)
		if err != nil {
			for _, open := range p.listeners {
				_ = open.Close()
			}
			return err
		}
		p.listeners = append(p.listeners, l)
	}
	return nil
}

// verify opens the door that proxies ask at over HTTP.
func (p *process) verify(ctx context.Context, name, address string) (*listener, error) {
	l, err := p.bind(ctx, name, address)
	if err != nil {
		return nil, err
	}
	server := p.server(&dialect.Handler{Current: p.gateway})
	server.TLSConfig = p.certificate.config()
	briefly(server)
	answer := time.Duration(0)
	if server.TLSConfig == nil { // on HTTP/2, deadlines are not set for each request
		answer, server.WriteTimeout = server.WriteTimeout, 0
	}
	l = unhurried(l, min(server.ReadHeaderTimeout, server.IdleTimeout)/10, answer)
	return overHTTP(l, name, server, nothing), nil
}

// grpc opens the door that Envoy asks at over gRPC.
func (p *process) grpc(ctx context.Context, name, address string) (*listener, error) {
	l, err := p.bind(ctx, name, address)
	if err != nil {
		return nil, err
	}
	var options []grpc.ServerOption
	if config := p.certificate.config(); config != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	server, health := extauthz.NewServer(&extauthz.Server{
		Current: p.gateway,
		Log:     p.Log,
	}, p.current.Load().settings.Limits, options...)
	return overGRPC(l, server, health), nil
}

// proxy opens the door of the reverse proxy.
func (p *process) proxy(ctx context.Context, name, address string) (*listener, error) {
	proxy, err := revproxy.New(revproxy.Config{
		Upstream: p.current.Load().settings.Proxy.Upstream,
		Log:      p.Log,
		Current:  p.gateway,
	})
	if err != nil {
		return nil, err
	}
	l, err := p.bind(ctx, name, address)
	if err != nil {
		return nil, err
	}
	server := p.server(proxy)
	server.TLSConfig = p.certificate.config()
	door := overHTTP(l, name, server, func(ctx context.Context) error {
		if proxy.Wait(ctx) != nil {
			p.Log.Info("WebSockets were still open") // which may not end by themselves, and is no fault
		}
		return nil
	})
	door.close = func() { proxy.Close(); _ = server.Close() }
	return door, nil
}

// admin opens the operators' door. It speaks no TLS, and is closed last.
func (p *process) admin(ctx context.Context, name, address string) (*listener, error) {
	l, err := p.bind(ctx, name, address)
	if err != nil {
		return nil, err
	}
	door := overHTTP(l, name, briefly(p.server(p.adminHandler())), nothing)
	door.last = true
	return door, nil
}

func nothing(context.Context) error { return nil }
