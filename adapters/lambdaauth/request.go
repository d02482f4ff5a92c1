package lambdaauth

import (
	"cmp"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// newRequest returns a request as a server of net/http has it.
func newRequest(method string, target *url.URL, header http.Header, sourceIP string) *http.Request {
	var host string // none, if it is missing or repeated: then no origin is the service's own
	if hosts := header.Values("Host"); len(hosts) == 1 {
		host = hosts[0]
	}
	header.Del("Host")
	r := &http.Request{
		Method: method, URL: target, RequestURI: target.RequestURI(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Host: host, Body: http.NoBody,
	}
	if sourceIP != "" {
		r.RemoteAddr = net.JoinHostPort(sourceIP, "0")
	}
	return r
}

func fromToken(event events.APIGatewayCustomAuthorizerRequest) *http.Request {
	header := make(http.Header)
	if event.AuthorizationToken != "" {
		header.Set("Authorization", event.AuthorizationToken)
	}
	arn, _ := parseARN(event.MethodArn) // the answer needs it, too, and then fails
	return newRequest(arn.method, &url.URL{Path: arn.path}, header, "")
}

func fromRequest(event events.APIGatewayCustomAuthorizerRequestTypeRequest) *http.Request {
	header := headerOf(event.MultiValueHeaders, event.Headers)
	query := url.Values(event.MultiValueQueryStringParameters)
	if query == nil {
		query = make(url.Values)
		for name, value := range event.QueryStringParameters {
			query.Set(name, value)
		}
	}
	method := event.HTTPMethod
	if isConnect(event) {
		method = http.MethodGet
		header.Set("Connection", "Upgrade")
		header.Set("Upgrade", "websocket")
	}
	target := &url.URL{Path: cmp.Or(event.Path, "/"), RawQuery: query.Encode()}
	return newRequest(method, target, header, event.RequestContext.Identity.SourceIP)
}

// isConnect reports whether the event is a WebSocket API's, whose ARN has $connect
// for the method. In the path that clients choose it means nothing.
func isConnect(event events.APIGatewayCustomAuthorizerRequestTypeRequest) bool {
	arn, _ := parseARN(event.MethodArn) // the answer needs it, too, and then fails
	return arn.method == "$connect"
}

func fromHTTP(event events.APIGatewayV2CustomAuthorizerV2Request) *http.Request {
	header := headerOf(nil, event.Headers)
	if len(event.Cookies) > 0 { // they are all there are, one by one
		header.Set("Cookie", strings.Join(event.Cookies, "; "))
	}
	target := &url.URL{Path: cmp.Or(event.RawPath, "/"), RawQuery: event.RawQueryString}
	return newRequest(event.RequestContext.HTTP.Method, target, header, event.RequestContext.HTTP.SourceIP)
}

// headerOf returns the header of an event. A REST API keeps the client's letter
// case, so that one header may be there under two names; and of a repeated header
// single has one value only. HTTP APIs join the values with commas, which no source
// of tokens takes for one.
func headerOf(multi map[string][]string, single map[string]string) http.Header {
	header := make(http.Header, max(len(multi), len(single)))
	for _, name := range slices.Sorted(maps.Keys(multi)) {
		for _, value := range multi[name] {
			header.Add(name, value)
		}
	}
	known := maps.Clone(header)
	for _, name := range slices.Sorted(maps.Keys(single)) {
		if known.Values(name) == nil {
			header.Add(name, single[name])
		}
	}
	return header
}
