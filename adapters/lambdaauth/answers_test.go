package lambdaauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/lambdaauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// fixed verifies the tokens of a pool that never changes.
type fixed struct{}

func (fixed) Verify(_ context.Context, token string) (*gognito.Claims, error) {
	claims := &gognito.Claims{
		Issuer:  "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
		Subject: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", ClientID: "1example23456789", Username: "jörg",
		Groups: []string{"x,admins", "per%cent", "a b"}, Scopes: []string{"openid", "orders/read"},
		ExpiresAt: time.Unix(1767225600, 0),
	}
	switch token {
	case "user":
		return claims, nil
	case "admin":
		claims.Groups = []string{"admins"}
		return claims, nil
	case "machine":
		return &gognito.Claims{Issuer: claims.Issuer, Subject: "m2m", ClientID: "m2m", ExpiresAt: claims.ExpiresAt}, nil
	case "outage":
		return nil, gognito.NewError(gognito.ReasonKeysUnavailable, errors.New("https://secret.example"))
	case "fault":
		return nil, errors.New("the database is gone")
	case "expired":
		return nil, gognito.NewError(gognito.ReasonExpired, nil)
	default:
		return nil, gognito.NewError(gognito.ReasonMalformed, nil)
	}
}

// fixedAuth takes fixed tokens from the header or a cookie.
func fixedAuth() *httpauth.Authenticator {
	return &httpauth.Authenticator{
		Verifier: fixed{},
		Source:   httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie("token")),
		Logger:   slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

const (
	tokenEvent   = `{"type":"TOKEN","authorizationToken":"Bearer %","methodArn":"arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abcdef123/test/GET/orders/7"}`
	requestEvent = `{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/POST/","resource":"/","path":"/","httpMethod":"POST",
		"headers":{"authorization":"Bearer %"},"multiValueHeaders":{"authorization":["Bearer %"]},"queryStringParameters":null,"requestContext":{"identity":{"sourceIp":"192.0.2.1"}}}`
	http1Event = `{"version":"1.0","type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/$default/GET/request","identitySource":"Bearer admin",
		"authorizationToken":"Bearer admin","resource":"/request","path":"/request","httpMethod":"GET","headers":{"Authorization":"Bearer %"}}`
	startEvent = `{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/default/$connect","headers":{"Cookie":"token=%","Host":"ws.example"},
		"multiValueHeaders":{"Cookie":["token=%"],"Host":["ws.example"],"Origin":["https://ws.example"]},"requestContext":{"routeKey":"$connect","eventType":"CONNECT"}}`
	http2Event = `{"version":"2.0","type":"REQUEST","routeArn":"arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/request","identitySource":["Bearer admin"],
		"routeKey":"$default","rawPath":"/my/path","headers":{"authorization":"Bearer %"},"requestContext":{"http":{"method":"GET","sourceIp":"192.0.2.1"}}}`
)

// What functions post, byte by byte.
const (
	unauthorized = `{"errorMessage":"Unauthorized","errorType":"refusal"}`
	outage       = `{"errorMessage":"Service Unavailable","errorType":"refusal"}`
	fault        = `{"errorMessage":"Internal Server Error","errorType":"refusal"}`

	userContext = `"context":{"client_id":"1example23456789","exp":"1767225600","groups":"x%2Cadmins,per%25cent,a%20b",` +
		`"iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI","scopes":"openid,orders/read","sub":"34c84488-e0e1-70ae-d2ee-991ad1a898c8","username":"jörg"}`
	adminContext = `"context":{"client_id":"1example23456789","exp":"1767225600","groups":"admins",` +
		`"iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI","scopes":"openid,orders/read","sub":"34c84488-e0e1-70ae-d2ee-991ad1a898c8","username":"jörg"}`
	machineContext = `"context":{"client_id":"m2m","exp":"1767225600","iss":"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI","sub":"m2m"}`
)

func withToken(event, token string) string { return strings.ReplaceAll(event, "%", token) }

func policy(principal, effect, stage string) string {
	return `{"principalId":"` + principal + `","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":["execute-api:Invoke"],"Effect":"` + effect +
		`","Resource":["arn:` + stage + `/*"]}]}`
}

func TestAnswersAreWhatAPIGatewayReads(t *testing.T) {
	const (
		sub     = "34c84488-e0e1-70ae-d2ee-991ad1a898c8"
		gov     = "aws-us-gov:execute-api:us-gov-west-1:123456789012:abcdef123/test"
		stage   = "aws:execute-api:us-east-1:123456789012:abcdef123/test"
		initial = "aws:execute-api:us-east-1:123456789012:abcdef123/$default"
		socket  = "aws:execute-api:us-east-1:123456789012:abcdef123/default"
		group   = `,"context":{"reason":"group"}}`
		origin  = `,"context":{"reason":"cross_origin"}}`
	)
	users := lambdaauth.Require(fixedAuth())
	admins := lambdaauth.Allow(fixedAuth(), gognito.InAnyGroup("admins"))
	for _, function := range []struct {
		name, event string
		handler     any
		want        map[string]string // by token
	}{
		{"TOKEN", tokenEvent, users.Token, map[string]string{
			"user": policy(sub, "Allow", gov) + "," + userContext + "}", "machine": policy("m2m", "Allow", gov) + "," + machineContext + "}",
			"expired": unauthorized, "": unauthorized, "outage": outage, "fault": fault,
		}},
		{"TOKEN for admins", tokenEvent, admins.Token, map[string]string{
			"user": policy(sub, "Deny", gov) + group, "admin": policy(sub, "Allow", gov) + "," + adminContext + "}", "expired": unauthorized,
		}},
		{"REQUEST", requestEvent, users.Request, map[string]string{
			"user": policy(sub, "Allow", stage) + "," + userContext + "}", "expired": unauthorized, "outage": outage, "fault": fault,
		}},
		{"REQUEST for admins", requestEvent, admins.Request, map[string]string{"user": policy(sub, "Deny", stage) + group}},
		{"payload 1.0", http1Event, admins.Request, map[string]string{
			"admin": policy(sub, "Allow", initial) + "," + adminContext + "}", "user": policy(sub, "Deny", initial) + group, "expired": unauthorized,
		}},
		{"$connect", startEvent, users.Request, map[string]string{
			"user": policy(sub, "Allow", socket) + "," + userContext + "}", "expired": unauthorized, "outage": outage,
		}},
		{"$connect of another site", strings.ReplaceAll(startEvent, "https://ws.", "https://evil."), users.Request, map[string]string{
			"user": policy("anonymous", "Deny", socket) + origin,
		}},
		{"payload 2.0, simple", http2Event, admins.HTTPSimple, map[string]string{
			"admin": `{"isAuthorized":true,` + adminContext + "}", "user": `{"isAuthorized":false,"context":{"reason":"group"}}`,
			"expired": unauthorized, "outage": outage, "fault": fault,
		}},
		{"payload 2.0, IAM", http2Event, admins.HTTPIAM, map[string]string{
			"admin": policy(sub, "Allow", stage) + "," + adminContext + "}", "user": policy(sub, "Deny", stage) + group,
			"expired": unauthorized, "outage": outage, "fault": fault,
		}},
		{"nobody, IAM", http2Event, lambdaauth.Optional(&httpauth.Authenticator{Verifier: fixed{}, Source: httpauth.Cookie("token")}).HTTPIAM,
			map[string]string{"user": policy("anonymous", "Allow", stage) + "}"}},
		{"nobody, simple", http2Event, lambdaauth.Optional(&httpauth.Authenticator{Verifier: fixed{}, Source: httpauth.Cookie("token")}).HTTPSimple,
			map[string]string{"user": `{"isAuthorized":true}`}},
	} {
		api := start(t, function.handler)
		for token, want := range function.want {
			got := api.invoke(t, json.RawMessage(withToken(function.event, token)))
			if text := string(got.body); text != want || got.failed != (want == unauthorized || want == outage || want == fault) {
				t.Errorf("%s, %s: %s\nwant %s", function.name, token, text, want)
			}
		}
	}
}

func TestErrorsUnwrapToTheReason(t *testing.T) {
	pool := gognitotest.NewPool(t)
	authorizer := lambdaauth.Require(&httpauth.Authenticator{Verifier: pool.Verifier()})
	_, err := authorizer.Token(t.Context(), events.APIGatewayCustomAuthorizerRequest{
		AuthorizationToken: "Bearer " + pool.Hostile("expired"), MethodArn: methodARN("prod", "GET", "/"),
	})
	if gognito.ReasonOf(err) != gognito.ReasonExpired || !errors.Is(err, gognito.ErrInvalidToken) || err.Error() != "Unauthorized" {
		t.Errorf("%v, for the reason %q", err, gognito.ReasonOf(err))
	}
}

// A bare token, or one with another scheme, is none; and there is nothing else in
// the event to take a token from.
func TestATOKENEventTakesABearerOnly(t *testing.T) {
	authorizer := lambdaauth.Require(&httpauth.Authenticator{Verifier: fixed{}, Source: httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie("token"))})
	for value, want := range map[string]gognito.Kind{
		"user": gognito.ErrNoToken, "": gognito.ErrNoToken, "Basic user": gognito.ErrNoToken, "token=user": gognito.ErrNoToken,
		"Bearer": gognito.ErrInvalidToken, "Bearer user,Bearer user": gognito.ErrInvalidToken,
	} {
		_, err := authorizer.Token(t.Context(), events.APIGatewayCustomAuthorizerRequest{AuthorizationToken: value, MethodArn: methodARN("prod", "GET", "/")})
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", value, err, want)
		}
	}
}

