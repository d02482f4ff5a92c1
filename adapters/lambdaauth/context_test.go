package lambdaauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/lambdaauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// What was allowed comes back as it went, through the JSON of each kind of event.
func TestTheFunctionBehindGetsTheUserBack(t *testing.T) {
	pool := gognitotest.NewPool(t)
	authorizer := lambdaauth.Require(&httpauth.Authenticator{Verifier: pool.Verifier()})
	for _, sent := range []gognitotest.User{
		{Username: "jane", Groups: []string{"x,admins", "per%cent", "%2C", "a b", "é\x01", `q"u\ote`, ",", "+", "null"}, Scopes: []string{"openid", "a,b/c%20"}},
		{Username: "jörg ☃"},
		{Username: strings.Repeat("ä", 128), Groups: slices.Repeat([]string{"g"}, 100)},
	} {
		answer, err := authorizer.Token(t.Context(), events.APIGatewayCustomAuthorizerRequest{
			AuthorizationToken: "Bearer " + pool.AccessToken(sent), MethodArn: methodARN("prod", "GET", "/me"),
		})
		if err != nil {
			t.Fatal(err)
		}
		want, err := pool.Verifier().Verify(t.Context(), pool.AccessToken(sent))
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(answer.Context)
		if err != nil {
			t.Fatal(err)
		}
		var rest events.APIGatewayProxyRequest
		var http2 events.APIGatewayV2HTTPRequest
		var socket events.APIGatewayWebsocketProxyRequest
		for form, into := range map[string]any{
			`{"requestContext":{"authorizer":%s}}`:              &rest,
			`{"requestContext":{"authorizer":{"lambda":%s}}}`:   &http2,
			`{"requestContext":{"authorizer":%s,"stage":"x"}} `: &socket,
		} {
			if err := json.Unmarshal(fmt.Appendf(nil, form, text), into); err != nil {
				t.Fatal(err)
			}
		}
		for _, context := range []any{rest.RequestContext.Authorizer, http2.RequestContext.Authorizer, socket.RequestContext.Authorizer} {
			got, ok := lambdaauth.UserOf(context)
			if !ok || got.Issuer != want.Issuer || got.Subject != want.Subject || got.Username != sent.Username || got.ClientID != pool.ClientID() ||
				!slices.Equal(got.Groups, sent.Groups) || !slices.Equal(got.Scopes, want.Scopes) || !got.ExpiresAt.Equal(want.ExpiresAt) || got.Machine() {
				t.Errorf("%T: %+v came back", context, got.Claims)
			}
		}
	}
}

func TestWhatIsNoAuthorizersContextHoldsNobody(t *testing.T) {
	good := map[string]any{"sub": "s", "exp": "1"}
	if user, ok := lambdaauth.UserOf(good); !ok || user.Subject != "s" || !user.ExpiresAt.Equal(time.Unix(1, 0)) {
		t.Fatal("the context that the others vary holds nobody")
	}
	for _, context := range []any{
		nil, "sub", 1, events.APIGatewayV2HTTPRequestContextAuthorizerDescription{Lambda: good},
		(*events.APIGatewayV2HTTPRequestContextAuthorizerDescription)(nil), &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{},
		map[string]any{}, map[string]any{"sub": "", "exp": "1"}, map[string]any{"sub": 1, "exp": "1"}, map[string]any{"exp": "1"},
		map[string]any{"sub": "s"}, map[string]any{"sub": "s", "exp": "soon"}, map[string]any{"sub": "s", "exp": 1},
		map[string]any{"sub": "s", "exp": "1", "groups": "a,,b"}, map[string]any{"sub": "s", "exp": "1", "groups": "a,"},
		map[string]any{"sub": "s", "exp": "1", "groups": "%"}, map[string]any{"sub": "s", "exp": "1", "scopes": "%zz"},
		map[string]any{"claims": good}, map[string]any{"reason": "group"},
	} {
		if user, ok := lambdaauth.UserOf(context); ok || user != nil {
			t.Errorf("%v holds %v", context, user.Claims)
		}
	}
}

