package middleware_test

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// columns are the middleware that is compared, Gognito's first. An adapter of ours
// for another framework is one more of them, around the same authenticator.
var columns = []column{
	{name: "gognito", plain: withGognito},
	{name: "go-jwt-middleware", module: "github.com/auth0/go-jwt-middleware/v3", plain: withGoJWTMiddleware, byHand: withGoJWTMiddlewareByHand},
	{name: "gin-jwt", module: "github.com/appleboy/gin-jwt/v3", plain: withGinJWT, byHand: withGinJWTByHand},
	{name: "echo-jwt", module: "github.com/labstack/echo-jwt/v5", plain: withEchoJWT, byHand: withEchoJWTByHand},
}

var errHook = errors.New("the application's database is gone")

// authenticator is what all columns of this repository are made of.
func authenticator(s *site, o options) *httpauth.Authenticator {
	keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{s.jwksURL()}})
	if err != nil {
		s.tb.Fatal(err)
	}
	verifier, err := gognito.New(gognito.Config{
		UserPoolID: s.id(),
		ClientIDs:  []string{s.clientID()},
		Audience:   []string{resource},
		Keys:       keys,
	})
	if err != nil {
		s.tb.Fatal(err)
	}
	auth := &httpauth.Authenticator{Verifier: verifier, Logger: slog.New(slog.DiscardHandler)}
	if o.cookie {
		auth.Source = httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie(cookieName))
	}
	if o.fails {
		auth.Attach = func(*http.Request, *gognito.User) error { return errHook }
	}
	return auth
}

func withGognito(s *site, o options) http.Handler {
	auth := authenticator(s, o)
	require := auth.Require
	if o.optional {
		require = auth.Optional
	}
	handler := http.HandlerFunc(handle)
	mux := http.NewServeMux()
	mux.Handle(anyUser, handler)
	mux.Handle(admins, auth.Allow(gognito.InAnyGroup("admins"))(handler))
	mux.Handle(readers, auth.Allow(gognito.HasAllScopes(scopeRead))(handler))
	return require(mux)
}