// A fault of the set-up is the operator's affair, and is told to nobody else.
func TestAnOddARNIsAFault(t *testing.T) {
	for _, arn := range []string{
		"", "arn", "urn:aws:execute-api:us-east-1:123456789012:abcdef123/test/GET/x", "arn:aws:execute-api:us-east-1:123456789012", "arn:aws:execute-api:us-east-1:123456789012:",
		"arn:aws:execute-api:us-east-1:123456789012:abcdef123", "arn:aws:execute-api:us-east-1:123456789012:abcdef123/test",
		"arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/", "arn:aws:execute-api:us-east-1:123456789012:abcdef123//GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:/test/GET/x", "arn:aws:lambda:us-east-1:123456789012:abcdef123/test/GET/x",
		"arn:aws:execute-api:us-east-1:123456789012:*/test/GET/x", "arn:aws:execute-api:us-east-1:123456789012:abcdef123/*/GET/x",
		"arn:aws:execute-api:us-east-1:*:abcdef123/test/GET/x", "arn:aws:execute-api:us-east-1:123456789012:abcdef123/tes?/GET/x",
	} {
		logged := new(levels)
		auth := fixedAuth()
		auth.Logger = slog.New(logged)
		authorizer := lambdaauth.Require(auth)
		_, tokenErr := authorizer.Token(t.Context(), events.APIGatewayCustomAuthorizerRequest{AuthorizationToken: "Bearer user", MethodArn: arn})
		_, requestErr := authorizer.Request(t.Context(), events.APIGatewayCustomAuthorizerRequestTypeRequest{
			MethodArn: arn, HTTPMethod: http.MethodGet, Headers: map[string]string{"Authorization": "Bearer user"},
		})
		_, httpErr := authorizer.HTTPIAM(t.Context(), events.APIGatewayV2CustomAuthorizerV2Request{
			RouteArn: arn, Headers: map[string]string{"authorization": "Bearer user"},
		})
		for _, err := range []error{tokenErr, requestErr, httpErr} {
			if err == nil || err.Error() != "Internal Server Error" {
				t.Errorf("%q: %v", arn, err)
			}
		}
		if logged.errors != 3 {
			t.Errorf("%q: %d errors were logged", arn, logged.errors)
		}
	}
}

// levels counts what is logged.
type levels struct{ errors int }

func (*levels) Enabled(context.Context, slog.Level) bool { return true }
func (l *levels) WithAttrs([]slog.Attr) slog.Handler     { return l }
func (l *levels) WithGroup(string) slog.Handler          { return l }
func (l *levels) Handle(_ context.Context, r slog.Record) error {
	if r.Level == slog.LevelError {
		l.errors++
	}
	return nil
}