// withContext returns the answer to a user's REQUEST event, as $connect or not.
func withContext(t *testing.T, connect bool, context func(*gognito.User) (map[string]string, error)) (events.APIGatewayCustomAuthorizerResponse, error) {
	t.Helper()
	authorizer := lambdaauth.Require(fixedAuth())
	authorizer.Context = context
	event := request("GET", map[string][]string{"Authorization": {"Bearer user"}})
	if connect {
		event.HTTPMethod, event.MethodArn = "", methodARN("prod", "$connect", "")
	}
	return authorizer.Request(t.Context(), event)
}

func TestContextAddsWhatTheApplicationSays(t *testing.T) {
	answer, err := withContext(t, false, func(u *gognito.User) (map[string]string, error) {
		return map[string]string{"Tenant_1": u.Username + "'s", "empty": ""}, nil
	})
	if err != nil || answer.Context["Tenant_1"] != "jörg's" || answer.Context["empty"] != "" || answer.Context["sub"] != answer.PrincipalID {
		t.Errorf("%v: %v", answer.Context, err)
	}
}

func TestContextCannotTakeAnothersName(t *testing.T) {
	for _, name := range []string{
		"", "a b", "a-b", "a.b", "ä", "claims", "principalId", "integrationLatency",
		"sub", "iss", "username", "client_id", "groups", "scopes", "exp", "reason",
	} {
		answer, err := withContext(t, false, func(*gognito.User) (map[string]string, error) {
			return map[string]string{name: "admins"}, nil
		})
		if err == nil || err.Error() != "Internal Server Error" || answer.Context != nil {
			t.Errorf("%q: %v, %v", name, answer, err)
		}
	}
}

func TestAnErrorOfContextIsAnsweredAsOneOfAttach(t *testing.T) {
	broken := errors.New("broken")
	_, err := withContext(t, false, func(*gognito.User) (map[string]string, error) { return nil, broken })
	if !errors.Is(err, broken) || err.Error() != "Internal Server Error" {
		t.Errorf("an error: %v", err)
	}
	answer, err := withContext(t, false, func(*gognito.User) (map[string]string, error) { return nil, gognito.ErrForbidden })
	if err != nil || answer.PolicyDocument.Statement[0].Effect != "Deny" || answer.Context != nil {
		t.Errorf("forbidden: %v, %v", answer, err)
	}
	// Who has a token is not told, by an error of another service's, that there is none.
	_, err = withContext(t, false, func(*gognito.User) (map[string]string, error) { return nil, gognito.ErrNoToken })
	if errors.Is(err, gognito.ErrNoToken) || err.Error() != "Internal Server Error" {
		t.Errorf("no token: %v", err)
	}
}

func TestAContextThatTheInvocationEndsIsNoFault(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	logged := new(levels)
	auth := fixedAuth()
	auth.Logger = slog.New(logged)
	authorizer := lambdaauth.Require(auth)
	authorizer.Context = func(*gognito.User) (map[string]string, error) {
		cancel()
		return nil, fmt.Errorf("the database: %w", ctx.Err())
	}
	_, err := authorizer.Request(ctx, request("GET", map[string][]string{"Authorization": {"Bearer user"}}))
	if gognito.ReasonOf(err) != gognito.ReasonCanceled || logged.errors != 0 {
		t.Errorf("%v, for the reason %q; %d errors were logged", err, gognito.ReasonOf(err), logged.errors)
	}
}

// A list is never cut: who would not be an admin for that is not let in either.
func TestTheAnswerToConnectHasALimit(t *testing.T) {
	padding := func(n int) func(*gognito.User) (map[string]string, error) {
		return func(*gognito.User) (map[string]string, error) {
			return map[string]string{"padding": strings.Repeat("x", n)}, nil
		}
	}
	answer, err := withContext(t, true, padding(0))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	room := 8<<10 - len(text)
	if _, err := withContext(t, true, padding(room)); err != nil {
		t.Errorf("8 KB: %v", err)
	}
	if answer, err := withContext(t, true, padding(room+1)); err == nil || err.Error() != "Internal Server Error" || answer.Context != nil {
		t.Errorf("more than 8 KB: %v, %v", answer, err)
	}
	if _, err := withContext(t, false, padding(room+1)); err != nil {
		t.Errorf("more than 8 KB for a REST API: %v", err)
	}
}
