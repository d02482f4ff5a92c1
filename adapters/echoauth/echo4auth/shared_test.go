package echo4auth_test

import (
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/gognito/gognito/adapters/echoauth/echo4auth"
	"github.com/gognito/gognito/internal/adaptertest"
	"github.com/labstack/echo/v4"
)

// Debug is set, with which Echo shows errors to clients, so that each refused row
// shows that its client is told nothing all the same.
func TestSharedTable(t *testing.T) {
	world := adaptertest.NewWorld(t)
	e := echo.New()
	e.Debug = true
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		world.Refused(adaptertest.IDOf(c.Request().Header), err)
		e.DefaultHTTPErrorHandler(err, c)
	}
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			c.SetRequest(r.WithContext(adaptertest.EndedContext(r.Context(), r.Header)))
			return next(c)
		}
	})
	handler := func(c echo.Context) error {
		r := c.Request()
		return c.String(http.StatusOK, world.Handled(r.Context(), adaptertest.IDOf(r.Header)))
	}
	for _, route := range adaptertest.Routes {
		guards := []echo.MiddlewareFunc{echo4auth.Require(world.Auth)}
		if route == adaptertest.Optional {
			guards[0] = echo4auth.Optional(world.Auth)
		}
		if policy := route.Policy(); policy != nil {
			guards = append(guards, echo4auth.Allow(world.Auth, policy))
		}
		e.Match([]string{http.MethodGet, http.MethodPost}, "/"+string(route), handler, guards...)
	}
	adaptertest.RunHTTP(t, world, "echoauth/v4", serve(t, e))
}

// serve starts Echo's own server, and returns its URL.
func serve(t *testing.T, e *echo.Echo) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	e.Listener, e.HideBanner, e.HidePort = listener, true, true
	ended := make(chan error)
	go func() { ended <- e.Start("") }()
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}
