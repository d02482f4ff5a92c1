// Package connectauth answers refused requests in the protocol that a Connect
// client speaks: Connect, unary or streaming, gRPC, or gRPC-Web.
//
// Connect's handlers are HTTP handlers, so httpauth guards them as it guards any
// other: before a body is read or decompressed, and before any interceptor. What is
// left is the answer:
//
//	auth := &httpauth.Authenticator{Verifier: verifier}
//	auth.ErrorHandler = connectauth.ErrorHandler(auth)
//	mux.Handle(path, auth.Require(handler))
//
// The handler gets the user from its context by [gognito.FromContext]. A procedure
// is a path, so one with a policy of its own is mounted by that, beside the service:
//
//	mux.Handle("/shop.v1.Orders/", auth.Require(orders))
//	mux.Handle("/shop.v1.Orders/Refund", auth.Require(auth.Allow(gognito.Can("refund"))(orders)))
//
// http.ServeMux prefers the longer pattern. Mount no service at less than its own
// path: its handler reads the path decoded, so at "/", or at "/api/" by
// http.StripPrefix, it would serve /shop.v1.Orders%2FRefund too, which is not the
// pattern that asks for the policy. Behind a prefix goes a mux with the patterns above:
//
//	root.Handle("/api/", http.StripPrefix("/api", mux))
//
// CORS middleware goes in front of the guards: a preflight carries no token.
//
// # Answers
//
// A missing or refused token is unauthenticated, a user who may not is
// permission_denied, an outage is unavailable, a failed Attach hook is internal, and a
// call that has ended is canceled or deadline_exceeded. The error has a
// google.rpc.ErrorInfo of the domain "gognito", whose reason is that of
// [httpauth.PublicReason] and no more. WWW-Authenticate, Cache-Control and Retry-After are set as by
// [httpauth.Announce], in each protocol.
//
// # Versions
//
// The package imports connectrpc.com/connect, version 1. What it writes is the same
// on the wire as what version 2 writes, so it stands before servers of either.
package connectauth

import (
	"context"
	"errors"
	"net/http"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// ErrorHandler returns what [httpauth.Authenticator.ErrorHandler] is to be, for the
// Authenticator auth. A request of none of Connect's protocols is answered by
// [httpauth.Reply]; a GET is one of Connect's if its query says so, and a POST of
// JSON is always. The options are those of the handlers; few matter here (see
// [connect.NewErrorWriter]). It is safe for concurrent use.
func ErrorHandler(auth *httpauth.Authenticator, options ...connect.HandlerOption) func(http.ResponseWriter, *http.Request, error) {
	writer := connect.NewErrorWriter(options...)
	return func(w http.ResponseWriter, r *http.Request, err error) {
		if !writer.IsSupported(r) || r.Method == http.MethodGet && !r.URL.Query().Has("connect") {
			httpauth.Reply(w, r, err, auth.Realm)
			return
		}
		httpauth.Announce(w.Header(), err, auth.Realm)
		_ = writer.Write(w, r, toConnect(err)) // fails if the client is gone
	}
}

// toConnect returns the error that the client is told.
func toConnect(err error) *connect.Error {
	answer := connect.NewError(codeOf(err), errors.New(http.StatusText(httpauth.Status(err))))
	if detail, err := connect.NewErrorDetail(&errdetails.ErrorInfo{Reason: httpauth.PublicReason(err), Domain: "gognito"}); err == nil {
		answer.AddDetail(detail)
	}
	return answer
}

func codeOf(err error) connect.Code {
	switch gognito.KindOf(err) {
	case gognito.ErrNoToken, gognito.ErrInvalidToken:
		return connect.CodeUnauthenticated
	case gognito.ErrForbidden:
		return connect.CodePermissionDenied
	case gognito.ErrUnavailable:
		switch {
		case gognito.ReasonOf(err) != gognito.ReasonCanceled:
			return connect.CodeUnavailable
		case errors.Is(err, context.DeadlineExceeded):
			return connect.CodeDeadlineExceeded
		default:
			return connect.CodeCanceled
		}
	default:
		return connect.CodeInternal
	}
}
