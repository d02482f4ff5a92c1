package middleware_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/golang-jwt/jwt/v5"
	echojwt "github.com/labstack/echo-jwt/v5"
	"github.com/labstack/echo/v5"
)

// echoJWT is the way for tokens of another issuer that its documentation shows: a
// KeyFunc, which has to see to the algorithm.
func echoJWT(o options, keys jwt.Keyfunc) echojwt.Config {
	config := echojwt.Config{
		KeyFunc: func(token *jwt.Token) (any, error) {
			if token.Method.Alg() != "RS256" {
				return nil, fmt.Errorf("unexpected signing method %v", token.Header["alg"])
			}
			return keys(token)
		},
	}
	if o.cookie {
		config.TokenLookup = "header:Authorization:Bearer ,cookie:" + cookieName
	}
	return config
}

func echoServer(config echojwt.Config, behind ...echo.MiddlewareFunc) http.Handler {
	e := echo.New()
	e.Logger = slog.New(slog.DiscardHandler)
	e.Use(append([]echo.MiddlewareFunc{echojwt.WithConfig(config)}, behind...)...)
	for _, path := range []string{anyUser, admins, readers} {
		e.Any(path, func(c *echo.Context) error {
			handle(c.Response(), c.Request())
			return nil
		})
	}
	return e
}

func withEchoJWT(s *site, o options) http.Handler {
	config := echoJWT(o, keysOf(s))
	if o.fails {
		config.SuccessHandler = func(*echo.Context) error { return errHook }
	}
	return echoServer(config)
}

// echoClaims are claims that know whose they should be. golang-jwt calls Validate
// after its own checks.
type echoClaims struct {
	jwt.RegisteredClaims
	TokenUse string   `json:"token_use"`
	ClientID string   `json:"client_id"`
	Username string   `json:"username"`
	Scope    string   `json:"scope"`
	Groups   []string `json:"cognito:groups"`
	site     *site
}

// Validate is golang-jwt's hook.
func (c *echoClaims) Validate() error { return c.cognito().check(c.site) }

func (c *echoClaims) cognito() *cognitoClaims {
	got := &cognitoClaims{Issuer: c.Issuer, Audience: c.Audience, TokenUse: c.TokenUse, ClientID: c.ClientID, Username: c.Username, Scope: c.Scope, Groups: c.Groups}
	if c.ExpiresAt != nil {
		got.Expires = "there"
	}
	return got
}

// withEchoJWTByHand parses with options and claims of its own, and has an error
// handler and a handler behind it for policies.
func withEchoJWTByHand(s *site, o options) http.Handler {
	config := echoJWT(o, nil)
	keys, parser := keysByHand(s), jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(s.issuer()), jwt.WithExpirationRequired(), jwt.WithStrictDecoding())
	config.ParseTokenFunc = func(_ *echo.Context, token string) (any, error) {
		return parser.ParseWithClaims(token, &echoClaims{site: s}, keys)
	}
	config.ContinueOnIgnoredError = o.optional
	config.ErrorHandler = func(c *echo.Context, err error) error {
		if _, parsed := errors.AsType[*echojwt.TokenParsingError](err); !parsed {
			if o.optional {
				return nil
			}
			err = errMissing
		}
		refuse(c.Response(), err)
		return echo.ErrUnauthorized // answered already
	}
	protected := echoServer(config, func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c *echo.Context) error {
			if token, err := echo.ContextGet[*jwt.Token](c, "user"); err == nil {
				if !token.Claims.(*echoClaims).cognito().allow(c.Response(), c.Request(), o) {
					return nil
				}
			}
			return next(c)
		}
	})
	return crossOrigin(protected, o)
}
