// Package echoauth puts an Amazon Cognito user on every request of Echo v5.
//
//	e.GET("/me", echoauth.Handle(auth, me))                              // me takes the user
//	e.POST("/admin", admin, echoauth.Require(auth), echoauth.Allow(auth, gognito.InAnyGroup("admins")))
//	api := e.Group("/api", echoauth.Require(auth))                       // and everything below
//
// What is decided is [httpauth]'s: where the token is looked for, who may, and
// which status and header fields answer whom. The user is in the request's
// context: [gognito.FromContext] of c.Request().Context(). For Echo v4 there is
// the package echo4auth beside this one.
//
// # Refusals
//
// The middleware sets the header fields that are due (WWW-Authenticate,
// Cache-Control, Retry-After) and returns an [echo.HTTPError], which Echo's
// HTTPErrorHandler answers; Authenticator.ErrorHandler is not asked. The client
// is told the status alone, also by an error handler that exposes errors: the
// text of the error says no more. Whoever gets the error, such as an error handler
// or a logger, finds why by [gognito.ReasonOf], [errors.Is] and [errors.As]:
//
//	middleware.RequestLoggerConfig{
//		LogValuesFunc: func(c *echo.Context, v middleware.RequestLoggerValues) error {
//			logger.Info("request", "status", v.Status, "reason", gognito.ReasonOf(v.Error))
//			…
//
// Outages and faults (503 and 500) are logged by the Authenticator itself.
// echo.WrapMiddleware(auth.Require) works too. Then net/http's answer is written
// (or ErrorHandler's), and Echo's error handler and loggers see no error.
//
// # Order
//
// A middleware of Echo's Use, or of a group's, also guards paths without a route
// (401, not 404); one of a route guards that route alone. Where a wildcard serves
// other methods only, Echo answers 405, or 204 to OPTIONS, in front of a group's
// middleware. CORS goes before Require, since a preflight carries no token.
// ContextTimeout goes before it as well, if fetching keys is to count: a request whose
// time is up is answered with 503.
//
// Echo serves by net/http, which takes 1 MiB of header fields unless
// http.Server.MaxHeaderBytes says otherwise: far more than Cognito's tokens, which
// have more than 12 KB for a user in a hundred groups. A proxy in front may take less.
//
// Everything here is safe for concurrent use.
package echoauth

import (
	"net/http"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
	"github.com/labstack/echo/v5"
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
func Handle(auth *httpauth.Authenticator, handle func(c *echo.Context, u *gognito.User) error) echo.HandlerFunc {
	if handle == nil {
		panic("echoauth: the handler is nil")
	}
	return Require(auth)(func(c *echo.Context) error {
		user, _ := gognito.FromContext(c.Request().Context())
		return handle(c, user)
	})
}

func behind(auth *httpauth.Authenticator, gate httpauth.Gate) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			came := c.Request()
			admitted, err := gate(came)
			if err != nil {
				status := auth.Answer(c.Response().Header(), came, err)
				return echo.NewHTTPError(status, http.StatusText(status)).Wrap(withheld{status, err})
			}
			c.SetRequest(admitted)
			defer func() { httpauth.HandBack(came, c.Request()) }()
			return next(c)
		}
	}
}

// withheld keeps an error's text from clients: error handlers that expose errors
// send the text of what an HTTPError wraps.
type withheld struct {
	status int
	err    error
}

func (withheld) Error() string   { return "withheld; see gognito.ReasonOf" }
func (w withheld) Unwrap() error { return w.err }

// As also keeps a problem that Attach or a policy returned from
// echo.ProblemDetailsHTTPErrorHandler, which sends the first one it finds.
func (w withheld) As(target any) bool {
	problem, ok := target.(**echo.ProblemError)
	if ok {
		*problem = &echo.ProblemError{Status: w.status}
	}
	return ok
}
