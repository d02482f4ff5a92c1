package grpcauth_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/gognitotest"
)

// messages counts what a server reads of its calls.
type messages struct{ read atomic.Int64 }

func (*messages) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (*messages) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (*messages) HandleConn(context.Context, stats.ConnStats)                       {}

func (m *messages) HandleRPC(_ context.Context, event stats.RPCStats) {
	if _, ok := event.(*stats.InPayload); ok {
		m.read.Add(1)
	}
}

func TestARefusedStreamIsNotRead(t *testing.T) {
	_, auth := world(t)
	m := new(messages)
	e, conn := start(t, grpcauth.Guard{Auth: auth, Default: grpcauth.Require()}, grpc.StatsHandler(m))
	if _, err := ask(t.Context(), conn, chat); status.Code(err) != codes.Unauthenticated {
		t.Error(err)
	}
	stream, err := open(t.Context(), conn, chat)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		err = stream.SendMsg(wrapperspb.String("x")) // until the refusal is there
	}
	if _, err := receive(stream); status.Code(err) != codes.Unauthenticated {
		t.Error(err)
	}
	if read, reached := m.read.Load(), e.reached.Load(); read != 0 || reached != 0 {
		t.Errorf("%d messages were read, %d calls were handled", read, reached)
	}
	// As the package comment has it, gRPC reads a unary call's.
	if _, err := ask(t.Context(), conn, one); status.Code(err) != codes.Unauthenticated || m.read.Load() != 1 {
		t.Errorf("%v, %d messages were read", err, m.read.Load())
	}
}

func TestAttachRunsOnceBehindTwoGuards(t *testing.T) {
	pool, auth := world(t)
	var attached atomic.Int64
	auth.Attach = func(*http.Request, *gognito.User) error {
		attached.Add(1)
		return nil
	}
	guard := grpcauth.Guard{Auth: auth, Default: grpcauth.Require(), CutStreams: true}
	_, conn := start(t, guard, guard.ServerOptions()...)
	for i, method := range []string{one, chat} {
		if answer, err := ask(t.Context(), conn, method, bearer(pool, gognitotest.User{Username: "jane"})...); err != nil || answer != "jane" {
			t.Errorf("%s: %q, %v", method, answer, err)
		}
		if got := attached.Load(); got != int64(i+1) {
			t.Errorf("%s: Attach has run %d times", method, got)
		}
	}
}

func TestAPanicReachesTheInterceptorInFront(t *testing.T) {
	pool, auth := world(t)
	recovers := func(err *error) {
		if p := recover(); p != nil {
			*err = status.Error(codes.DataLoss, fmt.Sprint(p))
		}
	}
	for _, cut := range []bool{false, true} {
		guard := grpcauth.Guard{Auth: auth, Default: grpcauth.Require(), CutStreams: cut}
		server := grpc.NewServer(append([]grpc.ServerOption{
			grpc.ChainUnaryInterceptor(func(ctx context.Context, message any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (answer any, err error) {
				defer recovers(&err)
				return next(ctx, message)
			}),
			grpc.ChainStreamInterceptor(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
				defer recovers(&err)
				return next(srv, stream)
			}),
		}, guard.ServerOptions()...)...)
		service{
			name:   "gognito.test.Echo",
			unary:  map[string]func(context.Context, string) (string, error){"One": func(context.Context, string) (string, error) { panic("one") }},
			stream: map[string]func(grpc.ServerStream) error{"Chat": func(grpc.ServerStream) error { panic("chat") }},
		}.register(server)
		conn := dial(t, serve(t, server))
		for method, want := range map[string]string{one: "one", chat: "chat"} {
			_, err := ask(t.Context(), conn, method, bearer(pool, gognitotest.User{})...)
			if st := status.Convert(err); st.Code() != codes.DataLoss || st.Message() != want {
				t.Errorf("%s: %v", method, err)
			}
		}
	}
}

// A gRPC server may also be a handler of net/http.
func TestAServerBehindNetHTTPIsGuardedToo(t *testing.T) {
	pool, auth := world(t)
	guard := grpcauth.Guard{Auth: auth, Methods: rules{one: grpcauth.Require(), chat: grpcauth.Require()}, CutStreams: true}
	server := grpc.NewServer(guard.ServerOptions()...)
	new(echo).service().register(server)
	conn := dial(t, serveHTTP(t, server))
	user := bearer(pool, gognitotest.User{Username: "jane"})
	for _, method := range []string{one, chat} {
		if answer, err := ask(t.Context(), conn, method, user...); err != nil || answer != "jane" {
			t.Errorf("%s: %q, %v", method, answer, err)
		}
		_, err := ask(t.Context(), conn, method)
		if status.Code(err) != codes.Unauthenticated {
			t.Errorf("%s, nobody: %v", method, err)
		}
		wantDetails(t, status.Convert(err), "NO_TOKEN", 0)
	}
	if _, err := ask(t.Context(), conn, two, user...); status.Code(err) != codes.PermissionDenied {
		t.Errorf("no rule: %v", err)
	}
}

// serveHTTP is serve with net/http's server.
func serveHTTP(t testing.TB, handler http.Handler) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httpServer(handler)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

func httpServer(handler http.Handler) *http.Server {
	server := &http.Server{Handler: handler, Protocols: new(http.Protocols)}
	server.Protocols.SetUnencryptedHTTP2(true)
	return server
}

func TestNoUserReachesAnotherCall(t *testing.T) {
	pool, auth := world(t)
	_, conn := start(t, grpcauth.Guard{Auth: auth, Default: grpcauth.Optional(), CutStreams: true})
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			name := fmt.Sprint("user", i)
			pairs := bearer(pool, gognitotest.User{Username: name})
			if i%4 == 0 {
				name, pairs = "nobody", nil
			}
			for range 20 {
				for _, method := range []string{one, chat} {
					if answer, err := ask(t.Context(), conn, method, pairs...); err != nil || answer != name {
						t.Errorf("%s of %s: %q, %v", method, name, answer, err)
					}
				}
			}
		})
	}
	wait.Wait()
}
