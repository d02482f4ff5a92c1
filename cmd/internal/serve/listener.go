package serve

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/netutil"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// A listener is one of the process's doors.
type listener struct {
	net.Listener
	name     string
	serve    func() error                // until it is closed
	ready    func()                      // tells that keys were loaded
	announce func()                      // that it is going to drain
	drain    func(context.Context) error // lets end what has begun; the error: not all of it did
	close    func()
	last     bool // it is not drained, and closed when the others have been
}

// bind listens, with a bound on the connections at a time.
func (p *process) bind(ctx context.Context, name, address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen.%s: %w", name, err)
	}
	return p.metrics.Connections(name, netutil.LimitListener(l, p.current.Load().settings.Limits.Connections)), nil
}

// overHTTP makes a door of an HTTP server. Upgraded connections, which the server
// leaves alone, are waited for by wait.
func overHTTP(l net.Listener, name string, server *http.Server, wait func(context.Context) error) *listener {
	return &listener{
		Listener: l,
		name:     name,
		serve: func() error {
			var err error
			if server.TLSConfig != nil {
				err = server.ServeTLS(l, "", "")
			} else {
				err = server.Serve(l)
			}
			if errors.Is(err, http.ErrServerClosed) {
				return nil
			}
			return fmt.Errorf("%s: %w", name, err)
		},
		ready:    func() {}, // the admin listener tells
		announce: func() {},
		drain: func(ctx context.Context) error {
			if err := errors.Join(server.Shutdown(ctx), wait(ctx)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		},
		close: func() { _ = server.Close() },
	}
}

// overGRPC makes a door of a gRPC server, whose health is that it serves from ready to
// announce.
func overGRPC(l net.Listener, server *grpc.Server, state *health.Server) *listener {
	tell := func(s healthv1.HealthCheckResponse_ServingStatus) {
		state.SetServingStatus("", s)
		state.SetServingStatus(extauthz.Service, s)
	}
	tell(healthv1.HealthCheckResponse_NOT_SERVING)
	return &listener{
		Listener: l,
		name:     "grpc",
		serve:    func() error { return server.Serve(l) },
		ready:    func() { tell(healthv1.HealthCheckResponse_SERVING) },
		announce: state.Shutdown,
		drain: func(ctx context.Context) error {
			ended := make(chan struct{})
			go func() { server.GracefulStop(); close(ended) }()
			select {
			case <-ended:
				return nil
			case <-ctx.Done():
				server.Stop()
				<-ended
				return fmt.Errorf("grpc: %w", ctx.Err())
			}
		},
		close: server.Stop,
	}
}

// server returns an HTTP server within the limits.
func (p *process) server(handler http.Handler) *http.Server {
	limits := p.current.Load().settings.Limits
	return &http.Server{
		Handler:           handler,
		ConnContext:       gateway.WithPeer,
		ReadHeaderTimeout: limits.HeaderTimeout,
		IdleTimeout:       limits.IdleTimeout,
		MaxHeaderBytes:    limits.HeaderBytes,
		// What a client does not take in a minute ends its connection: deadlines of answers
		// are none of the connection's there.
		HTTP2: &http.HTTP2Config{WriteByteTimeout: time.Minute, SendPingTimeout: time.Minute},
		// Not that net/http says yes to "OPTIONS *" by itself.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(quiet{p.Log}, "", 0),
	}
}

// briefly bounds how long a request may take to be sent, and its answer to be read,
// where neither is long.
func briefly(s *http.Server) *http.Server {
	s.ReadTimeout = s.ReadHeaderTimeout
	s.WriteTimeout = 30 * time.Second
	return s
}

// quiet logs what net/http has to say, but for handshakes that failed: anybody
// can bring one about, and whoever looks whether a port is open does.
type quiet struct{ log *slog.Logger }

func (q quiet) Write(message []byte) (int, error) {
	text, _, _ := strings.Cut(string(message), " starting with ") // bytes of an answer, and cookies among them
	if !strings.HasPrefix(text, "http: TLS handshake error") {
		q.log.Warn("net/http", "error", telemetry.Mask(strings.TrimSpace(text)))
	}
	return len(message), nil
}
