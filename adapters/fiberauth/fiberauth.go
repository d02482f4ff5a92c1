// Package fiberauth puts an Amazon Cognito user on every request of a Fiber app.
//
//	app.Get("/me", fiberauth.Handle(auth, me))                      // me takes the user
//	app.Post("/admin", fiberauth.Require(auth),
//		fiberauth.Allow(auth, gognito.InAnyGroup("admins")), admin) // admin is any handler
//	app.Get("/", fiberauth.Optional(auth), home)                    // with or without a user
//
// What is decided, and by which rules, [httpauth] says. [gognito.FromContext] finds
// the user in c.Context(). Fiber reuses what c.Get and its like return once the
// request is over; a user may be kept, and so may whatever a TokenSource or an
// Attach hook took from its *http.Request, which holds copies. Everything here is
// safe for concurrent use.
//
// # Answers
//
// A refused request ends in the app's ErrorHandler. The header of the answer is set
// by then. The error is a [*fiber.Error] with the status, and says no more than
// [http.StatusText]; it wraps the reason, for [gognito.ReasonOf] and [errors.Is].
// The ErrorHandler of the Authenticator is not asked.
//
// # Limits
//
// Fiber takes 4 KiB of request line and header fields, and answers 431 to more.
// Cognito's token of a user in many groups is larger, and in cookies come an ID
// token and a refresh token too: set ReadBufferSize of fiber.Config, to 64 KiB, say.
// Each connection that is read from has such a buffer. No route sees a request that
// Fiber can't read, but what Use has mounted gets an empty one: when Fiber logs
// "middleware traversal failed: Unauthorized", that was a guard, and not the cause.
//
// c.Context() does not end when the client goes away. If waiting for keys or for
// Attach has to end earlier than by their own limits, let a handler in front give it
// a deadline, by c.SetContext.
//
// The *http.Request is the client's, with the header that the handlers in front have
// left of it. Its body is empty, so no Attach hook can use that up. r.Host is the
// Host field in lower case, even behind a proxy that Fiber trusts; if a proxy changes
// it, the public origin is to be trusted by CrossOrigin. A field that handlers add to a chunked
// request is not seen, except for Authorization and Cookie: fasthttp mixes those of
// trailers in. What net/http can't read is answered with 400: a bad target, a name
// with a space, several Host fields. A cookie that is malformed may count as none
// where handlers in front have read cookies, or DisableHeaderNormalizing is set.
//
// A handler that takes over the connection, as for a WebSocket, has no fiber.Ctx
// there: take the user along from before. Nor does a handler of net/http that Fiber
// adapts find the user in its request's context: mount it by HTTPHandlerWithContext of
// Fiber's adaptor, whose LocalContextFromHTTPRequest returns c.Context().
//
// # Paths
//
// A guard of a whole app needs the path of all paths:
//
//	app.Use("/*", fiberauth.Require(auth))
//
// Use without a path, like a group at "/", covers only what begins with a slash, and
// not "//". Fiber's "/*" is more than that: a route or static files there, behind
// app.Use(guard), would answer "GET // HTTP/1.1" and "GET x.txt HTTP/1.1" to anybody.
//
// Use and Group guard the paths below theirs as Fiber compares paths: as they were
// sent, "/%70rivate" is not "/private". Fiber's static middleware looks for files by
// the decoded path. So guard files by giving them a folder and a route of their own:
//
//	app.Use("/private", fiberauth.Require(auth), static.New("./private"))
package fiberauth

import (
	"net/http"

	"github.com/gofiber/fiber/v3"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// Require lets only authenticated requests go on. It panics if there is no
// Verifier.
//
// Behind another Require of the same Authenticator it does nothing again, so a
// whole app or group can be guarded as well as its routes, and Attach runs once.
func Require(auth *httpauth.Authenticator) fiber.Handler {
	return behind(auth, auth.RequireGate(), fiber.Ctx.Next)
}

// Optional also lets requests without any token go on, without a user. Every
// other outcome, a bad token or an outage, is answered exactly as by Require.
func Optional(auth *httpauth.Authenticator) fiber.Handler {
	return behind(auth, auth.OptionalGate(), fiber.Ctx.Next)
}

// Allow lets users go on whom the policy allows. It stands behind Require or
// Optional of the same Authenticator: a request without a user is answered with
// 401. A nil policy panics.
func Allow(auth *httpauth.Authenticator, policy gognito.Policy) fiber.Handler {
	gate := auth.AllowGate(policy)
	return func(c fiber.Ctx) error {
		r := new(http.Request).WithContext(c.Context()) // all that the gate looks at
		if _, err := gate(r); err != nil {
			return refuse(c, auth, r, err)
		}
		return c.Next()
	}
}

// Handle is Require for a handler that takes the user, which therefore can't be
// mounted without authentication.
func Handle(auth *httpauth.Authenticator, handle func(fiber.Ctx, *gognito.User) error) fiber.Handler {
	if handle == nil {
		panic("fiberauth: the handler is nil")
	}
	return behind(auth, auth.RequireGate(), func(c fiber.Ctx) error {
		user, _ := gognito.FromContext(c.Context())
		return handle(c, user)
	})
}

// behind puts a handler behind a gate.
func behind(auth *httpauth.Authenticator, gate httpauth.Gate, next fiber.Handler) fiber.Handler {
	return func(c fiber.Ctx) error {
		r, err := request(c)
		if err != nil {
			return fiber.ErrBadRequest
		}
		admitted, err := gate(r)
		if err != nil {
			return refuse(c, auth, r, err)
		}
		c.SetContext(admitted.Context())
		return next(c)
	}
}

// refuse sets the header of the answer, and leaves the rest to Fiber's
// ErrorHandler.
func refuse(c fiber.Ctx, auth *httpauth.Authenticator, r *http.Request, err error) error {
	header := make(http.Header)
	status := auth.Answer(header, r, err)
	for name := range header {
		c.Set(name, header.Get(name))
	}
	return &refusal{fiber.NewError(status, http.StatusText(status)), err}
}

// A refusal says what clients may know, as Fiber's default ErrorHandler tells them
// what an error says.
type refusal struct {
	public *fiber.Error
	reason error
}

func (r *refusal) Error() string { return r.public.Message }

// Unwrap gives Fiber's error first: reason may wrap another one, of Attach's.
func (r *refusal) Unwrap() []error { return []error{r.public, r.reason} }
