package lambdaauth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/lambdaauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

// apiHost is the API's, as its clients name it.
const apiHost = "abcdef123.execute-api.us-east-1.amazonaws.com"

func TestSharedTable(t *testing.T) {
	t.Run("REST API", func(t *testing.T) {
		run(t, adaptertest.Carrier{Adapter: "lambdaauth, REST API"}, (*lambdaauth.Authorizer).Request, restEvent)
	})
	t.Run("WebSocket API", func(t *testing.T) {
		// A handshake counts as a POST.
		large := 0
		run(t, adaptertest.Carrier{Adapter: "lambdaauth, WebSocket API", PostOnly: true}, (*lambdaauth.Authorizer).Request,
			func(row adaptertest.Request) (events.APIGatewayCustomAuthorizerRequestTypeRequest, string) {
				if headerSize(row.Header) > maxHeader {
					// API Gateway would not take it, nor perhaps the answer to
					// it, of which TestTheAnswerToConnectHasALimit is.
					large++
					return restEvent(row)
				}
				return connectEvent(row)
			})
		t.Logf("%d of them went as a REST API's: their headers have more than %d bytes", large, maxHeader)
	})
	t.Run("HTTP API, simple", func(t *testing.T) {
		run(t, adaptertest.Carrier{Adapter: "lambdaauth, HTTP API, simple"}, (*lambdaauth.Authorizer).HTTPSimple, httpEvent)
	})
	t.Run("HTTP API, IAM", func(t *testing.T) {
		run(t, adaptertest.Carrier{Adapter: "lambdaauth, HTTP API, IAM"}, (*lambdaauth.Authorizer).HTTPIAM, httpEvent)
	})
}

// run sends the table's rows as events through lambda.Start's loop, each to the
// authorizer of its route, and lets the function behind see what that allows.
func run[Event, Response any](
	t *testing.T, carrier adaptertest.Carrier,
	ask func(*lambdaauth.Authorizer, context.Context, Event) (Response, error),
	event func(adaptertest.Request) (Event, string),
) {
	t.Helper()
	world := adaptertest.NewWorld(t)
	authorizers := authorizersOf(world)
	var row adaptertest.Request // the one on its way; they come one by one
	function := start(t, func(ctx context.Context, e Event) (Response, error) {
		response, err := ask(authorizers[row.Route], adaptertest.EndedContext(ctx, row.Header), e)
		refused := err
		if err == nil {
			refused = denial(response)
		}
		if refused != nil {
			world.Refused(adaptertest.IDOf(row.Header), refused)
		}
		return response, err
	})
	carrier.Rewords = true
	adaptertest.Run(t, world, carrier, apiHost, func(t *testing.T, r adaptertest.Request) adaptertest.Answer {
		t.Helper()
		row = r
		row.Header.Set("Host", apiHost)
		e, arn := event(row)
		status, told, values := gateway(t, function.invoke(t, e), arn)
		if status == http.StatusOK {
			told = world.Handled(behind(t.Context(), values), adaptertest.IDOf(row.Header))
		}
		return adaptertest.Answer{Status: status, Body: told}
	})
}

func authorizersOf(world *adaptertest.World) map[adaptertest.Route]*lambdaauth.Authorizer {
	authorizers := make(map[adaptertest.Route]*lambdaauth.Authorizer)
	for _, route := range adaptertest.Routes {
		switch policy := route.Policy(); {
		case policy != nil:
			authorizers[route] = lambdaauth.Allow(world.Auth, policy)
		case route == adaptertest.Optional:
			authorizers[route] = lambdaauth.Optional(world.Auth)
		default:
			authorizers[route] = lambdaauth.Require(world.Auth)
		}
		authorizers[route].Context = func(u *gognito.User) (map[string]string, error) {
			tenant, _ := adaptertest.Tenant.Of(u)
			return map[string]string{"tenant": tenant, "refund": fmt.Sprint(u.Can("refund"))}, nil
		}
	}
	return authorizers
}

// denial returns the error that an operator sees a denial as, or nil if the response
// is none.
func denial(response any) error {
	text, err := json.Marshal(response)
	check(err)
	var a authorization
	check(json.Unmarshal(text, &a))
	if !a.denies() {
		return nil
	}
	if reason, ok := a.Context["reason"].(string); ok {
		return gognito.NewError(gognito.Reason(reason), nil)
	}
	return fmt.Errorf("denied: %w", gognito.ErrForbidden)
}

// behind is the function behind the gateway.
func behind(ctx context.Context, values map[string]any) context.Context {
	user, ok := lambdaauth.UserOf(values)
	if !ok {
		return ctx
	}
	if values["refund"] == "true" {
		user.Grant("refund")
	}
	if tenant, _ := values["tenant"].(string); tenant != "" {
		adaptertest.Tenant.Set(user, tenant)
	}
	return gognito.NewContext(ctx, user)
}

func restEvent(row adaptertest.Request) (events.APIGatewayCustomAuthorizerRequestTypeRequest, string) {
	event := events.APIGatewayCustomAuthorizerRequestTypeRequest{
		Type:       "REQUEST",
		MethodArn:  methodARN("prod", row.Method, "/"+string(row.Route)),
		Resource:   "/" + string(row.Route),
		Path:       "/" + string(row.Route),
		HTTPMethod: row.Method,
		Headers:    make(map[string]string), MultiValueHeaders: make(map[string][]string),
	}
	for name, values := range row.Header {
		for _, value := range values {
			value = textproto.TrimString(value)
			event.Headers[name] = value // the last
			event.MultiValueHeaders[name] = append(event.MultiValueHeaders[name], value)
		}
	}
	if name, value, ok := strings.Cut(row.Query, "="); ok {
		event.QueryStringParameters = map[string]string{name: value}
		event.MultiValueQueryStringParameters = map[string][]string{name: {value}}
	}
	return event, event.MethodArn
}

// maxHeader is how many bytes of headers API Gateway takes.
const maxHeader = 10240

func headerSize(header http.Header) (size int) {
	for name, values := range header {
		for _, value := range values {
			size += len(name + ": " + value + "\r\n")
		}
	}
	return size
}

// connectEvent makes a handshake of a row.
func connectEvent(row adaptertest.Request) (events.APIGatewayCustomAuthorizerRequestTypeRequest, string) {
	event, _ := restEvent(row)
	event.Resource, event.Path, event.HTTPMethod = "", "", ""
	event.MethodArn = methodARN("prod", "$connect", "")
	return event, event.MethodArn
}

func httpEvent(row adaptertest.Request) (events.APIGatewayV2CustomAuthorizerV2Request, string) {
	event := events.APIGatewayV2CustomAuthorizerV2Request{
		Version:        "2.0",
		Type:           "REQUEST",
		RouteArn:       methodARN("$default", row.Method, "/"+string(row.Route)),
		RawPath:        "/" + string(row.Route),
		RawQueryString: row.Query,
		Headers:        make(map[string]string),
	}
	event.RequestContext.HTTP.Method = row.Method
	for _, name := range slices.Sorted(maps.Keys(row.Header)) {
		values := slices.Clone(row.Header[name])
		for i := range values {
			values[i] = textproto.TrimString(values[i])
		}
		if name == "Cookie" {
			for _, value := range values {
				for pair := range strings.SplitSeq(value, ";") {
					event.Cookies = append(event.Cookies, textproto.TrimString(pair))
				}
			}
			continue
		}
		event.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return event, event.RouteArn
}
