package alb_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/alb"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// A service behind a load balancer that signs its users in: the header which the
// load balancer signs says who they are.
func Example() {
	pool := gognitotest.NewPool(exampleTB{})
	lb := gognitotest.NewALB(exampleTB{}, pool)
	verifier := lb.Verifier() // in a program: alb.New

	auth := &httpauth.Authenticator{
		Verifier: verifier,
		Source:   httpauth.Header(alb.Header), // x-amzn-oidc-data
	}
	handler := auth.Handle(func(w http.ResponseWriter, _ *http.Request, u *gognito.User) {
		var more struct {
			Email string `json:"email"`
		}
		if err := u.Decode(&more); err != nil {
			http.Error(w, "no email", http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "%s <%s>, groups %v", u.Username, more.Email, u.Groups)
	})

	jane := gognitotest.User{Username: "jane", Groups: []string{"editors"}}
	fmt.Println(get(handler, func(h http.Header) { lb.SetHeaders(h, jane) }))
	fmt.Println(get(handler, func(h http.Header) { h.Set(alb.Header, lb.Hostile("other-signer")) }))
	// Output:
	// 200 jane <jane@example.com>, groups []
	// 401 Unauthorized
}

// What a program configures. Nothing is fetched yet.
func ExampleNew() {
	verifier, err := alb.New(alb.Config{
		LoadBalancers: []string{"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"},
		UserPoolID:    "eu-west-1_AbCdEfGhI",
		ClientIDs:     []string{"6h89qn2bfglbmvfebq9aaknqk0"},
	})
	fmt.Println(verifier != nil, err)

	_, err = alb.New(alb.Config{
		LoadBalancers: []string{"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/web/50dc6c495c0c9188"},
		UserPoolID:    "eu-west-1_AbCdEfGhI",
	})
	fmt.Println(err)
	// Output:
	// true <nil>
	// alb: Config.LoadBalancers holds "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/web/50dc6c495c0c9188", which is not the ARN of an Application Load Balancer, such as arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/NAME/50dc6c495c0c9188
	// alb: Config.ClientIDs is required: the app clients whose tokens are accepted
}

// Email is what the application knows a user's address as.
var Email = gognito.NewAttribute[string]("email")

// Groups and scopes are in the access token, which the load balancer forwards
// beside its own: verify it as any other. Here both are asked for, and must be of
// one user.
func Example_groups() {
	pool := gognitotest.NewPool(exampleTB{})
	lb := gognitotest.NewALB(exampleTB{}, pool)
	accessTokens, data := pool.Verifier(), lb.Verifier() // in a program: gognito.New and alb.New

	auth := &httpauth.Authenticator{
		Verifier: accessTokens,
		Source:   httpauth.Header(alb.AccessTokenHeader), // x-amzn-oidc-accesstoken
		Attach: func(r *http.Request, u *gognito.User) error {
			claims, err := data.Verify(r.Context(), r.Header.Get(alb.Header))
			if err != nil {
				return err
			}
			if claims.Subject != u.Subject {
				return gognito.NewError(gognito.ReasonMalformed, nil)
			}
			var more struct {
				Email string `json:"email"`
			}
			if err := claims.Decode(&more); err != nil {
				return err
			}
			Email.Set(u, more.Email)
			return nil
		},
	}
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _ := gognito.FromContext(r.Context())
		email, _ := Email.Of(user)
		fmt.Fprintf(w, "%s <%s>, groups %v", user.Username, email, user.Groups)
	})
	handler := auth.Require(auth.Allow(gognito.InAnyGroup("editors"))(hello))

	jane := gognitotest.User{Username: "jane", Groups: []string{"editors"}}
	joe := gognitotest.User{Username: "joe"}
	fmt.Println(get(handler, func(h http.Header) { lb.SetHeaders(h, jane) }))
	fmt.Println(get(handler, func(h http.Header) { lb.SetHeaders(h, joe) }))
	fmt.Println(get(handler, func(h http.Header) { lb.SetHeaders(h, jane); h.Set(alb.Header, lb.Data(joe)) }))
	fmt.Println(get(handler, func(h http.Header) { lb.SetHeaders(h, jane); h.Del(alb.Header) }))
	// Output:
	// 200 jane <jane@example.com>, groups [editors]
	// 403 Forbidden
	// 401 Unauthorized
	// 401 Unauthorized
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Error(a ...any)                 { panic(fmt.Sprint(a...)) }
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
