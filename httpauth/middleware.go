package httpauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/gognito/gognito"
)

// Require lets only authenticated requests through to next. It panics if there
// is no Verifier.
//
// Inside another Require of the same Authenticator it does nothing again, so a
// whole mux can be wrapped as well as its routes, and Attach runs once.
func (a *Authenticator) Require(next http.Handler) http.Handler {
	return a.middleware(next, func(error) bool { return false })
}

// Optional also lets requests without any token through, without a user. Every
// other outcome, a bad token or an outage, is answered exactly as by Require.
func (a *Authenticator) Optional(next http.Handler) http.Handler {
	return a.middleware(next, func(err error) bool { return errors.Is(err, gognito.ErrNoToken) })
}

func (a *Authenticator) middleware(next http.Handler, passes func(error) bool) http.Handler {
	a.mustMount()
	if next == nil {
		panic("httpauth: the handler is nil")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if _, ok := gognito.FromContext(ctx); ok && ctx.Value(authenticatedBy{}) == a {
			next.ServeHTTP(w, r)
			return
		}
		user, err := a.Authenticate(r)
		switch {
		case err == nil:
			ctx = context.WithValue(gognito.NewContext(ctx, user), authenticatedBy{}, a)
			next.ServeHTTP(w, r.WithContext(ctx))
		case passes(err):
			// Whoever may have put a user there, it was not this request's token.
			next.ServeHTTP(w, r.WithContext(gognito.NewContext(ctx, nil)))
		default:
			a.Refuse(w, r, err)
		}
	})
}

// authenticatedBy is the context key of the Authenticator that let a request
// through.
type authenticatedBy struct{}

// Handle is Require for a handler that takes the user, which therefore can't be
// mounted without authentication.
func (a *Authenticator) Handle(handle func(http.ResponseWriter, *http.Request, *gognito.User)) http.Handler {
	if handle == nil {
		panic("httpauth: the handler is nil")
	}
	return a.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _ := gognito.FromContext(r.Context())
		handle(w, r, user)
	}))
}

// Allow lets users through whom the policy allows. It stands inside Require (or
// Optional) of the same Authenticator: a request without a user, or with one whom
// another Authenticator let through, is answered with 401. An error of the policy's
// is answered as one of Attach is. A nil policy panics.
func (a *Authenticator) Allow(policy gognito.Policy) func(http.Handler) http.Handler {
	if policy == nil {
		panic("httpauth: Allow was given a nil Policy")
	}
	a.mustMount()
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			user, ok := gognito.FromContext(ctx)
			if by := ctx.Value(authenticatedBy{}); !ok || by != nil && by != a {
				a.Refuse(w, r, gognito.NewError("", nil))
				return
			}
			if err := policy(user); err != nil {
				a.Refuse(w, r, withToken(ctx, err))
				return
			}
			next.ServeHTTP(w, r)
		})
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
