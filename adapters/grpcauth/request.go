package grpcauth

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
)

// requestOf returns the request that a call is, as far as HTTP goes.
func requestOf(ctx context.Context, method string) *http.Request {
	r := &http.Request{
		Method:     http.MethodPost,
		URL:        &url.URL{Path: method},
		RequestURI: method,
		Proto:      "HTTP/2.0",
		ProtoMajor: 2,
		Header:     make(http.Header),
		Body:       http.NoBody,
	}
	incoming, _ := metadata.FromIncomingContext(ctx) // a copy
	for name, values := range incoming {
		switch {
		case name == ":authority" && len(values) == 1:
			r.Host = values[0]
		case strings.HasPrefix(name, ":"), strings.HasSuffix(name, "-bin"):
		default:
			r.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	if p, ok := peer.FromContext(ctx); ok {
		if p.Addr != nil {
			r.RemoteAddr = p.Addr.String()
		}
		if info, ok := p.AuthInfo.(credentials.TLSInfo); ok {
			r.TLS = &info.State
		}
	}
	return r.WithContext(ctx)
}
