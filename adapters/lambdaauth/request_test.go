package lambdaauth_test

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/lambdaauth"
)

// request returns a REQUEST event of a REST API.
func request(method string, header map[string][]string) events.APIGatewayCustomAuthorizerRequestTypeRequest {
	return events.APIGatewayCustomAuthorizerRequestTypeRequest{
		MethodArn: methodARN("prod", cmp.Or(method, "GET"), "/me"), Path: "/me", HTTPMethod: method, MultiValueHeaders: header,
	}
}

// httpRequest returns an event of an HTTP API.
func httpRequest(method string, header map[string]string, cookies ...string) events.APIGatewayV2CustomAuthorizerV2Request {
	event := events.APIGatewayV2CustomAuthorizerV2Request{Headers: header, Cookies: cookies}
	event.RequestContext.HTTP.Method = method
	return event
}

// judged is what came of a request: "user", or the reason of a 403 or of an error.
func judged(t *testing.T, event any) string {
	t.Helper()
	authorizer := lambdaauth.Require(fixedAuth())
	var values map[string]any
	var err error
	switch event := event.(type) {
	case events.APIGatewayCustomAuthorizerRequestTypeRequest:
		var answer events.APIGatewayCustomAuthorizerResponse
		answer, err = authorizer.Request(t.Context(), event)
		values = answer.Context
	case events.APIGatewayV2CustomAuthorizerV2Request:
		var answer events.APIGatewayV2CustomAuthorizerSimpleResponse
		answer, err = authorizer.HTTPSimple(t.Context(), event)
		values = answer.Context
	}
	if err != nil && gognito.ReasonOf(err) == "" {
		return err.Error()
	} else if err != nil {
		return string(gognito.ReasonOf(err))
	}
	if reason, denied := values["reason"]; denied {
		return reason.(string)
	}
	return "user"
}

