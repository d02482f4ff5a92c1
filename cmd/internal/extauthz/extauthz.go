package extauthz

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"time"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc/peer"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/gateway"
)

// dialect is this door's name in logs and metrics.
const dialect = "envoy_grpc"

// A Server answers Envoy's questions. It is safe for concurrent use.
type Server struct {
	// Current returns the gateway that decides now. It is called once for each
	// question. Whom it does not trust gets a denial.
	Current func() *gateway.Gateway
	// Log is told of panics, which deny. Nil: slog.Default.
	Log *slog.Logger
}

// Check decides about the request of a client that Envoy tells of. It never returns an
// error, and always a response with a status.
func (s *Server) Check(ctx context.Context, request *authv3.CheckRequest) (*authv3.CheckResponse, error) {
	return s.answer(ctx, func() *authv3.CheckRequest { return request }), nil
}

// answer decides about a request that is not read unless the peer is trusted: what
// bytes are taken apart into may be many times their size.
func (s *Server) answer(ctx context.Context, read func() *authv3.CheckRequest) (response *authv3.CheckResponse) {
	defer func() {
		if value := recover(); value != nil {
			response = undecided()
			s.logPanic(ctx, value)
		}
	}()
	// Envoy must have the denial before it gives up, which is an error to it.
	if deadline, ok := ctx.Deadline(); ok {
		early, cancel := context.WithDeadline(ctx, deadline.Add(-time.Until(deadline)/4))
		defer cancel()
		ctx = early
	}
	g := s.Current()
	call := &gateway.Call{
		Dialect: dialect,
		Request: (&http.Request{Header: make(http.Header), URL: new(url.URL)}).WithContext(ctx),
	}
	if from := peerOf(ctx); !g.Trusts(from) {
		call.Client = from
		return denied(g.Refuse(call, gateway.ErrUntrusted).Answer)
	}
	if err := tell(call, read().GetAttributes()); err != nil {
		return denied(g.Refuse(call, err).Answer)
	}
	// A public request needs nothing that would notice.
	if err := ctx.Err(); err != nil {
		return denied(g.Refuse(call, gognito.NewError(gognito.ReasonCanceled, err)).Answer)
	}
	outcome := g.Judge(call)
	if !outcome.Allow {
		return denied(outcome.Answer)
	}
	return allowed(outcome.Fields, g.Identity().Removals(outcome.Fields, call.Request.Header))
}

// logPanic tells of a panic but not its value, which may hold anything.
func (s *Server) logPanic(ctx context.Context, value any) {
	logger := s.Log
	if logger == nil {
		logger = slog.Default()
	}
	logger.LogAttrs(ctx, slog.LevelError, "extauthz: a panic",
		slog.String("type", fmt.Sprintf("%T", value)), slog.String("stack", string(debug.Stack())))
}

// peerOf returns the address of who asks; the zero value: it has none.
func peerOf(ctx context.Context) netip.Addr {
	if p, ok := peer.FromContext(ctx); ok {
		if address, ok := p.Addr.(*net.TCPAddr); ok {
			return address.AddrPort().Addr()
		}
	}
	return netip.Addr{}
}
