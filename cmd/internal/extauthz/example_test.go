package extauthz_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// janes is a verifier that knows one token.
func janes(_ context.Context, token string) (*gognito.Claims, error) {
	if token != "jane's" {
		return nil, gognito.NewError(gognito.ReasonSignature, errors.New("not jane's"))
	}
	return &gognito.Claims{Username: "jane", TokenUse: gognito.AccessToken}, nil
}

// A gateway that Envoy asks over gRPC.
func Example() {
	g, err := gateway.New(&settings.Settings{
		Tokens:   settings.Tokens{Bearer: true},
		Rules:    []decide.Rule{{Name: "all", Paths: []string{"/*"}, Access: decide.Authenticated}},
		Identity: identity.Config{Headers: []identity.Header{{Name: "X-Auth-User", Source: "username"}}, MaxBytes: 3072},

		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}, verifierFunc(janes), new(telemetry.Observer))
	if err != nil {
		fmt.Println(err)
		return
	}
	server, health := extauthz.NewServer(&extauthz.Server{
		Current: func() *gateway.Gateway { return g },
	}, settings.Limits{HeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	defer health.Shutdown() // so that nobody new asks

	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	for _, token := range []string{"jane's", "joe's"} {
		response, err := authv3.NewAuthorizationClient(conn).Check(context.Background(), &authv3.CheckRequest{
			Attributes: &authv3.AttributeContext{Request: &authv3.AttributeContext_Request{Http: &authv3.AttributeContext_HttpRequest{
				Method: "GET", Host: "app.example", Path: "/me", Scheme: "https",
				Headers: map[string]string{"authorization": "Bearer " + token, "x_auth_user": "root"},
			}}},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(codes.Code(response.Status.Code), response.GetDeniedResponse().GetStatus().GetCode())
		for _, h := range response.GetOkResponse().GetHeaders() {
			fmt.Printf("  %s: %s\n", h.Header.Key, h.Header.Value)
		}
		for _, name := range response.GetOkResponse().GetHeadersToRemove() {
			fmt.Printf("  without %s\n", name)
		}
	}
	// Output:
	// OK Empty
	//   x-auth-user: jane
	//   without x-auth.user
	//   without x-auth_user
	//   without x.auth-user
	//   without x.auth.user
	//   without x.auth_user
	//   without x_auth-user
	//   without x_auth.user
	//   without x_auth_user
	// Unauthenticated Unauthorized
}