func TestHeadersOfEveryForm(t *testing.T) {
	const bearer = "Bearer user"
	evil := []string{"https://evil.example"}
	both := request("GET", map[string][]string{"Authorization": {bearer, "Basic x"}})
	both.Headers = map[string]string{"Authorization": bearer}
	onlySingle := request("GET", nil)
	onlySingle.Headers = map[string]string{"AUTHORIZATION": bearer}
	singleToo := request("POST", map[string][]string{"cookie": {"token=user"}, "Host": {"api.example"}})
	singleToo.Headers = map[string]string{"cookie": "token=user", "Origin": evil[0]}
	twoSingle := request("GET", nil)
	twoSingle.Headers = map[string]string{"Authorization": bearer, "authorization": bearer}
	for name, row := range map[string]struct {
		event any
		want  string
	}{
		"no header at all":              {request("GET", nil), "Unauthorized"},
		"capitals":                      {request("GET", map[string][]string{"AUTHORIZATION": {bearer}}), "user"},
		"small letters":                 {request("GET", map[string][]string{"authorization": {bearer}}), "user"},
		"one name in two cases":         {request("GET", map[string][]string{"authorization": {bearer}, "Authorization": {bearer}}), "malformed"},
		"so, without multiValueHeaders": {twoSingle, "malformed"},
		"repeated":                      {both, "malformed"},
		"without multiValueHeaders":     {onlySingle, "user"},
		"COOKIE":                        {request("GET", map[string][]string{"COOKIE": {"a=b; token=user"}}), "user"},
		"two cookie headers":            {request("GET", map[string][]string{"Cookie": {"a=b", "token=user"}}), "user"},
		"Origin in headers only":        {singleToo, "cross_origin"},
		"no method":                     {request("", map[string][]string{"Cookie": {"token=user"}, "Origin": evil}), "cross_origin"},
		"null origin, no host":          {request("POST", map[string][]string{"Cookie": {"token=user"}, "Origin": {"null"}}), "cross_origin"},
		"null origin, an empty host":    {request("POST", map[string][]string{"Cookie": {"token=user"}, "Origin": {"null"}, "Host": {""}}), "cross_origin"},
		"two hosts":                     {request("POST", map[string][]string{"Cookie": {"token=user"}, "Origin": evil, "Host": {"api.example", "evil.example"}}), "cross_origin"},
		"two hosts, the other way":      {request("POST", map[string][]string{"Cookie": {"token=user"}, "Origin": evil, "Host": {"evil.example", "api.example"}}), "cross_origin"},
		"the host in small letters":     {request("POST", map[string][]string{"Cookie": {"token=user"}, "Origin": {"https://api.example"}, "host": {"api.example"}}), "user"},

		"HTTP API, joined tokens":       {httpRequest("GET", map[string]string{"authorization": bearer + "," + bearer}), "malformed"},
		"HTTP API, cookies":             {httpRequest("GET", nil, "a=b", "token=user"), "user"},
		"HTTP API, cookies of two":      {httpRequest("GET", nil, "token=admin", "token=machine"), "malformed"},
		"HTTP API, cookie, cross-site":  {httpRequest("POST", map[string]string{"sec-fetch-site": "cross-site"}, "token=user"), "cross_origin"},
		"HTTP API, a cookie header too": {httpRequest("GET", map[string]string{"cookie": "token=machine"}, "token=user"), "user"},
		"HTTP API, a cookie header":     {httpRequest("GET", map[string]string{"cookie": "token=user"}), "user"},
		"HTTP API, no method":           {httpRequest("", map[string]string{"origin": "https://evil.example", "host": "api.example"}, "token=user"), "cross_origin"},
		"HTTP API, null origin":         {httpRequest("POST", map[string]string{"origin": "null"}, "token=user"), "cross_origin"},
	} {
		if got := judged(t, row.event); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

// API Gateway may leave out Connection, and the event has no method: a page of
// another site gets no socket, whatever the event looks like.
func TestConnectIsAlwaysAHandshake(t *testing.T) {
	header := func(more ...string) map[string][]string {
		h := map[string][]string{"Cookie": {"token=user"}, "Host": {"ws.example"}}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = []string{more[i+1]}
		}
		return h
	}
	for name, row := range map[string]struct {
		method string
		header map[string][]string
		want   string
	}{
		"another origin":                {"", header("Origin", "https://evil.example"), "cross_origin"},
		"another origin, keep-alive":    {"", header("Origin", "https://evil.example", "connection", "keep-alive"), "cross_origin"},
		"another origin, and a method":  {"GET", header("Origin", "https://evil.example"), "cross_origin"},
		"cross-site":                    {"", header("Sec-Fetch-Site", "cross-site"), "cross_origin"},
		"own origin":                    {"", header("Origin", "https://ws.example"), "user"},
		"no browser":                    {"", header(), "user"},
		"a token, from another origin":  {"", header("Origin", "https://evil.example", "Authorization", "Bearer user"), "user"},
		"a token in a protocol's place": {"", map[string][]string{"Sec-WebSocket-Protocol": {"bearer, user"}}, "Unauthorized"},
	} {
		event := request(row.method, row.header)
		event.MethodArn, event.Path = methodARN("prod", "$connect", ""), ""
		if got := judged(t, event); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

func TestAttachSeesTheRequest(t *testing.T) {
	type key struct{}
	var seen []string
	auth := fixedAuth()
	auth.Attach = func(r *http.Request, _ *gognito.User) error {
		invocation, _ := r.Context().Value(key{}).(string)
		seen = append(seen, strings.Join([]string{
			r.Method, r.Host, r.URL.String(), r.RequestURI, r.RemoteAddr, r.Header.Get("Host"), r.Header.Get("X-Tenant"), r.Header.Get("Upgrade"), invocation,
		}, "|"))
		return nil
	}
	ctx := context.WithValue(t.Context(), key{}, "invocation")
	authorizer := lambdaauth.Allow(auth, func(*gognito.User) error { return nil })
	event := request("PUT", map[string][]string{"Authorization": {"Bearer user"}, "HOST": {"api.example"}, "x-tenant": {"acme"}})
	event.MultiValueQueryStringParameters = map[string][]string{"b": {"1", "2&3"}, "a": {"ä"}}
	event.RequestContext.Identity.SourceIP = "2001:db8::1"
	_, err := authorizer.Request(ctx, event)
	event.MethodArn, event.Path = methodARN("prod", "PUT", "/$connect"), "/$connect" // no WebSocket API's
	_, pathErr := authorizer.Request(ctx, event)
	event.HTTPMethod, event.MethodArn, event.Path = "", methodARN("prod", "$connect", ""), ""
	event.MultiValueQueryStringParameters, event.QueryStringParameters = nil, map[string]string{"q": "1"}
	_, connectErr := authorizer.Request(ctx, event)
	http2 := httpRequest("DELETE", map[string]string{"authorization": "Bearer user", "host": "api.example", "x-tenant": "acme"})
	http2.RawPath, http2.RawQueryString = "/a b/c%2Fd", "x=%20"
	http2.RequestContext.HTTP.SourceIP = "192.0.2.1"
	_, httpErr := authorizer.HTTPSimple(ctx, http2)
	_, tokenErr := authorizer.Token(ctx, events.APIGatewayCustomAuthorizerRequest{AuthorizationToken: "Bearer user", MethodArn: methodARN("prod", "PATCH", "/a/b")})
	for _, err := range []error{err, pathErr, connectErr, httpErr, tokenErr} {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"PUT|api.example|/me?a=%C3%A4&b=1&b=2%263|/me?a=%C3%A4&b=1&b=2%263|[2001:db8::1]:0||acme||invocation",
		"PUT|api.example|/$connect?a=%C3%A4&b=1&b=2%263|/$connect?a=%C3%A4&b=1&b=2%263|[2001:db8::1]:0||acme||invocation",
		"GET|api.example|/?q=1|/?q=1|[2001:db8::1]:0||acme|websocket|invocation",
		"DELETE|api.example|/a%20b/c%252Fd?x=%20|/a%20b/c%252Fd?x=%20|192.0.2.1:0||acme||invocation",
		"PATCH||/a/b|/a/b|||||invocation",
	}
	if got := strings.Join(seen, "\n"); got != strings.Join(want, "\n") { // each once
		t.Errorf("Attach saw\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}
