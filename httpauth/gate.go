package httpauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/gognito/gognito"
)

// A Gate decides about one request: it returns the request that goes on, which
// has the user in its context, or the error that refuses it. Require, Optional and
// Allow are made of gates; adapters are too, so that what is decided is the same
// in every framework. A Gate changes nothing of the request that it is given: what
// it returns is that one or a copy with another context. It is safe for concurrent
// use.
//
// An adapter hands on the request, or its context, by the framework's means, so
// that [gognito.FromContext] finds the user. It answers the error by
// [Authenticator.Refuse], or by [Authenticator.Answer] where the framework writes
// errors itself.
type Gate func(*http.Request) (*http.Request, error)

// HandBack gives the request that came in what its handlers made of the one that a
// Gate admitted, and that net/http removes afterwards: the files of a multipart
// form. An adapter of a framework that is served by net/http defers it before it
// hands on the admitted request; without it each upload would leave its files
// behind.
func HandBack(came, admitted *http.Request) {
	// Without a form nothing is written: what a handler left running may still read
	// the request.
	if admitted.MultipartForm != nil && came.MultipartForm == nil {
		came.MultipartForm = admitted.MultipartForm
	}
}

// RequireGate is the gate of [Authenticator.Require]. Like that it panics if there
// is no Verifier.
func (a *Authenticator) RequireGate() Gate {
	return a.gate(func(error) bool { return false })
}

// OptionalGate is the gate of [Authenticator.Optional].
func (a *Authenticator) OptionalGate() Gate {
	return a.gate(func(err error) bool { return errors.Is(err, gognito.ErrNoToken) })
}

func (a *Authenticator) gate(passes func(error) bool) Gate {
	a.mustMount()
	return func(r *http.Request) (*http.Request, error) {
		ctx := r.Context()
		if _, ok := gognito.FromContext(ctx); ok && ctx.Value(authenticatedBy{}) == a {
			return r, nil
		}
		user, err := a.Authenticate(r)
		switch {
		case err == nil:
			return r.WithContext(context.WithValue(gognito.NewContext(ctx, user), authenticatedBy{}, a)), nil
		case passes(err):
			// Whoever may have put a user there, it was not this request's token.
			return r.WithContext(gognito.NewContext(ctx, nil)), nil
		default:
			return nil, err
		}
	}
}

// authenticatedBy is the context key of the Authenticator that let a request
// through.
type authenticatedBy struct{}

// AllowGate is the gate of [Authenticator.Allow], behind a RequireGate or an
// OptionalGate of the same Authenticator. It looks at nothing but the request's
// context.
func (a *Authenticator) AllowGate(policy gognito.Policy) Gate {
	if policy == nil {
		panic("httpauth: Allow was given a nil Policy")
	}
	a.mustMount()
	return func(r *http.Request) (*http.Request, error) {
		ctx := r.Context()
		user, ok := gognito.FromContext(ctx)
		if by := ctx.Value(authenticatedBy{}); !ok || by != nil && by != a {
			return nil, gognito.NewError("", nil)
		}
		if err := policy(user); err != nil {
			return nil, withToken(ctx, err)
		}
		return r, nil
	}
}

func (a *Authenticator) mustMount() {
	missing := a.Verifier == nil
	switch v := a.Verifier.(type) { // what New returns beside an error
	case *gognito.Verifier:
		missing = v == nil
	case *gognito.Pools:
		missing = v == nil
	}
	if missing {
		panic("httpauth: Authenticator.Verifier is nil")
	}
	for _, c := range []byte(a.Realm) {
		if c < 0x20 || c > 0x7e {
			panic("httpauth: Authenticator.Realm must be printable ASCII")
		}
	}
}
