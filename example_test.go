package gognito_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

func Example() {
	pool := gognitotest.NewPool(exampleTB{})
	config := pool.Config() // in a program: gognito.Config{UserPoolID: …, ClientIDs: …}
	verifier, err := gognito.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	claims, err := verifier.Verify(ctx, pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"editors"}}))
	fmt.Println(claims.Username, claims.Groups, err)

	_, err = verifier.Verify(ctx, pool.Hostile("expired"))
	fmt.Println(errors.Is(err, gognito.ErrInvalidToken), gognito.ReasonOf(err))
	// Output:
	// jane [editors] <nil>
	// true expired
}

// Claims that a Lambda trigger or a custom attribute added.
func ExampleClaims_Decode() {
	pool := gognitotest.NewPool(exampleTB{})
	config := pool.Config()
	config.TokenUse = gognito.IDToken
	verifier, err := gognito.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	token := pool.IDToken(gognitotest.User{Attributes: map[string]string{"custom:tenant": "acme", "email": "jane@example.com"}})

	claims, err := verifier.Verify(context.Background(), token)
	if err != nil {
		fmt.Println(err)
		return
	}
	var extra struct {
		Tenant string `json:"custom:tenant"`
		Email  string `json:"email"`
	}
	err = claims.Decode(&extra)
	fmt.Println(extra.Tenant, extra.Email, err)
	// Output: acme jane@example.com <nil>
}

func ExampleNewAttribute() {
	plan := gognito.NewAttribute[int]("plan")
	user := &gognito.User{Claims: &gognito.Claims{Username: "jane"}}
	plan.Set(user, 3)
	fmt.Println(plan.Of(user))
	// Output: 3 true
}

func ExampleAnyOf() {
	policy := gognito.AnyOf(gognito.InAnyGroup("admins"), gognito.Can("article.write"))
	user := &gognito.User{Claims: &gognito.Claims{Username: "jane"}}
	fmt.Println(policy(user))
	user.Grant("article.write")
	fmt.Println(policy(user))
	// Output:
	// gognito: forbidden: group
	// <nil>
}

// Several pools behind one API.
func ExamplePools() {
	customers, staff := gognitotest.NewPool(exampleTB{}), gognitotest.NewPool(exampleTB{})
	pools, err := gognito.NewPools(customers.Verifier(), staff.Verifier())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, pool := range []*gognitotest.Pool{customers, staff} {
		claims, err := pools.Verify(context.Background(), pool.AccessToken(gognitotest.User{Username: "jane"}))
		fmt.Println(claims.Issuer == pool.Issuer(), err)
	}
	// Output:
	// true <nil>
	// true <nil>
}

// A readiness endpoint: the probe may call it every second.
func ExampleVerifier_KeyStatus() {
	pool := gognitotest.NewPool(exampleTB{})
	verifier := pool.Verifier()
	ready := func(w http.ResponseWriter, r *http.Request) {
		if err := verifier.Prefetch(r.Context()); err != nil {
			http.Error(w, "keys unavailable", http.StatusServiceUnavailable)
		}
		for _, set := range verifier.KeyStatus() {
			fmt.Fprintf(w, "%d keys, %.0f s old, last attempt: %v\n", len(set.KeyIDs), time.Since(set.Fetched).Seconds(), set.Err)
		}
	}
	answer := httptest.NewRecorder()
	ready(answer, httptest.NewRequest(http.MethodGet, "/ready", nil))
	fmt.Print(answer.Code, " ", answer.Body)
	// Output: 200 2 keys, 0 s old, last attempt: <nil>
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
