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
// http.ServeMux prefers the longer pattern, and a procedure has one spelling: a
// Connect handler knows no other.
//
// # Answers
//
// A missing or refused token is unauthenticated, a user who may not is
// permission_denied, an outage is unavailable, and a failed Attach hook is internal.
// The error has a google.rpc.ErrorInfo of the domain "gognito", whose reason is the
// kind of the error and no more: NO_TOKEN, INVALID_TOKEN, FORBIDDEN, UNAVAILABLE,
// INTERNAL. WWW-Authenticate, Cache-Control and Retry-After are set as by
// [httpauth.Announce], in each protocol.
//
// # Versions
//
// The package imports connectrpc.com/connect, version 1. What it writes is the same
// on the wire as what version 2 writes, so it stands before servers of either.
package connectauth

import (
	"errors"
	"net/http"
	"strings"

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
	kind := gognito.KindOf(err)
	answer := connect.NewError(codeOf(kind), errors.New(http.StatusText(httpauth.Status(err))))
	reason := "INTERNAL"
	if kind != "" {
		reason = strings.ToUpper(strings.ReplaceAll(string(kind), " ", "_"))
	}
	if detail, err := connect.NewErrorDetail(&errdetails.ErrorInfo{Reason: reason, Domain: "gognito"}); err == nil {
		answer.AddDetail(detail)
	}
	return answer
}

func codeOf(kind gognito.Kind) connect.Code {
	switch kind {
	case gognito.ErrNoToken, gognito.ErrInvalidToken:
		return connect.CodeUnauthenticated
	case gognito.ErrForbidden:
		return connect.CodePermissionDenied
	case gognito.ErrUnavailable:
		return connect.CodeUnavailable
	default:
		return connect.CodeInternal
	}
}
