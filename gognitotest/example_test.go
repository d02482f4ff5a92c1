package gognitotest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// A handler that only administrators reach, and its test.
func Example() {
	t := new(recorder) // in a test, the *testing.T
	defer t.end()

	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()}
	admin := auth.Require(auth.Allow(gognito.InAnyGroup("admins"))(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			user, _ := gognito.FromContext(r.Context())
			fmt.Fprintf(w, "hello, %s", user.Username)
		})))
	get := func(token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		admin.ServeHTTP(w, r)
		return w
	}

	ada := gognitotest.User{Username: "ada", Groups: []string{"admins"}}
	fmt.Println(get(pool.AccessToken(ada)).Body)
	fmt.Println(get(pool.AccessToken(gognitotest.User{Username: "bob"})).Code)
	for _, h := range pool.HostileTokens() {
		if code := get(h.Token).Code; code != http.StatusUnauthorized {
			fmt.Println(h.Name, code)
		}
	}
	// Output:
	// hello, ada
	// 403
}

// A verifier that has the keys of before a rotation asks for the new ones.
func ExamplePool_Rotate() {
	t := new(recorder) // in a test, the *testing.T
	defer t.end()

	pool := gognitotest.NewPool(t)
	config := pool.Config()
	keys := config.Keys.(*gognito.RemoteKeys)
	verifier, err := gognito.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	before := pool.AccessToken(gognitotest.User{})
	_, err = verifier.Verify(ctx, before)
	fmt.Println("before:", err)

	pool.Rotate()
	if err := keys.Refresh(ctx); err != nil {
		fmt.Println(err)
		return
	}
	_, err = verifier.Verify(ctx, before)
	fmt.Println("old token:", err)
	_, err = verifier.Verify(ctx, pool.AccessToken(gognitotest.User{}))
	fmt.Println("new token:", err)
	// Output:
	// before: <nil>
	// old token: gognito: invalid token: unknown_key
	// new token: <nil>
}
