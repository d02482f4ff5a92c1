package grpcauth_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// A service is what protoc would make code for: methods that take and answer texts.
type service struct {
	name   string
	unary  map[string]func(context.Context, string) (string, error)
	stream map[string]func(grpc.ServerStream) error // of both directions
}

func (s service) register(server grpc.ServiceRegistrar) {
	desc := &grpc.ServiceDesc{ServiceName: s.name}
	for name, method := range s.unary {
		full := "/" + s.name + "/" + name
		call := func(ctx context.Context, message any) (any, error) {
			answer, err := method(ctx, message.(*wrapperspb.StringValue).GetValue())
			return wrapperspb.String(answer), err
		}
		desc.Methods = append(desc.Methods, grpc.MethodDesc{
			MethodName: name,
			Handler: func(srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
				message := new(wrapperspb.StringValue)
				if err := decode(message); err != nil {
					return nil, err
				}
				return interceptor(ctx, message, &grpc.UnaryServerInfo{Server: srv, FullMethod: full}, call)
			},
		})
	}
	for name, method := range s.stream {
		desc.Streams = append(desc.Streams, grpc.StreamDesc{
			StreamName:    name,
			Handler:       func(_ any, stream grpc.ServerStream) error { return method(stream) },
			ClientStreams: true, ServerStreams: true,
		})
	}
	server.RegisterService(desc, nil)
}

// serve starts the server on the loopback interface until the test ends.
func serve(t testing.TB, server *grpc.Server) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// dial returns a client of the server there.
func dial(t testing.TB, address string, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	options = append([]grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}, options...)
	conn, err := grpc.NewClient("passthrough:///"+address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// invoke calls a unary method; pairs are metadata.
func invoke(ctx context.Context, conn grpc.ClientConnInterface, method string, pairs ...string) (string, error) {
	answer := new(wrapperspb.StringValue)
	err := conn.Invoke(metadata.AppendToOutgoingContext(ctx, pairs...), method, wrapperspb.String("?"), answer)
	return answer.GetValue(), err
}

// open opens a stream.
func open(ctx context.Context, conn grpc.ClientConnInterface, method string, pairs ...string) (grpc.ClientStream, error) {
	desc := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	return conn.NewStream(metadata.AppendToOutgoingContext(ctx, pairs...), desc, method)
}

// receive returns a stream's next message.
func receive(stream interface{ RecvMsg(any) error }) (string, error) {
	message := new(wrapperspb.StringValue)
	err := stream.RecvMsg(message)
	return message.GetValue(), err
}

// headerOf returns the metadata of a call as HTTP has it.
func headerOf(ctx context.Context) http.Header {
	header := make(http.Header)
	incoming, _ := metadata.FromIncomingContext(ctx)
	for name, values := range incoming {
		header[http.CanonicalHeaderKey(name)] = values
	}
	return header
}

// pairsOf is the other way round.
func pairsOf(header http.Header) (pairs []string) {
	for name, values := range header {
		for _, value := range values {
			pairs = append(pairs, strings.ToLower(name), value)
		}
	}
	return pairs
}

// inContext is a stream with another context.
type inContext struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // a stream is what its handler gets the context from
}

func (s inContext) Context() context.Context { return s.ctx }
