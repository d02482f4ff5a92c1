package echo4auth_test

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/echoauth/echo4auth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
	"github.com/labstack/echo/v4"
)

// Echo uses its contexts again for other requests.
func TestUnderLoadNobodyReachesAnothersRequest(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()}
	e := echo.New()
	whoami := func(c echo.Context) error {
		name := "nobody"
		if u, ok := gognito.FromContext(c.Request().Context()); ok {
			name = u.Username
		}
		return c.String(http.StatusOK, name)
	}
	e.GET("/user", whoami, echo4auth.Require(auth))
	e.GET("/anyone", whoami, echo4auth.Optional(auth))
	url := serve(t, e)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	t.Cleanup(client.CloseIdleConnections)
	ask := func(path, token, want string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
		if err != nil {
			t.Error(err)
			return
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		response, err := client.Do(r)
		if err != nil {
			t.Error(err)
			return
		}
		defer response.Body.Close()
		if body, err := io.ReadAll(response.Body); err != nil || string(body) != want {
			t.Errorf("GET %s of %s: %q, %v", path, want, body, err)
		}
	}
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			name := fmt.Sprintf("user%d", i)
			token := pool.AccessToken(gognitotest.User{Username: name})
			for range 50 {
				ask("/user", token, name)
				ask("/anyone", "", "nobody")
				ask("/anyone", token, name)
				ask("/user", "", "{\"message\":\"Unauthorized\"}\n")
			}
		})
	}
	all.Wait()
}
