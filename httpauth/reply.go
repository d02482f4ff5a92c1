package httpauth

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/gognito/gognito"
)

// retryAfter is what an outage's answer asks for, in seconds: about as long as
// the keys' back-off is at first.
const retryAfter = "5"

// Refuse answers a request that is not let through: by ErrorHandler, or else by
// [Reply]. It logs answers of 500 and above.
func (a *Authenticator) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	a.log(r, err)
	if a.ErrorHandler != nil {
		a.ErrorHandler(w, r, err)
		return
	}
	Reply(w, r, err, a.Realm)
}

// Answer is Refuse for adapters whose framework writes answers to errors itself:
// it logs, sets the fields that are due in the answer's header (RFC 6750, section
// 3; RFC 9110, section 10.2.3), and returns the status. ErrorHandler is not asked.
func (a *Authenticator) Answer(header http.Header, r *http.Request, err error) (status int) {
	a.log(r, err)
	return Announce(header, err, a.Realm)
}

// log reports what an operator has to see. A caller who went away is no outage.
func (a *Authenticator) log(r *http.Request, err error) {
	reason := gognito.ReasonOf(err)
	if Status(err) < http.StatusInternalServerError || reason == gognito.ReasonCanceled {
		return
	}
	logger := a.Logger
	if logger == nil {
		logger = slog.Default()
	}
	attributes := []slog.Attr{slog.Any("error", err)}
	if refusal, ok := errors.AsType[*gognito.Error](err); ok && refusal.Unwrap() != nil {
		attributes = append(attributes, slog.Any("cause", refusal.Unwrap()))
	}
	logger.LogAttrs(r.Context(), slog.LevelError, "httpauth: a request could not be authenticated", attributes...)
}

// Status returns the HTTP status that answers an error: 401, 403 or 503 by its
// kind, and 500 for any other error.
func Status(err error) int {
	switch gognito.KindOf(err) {
	case gognito.ErrUnavailable:
		return http.StatusServiceUnavailable
	case gognito.ErrForbidden:
		return http.StatusForbidden
	case gognito.ErrNoToken, gognito.ErrInvalidToken:
		return http.StatusUnauthorized
	default:
		return http.StatusInternalServerError
	}
}

// PublicReason returns the word that a client may be told of an error by a protocol
// that has a field for it, as google.rpc.ErrorInfo has: the error's kind, as far as a
// challenge tells that. It is NO_TOKEN, INVALID_TOKEN, FORBIDDEN, INSUFFICIENT_SCOPE,
// UNAVAILABLE, CANCELED (the request's own context has ended), or INTERNAL for any
// error that has no kind.
func PublicReason(err error) string {
	reason := gognito.ReasonOf(err)
	switch kind := gognito.KindOf(err); {
	case kind == "":
		return "INTERNAL"
	case kind == gognito.ErrForbidden && reason == gognito.ReasonScope:
		return "INSUFFICIENT_SCOPE"
	case kind == gognito.ErrUnavailable && reason == gognito.ReasonCanceled:
		return "CANCELED"
	default:
		return strings.ToUpper(strings.ReplaceAll(string(kind), " ", "_"))
	}
}

// Challenge returns the WWW-Authenticate header that answers an error, or "" if
// it is answered without one (RFC 6750, section 3). realm may be empty.
func Challenge(err error, realm string) string {
	var code string
	switch kind := gognito.KindOf(err); {
	case kind == gognito.ErrInvalidToken:
		code = `error="invalid_token"`
	case kind == gognito.ErrNoToken:
	case kind == gognito.ErrForbidden && gognito.ReasonOf(err) == gognito.ReasonScope:
		code = `error="insufficient_scope"`
	default:
		return ""
	}
	var parameters []string
	if realm != "" {
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(realm)
		parameters = append(parameters, `realm="`+quoted+`"`)
	}
	if code != "" {
		parameters = append(parameters, code)
	}
	return strings.TrimSuffix("Bearer "+strings.Join(parameters, ", "), " ")
}

// Reply is how errors are answered when there is no ErrorHandler: the status and
// the challenge, and a body that says nothing of the reason, as problem+json
// (RFC 9457) to clients that list JSON in Accept, and as plain text to others.
func Reply(w http.ResponseWriter, r *http.Request, err error, realm string) {
	Problem(w, r, Announce(w.Header(), err, realm))
}

// Problem writes a status with the body that [Reply] gives it, for refusals that are
// no errors of the library's kinds. It says nothing but what the status means.
func Problem(w http.ResponseWriter, r *http.Request, status int) {
	if !listsJSON(r.Header.Values("Accept")) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, http.StatusText(status)+"\n")
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
	}{http.StatusText(status), status})
}

// Announce sets all that [Reply] sets in the header of the answer to an error, but
// the type of the body, takes away a length that was announced of another body, and
// returns the status. An ErrorHandler with a body of its own begins with it.
func Announce(header http.Header, err error, realm string) (status int) {
	status = Status(err)
	header.Del("Content-Length")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if challenge := Challenge(err, realm); challenge != "" {
		header.Set("WWW-Authenticate", challenge)
	}
	if status == http.StatusServiceUnavailable {
		header.Set("Retry-After", retryAfter)
	}
	return status
}

// listsJSON reports whether an Accept header names JSON, and does not refuse it
// with a weight of zero.
func listsJSON(accept []string) bool {
	for _, value := range accept {
		for element := range strings.SplitSeq(value, ",") {
			media, parameters, err := mime.ParseMediaType(element)
			if err != nil || media != "application/json" && media != "application/problem+json" {
				continue
			}
			if q, err := strconv.ParseFloat(parameters["q"], 64); err != nil || q > 0 {
				return true
			}
		}
	}
	return false
}
