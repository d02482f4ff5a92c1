package grpcauth_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

func routes(auth *httpauth.Authenticator) *grpc.Server {
	guard := grpcauth.Guard{Auth: auth, Methods: map[string]grpcauth.Rule{
		"/shop.Shop/Me":    grpcauth.Require(),
		"/shop.Shop/Admin": grpcauth.Require(gognito.InAnyGroup("admins")),
	}}
	server := grpc.NewServer(guard.ServerOptions()...)
	RegisterShopServer(server, shop{})
	return server
}

func (shop) Me(ctx context.Context, _ *emptypb.Empty) (*wrapperspb.StringValue, error) {
	user, _ := gognito.FromContext(ctx)
	return wrapperspb.String("hello, " + user.Username), nil
}

// A service with a method for every user, one for administrators, and one that no
// rule was written for.
func Example() {
	t := new(exampleTB) // in a test, the *testing.T
	defer t.end()
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()} // in a program: httpauth.FromEnv()
	conn := dial(t, serve(t, routes(auth)))
	call := func(method, token string) {
		answer, err := invoke(context.Background(), conn, "/shop.Shop/"+method, "authorization", "Bearer "+token)
		fmt.Printf("%s: %v %q\n", method, status.Code(err), answer)
	}

	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	call("Me", jane)
	call("Admin", jane)
	call("Admin", pool.AccessToken(gognitotest.User{Username: "ada", Groups: []string{"admins"}}))
	call("Me", pool.Hostile("expired"))
	call("Secret", jane)
	// Output:
	// Me: OK "hello, jane"
	// Admin: PermissionDenied ""
	// Admin: OK "done"
	// Me: Unauthenticated ""
	// Secret: PermissionDenied ""
}

// What protoc would make of shop.proto.
type shop struct{}

func (shop) Admin(context.Context, *emptypb.Empty) (*wrapperspb.StringValue, error) {
	return wrapperspb.String("done"), nil
}

// RegisterShopServer is generated code's.
func RegisterShopServer(server grpc.ServiceRegistrar, s shop) {
	text := func(m *wrapperspb.StringValue, err error) (string, error) { return m.GetValue(), err }
	service{name: "shop.Shop", unary: map[string]func(context.Context, string) (string, error){
		"Me":     func(ctx context.Context, _ string) (string, error) { return text(s.Me(ctx, nil)) },
		"Admin":  func(ctx context.Context, _ string) (string, error) { return text(s.Admin(ctx, nil)) },
		"Secret": func(ctx context.Context, _ string) (string, error) { return "secret", nil },
	}}.register(server)
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct {
	testing.TB
	cleanups []func()
}

func (*exampleTB) Helper()                        {}
func (e *exampleTB) Cleanup(f func())             { e.cleanups = append(e.cleanups, f) }
func (*exampleTB) Error(a ...any)                 { panic(fmt.Sprint(a...)) }
func (*exampleTB) Fatal(a ...any)                 { panic(fmt.Sprint(a...)) }
func (*exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

func (e *exampleTB) end() {
	for _, cleanup := range slices.Backward(e.cleanups) {
		cleanup()
	}
}
