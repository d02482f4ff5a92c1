package soak_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
)

// A door is one of the gateway's listeners, as its client uses it.
type door struct {
	name string
	// send returns the status of the answer, 200 if the request was let through.
	send func(ctx context.Context, token, path string) (int, error)
}

// patience is for how long an answer may be waited for. A fetch of keys takes 5 seconds
// at most.
const patience = 20 * time.Second

func doors(t *testing.T, g *gateway) []door {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(transport.CloseIdleConnections)
	ask := func(ctx context.Context, url string, header map[string]string) (int, error) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return 0, err
		}
		for name, value := range header {
			r.Header.Set(name, value)
		}
		response, err := transport.RoundTrip(r)
		if err != nil {
			return 0, err
		}
		defer response.Body.Close()
		_, err = io.Copy(io.Discard, response.Body)
		return response.StatusCode, err
	}
	return []door{
		{"verify", func(ctx context.Context, token, path string) (int, error) {
			return ask(ctx, "http://"+g.verify+"/verify/nginx", map[string]string{
				"Authorization":     "Bearer " + token,
				"X-Original-Method": "GET", "X-Original-URI": path, "X-Original-Host": "app.example", "X-Original-Proto": "https",
			})
		}},
		{"proxy", func(ctx context.Context, token, path string) (int, error) {
			return ask(ctx, "http://"+g.proxy+path, map[string]string{"Authorization": "Bearer " + token})
		}},
		{"grpc", envoy(t, g.grpc)},
	}
}

// envoy asks as Envoy does.
func envoy(t *testing.T, address string) func(ctx context.Context, token, path string) (int, error) {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	client := authv3.NewAuthorizationClient(conn)
	peer := &authv3.AttributeContext_Peer{Address: &corev3.Address{Address: &corev3.Address_SocketAddress{
		SocketAddress: &corev3.SocketAddress{Address: net.IPv4(203, 0, 113, 7).String()},
	}}}
	return func(ctx context.Context, token, path string) (int, error) {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		response, err := client.Check(ctx, &authv3.CheckRequest{Attributes: &authv3.AttributeContext{
			Source: peer,
			Request: &authv3.AttributeContext_Request{Http: &authv3.AttributeContext_HttpRequest{
				Method: "GET", Host: "app.example", Path: path, Scheme: "https",
				Headers: map[string]string{"authorization": "Bearer " + token},
			}},
		}})
		if err != nil {
			return 0, err
		}
		if codes.Code(response.GetStatus().GetCode()) == codes.OK {
			return http.StatusOK, nil
		}
		return int(response.GetDeniedResponse().GetStatus().GetCode()), nil
	}
}
