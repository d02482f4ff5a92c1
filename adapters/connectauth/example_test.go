package connectauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/connectauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// service is what protoc-gen-connect-go makes of a schema: a path and a handler.
func service() (string, http.Handler) {
	return "/hello.v1.Hello/", generated(map[string]http.Handler{
		"/hello.v1.Hello/Me":    connect.NewUnaryHandlerSimple("/hello.v1.Hello/Me", me),
		"/hello.v1.Hello/Admin": connect.NewUnaryHandlerSimple("/hello.v1.Hello/Admin", me),
	})
}

func me(ctx context.Context, _ *emptypb.Empty) (*wrapperspb.StringValue, error) {
	u, _ := gognito.FromContext(ctx)
	return wrapperspb.String("hello, " + u.Username), nil
}

func routes(auth *httpauth.Authenticator) http.Handler {
	auth.ErrorHandler = connectauth.ErrorHandler(auth)
	path, hello := service()
	mux := http.NewServeMux()
	mux.Handle(path, auth.Require(hello))
	mux.Handle(path+"Admin", auth.Require(auth.Allow(gognito.InAnyGroup("admins"))(hello)))
	return mux
}

func Example() {
	pool := gognitotest.NewPool(exampleTB{})
	server := httptest.NewServer(routes(&httpauth.Authenticator{Verifier: pool.Verifier()}))
	defer server.Close()

	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	for _, procedure := range []string{"Me", "Admin"} {
		client := connect.NewClient[emptypb.Empty, wrapperspb.StringValue](http.DefaultClient, server.URL+"/hello.v1.Hello/"+procedure)
		request := connect.NewRequest(new(emptypb.Empty))
		request.Header().Set("Authorization", "Bearer "+jane)
		response, err := client.CallUnary(context.Background(), request)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(response.Msg.Value)
	}
	// Output:
	// hello, jane
	// permission_denied: Forbidden
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
