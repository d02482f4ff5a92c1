package connectauth_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/connectauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

type text = wrapperspb.StringValue

// guarded returns an Authenticator of the pool whose refusals Connect answers.
func guarded(pool *gognitotest.Pool) *httpauth.Authenticator {
	auth := &httpauth.Authenticator{Verifier: pool.Verifier(), Realm: "shop", Logger: slog.New(slog.DiscardHandler)}
	auth.ErrorHandler = connectauth.ErrorHandler(auth)
	return auth
}

func bearer(token string) string { return "Bearer " + token }

// The kind is told, in each protocol, and nothing of the reason.
func TestTheErrorTellsItsKind(t *testing.T) {
	pool, down := gognitotest.NewPool(t), gognitotest.NewPool(t)
	down.SetOutage(true)
	pools, err := gognito.NewPools(pool.Verifier(), down.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	auth := guarded(pool)
	auth.Verifier = pools
	auth.Attach = func(_ *http.Request, u *gognito.User) error {
		switch u.Username {
		case "faulty":
			return errors.New("the database is gone")
		case "late":
			return context.DeadlineExceeded
		default:
			return nil
		}
	}
	const procedure = "/shop.v1.Orders/List"
	handler := connect.NewUnaryHandlerSimple(procedure, func(context.Context, *text) (*text, error) { return new(text), nil })
	policy := gognito.AllOf(gognito.HasAnyScope("orders/list"), gognito.InAnyGroup("admins"))
	guarded := auth.Require(auth.Allow(policy)(handler))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Late") != "" {
			ctx, cancel := context.WithDeadline(r.Context(), time.Now().Add(-time.Second))
			defer cancel()
			r = r.WithContext(ctx)
		}
		guarded.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)

	for name, options := range map[string][]connect.ClientOption{
		"connect": nil, "connect JSON": {connect.WithProtoJSON()}, "grpc": {connect.WithGRPC()}, "grpcweb": {connect.WithGRPCWeb()},
	} {
		rpc := connect.NewClient[text, text](server.Client(), server.URL+procedure, options...)
		for _, test := range []struct {
			token     string
			code      connect.Code
			reason    string
			challenge string
		}{
			{"", connect.CodeUnauthenticated, "NO_TOKEN", `Bearer realm="shop"`},
			{pool.Hostile("expired"), connect.CodeUnauthenticated, "INVALID_TOKEN", `Bearer realm="shop", error="invalid_token"`},
			{pool.AccessToken(gognitotest.User{Scopes: []string{"orders/list"}}), connect.CodePermissionDenied, "FORBIDDEN", ""},
			{pool.AccessToken(gognitotest.User{}), connect.CodePermissionDenied, "INSUFFICIENT_SCOPE", `Bearer realm="shop", error="insufficient_scope"`},
			{down.AccessToken(gognitotest.User{}), connect.CodeUnavailable, "UNAVAILABLE", ""},
			{pool.AccessToken(gognitotest.User{Username: "faulty"}), connect.CodeInternal, "INTERNAL", ""},
			{pool.AccessToken(gognitotest.User{Username: "late"}), connect.CodeDeadlineExceeded, "CANCELED", ""},
		} {
			request := connect.NewRequest(new(text))
			if test.token != "" {
				request.Header().Set("Authorization", bearer(test.token))
			}
			if test.code == connect.CodeDeadlineExceeded {
				request.Header().Set("Late", "1")
			}
			_, err := rpc.CallUnary(t.Context(), request)
			told, ok := errors.AsType[*connect.Error](err)
			if !ok || told.Code() != test.code || told.Message() != http.StatusText(statusOf(test.code)) {
				t.Errorf("%s, %s: %v, want %v", name, test.reason, err, test.code)
				continue
			}
			if got := told.Meta().Get("WWW-Authenticate"); got != test.challenge {
				t.Errorf("%s, %s: challenges with %q, want %q", name, test.reason, got, test.challenge)
			}
			if len(told.Details()) != 1 {
				t.Errorf("%s, %s: %d details, want one", name, test.reason, len(told.Details()))
				continue
			}
			detail, err := told.Details()[0].Value()
			if err != nil {
				t.Fatal(err)
			}
			info, _ := detail.(*errdetails.ErrorInfo)
			if info.GetReason() != test.reason || info.GetDomain() != "gognito" || len(info.GetMetadata()) != 0 {
				t.Errorf("%s: the detail is %v, want %s of gognito", name, detail, test.reason)
			}
		}
	}
}

