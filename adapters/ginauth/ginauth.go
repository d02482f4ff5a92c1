// Package ginauth puts an Amazon Cognito user on every request of gin.
//
//	r := gin.New()
//	r.GET("/me", ginauth.Handle(auth, me)) // me takes the user
//	r.POST("/admin", ginauth.Require(auth), ginauth.Allow(auth, gognito.InAnyGroup("admins")), admin)
//	r.GET("/", ginauth.Optional(auth), home) // with or without a user
//
// It decides nothing itself: which tokens count, whom they admit and how a refusal
// is answered is [httpauth.Authenticator]'s to say, ErrorHandler, Realm and Logger
// included. All of it is safe for concurrent use.
//
// # The user
//
// is in the context of the request, so functions that know nothing of gin find it
// too, and it is still there after c.Copy and engine.HandleContext:
//
//	user, ok := gognito.FromContext(c.Request.Context())
//
// c itself passes for that context only if engine.ContextWithFallback is set; if
// not, FromContext(c) finds nobody. Attach is given c.Request, where gin leaves
// PathValue and Pattern empty.
//
// # Refusals
//
// A refused request is answered and aborted: nothing behind runs, even if
// something in front recovers from a panic of Attach's, say, and goes on. The error
// is in c.Errors, of type gin.ErrorTypePrivate, where middleware in front finds it
// after c.Next. Its text says nothing, since some middleware sends that to clients:
//
//	c.Next()
//	for _, err := range c.Errors {
//		logger.Info("refused", "reason", gognito.ReasonOf(err)) // errors.Is and errors.As work too
//	}
//
// Middleware that answers c.Errors itself has to leave alone what is answered
// (c.Writer.Written), or its text is added to the answer.
//
// # Where gin surprises
//
//   - Use guards the routes that are added after it, and none that were before.
//   - A Group's middleware does not run for paths that nobody serves; the Engine's
//     does, and answers 401 there. Redirects to the right path come before both:
//     they tell strangers which paths exist, and no more.
//   - CORS middleware goes in front of the guards: a preflight carries no token.
//   - gin.WrapH(auth.Require(h)) guards h alone. It does not abort, so it is no
//     middleware.
//   - GET routes don't serve HEAD.
//   - gin.Recovery writes the header of a request that panicked to the log, in debug
//     mode or if the connection broke. It masks Authorization and no more: a token
//     in a cookie is in the log. gin.CustomRecoveryWithWriter(nil, handle) is silent.
//   - Run and its kin have net/http's limit on headers, 1 MiB, which is ample for
//     Cognito's tokens (12 KB and more with a hundred groups), and no time limits. An
//     http.Server of your own, whose Handler is the engine, can have them.
package ginauth

import (
	"github.com/gin-gonic/gin"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// Require lets only authenticated requests go on. Behind another Require of the
// same Authenticator it does nothing again, so Attach runs once. It panics if there
// is no Verifier.
func Require(auth *httpauth.Authenticator) gin.HandlerFunc {
	return middleware(auth, auth.RequireGate())
}

// Optional also lets requests without any token go on, without a user. A bad
// token or an outage is answered exactly as by Require.
func Optional(auth *httpauth.Authenticator) gin.HandlerFunc {
	return middleware(auth, auth.OptionalGate())
}

// Allow lets users go on whom the policy allows. It stands behind Require (or
// Optional) of the same Authenticator; where there is no user it answers 401. A nil
// policy panics.
func Allow(auth *httpauth.Authenticator, policy gognito.Policy) gin.HandlerFunc {
	return middleware(auth, auth.AllowGate(policy))
}

// Handle is Require for a handler that takes the user, which therefore can't be
// mounted without authentication.
func Handle(auth *httpauth.Authenticator, handle func(*gin.Context, *gognito.User)) gin.HandlerFunc {
	gate := auth.RequireGate()
	if handle == nil {
		panic("ginauth: the handler is nil")
	}
	return func(c *gin.Context) {
		came := c.Request
		if pass(c, auth, gate) {
			defer func() { httpauth.HandBack(came, c.Request) }()
			user, _ := gognito.FromContext(c.Request.Context())
			handle(c, user)
		}
	}
}

func middleware(auth *httpauth.Authenticator, gate httpauth.Gate) gin.HandlerFunc {
	return func(c *gin.Context) {
		came := c.Request
		if pass(c, auth, gate) {
			defer func() { httpauth.HandBack(came, c.Request) }()
			c.Next()
		}
	}
}

// pass reports whether the gate lets the request go on. If not, it has been
// answered.
func pass(c *gin.Context, auth *httpauth.Authenticator, gate httpauth.Gate) (passed bool) {
	// Deferred, because gin calls the next handler after a panic from which one
	// in front has recovered.
	defer func() {
		if !passed {
			c.Abort()
		}
	}()
	r, err := gate(c.Request)
	if err == nil {
		c.Request = r
		return true
	}
	// Of err alone, c.Error would keep only the *gin.Error that it may wrap.
	_ = c.Error(&gin.Error{Err: withheld{err}, Type: gin.ErrorTypePrivate})
	auth.Refuse(c.Writer, c.Request, err)
	return false
}

// withheld keeps an error's text from clients, to whom middleware that gin
// recommends sends what it finds in c.Errors.
type withheld struct{ err error }

func (withheld) Error() string   { return "withheld; see gognito.ReasonOf" }
func (w withheld) Unwrap() error { return w.err }
