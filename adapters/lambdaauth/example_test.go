package lambdaauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/lambdaauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// The authorizers of two routes of an HTTP API. Each is a function of its own, since
// one function is one rule:
//
//	lambda.Start(routes(auth)[os.Getenv("ROUTE")].HTTPSimple)
func routes(auth *httpauth.Authenticator) map[string]*lambdaauth.Authorizer {
	return map[string]*lambdaauth.Authorizer{
		"GET /me":     lambdaauth.Require(auth),
		"POST /admin": lambdaauth.Allow(auth, gognito.InAnyGroup("admins")),
	}
}

// The function behind GET /me:
//
//	lambda.Start(me)
func me(_ context.Context, event events.APIGatewayV2HTTPRequest) (string, error) {
	user, ok := lambdaauth.UserOf(event.RequestContext.Authorizer)
	if !ok {
		return "", errors.New("this function is for the API alone")
	}
	return "hello, " + user.Username, nil
}

func Example() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()} // in a function: httpauth.FromEnv()
	authorizers := routes(auth)

	jane := "Bearer " + pool.AccessToken(gognitotest.User{Username: "jane"})
	root := "Bearer " + pool.AccessToken(gognitotest.User{Username: "root", Groups: []string{"admins"}})
	fmt.Println(call(authorizers["GET /me"], "GET", "/me", jane))
	fmt.Println(call(authorizers["GET /me"], "GET", "/me", "Bearer "+pool.Hostile("expired")))
	fmt.Println(call(authorizers["POST /admin"], "POST", "/admin", jane))
	fmt.Println(call(authorizers["POST /admin"], "POST", "/admin", root))
	// Output:
	// 200 hello, jane
	// 401 Unauthorized
	// 403 Forbidden
	// 200 hello, root
}

// What the function behind the gateway knows besides the token's claims.
func ExampleAuthorizer_context() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{
		Verifier: pool.Verifier(),
		Attach:   httpauth.GrantByGroup(map[string][]string{"editors": {"article.write", "article.read"}}),
	}
	authorizer := lambdaauth.Require(auth)
	authorizer.Context = func(u *gognito.User) (map[string]string, error) {
		permissions, err := httpauth.JoinList(u.Permissions(), ' ', 1024)
		return map[string]string{"permissions": permissions}, err
	}

	answer, err := authorizer.Token(context.Background(), events.APIGatewayCustomAuthorizerRequest{
		AuthorizationToken: "Bearer " + pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"editors"}}),
		MethodArn:          "arn:aws:execute-api:us-east-1:123456789012:abcdef123/prod/GET/articles",
	})
	fmt.Println(answer.PolicyDocument.Statement[0], err)
	fmt.Println(answer.Context["username"], answer.Context["groups"], answer.Context["permissions"])
	// Output:
	// {[execute-api:Invoke] Allow [arn:aws:execute-api:us-east-1:123456789012:abcdef123/prod/*]} <nil>
	// jane editors article.read article.write
}

// A key set in the function's package: a cold start fetches nothing.
func Example_keysInThePackage() {
	pool := gognitotest.NewPool(exampleTB{})
	jwks := pool.JWKS() // in a function: //go:embed jwks.json
	keys, err := gognito.ParseJWKS(jwks)
	if err != nil {
		panic(err)
	}
	verifier, err := gognito.New(gognito.Config{UserPoolID: pool.UserPoolID(), ClientIDs: []string{pool.ClientID()}, Keys: keys})
	if err != nil {
		panic(err)
	}
	authorizer := lambdaauth.Require(&httpauth.Authenticator{Verifier: verifier})

	fmt.Println(call(authorizer, "GET", "/me", "Bearer "+pool.AccessToken(gognitotest.User{Username: "jane"})))
	fmt.Println("fetches:", pool.Fetches())
	// Output:
	// 200 hello, jane
	// fetches: 0
}

// call is what a client gets through API Gateway, of an HTTP API with simple
// responses.
func call(authorizer *lambdaauth.Authorizer, method, path, authorization string) string {
	event := events.APIGatewayV2CustomAuthorizerV2Request{RawPath: path, Headers: map[string]string{"authorization": authorization}}
	event.RequestContext.HTTP.Method = method
	answer, err := authorizer.HTTPSimple(context.Background(), event)
	switch {
	case err != nil && err.Error() == "Unauthorized":
		return "401 Unauthorized"
	case err != nil:
		return "500 Internal Server Error"
	case !answer.IsAuthorized:
		return "403 Forbidden"
	}
	authorizerContext, err := json.Marshal(answer.Context)
	if err != nil {
		panic(err)
	}
	var behind events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(fmt.Appendf(nil, `{"requestContext":{"authorizer":{"lambda":%s}}}`, authorizerContext), &behind); err != nil {
		panic(err)
	}
	said, err := me(context.Background(), behind)
	if err != nil {
		return "500 Internal Server Error"
	}
	return "200 " + said
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
