package gateway_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
)

// matches reports whether a header's name, which Envoy has in lower case, is one of the
// patterns.
func matches(list *matcherv3.ListStringMatcher, name string) bool {
	return slices.ContainsFunc(list.GetPatterns(), func(m *matcherv3.StringMatcher) bool {
		switch p := m.GetMatchPattern().(type) {
		case *matcherv3.StringMatcher_Exact:
			return name == p.Exact
		case *matcherv3.StringMatcher_Prefix:
			return strings.HasPrefix(name, p.Prefix)
		default:
			panic(fmt.Sprintf("a matcher %T is not emulated", p))
		}
	})
}

// httpService asks over HTTP.
func (e *envoy) httpService() func(*message, string) (*verdict, error) {
	service := e.authz.GetHttpService()
	address := e.clusters[service.GetServerUri().GetCluster()]
	response := service.GetAuthorizationResponse()
	return func(m *message, _ string) (*verdict, error) {
		ask := &message{method: m.method, target: service.GetPathPrefix() + m.target}
		for _, f := range m.fields {
			name := strings.ToLower(f.name)
			if name == "host" || name == "authorization" || matches(e.authz.GetAllowedHeaders(), name) {
				ask.fields = append(ask.fields, field{name, f.value})
			}
		}
		ask.remove("Connection")
		ask.set("Content-Length", "0")
		said, err := exchange(proxyAddress, address, ask)
		switch {
		case err != nil:
			return nil, err
		case said.status >= 500:
			return nil, fmt.Errorf("status %d", said.status)
		case said.status == http.StatusOK:
			return e.allowedBy(said), nil
		}
		for name := range said.header {
			switch lower := strings.ToLower(name); lower {
			case "www-authenticate", "location":
			default:
				if !matches(response.GetAllowedClientHeaders(), lower) {
					said.header.Del(name)
				}
			}
		}
		return &verdict{answer: said}, nil
	}
}

// allowedBy returns the verdict of a 200.
func (e *envoy) allowedBy(said *answer) *verdict {
	v := &verdict{allow: true}
	response := e.authz.GetHttpService().GetAuthorizationResponse()
	for name, values := range said.header {
		for _, value := range values {
			switch lower := strings.ToLower(name); {
			case lower == "x-envoy-auth-headers-to-remove":
				for one := range strings.SplitSeq(value, ",") {
					v.remove = append(v.remove, strings.TrimSpace(one))
				}
			case matches(response.GetAllowedUpstreamHeaders(), lower):
				v.set = append(v.set, field{name, value})
			}
		}
	}
	if said.body != "" {
		e.t.Errorf("what allows has a body: %q", said.body)
	}
	return v
}

// grpcService asks over gRPC.
func (e *envoy) grpcService() func(*message, string) (*verdict, error) {
	service := e.authz.GetGrpcService()
	conn, err := grpc.NewClient(e.clusters[service.GetEnvoyGrpc().GetClusterName()], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { _ = conn.Close() })
	client := authv3.NewAuthorizationClient(conn)
	return func(m *message, from string) (*verdict, error) {
		ctx, cancel := context.WithTimeout(context.Background(), service.GetTimeout().AsDuration())
		defer cancel()
		response, err := client.Check(ctx, e.checkRequest(m, from))
		if err != nil {
			return nil, err
		}
		return e.verdictOf(response)
	}
}

func (e *envoy) checkRequest(m *message, from string) *authv3.CheckRequest {
	told := &authv3.AttributeContext_HttpRequest{
		Id: "1", Method: m.method, Path: m.target, Host: m.first("Host"), Scheme: "http", Protocol: "HTTP/1.1", Size: int64(len(m.body)),
	}
	fields := []field{{":method", m.method}, {":path", m.target}, {":authority", m.first("Host")}, {":scheme", "http"}}
	fields = append(fields, without(m.fields, func(f field) bool { return strings.EqualFold(f.name, "host") })...)
	if e.authz.GetEncodeRawHeaders() {
		told.HeaderMap = new(corev3.HeaderMap)
		for _, f := range fields {
			told.HeaderMap.Headers = append(told.HeaderMap.Headers, &corev3.HeaderValue{Key: strings.ToLower(f.name), RawValue: []byte(f.value)})
		}
	} else {
		told.Headers = make(map[string]string)
		for _, f := range fields {
			name, value := strings.ToLower(f.name), strings.ToValidUTF8(f.value, "!")
			if before, there := told.Headers[name]; there {
				value = before + "," + value
			}
			told.Headers[name] = value
		}
	}
	return &authv3.CheckRequest{Attributes: &authv3.AttributeContext{
		Source: &authv3.AttributeContext_Peer{Address: &corev3.Address{Address: &corev3.Address_SocketAddress{
			SocketAddress: &corev3.SocketAddress{Address: from},
		}}},
		Request: &authv3.AttributeContext_Request{Http: told},
	}}
}

// verdictOf reads a response. A status that is missing has the code 0, which allows.
func (e *envoy) verdictOf(response *authv3.CheckResponse) (*verdict, error) {
	if response.GetStatus() == nil {
		e.t.Error("a response has no status")
	}
	if codes.Code(uint32(response.GetStatus().GetCode())) == codes.OK {
		ok := response.GetOkResponse()
		if ok.GetQueryParametersToSet() != nil || ok.GetQueryParametersToRemove() != nil || ok.GetResponseHeadersToAdd() != nil || response.GetDynamicMetadata() != nil {
			e.t.Errorf("a decision changes more than the request's header: %v", response)
		}
		v := &verdict{allow: true, remove: ok.GetHeadersToRemove()}
		for _, option := range ok.GetHeaders() {
			f := field{option.GetHeader().GetKey(), option.GetHeader().GetValue()}
			if e.authz.GetValidateMutations() && (!isToken(f.name) || strings.ContainsAny(f.value, "\r\n\x00")) {
				return &verdict{answer: &answer{status: http.StatusInternalServerError}}, nil
			}
			if adds(option) {
				v.append = append(v.append, f)
			} else {
				v.set = append(v.set, f)
			}
		}
		return v, nil
	}
	denied := response.GetDeniedResponse()
	a := &answer{status: int(denied.GetStatus().GetCode()), header: make(http.Header), body: denied.GetBody()}
	if a.status == 0 {
		a.status = http.StatusForbidden
	}
	for _, option := range denied.GetHeaders() {
		a.header.Add(option.GetHeader().GetKey(), option.GetHeader().GetValue())
	}
	return &verdict{answer: a}, nil
}

// adds reports whether a header is added to what the client sent.
func adds(option *corev3.HeaderValueOption) bool {
	if said := option.GetAppend(); said != nil { //nolint:staticcheck // Envoy goes by it
		return said.GetValue()
	}
	return option.GetAppendAction() == corev3.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD
}
