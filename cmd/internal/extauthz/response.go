package extauthz

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
)

// respond returns a response with its status. There must be no other way to one: a
// response without a status has code 0, which lets the request through.
func respond(code codes.Code) *authv3.CheckResponse {
	return &authv3.CheckResponse{Status: status.New(code, "").Proto()}
}

// allowed returns what lets a request through, with the fields in place of the client's
// and without what is to be removed.
func allowed(fields []identity.Field, remove []string) *authv3.CheckResponse {
	ok := &authv3.OkHttpResponse{HeadersToRemove: remove}
	for _, f := range fields {
		if !sendable(f.Value()) {
			return undecided()
		}
		ok.Headers = append(ok.Headers, overwrite(f.Name, f.Value()))
	}
	response := respond(codes.OK)
	response.HttpResponse = &authv3.CheckResponse_OkResponse{OkResponse: ok}
	return response
}

// denied returns what answers the client instead.
//
// An outage is denied as well, with 503: error_response and an error of gRPC would be
// subject to failure_mode_allow, and let forged tokens in for as long as there are no
// keys to know them by.
func denied(a *gateway.Answer) *authv3.CheckResponse {
	if a == nil || !utf8.Valid(a.Body) {
		return undecided()
	}
	answer := &authv3.DeniedHttpResponse{Status: statusOf(a.Status), Body: string(a.Body)}
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		for i, value := range a.Header[name] {
			if !sendable(value) {
				return undecided()
			}
			if i == 0 {
				answer.Headers = append(answer.Headers, overwrite(name, value))
			} else {
				answer.Headers = append(answer.Headers, another(name, value))
			}
		}
	}
	response := respond(codeOf(a.Status))
	response.HttpResponse = &authv3.CheckResponse_DeniedResponse{DeniedResponse: answer}
	return response
}

// undecided returns the denial for what can't be answered in any other way.
func undecided() *authv3.CheckResponse {
	return denied(&gateway.Answer{
		Status: http.StatusInternalServerError,
		Header: http.Header{"Cache-Control": {"no-store"}},
	})
}

// sendable reports whether a response can hold the value. One that is not UTF-8 can't
// be encoded, which is an error of gRPC.
func sendable(value string) bool { return utf8.ValidString(value) && isText(value) }

// codeOf returns the code that is nearest to a status. It is never codes.OK.
func codeOf(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden, http.StatusBadRequest, http.StatusFound:
		return codes.PermissionDenied
	case http.StatusServiceUnavailable:
		return codes.Unavailable
	default:
		return codes.Internal
	}
}

// statusOf returns a status as Envoy has them; 403 for one that it does not know, or
// that would tell the client of success.
func statusOf(httpStatus int) *typev3.HttpStatus {
	code := typev3.StatusCode_Forbidden
	if 300 <= httpStatus && httpStatus < 600 && typev3.StatusCode_name[int32(httpStatus)] != "" {
		code = typev3.StatusCode(httpStatus)
	}
	return &typev3.HttpStatus{Code: code}
}

// overwrite returns a field in place of any of its name. It is said twice: to an Envoy
// that knows append_action, the absence of append would mean to add to what the client
// sent, and one that does not know it looks at append alone.
func overwrite(name, value string) *corev3.HeaderValueOption {
	return &corev3.HeaderValueOption{
		Header:       &corev3.HeaderValue{Key: strings.ToLower(name), Value: value},
		Append:       wrapperspb.Bool(false), //nolint:staticcheck // see above
		AppendAction: corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD,
	}
}

// another returns one more field of a name in an answer to the client. An Envoy that
// looks at append alone keeps all of a denial's fields that don't have it; another adds
// a field of its own, where append would have it write a comma.
func another(name, value string) *corev3.HeaderValueOption {
	return &corev3.HeaderValueOption{
		Header:       &corev3.HeaderValue{Key: strings.ToLower(name), Value: value},
		AppendAction: corev3.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD,
	}
}
