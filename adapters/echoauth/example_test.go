package echoauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/echoauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
	"github.com/labstack/echo/v5"
)

func routes(auth *httpauth.Authenticator) *echo.Echo {
	e := echo.New()
	e.GET("/me", echoauth.Handle(auth, func(c *echo.Context, u *gognito.User) error {
		return c.String(http.StatusOK, "hello, "+u.Username)
	}))
	e.POST("/admin", admin, echoauth.Require(auth), echoauth.Allow(auth, gognito.InAnyGroup("admins")))
	return e
}

func admin(c *echo.Context) error {
	user, _ := gognito.FromContext(c.Request().Context())
	return c.String(http.StatusOK, user.Username+" is an admin")
}

// One route for every user, and one for those of a group.
func Example() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()} // in a program: httpauth.FromEnv()
	e := routes(auth)

	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	root := pool.AccessToken(gognitotest.User{Username: "root", Groups: []string{"admins"}})
	for _, answer := range []*httptest.ResponseRecorder{
		call(e, http.MethodGet, "/me", jane),
		call(e, http.MethodGet, "/me", ""),
		call(e, http.MethodPost, "/admin", jane),
		call(e, http.MethodPost, "/admin", root),
	} {
		fmt.Println(answer.Code, answer.Body)
	}
	// Output:
	// 200 hello, jane
	// 401 {"message":"Unauthorized"}
	//
	// 403 {"message":"Forbidden"}
	//
	// 200 root is an admin
}

// call sends a request with that token, "" for none.
func call(e *echo.Echo, method, path, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
