package connectauth_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

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
