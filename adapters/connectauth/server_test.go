package connectauth_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"connectrpc.com/connect"
	connect2 "connectrpc.com/connect/v2"
	connecthttp2 "connectrpc.com/connect/v2/connecthttp"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito/adapters/connectauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

// tables is the path of the service whose procedures are the table's routes.
const tables = "/gognito.test.Table/"

// streaming is that of the same service with streams of answers.
const streaming = "/gognito.test.Streams/"

// serve starts a server with the world's routes, unary and streaming, and returns
// its URL. handlers serves all procedures, unguarded.
func serve(t *testing.T, world *adaptertest.World, handlers http.Handler) string {
	t.Helper()
	answer := connectauth.ErrorHandler(world.Auth)
	world.Auth.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) {
		world.Refused(adaptertest.IDOf(r.Header), err)
		answer(w, r, err)
	}
	mux := http.NewServeMux()
	for _, route := range adaptertest.Routes {
		guarded := handlers
		if policy := route.Policy(); policy != nil {
			guarded = world.Auth.Allow(policy)(guarded)
		}
		if route == adaptertest.Optional {
			guarded = world.Auth.Optional(guarded)
		} else {
			guarded = world.Auth.Require(guarded)
		}
		mux.Handle(tables+string(route), guarded)
		mux.Handle(streaming+string(route), guarded)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(adaptertest.EndedContext(r.Context(), r.Header)))
	}))
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// version1 serves the procedures with connectrpc.com/connect.
func version1(world *adaptertest.World) http.Handler {
	handle := func(ctx context.Context, _ *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
		info, _ := connect.CallInfoForHandlerContext(ctx)
		return wrapperspb.String(world.Handled(ctx, adaptertest.IDOf(info.RequestHeader()))), nil
	}
	mux := http.NewServeMux()
	for _, route := range adaptertest.Routes {
		mux.Handle(tables+string(route), connect.NewUnaryHandlerSimple(tables+string(route), handle,
			connect.WithIdempotency(connect.IdempotencyNoSideEffects)))
		mux.Handle(streaming+string(route), connect.NewServerStreamHandlerSimple(streaming+string(route),
			func(ctx context.Context, in *wrapperspb.StringValue, stream *connect.ServerStream[wrapperspb.StringValue]) error {
				out, err := handle(ctx, in)
				if err != nil {
					return err
				}
				return stream.Send(out)
			}))
	}
	// Version 1 itself refuses a call whose context has ended, before the handler.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
	})
}

// generated serves procedures as the code does that protoc-gen-connect-go writes.
func generated(procedures map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if procedure, ok := procedures[r.URL.Path]; ok {
			procedure.ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	})
}

// spec2 describes a procedure to connectrpc.com/connect/v2.
func spec2(procedure string) connect2.Spec {
	spec := connect2.Spec{Procedure: procedure, IdempotencyLevel: connect2.IdempotencyNoSideEffects}
	if strings.HasPrefix(procedure, streaming) {
		spec.StreamType = connect2.StreamTypeServer
	}
	return spec
}

// version2 serves the procedures with connectrpc.com/connect/v2.
func version2(world *adaptertest.World) http.Handler {
	handle := func(ctx context.Context, _ connect2.Spec, stream connect2.ServerStream) error {
		if err := stream.Receive(new(wrapperspb.StringValue)); err != nil {
			return err
		}
		info, _ := connect2.CallInfoForServerContext(ctx)
		return stream.Send(wrapperspb.String(world.Handled(ctx, info.RequestHeader().Get("X-Row"))))
	}
	server := connect2.NewServer()
	for _, route := range adaptertest.Routes {
		for _, prefix := range []string{tables, streaming} {
			server.Register(connect2.Method{Spec: spec2(prefix + string(route)), Handler: handle})
		}
	}
	mux := http.NewServeMux()
	connecthttp2.Mount(mux, server)
	return mux
}

// newClient returns a client of HTTP/1.1, or of HTTP/2, which gRPC needs.
func newClient(t *testing.T, http2 bool) *http.Client {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!http2)
	protocols.SetUnencryptedHTTP2(http2)
	transport := &http.Transport{Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: withQuery{transport}}
}

// queryHeader holds what a row adds to the URL; withQuery puts it there.
const queryHeader = "X-Query"

type withQuery struct{ next http.RoundTripper }

func (w withQuery) RoundTrip(r *http.Request) (*http.Response, error) {
	if query := r.Header.Get(queryHeader); query != "" {
		r = r.Clone(r.Context())
		more, err := url.ParseQuery(query)
		if err != nil {
			return nil, err
		}
		all := r.URL.Query()
		maps.Copy(all, more)
		r.URL.RawQuery = all.Encode()
	}
	return w.next.RoundTrip(r)
}
