package middleware_test

import (
	"net/http"

	ginjwt "github.com/appleboy/gin-jwt/v3"
	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v5"
)

// ginJWT is the way for tokens of another issuer that its README shows: a KeyFunc
// and the parser's options. The rest of it is for tokens that it issues itself. An
// audience among the options would refuse ordinary tokens, which have none.
func ginJWT(s *site, o options, keys jwt.Keyfunc) *ginjwt.GinJWTMiddleware {
	settings := &ginjwt.GinJWTMiddleware{
		Realm:        "api",
		IdentityKey:  "sub",
		KeyFunc:      keys,
		ParseOptions: []jwt.ParserOption{jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(s.issuer()), jwt.WithExpirationRequired()},
	}
	if o.cookie {
		settings.TokenLookup = "header: Authorization, cookie: " + cookieName
	}
	return settings
}

func ginServer(s *site, settings *ginjwt.GinJWTMiddleware, o options, behind ...gin.HandlerFunc) http.Handler {
	middleware, err := ginjwt.New(settings)
	if err != nil {
		s.tb.Fatal(err)
	}
	engine := gin.New()
	require := middleware.MiddlewareFunc()
	if len(behind) > 0 && o.optional { // by hand
		require = func(c *gin.Context) {
			if c.GetHeader("Authorization") == "" {
				c.Next()
				return
			}
			middleware.MiddlewareFunc()(c)
		}
	}
	engine.Use(append([]gin.HandlerFunc{require}, behind...)...)
	for _, path := range []string{anyUser, admins, readers} {
		engine.Any(path, func(c *gin.Context) { handle(c.Writer, c.Request) })
	}
	return engine
}

func withGinJWT(s *site, o options) http.Handler {
	settings := ginJWT(s, o, keysOf(s))
	settings.DisabledAbort = o.optional
	if o.fails { // the hook for whether a user may; it has no other failure
		settings.Authorizer = func(*gin.Context, any) bool { return false }
	}
	return ginServer(s, settings, o)
}

// claimsOf reads the map of claims that golang-jwt makes, as the README does. What
// has the wrong type counts as absent.
func claimsOf(all jwt.MapClaims) *cognitoClaims {
	c := &cognitoClaims{}
	c.Issuer, _ = all["iss"].(string)
	c.TokenUse, _ = all["token_use"].(string)
	c.ClientID, _ = all["client_id"].(string)
	c.Username, _ = all["username"].(string)
	c.Scope, _ = all["scope"].(string)
	c.Audience, _ = all.GetAudience()
	if exp, err := all.GetExpirationTime(); err == nil && exp != nil {
		c.Expires = "there"
	}
	groups, _ := all["cognito:groups"].([]any)
	for _, group := range groups {
		if name, ok := group.(string); ok {
			c.Groups = append(c.Groups, name)
		}
	}
	return c
}

const errorKey = "error"

// withGinJWTByHand checks the claims in the KeyFunc, and has callbacks for the
// answers and a handler behind it for policies.
func withGinJWTByHand(s *site, o options) http.Handler {
	keys := keysByHand(s)
	settings := ginJWT(s, o, func(token *jwt.Token) (any, error) {
		all, ok := token.Claims.(jwt.MapClaims)
		if !ok {
			return nil, errByHand
		}
		if err := claimsOf(all).check(s); err != nil {
			return nil, err
		}
		return keys(token)
	})
	settings.ParseOptions = append(settings.ParseOptions, jwt.WithStrictDecoding())
	settings.HTTPStatusMessageFunc = func(c *gin.Context, err error) string {
		c.Set(errorKey, err)
		return ""
	}
	settings.Unauthorized = func(c *gin.Context, _ int, _ string) {
		err, _ := c.MustGet(errorKey).(error)
		if c.GetHeader("Authorization") == "" {
			err = errMissing
		}
		refuse(c.Writer, err)
		c.Writer.WriteHeaderNow()
	}
	protected := ginServer(s, settings, o, func(c *gin.Context) {
		all := ginjwt.ExtractClaims(c)
		if len(all) > 0 && !claimsOf(all).allow(c.Writer, c.Request, o) {
			c.Abort()
			c.Writer.WriteHeaderNow()
		}
	})
	return crossOrigin(protected, o)
}
