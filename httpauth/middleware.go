package httpauth

import (
	"net/http"

	"github.com/gognito/gognito"
)

// Require lets only authenticated requests through to next. It panics if there
// is no Verifier.
//
// Inside another Require of the same Authenticator it does nothing again, so a
// whole mux can be wrapped as well as its routes, and Attach runs once.
func (a *Authenticator) Require(next http.Handler) http.Handler {
	return a.behind(a.RequireGate(), next)
}

// Optional also lets requests without any token through, without a user. Every
// other outcome, a bad token or an outage, is answered exactly as by Require.
func (a *Authenticator) Optional(next http.Handler) http.Handler {
	return a.behind(a.OptionalGate(), next)
}

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
	gate := a.AllowGate(policy)
	return func(next http.Handler) http.Handler { return a.behind(gate, next) }
}

// behind puts a handler behind a gate.
func (a *Authenticator) behind(gate Gate, next http.Handler) http.Handler {
	if next == nil {
		panic("httpauth: the handler is nil")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		admitted, err := gate(r)
		if err != nil {
			a.Refuse(w, r, err)
			return
		}
		defer HandBack(r, admitted)
		next.ServeHTTP(w, admitted)
	})
}
