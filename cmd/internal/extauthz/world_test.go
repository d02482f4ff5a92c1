package extauthz_test

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"testing"
	"time"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/peer"
	"google.golang.org/protobuf/proto"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// limits are what NewServer needs of them.
var limits = settings.Limits{HeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}

// base are settings that the tests change.
func base() *settings.Settings {
	return &settings.Settings{
		Tokens: settings.Tokens{Bearer: true, Cookies: []string{"access"}},
		Rules: []decide.Rule{
			{Name: "health", Paths: []string{"/healthz"}, Access: decide.Public},
			{Name: "admin", Paths: []string{"/admin/*"}, Access: decide.Authenticated, Groups: []string{"admins"}},
			{Name: "people", Paths: []string{"/*"}, Access: decide.Authenticated},
		},
		Identity: identity.Config{
			Headers:  []identity.Header{{Name: "X-Auth-User", Source: "username"}, {Name: "X-Auth-Groups", Source: "groups"}},
			MaxBytes: 3072,
		},
		Realm:          "app",
		TrustedProxies: loopback,
	}
}

// build returns the gateway for the settings.
func build(t testing.TB, s *settings.Settings, v gognito.TokenVerifier) *gateway.Gateway {
	t.Helper()
	g, err := gateway.New(s, v, new(telemetry.Observer))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// loopback are the prefixes that tests are trusted from.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// of returns the server of a gateway that does not change.
func of(g *gateway.Gateway) *extauthz.Server {
	return &extauthz.Server{
		Current: func() *gateway.Gateway { return g },
		Log:     slog.New(slog.DiscardHandler),
	}
}

// serve serves s on a loopback address, and returns that.
func serve(t testing.TB, s *extauthz.Server, options ...grpc.ServerOption) (address string, state *health.Server) {
	t.Helper()
	server, state := extauthz.NewServer(s, limits, options...)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String(), state
}

// dial connects to an address.
func dial(t testing.TB, address string, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(address, append([]grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// An envoy asks a server. To it an error of gRPC is a request that goes through, as
// with failure_mode_allow.
type envoy struct{ conn *grpc.ClientConn }

// start serves s, and returns an envoy that asks it.
func start(t testing.TB, s *extauthz.Server) envoy {
	t.Helper()
	address, _ := serve(t, s)
	return envoy{dial(t, address)}
}

// ask asks about a request.
func (e envoy) ask(t testing.TB, c *authv3.CheckRequest) *authv3.CheckResponse {
	t.Helper()
	response, err := authv3.NewAuthorizationClient(e.conn).Check(t.Context(), c)
	if err != nil {
		t.Fatalf("failure_mode_allow lets it through: %v", err)
	}
	wantWellFormed(t, response)
	return response
}

// statusOf returns the status that the client gets; 0: the request goes through.
func statusOf(response *authv3.CheckResponse) int {
	return int(response.GetDeniedResponse().GetStatus().GetCode())
}

// wantRefused wants a denial with that status.
func wantRefused(t testing.TB, name string, response *authv3.CheckResponse, status int, code codes.Code) {
	t.Helper()
	if got := statusOf(response); got != status || codes.Code(response.Status.Code) != code {
		t.Errorf("%s: %d %v, want %d %v", name, got, codes.Code(response.Status.Code), status, code)
	}
}

// from returns the context of a question from an address.
func from(ctx context.Context, address string) context.Context {
	return peer.NewContext(ctx, &peer.Peer{Addr: net.TCPAddrFromAddrPort(netip.MustParseAddrPort(address))})
}

type verifierFunc func(context.Context, string) (*gognito.Claims, error)

func (f verifierFunc) Verify(ctx context.Context, token string) (*gognito.Claims, error) {
	return f(ctx, token)
}

// newResponse decodes a response.
func newResponse(t testing.TB, encoded []byte) *authv3.CheckResponse {
	t.Helper()
	response := new(authv3.CheckResponse)
	if err := proto.Unmarshal(encoded, response); err != nil {
		t.Fatal(err)
	}
	return response
}
