package echoauth_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/gognito/gognito/adapters/echoauth"
	"github.com/gognito/gognito/internal/adaptertest"
	"github.com/labstack/echo/v5"
)

// Errors are exposed, which Echo does for developers, so that each refused row
// shows that its client is told nothing all the same.
func TestSharedTable(t *testing.T) {
	world := adaptertest.NewWorld(t)
	e := echo.New()
	answer := echo.DefaultHTTPErrorHandler(true)
	e.HTTPErrorHandler = func(c *echo.Context, err error) {
		world.Refused(adaptertest.IDOf(c.Request().Header), err)
		answer(c, err)
	}
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			r := c.Request()
			c.SetRequest(r.WithContext(adaptertest.EndedContext(r.Context(), r.Header)))
			return next(c)
		}
	})
	handler := func(c *echo.Context) error {
		r := c.Request()
		return c.String(http.StatusOK, world.Handled(r.Context(), adaptertest.IDOf(r.Header)))
	}
	for _, route := range adaptertest.Routes {
		guards := []echo.MiddlewareFunc{echoauth.Require(world.Auth)}
		if route == adaptertest.Optional {
			guards[0] = echoauth.Optional(world.Auth)
		}
		if policy := route.Policy(); policy != nil {
			guards = append(guards, echoauth.Allow(world.Auth, policy))
		}
		e.Match([]string{http.MethodGet, http.MethodPost}, "/"+string(route), handler, guards...)
	}
	adaptertest.RunHTTP(t, world, "echoauth", serve(t, e))
}

// serve starts Echo's own server, and returns its URL.
func serve(t *testing.T, e *echo.Echo) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		ended <- echo.StartConfig{Listener: listener, HideBanner: true, HidePort: true}.Start(t.Context(), e)
	}()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}
