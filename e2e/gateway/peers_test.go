package gateway_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
)

// A1, A21: only a proxy that is trusted may say what a client asks for, and only in its
// own words.
func TestNobodyElsesWordsAreTakenForAProxys(t *testing.T) {
	w := newWorld(t)
	original := []string{"X-Original-Method: GET", "X-Original-URI: /healthz", "X-Original-Host: app.example", "X-Original-Proto: https"}
	forwarded := []string{"X-Forwarded-Method: GET", "X-Forwarded-Uri: /healthz", "X-Forwarded-Host: app.example", "X-Forwarded-Proto: https"}
	for _, test := range []struct {
		path  string
		words []string
	}{
		{"/verify/nginx", original}, {"/verify/traefik", forwarded}, {"/verify/caddy", forwarded}, {"/verify/envoy/healthz", nil},
	} {
		ask := func(from, path string, words []string) int {
			t.Helper()
			a, err := exchange(from, w.verify, request("GET", path, words...))
			if err != nil {
				t.Fatal(err)
			}
			return a.status
		}
		if got := ask(proxyAddress, test.path, test.words); got != http.StatusOK {
			t.Errorf("%s: a proxy is answered %d, want 200", test.path, got)
		}
		spoofed := append(slices.Clone(test.words), "X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1")
		if got := ask(clientAddress, test.path, spoofed); got != http.StatusForbidden {
			t.Errorf("%s: somebody else is answered %d, want 403", test.path, got)
		}
		for i, word := range test.words {
			if got := ask(proxyAddress, test.path, slices.Delete(slices.Clone(test.words), i, i+1)); got == http.StatusOK {
				t.Errorf("%s without %s: 200", test.path, word)
			}
			if got := ask(proxyAddress, test.path, append(slices.Clone(test.words), word)); got == http.StatusOK {
				t.Errorf("%s with %s twice: 200", test.path, word)
			}
		}
	}
	for path, others := range map[string][]string{"/verify/nginx": forwarded, "/verify/traefik": original, "/verify/caddy": original} {
		if a, err := exchange(proxyAddress, w.verify, request("GET", path, others...)); err != nil || a.status == http.StatusOK {
			t.Errorf("%s in another proxy's words: %+v, %v", path, a, err)
		}
	}
}

// The same over gRPC.
func TestNobodyElsesWordsAreTakenForEnvoys(t *testing.T) {
	w := newWorld(t)
	for from, want := range map[string]codes.Code{proxyAddress: codes.OK, clientAddress: codes.PermissionDenied} {
		conn, err := grpc.NewClient("passthrough:///"+w.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithContextDialer(func(_ context.Context, address string) (net.Conn, error) {
				local := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}
				return local.DialContext(t.Context(), "tcp", address)
			}))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		response, err := authv3.NewAuthorizationClient(conn).Check(t.Context(), &authv3.CheckRequest{Attributes: &authv3.AttributeContext{
			Source: &authv3.AttributeContext_Peer{Address: &corev3.Address{Address: &corev3.Address_SocketAddress{
				SocketAddress: &corev3.SocketAddress{Address: proxyAddress},
			}}},
			Request: &authv3.AttributeContext_Request{Http: &authv3.AttributeContext_HttpRequest{
				Method: "GET", Path: "/healthz", Host: host, Scheme: "http", Headers: map[string]string{"x-forwarded-for": proxyAddress},
			}},
		}})
		if err != nil || response.GetStatus() == nil || codes.Code(uint32(response.GetStatus().GetCode())) != want {
			t.Errorf("from %s: %v, %v; want %v", from, response, err, want)
		}
	}
}

// A21: the logs name the client that a proxy saw, and not the one that a client names.
func TestTheLogNamesTheClientThatIsThere(t *testing.T) {
	w := newWorld(t)
	all := setUps(t, w)
	for _, s := range all {
		s.serve(t, w, request("GET", "/clients/"+s.name, "X-Forwarded-For: 203.0.113.9", "X-Real-IP: 203.0.113.9", "Forwarded: for=203.0.113.9",
			"X-Envoy-External-Address: 203.0.113.9"))
	}
	for _, s := range all {
		if got := w.clientOf(t, "/clients/"+s.name); got != clientAddress {
			t.Errorf("%s: the client is %q, want %s", s.name, got, clientAddress)
		}
	}
}

// clientOf returns the client that the access log has for a path.
func (w *world) clientOf(t *testing.T, path string) string {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		for line := range strings.Lines(w.gateway.said(t)) {
			var entry struct{ Msg, Path, Client string }
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "request" && entry.Path == path {
				return entry.Client
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the access log has no line for %s", path)
		}
	}
}
