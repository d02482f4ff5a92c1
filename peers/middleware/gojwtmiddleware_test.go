package middleware_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	jwtmiddleware "github.com/auth0/go-jwt-middleware/v3"
	"github.com/auth0/go-jwt-middleware/v3/jwks"
	"github.com/auth0/go-jwt-middleware/v3/validator"
)

// withGoJWTMiddleware is its README's production example, with the address of the
// keys in place of discovery: the issuer's host is not on the loopback interface.
func withGoJWTMiddleware(s *site, o options) http.Handler {
	var checks []validator.Option
	if o.fails { // the only hook that may fail is that of custom claims
		checks = append(checks, validator.WithCustomClaims(func() *failing { return &failing{} }))
	}
	return goJWTMiddleware(s, o, http.HandlerFunc(handle), nil, nil, checks...)
}

func goJWTMiddleware(s *site, o options, next http.Handler, caching []any, options []jwtmiddleware.Option, checks ...validator.Option) http.Handler {
	address, err := url.Parse(s.jwksURL())
	if err != nil {
		s.tb.Fatal(err)
	}
	issuer, err := url.Parse(s.issuer())
	if err != nil {
		s.tb.Fatal(err)
	}
	keys, err := jwks.NewCachingProvider(append([]any{jwks.WithIssuerURL(issuer), jwks.WithCustomJWKSURI(address)}, caching...)...)
	if err != nil {
		s.tb.Fatal(err)
	}
	checker, err := validator.New(append([]validator.Option{
		validator.WithKeyFunc(keys.KeyFunc),
		validator.WithAlgorithm(validator.RS256),
		validator.WithIssuer(s.issuer()),
		validator.WithAudience(resource),
	}, checks...)...)
	if err != nil {
		s.tb.Fatal(err)
	}
	options = append(options, jwtmiddleware.WithValidator(checker), jwtmiddleware.WithCredentialsOptional(o.optional))
	if o.cookie {
		options = append(options, jwtmiddleware.WithTokenExtractor(jwtmiddleware.MultiTokenExtractor(
			jwtmiddleware.AuthHeaderTokenExtractor, jwtmiddleware.CookieTokenExtractor(cookieName))))
	}
	middleware, err := jwtmiddleware.New(options...)
	if err != nil {
		s.tb.Fatal(err)
	}
	return middleware.CheckJWT(next)
}

type failing struct{}

func (*failing) Validate(context.Context) error { return errHook }

// checkedClaims are claims that know whose they should be.
type checkedClaims struct {
	cognitoClaims
	site *site
}

// Validate is called for every token.
func (c *checkedClaims) Validate(context.Context) error { return c.check(c.site) }

// withGoJWTMiddlewareByHand adds custom claims, an error handler and a handler
// behind it for policies, and a cache that is short.
func withGoJWTMiddlewareByHand(s *site, o options) http.Handler {
	allowed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got, err := jwtmiddleware.GetClaims[*validator.ValidatedClaims](r.Context()); err == nil {
			if !got.CustomClaims.(*checkedClaims).allow(w, r, o) {
				return
			}
		}
		handle(w, r)
	})
	answers := jwtmiddleware.WithErrorHandler(func(w http.ResponseWriter, r *http.Request, err error) {
		var refusal *jwtmiddleware.ValidationError
		switch {
		case errors.Is(err, jwtmiddleware.ErrJWTMissing):
			err = errMissing
		case !errors.As(err, &refusal):
		case refusal.Code == jwtmiddleware.ErrorCodeInvalidRequest:
			jwtmiddleware.DefaultErrorHandler(w, r, err)
			return
		case refusal.Code == jwtmiddleware.ErrorCodeJWKSFetchFailed:
			err = errNoKeys
		}
		refuse(w, err)
	})
	custom := validator.WithCustomClaims(func() *checkedClaims { return &checkedClaims{site: s} })
	protected := goJWTMiddleware(s, o, allowed, []any{jwks.WithCacheTTL(5 * time.Second)}, []jwtmiddleware.Option{answers}, custom)
	return crossOrigin(protected, o)
}
