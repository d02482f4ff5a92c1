package grpcauth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

// statusOf says which status of HTTP means the same as a code.
var statusOf = map[codes.Code]int{
	codes.OK:               http.StatusOK,
	codes.Unauthenticated:  http.StatusUnauthorized,
	codes.PermissionDenied: http.StatusForbidden,
	codes.Unavailable:      http.StatusServiceUnavailable,
	codes.Canceled:         http.StatusServiceUnavailable,
	codes.Internal:         http.StatusInternalServerError,
}

func TestSharedTable(t *testing.T) {
	runTable(t, "grpcauth", func(ctx context.Context, conn *grpc.ClientConn, method string, pairs []string) (string, metadata.MD, error) {
		var header, trailer metadata.MD
		answer := new(wrapperspb.StringValue)
		err := conn.Invoke(metadata.AppendToOutgoingContext(ctx, pairs...), method, wrapperspb.String("?"), answer,
			grpc.Header(&header), grpc.Trailer(&trailer))
		return answer.GetValue(), metadata.Join(header, trailer), err
	})
}

func TestSharedTableOverStreams(t *testing.T) {
	runTable(t, "grpcauth streams", func(ctx context.Context, conn *grpc.ClientConn, method string, pairs []string) (string, metadata.MD, error) {
		stream, err := open(ctx, conn, method+"Stream", pairs...)
		if err != nil {
			return "", nil, err
		}
		answer, err := receive(stream) // the client has not sent anything
		if err == nil {
			if _, err := receive(stream); !errors.Is(err, io.EOF) {
				return "", nil, fmt.Errorf("the stream did not end: %w", err)
			}
		}
		header, _ := stream.Header()
		return answer, metadata.Join(header, stream.Trailer()), err
	})
}

func runTable(t *testing.T, name string, call func(context.Context, *grpc.ClientConn, string, []string) (string, metadata.MD, error)) {
	t.Helper()
	world := adaptertest.NewWorld(t)
	table := service{
		name:   "gognito.test.Table",
		unary:  make(map[string]func(context.Context, string) (string, error)),
		stream: make(map[string]func(grpc.ServerStream) error),
	}
	guard := grpcauth.Guard{Auth: world.Auth, Methods: make(map[string]grpcauth.Rule), CutStreams: true}
	for _, route := range adaptertest.Routes {
		rule := grpcauth.Require()
		switch policy := route.Policy(); {
		case route == adaptertest.Optional:
			rule = grpcauth.Optional()
		case policy != nil:
			rule = grpcauth.Require(policy)
		}
		method := "/gognito.test.Table/" + string(route)
		guard.Methods[method], guard.Methods[method+"Stream"] = rule, rule
		table.unary[string(route)] = func(ctx context.Context, _ string) (string, error) {
			return world.Handled(ctx, adaptertest.IDOf(headerOf(ctx))), nil
		}
		table.stream[string(route)+"Stream"] = func(stream grpc.ServerStream) error {
			ctx := stream.Context()
			return stream.SendMsg(wrapperspb.String(world.Handled(ctx, adaptertest.IDOf(headerOf(ctx)))))
		}
	}
	seesUnary := func(ctx context.Context, message any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		header := headerOf(ctx)
		answer, err := next(adaptertest.EndedContext(ctx, header), message)
		if err != nil {
			world.Refused(adaptertest.IDOf(header), err)
		}
		return answer, err
	}
	seesStream := func(server any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		header := headerOf(stream.Context())
		err := next(server, inContext{stream, adaptertest.EndedContext(stream.Context(), header)})
		if err != nil {
			world.Refused(adaptertest.IDOf(header), err)
		}
		return err
	}
	// 100 KiB of metadata are less than gRPC's default in Go.
	server := grpc.NewServer(append([]grpc.ServerOption{
		grpc.ChainUnaryInterceptor(seesUnary), grpc.ChainStreamInterceptor(seesStream),
	}, guard.ServerOptions()...)...)
	table.register(server)
	if err := guard.Check(server.GetServiceInfo()); err != nil {
		t.Fatal(err)
	}
	address := serve(t, server)
	conn := dial(t, address)
	carrier := adaptertest.Carrier{
		Adapter:  name,
		PostOnly: true,
		Lacks:    []adaptertest.Need{adaptertest.Upgrade, adaptertest.RawBytes},
		Rewords:  true,
	}
	adaptertest.Run(t, world, carrier, address, func(t *testing.T, row adaptertest.Request) adaptertest.Answer {
		t.Helper()
		body, told, err := call(t.Context(), conn, "/gognito.test.Table/"+string(row.Route), pairsOf(row.Header))
		answer := adaptertest.Answer{Status: statusOf[status.Code(err)], Header: http.Header(told), Body: body}
		if err != nil {
			answer.Body += fmt.Sprint(status.Convert(err).Proto())
		}
		return answer
	})
}
