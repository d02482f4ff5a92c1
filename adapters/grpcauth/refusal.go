package grpcauth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// Domain is that of the google.rpc.ErrorInfo in the errors that clients get.
const Domain = "gognito"

// refusal is a status for the client, and the cause for the server's interceptors.
type refusal struct {
	status *status.Status
	cause  error
}

// Error tells no more than the status: gRPC puts the text of an error that wraps
// this one into the status that the client gets.
func (e *refusal) Error() string              { return e.status.String() }
func (e *refusal) GRPCStatus() *status.Status { return e.status }
func (e *refusal) Unwrap() error              { return e.cause }

// refuse has the Authenticator decide on the answer, and puts that in gRPC's words.
func refuse(auth *httpauth.Authenticator, r *http.Request, err error) *refusal {
	header := make(http.Header)
	answer := auth.Answer(header, r, err)
	code, reason := codeOf(answer, err)
	text := http.StatusText(answer)
	if reason == canceled {
		text = code.String()
	}
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: reason, Domain: Domain}}
	if delay, err := time.ParseDuration(header.Get("Retry-After") + "s"); err == nil && code == codes.Unavailable {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)})
	}
	st := status.New(code, text)
	if detailed, err := st.WithDetails(details...); err == nil {
		st = detailed
	}
	return &refusal{st, err}
}

// canceled is the reason that clients are told whose call has ended anyway.
const canceled = "CANCELED"

// codeOf returns the code that means the same as a status of HTTP, and the reason in
// the ErrorInfo: the error's kind, as far as a challenge (RFC 6750, section 3.1) tells it.
func codeOf(answer int, err error) (code codes.Code, reason string) {
	switch answer {
	case http.StatusUnauthorized:
		if errors.Is(err, gognito.ErrInvalidToken) {
			return codes.Unauthenticated, "INVALID_TOKEN"
		}
		return codes.Unauthenticated, "NO_TOKEN"
	case http.StatusForbidden:
		if gognito.ReasonOf(err) == gognito.ReasonScope {
			return codes.PermissionDenied, "INSUFFICIENT_SCOPE"
		}
		return codes.PermissionDenied, "FORBIDDEN"
	case http.StatusServiceUnavailable:
		switch {
		case gognito.ReasonOf(err) != gognito.ReasonCanceled:
			return codes.Unavailable, "UNAVAILABLE"
		case errors.Is(err, context.DeadlineExceeded):
			return codes.DeadlineExceeded, canceled
		default:
			return codes.Canceled, canceled
		}
	default:
		return codes.Internal, "INTERNAL"
	}
}
