package connectauth_test

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"testing"

	"connectrpc.com/connect"
	connect2 "connectrpc.com/connect/v2"
	connecthttp2 "connectrpc.com/connect/v2/connecthttp"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito/internal/adaptertest"
)

// Each protocol, and both versions of Connect, on both sides.
func TestSharedTable(t *testing.T) {
	servers := map[string]func(*adaptertest.World) http.Handler{"v1": version1, "v2": version2}
	for _, test := range []struct {
		carrier adaptertest.Carrier
		server  string
		http2   bool
		call    caller
	}{
		{adaptertest.Carrier{Adapter: "connectauth"}, "v1", false, call1()},
		{adaptertest.Carrier{Adapter: "connectauth streams", PostOnly: true}, "v1", false, stream1()},
		{adaptertest.Carrier{Adapter: "connectauth gRPC", PostOnly: true, Lacks: noUpgrade}, "v1", true, call1(connect.WithGRPC())},
		{adaptertest.Carrier{Adapter: "connectauth gRPC-Web", PostOnly: true}, "v1", false, call1(connect.WithGRPCWeb())},
		{adaptertest.Carrier{Adapter: "connectauth/v2"}, "v2", false, call2()},
		{adaptertest.Carrier{Adapter: "connectauth/v2 streams", PostOnly: true}, "v2", false, stream2()},
		{adaptertest.Carrier{Adapter: "connectauth/v2 gRPC", PostOnly: true, Lacks: noUpgrade}, "v2", true, call2(connecthttp2.WithGRPC())},
		{adaptertest.Carrier{Adapter: "connectauth/v2 gRPC-Web", PostOnly: true}, "v2", false, call2(connecthttp2.WithGRPCWeb())},
	} {
		t.Run(test.carrier.Adapter, func(t *testing.T) {
			world := adaptertest.NewWorld(t)
			base := serve(t, world, servers[test.server](world))
			client := newClient(t, test.http2)
			host, err := url.Parse(base)
			if err != nil {
				t.Fatal(err)
			}
			adaptertest.Run(t, world, test.carrier, host.Host, func(t *testing.T, row adaptertest.Request) adaptertest.Answer {
				t.Helper()
				if row.Query != "" {
					row.Header = row.Header.Clone()
					row.Header.Set(queryHeader, row.Query)
				}
				return test.call(t, client, base, row)
			})
		})
	}
}

// HTTP/2 has no Connection header.
var noUpgrade = []adaptertest.Need{adaptertest.Upgrade}

// A caller sends a row with a client of Connect.
type caller func(*testing.T, *http.Client, string, adaptertest.Request) adaptertest.Answer

func call1(options ...connect.ClientOption) caller {
	return func(t *testing.T, client *http.Client, base string, row adaptertest.Request) adaptertest.Answer {
		t.Helper()
		options := append(options, connect.WithIdempotency(connect.IdempotencyNoSideEffects))
		if row.Method == http.MethodGet {
			options = append(options, connect.WithHTTPGet())
		}
		rpc := connect.NewClient[wrapperspb.StringValue, wrapperspb.StringValue](client, base+tables+string(row.Route), options...)
		request := connect.NewRequest(wrapperspb.String("who am I?"))
		maps.Copy(request.Header(), row.Header)
		response, err := rpc.CallUnary(t.Context(), request)
		if err != nil {
			return refusal1(t, err)
		}
		return adaptertest.Answer{Status: http.StatusOK, Body: response.Msg.Value}
	}
}

func stream1(options ...connect.ClientOption) caller {
	return func(t *testing.T, client *http.Client, base string, row adaptertest.Request) adaptertest.Answer {
		t.Helper()
		rpc := connect.NewClient[wrapperspb.StringValue, wrapperspb.StringValue](client, base+streaming+string(row.Route), options...)
		request := connect.NewRequest(wrapperspb.String("who am I?"))
		maps.Copy(request.Header(), row.Header)
		stream, err := rpc.CallServerStream(t.Context(), request)
		if err != nil {
			return refusal1(t, err)
		}
		var answer adaptertest.Answer
		for stream.Receive() {
			answer.Body += stream.Msg().Value
			answer.Status = http.StatusOK
		}
		if err := errors.Join(stream.Err(), stream.Close()); err != nil {
			answer = refusal1(t, err)
			maps.Copy(answer.Header, stream.ResponseHeader())
		}
		return answer
	}
}

// refusal1 returns what a client of version 1 was told.
func refusal1(t *testing.T, err error) adaptertest.Answer {
	t.Helper()
	told, ok := errors.AsType[*connect.Error](err)
	if !ok {
		t.Fatalf("no error of Connect: %v", err)
	}
	return adaptertest.Answer{Status: status(told.Code().String()), Header: told.Meta(), Body: told.Message()}
}

func call2(options ...connecthttp2.Option) caller {
	return func(t *testing.T, client *http.Client, base string, row adaptertest.Request) adaptertest.Answer {
		t.Helper()
		options := options
		if row.Method == http.MethodGet {
			options = append(options, connecthttp2.WithHTTPGet())
		}
		ctx, info := connect2.NewClientContext(t.Context())
		for name, values := range row.Header {
			info.RequestHeader().SetValues(name, values)
		}
		var out wrapperspb.StringValue
		rpc := connect2.NewClient(connecthttp2.NewTransport(client, base, options...))
		if err := rpc.CallUnary(ctx, spec2(tables+string(row.Route)), wrapperspb.String("who am I?"), &out); err != nil {
			return refusal2(t, err, info)
		}
		return adaptertest.Answer{Status: http.StatusOK, Body: out.Value}
	}
}

func stream2(options ...connecthttp2.Option) caller {
	return func(t *testing.T, client *http.Client, base string, row adaptertest.Request) adaptertest.Answer {
		t.Helper()
		ctx, info := connect2.NewClientContext(t.Context())
		for name, values := range row.Header {
			info.RequestHeader().SetValues(name, values)
		}
		rpc := connect2.NewClient(connecthttp2.NewTransport(client, base, options...))
		stream, err := rpc.CallServerStream(ctx, spec2(streaming+string(row.Route)), wrapperspb.String("who am I?"))
		if err != nil {
			return refusal2(t, err, info)
		}
		defer func() { _ = stream.Close() }()
		var out wrapperspb.StringValue
		if err := stream.Receive(&out); err != nil {
			return refusal2(t, err, info)
		}
		return adaptertest.Answer{Status: http.StatusOK, Body: out.Value}
	}
}

// refusal2 returns what a client of version 2 was told.
func refusal2(t *testing.T, err error, info *connect2.CallInfo) adaptertest.Answer {
	t.Helper()
	told, ok := errors.AsType[*connect2.Error](err)
	if !ok {
		t.Fatalf("no error of Connect: %v", err)
	}
	header := http.Header{}
	maps.Insert(header, info.ResponseHeader().All())
	maps.Insert(header, info.ResponseTrailer().All())
	return adaptertest.Answer{Status: status(told.Code().String()), Header: header, Body: told.Message()}
}

// status returns the status that means the same as a code.
func status(code string) int {
	switch code {
	case "unauthenticated":
		return http.StatusUnauthorized
	case "permission_denied":
		return http.StatusForbidden
	case "unavailable", "canceled", "deadline_exceeded": // to HTTP, all are 503
		return http.StatusServiceUnavailable
	case "internal":
		return http.StatusInternalServerError
	default:
		return 0
	}
}
