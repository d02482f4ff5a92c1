package echo4auth_test

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/echoauth/echo4auth"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestUploadsLeaveNoFilesBehind(t *testing.T) {
	adaptertest.Upload(t, func(auth *httpauth.Authenticator, upload func(*http.Request)) http.Handler {
		e := echo.New()
		e.POST("/", echo4auth.Handle(auth, func(c echo.Context, _ *gognito.User) error {
			upload(c.Request())
			return nil
		}), echo4auth.Require(auth), echo4auth.Allow(auth, func(*gognito.User) error { return nil }))
		return e
	})
}
