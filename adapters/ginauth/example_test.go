package ginauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/ginauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

func routes(auth *httpauth.Authenticator) *gin.Engine {
	r := gin.New()
	r.GET("/me", ginauth.Handle(auth, func(c *gin.Context, u *gognito.User) { c.String(http.StatusOK, "hello, %s\n", u.Username) }))
	r.POST("/admin", ginauth.Require(auth), ginauth.Allow(auth, gognito.InAnyGroup("admins")), admin)
	return r
}

func admin(c *gin.Context) { c.String(http.StatusOK, "done\n") }

// A page for each user, and one for administrators.
func Example() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()} // in a program: httpauth.FromEnv()
	r := routes(auth)
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	root := pool.AccessToken(gognitotest.User{Username: "root", Groups: []string{"admins"}})

	fmt.Println(ask(r, "GET", "/me", jane))
	fmt.Println(ask(r, "GET", "/me", ""))
	fmt.Println(ask(r, "POST", "/admin", jane))
	fmt.Println(ask(r, "POST", "/admin", root))
	// Output:
	// 200 hello, jane
	// 401 Unauthorized
	// 403 Forbidden
	// 200 done
}

// ask returns what a request with that token, "" for none, is answered with.
func ask(handler http.Handler, method, path, token string) string {
	r := httptest.NewRequest(method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Body))
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
