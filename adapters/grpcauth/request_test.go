package grpcauth_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// incoming is the context of a call with that metadata.
func incoming(ctx context.Context, pairs ...string) context.Context {
	return metadata.NewIncomingContext(ctx, metadata.Pairs(pairs...))
}

func TestAHookSeesTheCallAsARequest(t *testing.T) {
	pool, auth := world(t)
	var seen *http.Request
	auth.Attach = func(r *http.Request, _ *gognito.User) error {
		seen = r
		return nil
	}
	site := httptest.NewTLSServer(nil) // for its certificate
	site.Close()
	guard := grpcauth.Guard{Auth: auth, Default: grpcauth.Require()}
	server := grpc.NewServer(append(guard.ServerOptions(), grpc.Creds(credentials.NewServerTLSFromCert(&site.TLS.Certificates[0])))...)
	new(echo).service().register(server)
	address := serve(t, server)
	trust := site.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	conn := dial(t, address,
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: trust, ServerName: "example.com"})))

	for _, method := range []string{one, chat} {
		pairs := append(bearer(pool, gognitotest.User{}), "x-tenant", "a", "x-tenant", "b", "x-raw-bin", "\x00\xff")
		if _, err := ask(t.Context(), conn, method, pairs...); err != nil {
			t.Fatal(err)
		}
		if seen.Method != http.MethodPost || seen.URL.String() != method || seen.RequestURI != method || seen.ProtoMajor != 2 {
			t.Errorf("the request is %s %s (%s) of HTTP %d", seen.Method, seen.URL, seen.RequestURI, seen.ProtoMajor)
		}
		if seen.Host != "example.com" || seen.RemoteAddr == "" || seen.TLS == nil || seen.TLS.ServerName != "example.com" {
			t.Errorf("for %q, from %q, TLS %v", seen.Host, seen.RemoteAddr, seen.TLS)
		}
		if got := seen.Header["X-Tenant"]; !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("X-Tenant is %q", got)
		}
		for name := range seen.Header {
			if name == "X-Raw-Bin" || name[0] == ':' {
				t.Errorf("the header has %s", name)
			}
		}
		if raw := metadata.ValueFromIncomingContext(seen.Context(), "x-raw-bin"); !slices.Equal(raw, []string{"\x00\xff"}) {
			t.Errorf("the binary metadata is %q", raw)
		}
	}
}

// A test of a handler may call the interceptor without any transport.
func TestACallWithoutPeerAndMetadataHasNoToken(t *testing.T) {
	_, auth := world(t)
	unary := grpcauth.Guard{Auth: auth, Default: grpcauth.Optional()}.Unary()
	answer, err := unary(t.Context(), nil, &grpc.UnaryServerInfo{FullMethod: one}, func(ctx context.Context, _ any) (any, error) {
		_, ok := gognito.FromContext(ctx)
		return ok, nil
	})
	if err != nil || answer != false {
		t.Errorf("there is a user: %v, %v", answer, err)
	}
}

// Another transport's metadata may hold more of HTTP/2 than gRPC's own lets through.
func TestOnlyWhatIsAHeaderIsInTheHeader(t *testing.T) {
	_, auth := world(t)
	auth.Source = func(r *http.Request) ([]httpauth.Token, error) {
		if len(r.Header) != 1 || r.Header.Get("X-Tenant") != "a" || r.Host != "" {
			t.Errorf("the header is %v, the host %q", r.Header, r.Host)
		}
		return nil, nil
	}
	ctx := incoming(t.Context(), ":path", "/x", ":authority", "a", ":authority", "b", "x-tenant", "a")
	unary := grpcauth.Guard{Auth: auth, Default: grpcauth.Require()}.Unary()
	_, err := unary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: one}, nil)
	if !errors.Is(err, gognito.ErrNoToken) {
		t.Error(err)
	}
}

// grpc-gateway prefixes what it doesn't know to be meant for gRPC.
func TestAGatewaysOwnMetadataIsNoToken(t *testing.T) {
	pool, auth := world(t)
	_, conn := start(t, grpcauth.Guard{Auth: auth, Default: grpcauth.Optional()})
	answer, err := ask(t.Context(), conn, one, "grpcgateway-authorization", bearer(pool, gognitotest.User{})[1])
	if err != nil || answer != "nobody" {
		t.Errorf("%q, %v", answer, err)
	}
}