func statusOf(code connect.Code) int { return status(code.String()) }

// Requests of the same server that are no calls are answered as everywhere.
func TestARequestOfNoProtocolIsAnsweredAsEverywhere(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := guarded(pool)
	server := httptest.NewServer(auth.Require(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	for _, test := range []struct{ method, path, content, want string }{
		{"GET", "/me", "", "text/plain; charset=utf-8"},
		{"GET", "/shop.v1.Orders/List?connect=v1&encoding=json&message={}", "", "application/json"},
		{"DELETE", "/me", "application/json", "text/plain; charset=utf-8"},
		{"POST", "/me", "text/html", "text/plain; charset=utf-8"},
		{"POST", "/shop.v1.Orders/List", "application/json", "application/json"},
		{"POST", "/shop.v1.Orders/List", "application/proto", "application/json"},
		{"POST", "/shop.v1.Orders/List", "application/grpc-web+proto", "application/grpc-web+proto"},
		{"POST", "/shop.v1.Orders/List", "application/connect+json", "application/connect+json"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", test.content)
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Content-Type"); got != test.want {
			t.Errorf("%s %s with %q: answered with %q, want %q", test.method, test.path, test.content, got, test.want)
		}
		if got := response.Header.Get("Www-Authenticate"); got != `Bearer realm="shop"` {
			t.Errorf("%s %s: challenges with %q", test.method, test.path, got)
		}
	}
}

// Whoever is refused has no message read, decompressed or decoded.
func TestNothingIsReadOfACallThatIsRefused(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := guarded(pool)
	var decompressed, intercepted atomic.Int64
	counting := connect.WithCompression("gzip",
		func() connect.Decompressor { return &countingReader{read: &decompressed} },
		func() connect.Compressor { return gzip.NewWriter(io.Discard) })
	const procedure = "/shop.v1.Orders/List"
	handler := connect.NewUnaryHandlerSimple(procedure, func(context.Context, *text) (*text, error) { return new(text), nil }, counting,
		connect.WithInterceptors(connect.UnaryInterceptorFunc(func(next connect.UnaryFunc) connect.UnaryFunc {
			return func(ctx context.Context, r connect.AnyRequest) (connect.AnyResponse, error) {
				intercepted.Add(1)
				return next(ctx, r)
			}
		})))
	server := httptest.NewServer(auth.Require(handler))
	t.Cleanup(server.Close)
	rpc := connect.NewClient[text, text](server.Client(), server.URL+procedure, connect.WithSendGzip())
	call := func(token string) error {
		request := connect.NewRequest(wrapperspb.String(strings.Repeat("A", 1<<20)))
		request.Header().Set("Authorization", bearer(token))
		_, err := rpc.CallUnary(t.Context(), request)
		return err
	}
	if err := call(pool.Hostile("expired")); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Errorf("the call: %v, want unauthenticated", err)
	}
	if decompressed.Load() != 0 || intercepted.Load() != 0 {
		t.Errorf("%d bytes were decompressed and %d interceptors ran for a refused call", decompressed.Load(), intercepted.Load())
	}
	if err := call(pool.AccessToken(gognitotest.User{})); err != nil {
		t.Fatal(err)
	}
	if decompressed.Load() < 1<<20 || intercepted.Load() != 1 {
		t.Errorf("%d bytes were decompressed and %d interceptors ran for a good call", decompressed.Load(), intercepted.Load())
	}
}

// countingReader is gzip's, and counts what comes out.
type countingReader struct {
	gzip.Reader
	read *atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// A policy that is mounted at a procedure holds for every way to call it, but where
// the package comment says that it does not.
func TestAProcedureWithAPolicyHasNoOtherName(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := guarded(pool)
	refunds := 0
	orders := generated(map[string]http.Handler{
		"/shop.v1.Orders/List": connect.NewUnaryHandlerSimple("/shop.v1.Orders/List",
			func(context.Context, *text) (*text, error) { return new(text), nil }),
		"/shop.v1.Orders/Refund": connect.NewUnaryHandlerSimple("/shop.v1.Orders/Refund",
			func(context.Context, *text) (*text, error) { refunds++; return new(text), nil }),
	})
	mount := func(service string) *http.ServeMux {
		mux := http.NewServeMux()
		mux.Handle(service, auth.Require(orders))
		mux.Handle("/shop.v1.Orders/Refund", auth.Require(auth.Allow(gognito.InAnyGroup("admins"))(orders)))
		return mux
	}
	root := mount("/shop.v1.Orders/")
	root.Handle("/api/", http.StripPrefix("/api", mount("/shop.v1.Orders/")))
	server, tooWide := httptest.NewServer(root), httptest.NewServer(mount("/"))
	t.Cleanup(server.Close)
	t.Cleanup(tooWide.Close)

	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	for _, prefix := range []string{"", "/api"} {
		for _, path := range []string{
			"/shop.v1.Orders/Refund", "//shop.v1.Orders/Refund", "/shop.v1.Orders//Refund", "/shop.v1.Orders/./Refund",
			"/shop.v1.Orders/x/../Refund", "/shop.v1.Orders/Refund/", "/shop.v1.Orders/%52efund", "/shop.v1.Orders%2fRefund",
			"/shop.v1.Orders/refund", "/shop.v1.Orders/Refund?x", "/shop.v1.orders/Refund", "/shop.v1.Orders/Refund%00", "/shop.v1.Orders/List/../Refund",
			"/%2fshop.v1.Orders/Refund", "/shop.v1.Orders/Refund%2f", "/shop.v1.Orders/%2fRefund",
		} {
			status := post(t, server, prefix+path, jane)
			if status == http.StatusOK || refunds > 0 {
				t.Fatalf("%s: answered %d, %d refunds", prefix+path, status, refunds)
			}
		}
		if status := post(t, server, prefix+"/shop.v1.Orders/List", jane); status != http.StatusOK {
			t.Errorf("List: answered %d", status)
		}
		admin := pool.AccessToken(gognitotest.User{Username: "root", Groups: []string{"admins"}})
		if status := post(t, server, prefix+"/shop.v1.Orders/Refund", admin); status != http.StatusOK || refunds != 1 {
			t.Errorf("an admin: answered %d, %d refunds", status, refunds)
		}
		refunds = 0
	}
	if status := post(t, tooWide, "/shop.v1.Orders%2FRefund", jane); status != http.StatusOK || refunds != 1 {
		t.Errorf("mounted at /, the package comment is wrong: answered %d, %d refunds", status, refunds)
	}
}

// post calls a procedure by whatever path, and follows where it is sent.
func post(t *testing.T, server *httptest.Server, path, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader(`""`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", bearer(token))
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// The user stays good for the whole of a stream, and belongs to it alone.
func TestAStreamHasItsOwnUser(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := guarded(pool)
	const procedure = "/shop.v1.Orders/Watch"
	handler := connect.NewServerStreamHandlerSimple(procedure,
		func(ctx context.Context, _ *text, stream *connect.ServerStream[text]) error {
			for range 20 {
				u, _ := gognito.FromContext(ctx)
				if err := stream.Send(wrapperspb.String(u.Username)); err != nil {
					return err
				}
			}
			return nil
		})
	server := httptest.NewServer(auth.Require(handler))
	t.Cleanup(server.Close)
	done := make(chan error, 20)
	for i := range cap(done) {
		go func() {
			name := fmt.Sprintf("user-%d", i)
			rpc := connect.NewClient[text, text](server.Client(), server.URL+procedure)
			request := connect.NewRequest(new(text))
			request.Header().Set("Authorization", bearer(pool.AccessToken(gognitotest.User{Username: name})))
			stream, err := rpc.CallServerStream(t.Context(), request)
			for err == nil && stream.Receive() {
				if got := stream.Msg().Value; got != name {
					err = fmt.Errorf("%s was told of %s", name, got)
				}
			}
			if err == nil {
				err = stream.Err()
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
