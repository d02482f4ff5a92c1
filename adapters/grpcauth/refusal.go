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
	code := codeOf(answer, err)
	text := http.StatusText(answer)
	if gognito.ReasonOf(err) == gognito.ReasonCanceled {
		text = code.String()
	}
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Reason: httpauth.PublicReason(err), Domain: Domain}}
	if delay, err := time.ParseDuration(header.Get("Retry-After") + "s"); err == nil && code == codes.Unavailable {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)})
	}
	st := status.New(code, text)
	if detailed, err := st.WithDetails(details...); err == nil {
		st = detailed
	}
	return &refusal{st, err}
}

// codeOf returns the code that means the same as a status of HTTP. A call that has
// ended has its own: Unavailable would be tried again, and counted as an outage.
func codeOf(answer int, err error) codes.Code {
	switch answer {
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusServiceUnavailable:
		switch {
		case gognito.ReasonOf(err) != gognito.ReasonCanceled:
			return codes.Unavailable
		case errors.Is(err, context.DeadlineExceeded):
			return codes.DeadlineExceeded
		default:
			return codes.Canceled
		}
	default:
		return codes.Internal
	}
}
