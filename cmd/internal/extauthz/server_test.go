package extauthz_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/gognitotest"
)

func TestNothingElseIsServed(t *testing.T) {
	s := of(build(t, base(), gognitotest.NewPool(t).Verifier()))
	server, _ := extauthz.NewServer(s, limits)
	if got := slices.Sorted(maps.Keys(server.GetServiceInfo())); !slices.Equal(got, []string{extauthz.Service, "grpc.health.v1.Health"}) {
		t.Errorf("%q", got)
	}
	if extauthz.Service != authv3.Authorization_ServiceDesc.ServiceName {
		t.Errorf("%q is not what Envoy asks for", extauthz.Service)
	}
	conn := start(t, s).conn
	for _, method := range []string{
		"envoy.service.auth.v3.Authorization/Check",
		"/envoy.service.auth.v3.Authorization/check",
		"/envoy.service.auth.v3.Authorization/Check/",
		"/envoy.service.auth.v3.Authorization/",
		"//envoy.service.auth.v3.Authorization/Check",
		"/envoy.service.auth.v2.Authorization/Check",
		"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
		"/grpc.channelz.v1.Channelz/GetServers",
	} {
		err := conn.Invoke(t.Context(), method, raw(get("/healthz")), new(authv3.CheckResponse))
		if status.Code(err) != codes.Unimplemented {
			t.Errorf("%s: %v", method, err)
		}
	}
}

func TestHealthIsToldUntilItDrains(t *testing.T) {
	nobody := base()
	nobody.TrustedProxies = nil // whoever may ask
	address, state := serve(t, of(build(t, nobody, gognitotest.NewPool(t).Verifier())))
	conn := dial(t, address)
	health := healthv1.NewHealthClient(conn)
	want := func(name string, want healthv1.HealthCheckResponse_ServingStatus) {
		t.Helper()
		response, err := health.Check(t.Context(), &healthv1.HealthCheckRequest{Service: name})
		if err != nil || response.Status != want {
			t.Errorf("%q: %v %v", name, response.GetStatus(), err)
		}
	}
	want("", healthv1.HealthCheckResponse_SERVING)
	want(extauthz.Service, healthv1.HealthCheckResponse_SERVING)
	if _, err := health.Check(t.Context(), &healthv1.HealthCheckRequest{Service: "x"}); status.Code(err) != codes.NotFound {
		t.Errorf("x: %v", err)
	}
	// A stream that anybody may hold open, and that a drain would wait for.
	watch, err := health.Watch(t.Context(), &healthv1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); status.Code(err) != codes.Unimplemented {
		t.Errorf("watching: %v", err)
	}
	state.Shutdown()
	want("", healthv1.HealthCheckResponse_NOT_SERVING)
	want(extauthz.Service, healthv1.HealthCheckResponse_NOT_SERVING)
	// It still decides.
	wantRefused(t, "a question", envoy{conn}.ask(t, raw(get("/healthz"))), 403, codes.PermissionDenied)
}

func TestWhatDecidesIsSwappedBetweenQuestions(t *testing.T) {
	v := gognitotest.NewPool(t).Verifier()
	closed := base()
	closed.Rules = []decide.Rule{{Name: "all", Paths: []string{"/*"}}}
	strange := base()
	strange.TrustedProxies = nil
	var current atomic.Pointer[gateway.Gateway]
	var asked atomic.Int64
	current.Store(build(t, base(), v))
	e := start(t, &extauthz.Server{Current: func() *gateway.Gateway {
		asked.Add(1)
		return current.Load()
	}})
	wantRefused(t, "before", e.ask(t, raw(get("/healthz"))), 0, codes.OK)
	current.Store(build(t, closed, v))
	wantRefused(t, "after", e.ask(t, raw(get("/healthz"))), 401, codes.Unauthenticated)
	current.Store(build(t, strange, v))
	wantRefused(t, "not trusted any more", e.ask(t, raw(get("/healthz"))), 403, codes.PermissionDenied)
	if n := asked.Load(); n != 3 {
		t.Errorf("it was asked for %d times", n)
	}
}

func TestEnvoyMaySpeakTLS(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	s := of(build(t, base(), gognitotest.NewPool(t).Verifier()))
	address, _ := serve(t, s, grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12})))
	secure := dial(t, address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12})))
	wantRefused(t, "TLS", envoy{secure}.ask(t, raw(get("/healthz"))), 0, codes.OK)
	if _, err := authv3.NewAuthorizationClient(dial(t, address)).Check(t.Context(), raw(get("/healthz"))); status.Code(err) != codes.Unavailable {
		t.Errorf("without TLS: %v", err)
	}
}

func TestInterceptorsSeeTheCall(t *testing.T) {
	s := of(build(t, base(), gognitotest.NewPool(t).Verifier()))
	var methods []string
	address, _ := serve(t, s, grpc.ChainUnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		methods = append(methods, info.FullMethod)
		return next(ctx, request)
	}))
	e := envoy{dial(t, address)}
	wantRefused(t, "public", e.ask(t, raw(get("/healthz"))), 0, codes.OK)
	wantRefused(t, "nobody", e.ask(t, raw(get("/me"))), 401, codes.Unauthenticated)
	if !slices.Equal(methods, []string{authv3.Authorization_Check_FullMethodName, authv3.Authorization_Check_FullMethodName}) {
		t.Errorf("%q", methods)
	}
}

func TestAMessageOfAnotherKindIsNotTakenForAQuestion(t *testing.T) {
	// Health has its own messages, and those that can't be decoded are errors.
	s := of(build(t, base(), gognitotest.NewPool(t).Verifier()))
	address, _ := serve(t, s)
	conn := dial(t, address, grpc.WithDefaultCallOptions(grpc.ForceCodecV2(scrambler{})))
	err := conn.Invoke(t.Context(), healthv1.Health_Check_FullMethodName, []byte("\xff"), new(emptypb.Empty))
	if status.Code(err) != codes.Internal || !strings.Contains(err.Error(), "unmarshal") {
		t.Errorf("%v", err)
	}
}
