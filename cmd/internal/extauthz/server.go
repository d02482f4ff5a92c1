package extauthz

import (
	"context"
	"time"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// Service is the name of the service, by which its health can be asked for too.
const Service = "envoy.service.auth.v3.Authorization"

const (
	// maxMessage bounds a question. One that is longer is an error of gRPC, which a
	// client must not be able to bring about (see the package): Envoy takes headers of
	// 60 KiB, and of 8 MiB at most if it is told to (max_request_headers_kb).
	maxMessage = 16 << 20
	// maxMetadata bounds what comes with a question beside it, which is nothing of
	// the client's unless initial_metadata says so.
	maxMetadata = 64 << 10
	// maxStreams bounds the questions at a time of one connection. Envoy opens another
	// one for more.
	maxStreams = 1000
)

// NewServer returns a gRPC server with s for its Authorization service, and its
// grpc.health.v1 service, which says SERVING of the empty name and of [Service] until
// its Shutdown is called, before a drain. Its limits are IdleTimeout, and HeaderTimeout
// for what begins a connection; both have to be set. There is no reflection.
//
// The options come after its own: grpc.Creds, say. Interceptors see the request as an
// empty one, because it is not read before the peer is known.
func NewServer(s *Server, limits settings.Limits, options ...grpc.ServerOption) (*grpc.Server, *health.Server) {
	server := grpc.NewServer(append([]grpc.ServerOption{
		grpc.ForceServerCodecV2(codec{encoding.GetCodecV2("proto")}),
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxHeaderListSize(maxMetadata),
		grpc.MaxConcurrentStreams(maxStreams),
		grpc.ConnectionTimeout(limits.HeaderTimeout),
		grpc.KeepaliveParams(keepalive.ServerParameters{
			MaxConnectionIdle: limits.IdleTimeout,
			Time:              time.Minute,
			Timeout:           10 * time.Second,
		}),
		// Envoy's own keepalive goes on when nobody asks. To be cut off for it would
		// be a failure of the service again.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Second, PermitWithoutStream: true}),
	}, options...)...)
	server.RegisterService(s.service(), s)
	state := health.NewServer()
	state.SetServingStatus(Service, healthv1.HealthCheckResponse_SERVING)
	healthv1.RegisterHealthServer(server, checkOnly{state})
	return server, state
}

// checkOnly answers questions about health, and has nobody wait for news: a stranger's
// stream would stay open for as long as they like, and hold up a drain.
type checkOnly struct{ *health.Server }

// Watch is not offered; who asks for it falls back on Check.
func (checkOnly) Watch(*healthv1.HealthCheckRequest, grpc.ServerStreamingServer[healthv1.HealthCheckResponse]) error {
	return status.Error(codes.Unimplemented, "extauthz: health is to be asked for, not watched")
}

// service is as authv3.Authorization_ServiceDesc, but what a stranger sends is not decoded.
func (s *Server) service() *grpc.ServiceDesc {
	handle := func(_ any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
		request := new(authv3.CheckRequest)
		answer := func(ctx context.Context, _ any) (any, error) {
			return s.answer(ctx, func() *authv3.CheckRequest {
				if decode(request) != nil {
					return nil // the call has failed already
				}
				return request
			}), nil
		}
		if intercept == nil {
			return answer(ctx, request)
		}
		return intercept(ctx, request, &grpc.UnaryServerInfo{Server: s, FullMethod: authv3.Authorization_Check_FullMethodName}, answer)
	}
	return &grpc.ServiceDesc{
		ServiceName: Service,
		HandlerType: (*authv3.AuthorizationServer)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "Check", Handler: handle}},
	}
}

// A codec is gRPC's own, but a question that it can't decode is one that says nothing, and
// is refused as such. An Envoy may send one: it hands on the server name of a TLS
// handshake (include_tls_session), and older ones the path, as the client sent them, and
// what is not UTF-8 is no string of protobuf.
type codec struct{ encoding.CodecV2 }

// Unmarshal decodes a message.
func (c codec) Unmarshal(data mem.BufferSlice, message any) error {
	err := c.CodecV2.Unmarshal(data, message)
	if question, ok := message.(*authv3.CheckRequest); ok && err != nil {
		question.Reset()
		return nil //nolint:nilerr // see above
	}
	return err
}
