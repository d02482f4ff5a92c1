package echoauth_test

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v5"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/echoauth"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestUploadsLeaveNoFilesBehind(t *testing.T) {
	adaptertest.Upload(t, func(auth *httpauth.Authenticator, upload func(*http.Request)) http.Handler {
		e := echo.New()
		e.POST("/", echoauth.Handle(auth, func(c *echo.Context, _ *gognito.User) error {
			upload(c.Request())
			return nil
		}), echoauth.Require(auth), echoauth.Allow(auth, func(*gognito.User) error { return nil }))
		return e
	})
}
