package httpauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/gognito/gognito"
)

// maxCandidates is the most tokens of one request that are judged.
const maxCandidates = 8

// An Authenticator puts users on requests. Only Verifier is required. Fields may
// be set until the first request; after that it is safe for concurrent use.
type Authenticator struct {
	// Verifier decides about tokens: a *gognito.Verifier, a *gognito.Pools, or
	// something else. Nil panics when a route is mounted.
	Verifier gognito.TokenVerifier
	// Source finds the tokens in a request. Nil: [Bearer].
	Source TokenSource
	// Attach is the application's hook: it grants the user permissions and sets
	// attributes. It runs once a request, after every check of the token and
	// before any policy. An error that wraps gognito.ErrForbidden or another of
	// the library's kinds, but ErrNoToken, is answered as that kind; the error of
	// the request's context, once that has ended, as gognito.ReasonCanceled; any
	// other with 500. Nil: nothing is attached.
	Attach func(*http.Request, *gognito.User) error
	// CrossOrigin decides about requests whose token the browser sent by
	// itself. Nil: no origin but the service's own is trusted. A WebSocket
	// handshake is put to it as a POST, so a bypass pattern for one must not
	// name the method GET, and one that names POST lets every site open one.
	CrossOrigin *http.CrossOriginProtection
	// ErrorHandler answers requests that are refused; one that writes nothing
	// answers 200. [Announce] sets what is due. Nil: [Reply].
	ErrorHandler func(http.ResponseWriter, *http.Request, error)
	// Realm, if set, is named in challenges: printable ASCII.
	Realm string
	// Logger is told of answers of 500 and above, and of nothing else. Nil:
	// slog.Default.
	Logger *slog.Logger
}

// Authenticate returns the request's user, with what Attach attached. It is for
// adapters, and for chains with another scheme: an error that is
// gognito.ErrNoToken leaves the request to that one.
//
//	user, err := auth.Authenticate(r)
//	if errors.Is(err, gognito.ErrNoToken) { … another scheme … }
func (a *Authenticator) Authenticate(r *http.Request) (*gognito.User, error) {
	tokens, err := a.candidates(r)
	if err != nil {
		return nil, err
	}
	user, err := a.admit(r, tokens)
	if err != nil {
		return nil, withToken(r.Context(), err)
	}
	return user, nil
}

// candidates returns the tokens that are to be judged, at least one. Only its
// error may be gognito.ErrNoToken.
func (a *Authenticator) candidates(r *http.Request) ([]Token, error) {
	source := a.Source
	if source == nil {
		source = Bearer
	}
	tokens, err := source(r)
	switch {
	case err != nil && gognito.KindOf(err) != "":
		return nil, err
	case err != nil || len(tokens) > maxCandidates:
		return nil, gognito.NewError(gognito.ReasonMalformed, err)
	case len(tokens) == 0:
		return nil, gognito.NewError("", nil)
	}
	return tokens, nil
}

// admit returns the user of the tokens.
func (a *Authenticator) admit(r *http.Request, tokens []Token) (*gognito.User, error) {
	if err := a.checkOrigin(r, tokens); err != nil {
		return nil, err
	}
	claims, err := a.judge(r.Context(), tokens)
	if err != nil {
		return nil, err
	}
	user := &gognito.User{Claims: claims}
	if a.Attach != nil {
		if err := a.Attach(r, user); err != nil {
			return nil, fmt.Errorf("httpauth: Attach: %w", err)
		}
	}
	return user, nil
}

// withToken returns what an error of a verifier, of Attach or of a policy means for
// a request that has a token. A caller who went away is no fault to be logged. And
// it is never gognito.ErrNoToken: they may have got that from another service, and
// neither Optional nor another scheme may take this for a request without. What is
// refused for a reason of its own keeps that reason.
func withToken(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return gognito.NewError(gognito.ReasonCanceled, ctx.Err())
	case !errors.Is(err, gognito.ErrNoToken):
		return err
	}
	cause := errors.New(err.Error())
	if refusal, ok := errors.AsType[*gognito.Error](err); ok && refusal.Reason != "" {
		return gognito.NewError(refusal.Reason, cause)
	}
	return cause
}

// judge has all the candidates verified. What is good must be one subject's.
func (a *Authenticator) judge(ctx context.Context, tokens []Token) (*gognito.Claims, error) {
	var good *gognito.Claims
	var refusal error
	for i := range tokens {
		token := &tokens[i]
		claims, err := a.Verifier.Verify(ctx, token.Raw)
		if err == nil && claims == nil {
			return nil, errors.New("httpauth: the Verifier returned neither claims nor an error")
		}
		if err == nil && token.Username != "" && token.Username != claims.Username {
			err = gognito.NewError(gognito.ReasonMalformed, nil)
		}
		switch {
		case err != nil:
			if refusal == nil || errors.Is(err, gognito.ErrUnavailable) && !errors.Is(refusal, gognito.ErrUnavailable) {
				refusal = err
			}
		case good == nil:
			good = claims
		case good.Issuer != claims.Issuer || good.Subject != claims.Subject:
			return nil, gognito.NewError(gognito.ReasonMalformed, nil)
		}
	}
	if good == nil {
		return nil, refusal
	}
	return good, nil
}
