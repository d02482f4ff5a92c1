package grpcauth_test

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// Methods of the service that most tests have.
const (
	one  = "/gognito.test.Echo/One"
	two  = "/gognito.test.Echo/Two"
	chat = "/gognito.test.Echo/Chat"
)

// echo's methods answer whose call it is. It counts the calls that got there.
type echo struct{ reached atomic.Int64 }

func (e *echo) service() service {
	return service{
		name:   "gognito.test.Echo",
		unary:  map[string]func(context.Context, string) (string, error){"One": e.answer, "Two": e.answer},
		stream: map[string]func(grpc.ServerStream) error{"Chat": e.chat},
	}
}

func (e *echo) answer(ctx context.Context, _ string) (string, error) {
	e.reached.Add(1)
	if user, ok := gognito.FromContext(ctx); ok {
		return user.Username, nil
	}
	return "nobody", nil
}

func (e *echo) chat(stream grpc.ServerStream) error {
	answer, _ := e.answer(stream.Context(), "")
	return stream.SendMsg(wrapperspb.String(answer))
}

// world is a pool, and an Authenticator that logs nothing.
func world(t testing.TB) (*gognitotest.Pool, *httpauth.Authenticator) {
	t.Helper()
	pool := gognitotest.NewPool(t)
	return pool, &httpauth.Authenticator{
		Verifier: pool.Verifier(),
		Logger:   slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// start serves echo behind the guard, and returns its client.
func start(t testing.TB, guard grpcauth.Guard, options ...grpc.ServerOption) (*echo, *grpc.ClientConn) {
	t.Helper()
	e := new(echo)
	server := grpc.NewServer(append(options, guard.ServerOptions()...)...)
	e.service().register(server)
	return e, dial(t, serve(t, server))
}

// bearer is the metadata of a user's call.
func bearer(pool *gognitotest.Pool, user gognitotest.User) []string {
	return []string{"authorization", "Bearer " + pool.AccessToken(user)}
}

// ask calls a method of echo, be it unary or a stream.
func ask(ctx context.Context, conn *grpc.ClientConn, method string, pairs ...string) (string, error) {
	if method != chat {
		return invoke(ctx, conn, method, pairs...)
	}
	stream, err := open(ctx, conn, method, pairs...)
	if err != nil {
		return "", err
	}
	answer, err := receive(stream)
	if err == nil {
		if _, end := receive(stream); end != io.EOF {
			return answer, end
		}
	}
	return answer, err
}
