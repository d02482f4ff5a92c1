package fiberauth_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v3"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/fiberauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

func routes(auth *httpauth.Authenticator) *fiber.App {
	app := fiber.New(fiber.Config{ReadBufferSize: 64 << 10})
	app.Get("/me", fiberauth.Handle(auth, func(c fiber.Ctx, u *gognito.User) error { return c.SendString("hello, " + u.Username) }))
	app.Post("/admin", fiberauth.Require(auth), fiberauth.Allow(auth, gognito.InAnyGroup("admins")), admin)
	return app
}

func admin(c fiber.Ctx) error { return c.SendString("done") }

// A page for each user, and one for administrators.
func Example() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()} // in a program: httpauth.FromEnv()
	app := routes(auth)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	root := pool.AccessToken(gognitotest.User{Username: "root", Groups: []string{"admins"}})

	fmt.Println(call(app, "GET", "/me", jane))
	fmt.Println(call(app, "GET", "/me", ""))
	fmt.Println(call(app, "POST", "/admin", jane))
	fmt.Println(call(app, "POST", "/admin", root))
	// Output:
	// 200 hello, jane
	// 401 Unauthorized
	// 403 Forbidden
	// 200 done
}

// call returns what a request with that token, "" for none, is answered with.
func call(app *fiber.App, method, path, token string) string {
	r := httptest.NewRequest(method, path, http.NoBody)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := app.Test(r)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", response.StatusCode, body)
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
