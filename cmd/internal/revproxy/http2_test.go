package revproxy_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// overHTTP2 starts a server that speaks HTTP/2, over TLS.
func overHTTP2(s *httptest.Server) {
	s.EnableHTTP2 = true
	s.StartTLS()
}

// http2Upstream starts an upstream that speaks HTTP/2, over TLS.
func http2Upstream(t testing.TB, handler http.Handler) (url string) {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	overHTTP2(s)
	t.Cleanup(s.Close)
	return s.URL
}

func TestHTTP2IsSpokenOnBothSides(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		w.Header().Set("Trailer", "Grpc-Status")
		fmt.Fprintf(w, "%s %s %s %s %s %s %v te=%s", r.Host, r.RequestURI, r.Header.Get("X-Auth-User"), r.Header.Get("X-Forwarded-Proto"), r.Header["Cookie"], body, err, r.Header.Get("Te"))
		w.Header().Set("Grpc-Status", "0")
		w.Header().Set(http.TrailerPrefix+"Grpc-Message", "fine")
	})
	for name, upstream := range map[string]string{"HTTP/1.1": upstream(t, handler), "HTTP/2": http2Upstream(t, handler)} {
		w := (&world{upstream: upstream, serve: overHTTP2}).start(t)
		for _, target := range []string{"/a%2Fb;c?d=%zz&e=1;2", "//x", "//x%2f?", "/a/../b?"} {
			r := w.request(t, http.MethodPost, "/", strings.NewReader("body"))
			r.URL = &url.URL{Scheme: "https", Host: r.URL.Host}
			if path, query, found := strings.Cut(target, "?"); strings.HasPrefix(path, "//") {
				r.URL.RawPath, r.URL.RawQuery, r.URL.ForceQuery = path, query, found
				r.URL.Path, _ = url.PathUnescape(path)
			} else {
				r.URL.Opaque = target
			}
			r.Host = "app.example"
			r.Header.Set("X-Auth-User", "admin")
			r.Header.Set("Te", "trailers")
			r.Header["Cookie"] = []string{"a=b", "c=d"}
			response := w.do(t, r)
			body, err := io.ReadAll(response.Body)
			if want := "app.example " + target + " jane https [a=b; c=d] body <nil> te=trailers"; string(body) != want || err != nil || response.ProtoMajor != 2 {
				t.Errorf("%s: %s\ngot  %s, %v\nwant %s", name, response.Proto, body, err, want)
			}
			if got, want := fmt.Sprint(response.Trailer), "map[Grpc-Message:[fine] Grpc-Status:[0]]"; got != want {
				t.Errorf("%s: trailers %s, want %s", name, got, want)
			}
		}
	}
}

func TestWhatOnlyHTTP2CanSayIsRefused(t *testing.T) {
	url, heads := recorder(t)
	w := (&world{serve: overHTTP2, upstream: url}).start(t)
	for _, target := range []string{"/public/x?a b", "/public/x? HTTP/1.1", "/public/x HTTP/1.0", "/public/x?a\xc2\xa0b c"} {
		r := w.request(t, http.MethodGet, "/", nil)
		r.URL.Opaque = target
		if response := w.do(t, r); response.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: status %d", target, response.StatusCode)
		}
	}
	if len(heads) > 0 {
		t.Errorf("the upstream got %s", <-heads)
	}
}

func TestAnEarlyAnswerOverHTTP2LeavesTheConnectionAlone(t *testing.T) {
	w := (&world{serve: overHTTP2, upstream: upstream(t, http.NotFound)}).start(t)
	for reused := range 2 {
		body, upload := io.Pipe()
		r := w.request(t, http.MethodPost, "/me", body)
		r.Header.Del("Authorization")
		r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
			if c.Reused != (reused == 1) {
				t.Errorf("request %d: the connection is another's: %v", reused+1, c.Reused)
			}
		}}))
		response := w.do(t, r)
		if response.StatusCode != http.StatusUnauthorized || response.Header["Connection"] != nil {
			t.Errorf("status %d, %v", response.StatusCode, response.Header)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		upload.Close()
	}
}

func TestGRPCPasses(t *testing.T) {
	server := grpc.NewServer()
	services := health.NewServer()
	grpc_health_v1.RegisterHealthServer(server, services)
	w := (&world{upstream: http2Upstream(t, server), serve: overHTTP2}).start(t)
	roots := w.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c, err := grpc.NewClient(w.Listener.Addr().String(), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots})))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	client := grpc_health_v1.NewHealthClient(c)
	jane := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+w.jane)

	if got, err := client.Check(jane, &grpc_health_v1.HealthCheckRequest{}); got.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := client.Check(jane, &grpc_health_v1.HealthCheckRequest{Service: "none"}); status.Code(err) != codes.NotFound {
		t.Errorf("an error of the upstream's: %v", err)
	}
	if _, err := client.Check(t.Context(), &grpc_health_v1.HealthCheckRequest{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("nobody: %v", err)
	}
	stream, err := client.Watch(jane, &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []grpc_health_v1.HealthCheckResponse_ServingStatus{grpc_health_v1.HealthCheckResponse_SERVING, grpc_health_v1.HealthCheckResponse_NOT_SERVING} {
		if got, err := stream.Recv(); got.GetStatus() != want || err != nil {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
		services.Shutdown()
	}
}

func TestAWebSocketGoesToAnUpstreamThatSpeaksHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(echoHandler())
	overHTTP2(s)
	t.Cleanup(s.Close)
	w := (&world{upstream: s.URL}).start(t)
	ws := w.open(t)
	say(t, ws)
	ws.Close()
}
