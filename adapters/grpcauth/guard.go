package grpcauth

import (
	"context"
	"net/http"

	"google.golang.org/grpc"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// A Guard says which calls of a server's methods go on. Only Auth is required: a
// Guard without rules denies every call.
//
// ServerOptions, Unary and Stream panic where the Guard can't work: no Auth or no
// Verifier, the name of no method, a nil policy. They take the rules as they are
// then; what they return is safe for concurrent use.
type Guard struct {
	Auth *httpauth.Authenticator
	// Methods holds the rules: of one method, "/package.Service/Method", or of a
	// whole service, "/package.Service/*". A method's own rule comes before its
	// service's. Names are compared exactly.
	Methods map[string]Rule
	// Default is the rule of all other methods. The zero Rule denies.
	Default Rule
	// CutStreams ends a stream when its user's token expires, by this machine's
	// clock and whatever leeway the Verifier grants: its context ends, RecvMsg and
	// SendMsg fail, and the client is told Unauthenticated at once, whatever the
	// handler does. If a machine was suspended, or its clock set forward, that
	// happens at the next message, or else that much later. A server behind
	// net/http (ServeHTTP) can't stop a message that it is sending, so a handler
	// waits on for a client who takes nothing.
	CutStreams bool
}

// ServerOptions returns the interceptors for both kinds of calls, chained behind
// those of the options before.
func (g Guard) ServerOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(g.Unary()),
		grpc.ChainStreamInterceptor(g.Stream()),
	}
}

// Unary returns the interceptor for unary calls. It guards no stream.
func (g Guard) Unary() grpc.UnaryServerInterceptor {
	m := g.mount()
	return func(ctx context.Context, message any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		r, err := m.admit(ctx, info.FullMethod)
		if err != nil {
			return nil, err
		}
		return handler(r.Context(), message)
	}
}

// Stream returns the interceptor for streams, of either direction or both. It
// guards no unary call.
func (g Guard) Stream() grpc.StreamServerInterceptor {
	m := g.mount()
	return func(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		r, err := m.admit(stream.Context(), info.FullMethod)
		if err != nil {
			return err
		}
		admitted := &admittedStream{stream, r.Context()}
		if user, ok := gognito.FromContext(r.Context()); ok && g.CutStreams {
			expired := refuse(g.Auth, r, gognito.NewError(gognito.ReasonExpired, nil))
			return serveUntil(user.ExpiresAt, expired, admitted, func(s grpc.ServerStream) error { return handler(server, s) })
		}
		return handler(server, admitted)
	}
}

// mounted is a Guard whose rules are gates.
type mounted struct {
	auth      *httpauth.Authenticator
	methods   map[string][]httpauth.Gate
	otherwise []httpauth.Gate
}

func (g Guard) mount() *mounted {
	if g.Auth == nil {
		panic("grpcauth: Guard.Auth is nil")
	}
	g.Auth.RequireGate() // panics without a Verifier, whatever the rules
	m := &mounted{g.Auth, make(map[string][]httpauth.Gate, len(g.Methods)), g.Default.mount(g.Auth)}
	for name, rule := range g.Methods {
		mustName(name)
		m.methods[name] = rule.mount(g.Auth)
	}
	return m
}

// admit asks the gates of a method's rule in turn. The request that it returns has
// the context that the call goes on with.
func (m *mounted) admit(ctx context.Context, method string) (*http.Request, error) {
	r := requestOf(ctx, method)
	for _, gate := range ruleOf(method, m.methods, m.otherwise) {
		admitted, err := gate(r)
		if err != nil {
			return nil, refuse(m.auth, r, err)
		}
		r = admitted
	}
	return r, nil
}
