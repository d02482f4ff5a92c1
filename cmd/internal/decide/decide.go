package decide

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/gognito/gognito"
)

// A Request is what a decision depends on, and nothing else does.
//
// These are [ErrMalformed]: a target in another form than a path and a query, as
// "*" and "http://host/path"; a path that holds a fragment, a byte that must be
// encoded, a control even if encoded, a broken escape, or what does not decode to
// UTF-8; one over 4096 bytes, or that has more than 64 readings, or more than 32
// KiB of them; a host that is none, or that is missing where rules name hosts; a method that is
// no word in upper case.
type Request struct {
	Method string
	// Host is the name that the client asked for, with or without a port.
	Host string
	// Target is the path and query as the client sent them, not decoded. What
	// follows the first question mark is not looked at.
	Target string
}

// A Decision is about one request. The zero value denies.
type Decision struct {
	Allow bool
	// Rule is the name of the rule that decided, and of the strictest if there
	// were several. Empty: no rule takes the request, or it is malformed.
	Rule string
	// User is who was let through. Nil if the request is public, or denied.
	User *gognito.User
	// Err is why it is denied; nil if it is not. It wraps one of the library's
	// kinds, but where authenticate's own error has none. It never holds
	// anything of the request.
	Err error
}

// ErrMalformed is that the request has no reading that is safe to judge; nobody was
// asked for a user. Where a dialect can answer with 400 it should. To one that does not
// know of this error it is gognito.ErrForbidden.
var ErrMalformed = errors.New("decide: malformed request")

// malformed is an ErrMalformed with what is wrong.
type malformed string

func (m malformed) Error() string { return ErrMalformed.Error() + ": " + string(m) }

func (m malformed) Is(target error) bool {
	return target == ErrMalformed || target == error(gognito.ErrForbidden)
}

// A PanicError is a panic of authenticate, kind gognito.ErrUnavailable. Its text
// does not have the value, which may hold anything; the stack is safe to log.
type PanicError struct {
	Value any
	Stack []byte
}

// Error tells that it was a panic.
func (e *PanicError) Error() string {
	return fmt.Sprintf("decide: authenticate panicked (%T)", e.Value)
}

// Is reports whether target is gognito.ErrUnavailable.
func (e *PanicError) Is(target error) bool { return target == error(gognito.ErrUnavailable) }

// A failure is an authenticate that did not do its work, kind
// gognito.ErrUnavailable. The cause may name a URL, and is not part of the text.
type failure struct {
	text  string
	cause error
}

func (f *failure) Error() string        { return "decide: authenticate " + f.text }
func (f *failure) Unwrap() error        { return f.cause }
func (f *failure) Is(target error) bool { return target == error(gognito.ErrUnavailable) }

// Decide decides about a request. authenticate returns its user, or one of the
// library's errors, as [httpauth.Authenticator.Authenticate] does; it is called
// once if the request is not public, and not at all if it is or is malformed.
//
// A stranger is told the same, gognito.ErrNoToken, wherever he is not let through:
// which paths there are is not his to learn. So a request that is denied to all is
// authenticated first, and then refused with gognito.ReasonPermission.
//
// Whatever goes wrong denies: a panic (a [PanicError]) and neither a user nor an
// error are gognito.ErrUnavailable, and so is a context that ended.
//
// [httpauth.Authenticator.Authenticate]: https://pkg.go.dev/github.com/gognito/gognito/httpauth#Authenticator.Authenticate
func (e *Engine) Decide(request Request, authenticate func() (*gognito.User, error)) Decision {
	var texts [1]string
	asked, err := e.read(request, texts[:0])
	if err != nil {
		return Decision{Err: err}
	}
	var room [2]verdict
	verdicts := e.judge(&asked, room[:0])
	strictest := strictestOf(verdicts)
	if strictest.access == Public {
		return Decision{Allow: true, Rule: strictest.name}
	}
	user, err := userOf(authenticate)
	if err == nil {
		err = strictest.admit(user)
	}
	if err != nil {
		return Decision{Rule: strictest.name, Err: err}
	}
	for _, v := range verdicts {
		if err := v.rule.admit(user); err != nil {
			return Decision{Rule: v.rule.name, Err: err}
		}
	}
	return Decision{Allow: true, Rule: strictest.name, User: user}
}

// userOf asks for the user, and fails closed.
func userOf(authenticate func() (*gognito.User, error)) (user *gognito.User, err error) {
	defer func() {
		if value := recover(); value != nil {
			user, err = nil, &PanicError{Value: value, Stack: debug.Stack()}
		}
	}()
	user, err = authenticate()
	switch {
	case err != nil && gognito.KindOf(err) != "":
		return nil, err
	case errors.Is(err, context.Canceled):
		return nil, gognito.NewError(gognito.ReasonCanceled, err)
	case errors.Is(err, context.DeadlineExceeded):
		// Whose deadline it was is not known, so not ReasonCanceled, which is never logged.
		return nil, &failure{"took too long", err}
	case err != nil:
		return nil, err
	case user == nil || user.Claims == nil:
		return nil, &failure{"returned neither a user nor an error", nil}
	}
	return user, nil
}
