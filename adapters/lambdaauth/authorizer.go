package lambdaauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// An Authorizer answers API Gateway. Its methods are handlers for [lambda.Start].
// It is made by [Require], [Optional] or [Allow]; one that is not panics when it is
// asked. It is safe for concurrent use.
type Authorizer struct {
	// Context returns what the function behind the gateway shall know of a user
	// besides what [UserOf] returns: permissions, or what Attach set. Names are made
	// of letters, digits and underscores, and are none of this package's or API
	// Gateway's. Values are strings, as API Gateway would make of numbers; for
	// lists there is httpauth.JoinList. An error is answered as one of Attach
	// is. Nil: nothing. Set it before lambda.Start.
	Context func(*gognito.User) (map[string]string, error)

	auth         *httpauth.Authenticator
	authenticate httpauth.Gate
	allow        httpauth.Gate // nil: anybody who was let through so far
}

// Require lets only authenticated requests through. It panics if there is no
// Verifier.
func Require(auth *httpauth.Authenticator) *Authorizer {
	return &Authorizer{auth: auth, authenticate: auth.RequireGate()}
}

// Optional also lets requests without any token through, without a user. API
// Gateway must be told of no identity source.
func Optional(auth *httpauth.Authenticator) *Authorizer {
	return &Authorizer{auth: auth, authenticate: auth.OptionalGate()}
}

// Allow is Require, and lets users through whom the policy allows. A nil policy
// panics.
func Allow(auth *httpauth.Authenticator, policy gognito.Policy) *Authorizer {
	return &Authorizer{auth: auth, authenticate: auth.RequireGate(), allow: auth.AllowGate(policy)}
}

// Token answers a TOKEN authorizer of a REST API. The event holds the token source's
// value and no header, so it stands for the Authorization header: "Bearer" and a
// token. A bare token is none. Cookies and origins are not seen here. A Token
// validation of ^[Bb]earer +[-_.0-9A-Za-z]+$ saves calls for what can't be one.
func (a *Authorizer) Token(ctx context.Context, event events.APIGatewayCustomAuthorizerRequest) (events.APIGatewayCustomAuthorizerResponse, error) {
	r := fromToken(event)
	return a.restAnswer(r.WithContext(ctx), event.MethodArn)
}

// Request answers a REQUEST authorizer of a REST API, that of $connect of a
// WebSocket API, and one of an HTTP API with payload format 1.0.
func (a *Authorizer) Request(ctx context.Context, event events.APIGatewayCustomAuthorizerRequestTypeRequest) (events.APIGatewayCustomAuthorizerResponse, error) {
	r := fromRequest(event).WithContext(ctx)
	answer, err := a.restAnswer(r, event.MethodArn)
	if err != nil || !isConnect(event) {
		return answer, err
	}
	if text, err := json.Marshal(answer); err != nil || len(text) > maxConnectAnswer {
		return events.APIGatewayCustomAuthorizerResponse{}, a.fail(r, errors.Join(errConnectAnswer, err))
	}
	return answer, nil
}

// HTTPSimple answers an authorizer of an HTTP API with payload format 2.0 and
// simple responses.
func (a *Authorizer) HTTPSimple(ctx context.Context, event events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	verdict, err := a.decide(fromHTTP(event).WithContext(ctx))
	return events.APIGatewayV2CustomAuthorizerSimpleResponse{IsAuthorized: verdict.allowed, Context: verdict.context}, err
}

// HTTPIAM answers an authorizer of an HTTP API with payload format 2.0 and
// without simple responses.
func (a *Authorizer) HTTPIAM(ctx context.Context, event events.APIGatewayV2CustomAuthorizerV2Request) (events.APIGatewayV2CustomAuthorizerIAMPolicyResponse, error) {
	answer, err := a.restAnswer(fromHTTP(event).WithContext(ctx), event.RouteArn)
	return events.APIGatewayV2CustomAuthorizerIAMPolicyResponse{
		PrincipalID: answer.PrincipalID, PolicyDocument: answer.PolicyDocument, Context: answer.Context,
	}, err
}

// restAnswer answers with a policy.
func (a *Authorizer) restAnswer(r *http.Request, methodARN string) (events.APIGatewayCustomAuthorizerResponse, error) {
	var none events.APIGatewayCustomAuthorizerResponse
	arn, err := parseARN(methodARN)
	if err != nil {
		return none, a.fail(r, err)
	}
	verdict, err := a.decide(r)
	if err != nil {
		return none, err
	}
	return events.APIGatewayCustomAuthorizerResponse{
		PrincipalID:    verdict.principal,
		PolicyDocument: arn.policy(verdict.allowed),
		Context:        verdict.context,
	}, nil
}

// A verdict is what there is to answer about a request, unless that is an error.
type verdict struct {
	allowed   bool
	principal string
	context   map[string]any
}

// nobody is the principal where no user is known: API Gateway wants one.
const nobody = "anonymous"

// decide asks the gates.
func (a *Authorizer) decide(r *http.Request) (verdict, error) {
	if a.authenticate == nil {
		panic("lambdaauth: an Authorizer is made by Require, Optional or Allow")
	}
	admitted, err := a.authenticate(r)
	if err != nil {
		return a.refuse(r, err)
	}
	r = admitted
	if a.allow != nil {
		if _, err := a.allow(r); err != nil {
			return a.refuse(r, err)
		}
	}
	user, ok := gognito.FromContext(r.Context())
	if !ok {
		return verdict{allowed: true, principal: nobody}, nil
	}
	answer := verdict{allowed: true, principal: user.Subject}
	tell := func(u *gognito.User) (err error) {
		answer.context, err = a.values(u)
		return err
	}
	if _, err := a.auth.AllowGate(tell)(r); err != nil { // so its errors mean what a policy's do
		return a.refuse(r, err)
	}
	return answer, nil
}

// refuse returns what answers an error: 403 is no error to API Gateway.
func (a *Authorizer) refuse(r *http.Request, err error) (verdict, error) {
	status := a.auth.Answer(make(http.Header), r, err)
	if status != http.StatusForbidden {
		return verdict{}, &refusal{status, err}
	}
	denied := verdict{principal: nobody}
	if user, ok := gognito.FromContext(r.Context()); ok {
		denied.principal = user.Subject
	}
	if reason := gognito.ReasonOf(err); reason != "" {
		denied.context = map[string]any{keyReason: string(reason)}
	}
	return denied, nil
}

// fail returns the error that answers a fault of the set-up.
func (a *Authorizer) fail(r *http.Request, err error) error {
	return &refusal{a.auth.Answer(make(http.Header), r, err), err}
}

// A refusal is an error as API Gateway reads it: it answers the text "Unauthorized"
// with 401, and any other with 500.
type refusal struct {
	status int
	cause  error
}

func (e *refusal) Error() string { return http.StatusText(e.status) }
func (e *refusal) Unwrap() error { return e.cause }
