// Package echo4auth is package echoauth for Echo v4: the same functions, which decide
// and answer the same.
//
//	e.GET("/me", echo4auth.Handle(auth, me))                             // me takes the user
//	e.POST("/admin", admin, echo4auth.Require(auth), echo4auth.Allow(auth, gognito.InAnyGroup("admins")))
//	api := e.Group("/api", echo4auth.Require(auth))                      // and everything below
//
// What echoauth says of refusals, of the order of middleware and of limits holds
// here too. The error that a refusal returns is an *[echo.HTTPError] itself, whose
// Internal error is the reason's; Echo.Debug shows clients no more of it. A
// RequestLoggerConfig has to set LogError to be given the error.
//
// Everything here is safe for concurrent use.
package echo4auth

import (
	"net/http"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
	"github.com/labstack/echo/v4"
)

// Require lets only authenticated requests go on. Inside another Require of the
// same Authenticator it does nothing again. It panics if auth has no Verifier.
func Require(auth *httpauth.Authenticator) echo.MiddlewareFunc {
	return behind(auth, auth.RequireGate())
}

// Optional also lets requests without any token go on, without a user. Every
// other outcome, a bad token or an outage, is answered exactly as by Require.
func Optional(auth *httpauth.Authenticator) echo.MiddlewareFunc {
	return behind(auth, auth.OptionalGate())
}

// Allow lets users go on whom the policy allows. It stands behind Require (or
// Optional) of the same Authenticator: without a user, the answer is 401. It panics
// if policy is nil.
func Allow(auth *httpauth.Authenticator, policy gognito.Policy) echo.MiddlewareFunc {
	return behind(auth, auth.AllowGate(policy))
}

// Handle is Require for a handler that takes the user, which therefore can't be
// mounted without authentication.
func Handle(auth *httpauth.Authenticator, handle func(c echo.Context, u *gognito.User) error) echo.HandlerFunc {
	if handle == nil {
		panic("echo4auth: the handler is nil")
	}
	return Require(auth)(func(c echo.Context) error {
		user, _ := gognito.FromContext(c.Request().Context())
		return handle(c, user)
	})
}

func behind(auth *httpauth.Authenticator, gate httpauth.Gate) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			came := c.Request()
			admitted, err := gate(came)
			if err != nil {
				status := auth.Answer(c.Response().Header(), came, err)
				return echo.NewHTTPError(status, http.StatusText(status)).SetInternal(withheld{err})
			}
			c.SetRequest(admitted)
			defer func() { httpauth.HandBack(came, c.Request()) }()
			return next(c)
		}
	}
}

// withheld keeps an error's text from clients, to whom Echo sends it if Debug is
// set; and one that is an HTTPError from being answered in this one's stead.
type withheld struct{ err error }

func (withheld) Error() string   { return "withheld; see gognito.ReasonOf" }
func (w withheld) Unwrap() error { return w.err }
