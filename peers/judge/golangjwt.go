package judge

import (
	"context"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// golangJWTClaims is golang-jwt's own claims and Cognito's.
type golangJWTClaims struct {
	cognitoClaims
	jwt.RegisteredClaims
}

func newGolangJWT(s Setup) (Judge, error) {
	keys, err := keyfunc.NewDefaultCtx(context.Background(), []string{s.JWKSURL})
	if err != nil {
		return nil, err
	}
	options := []jwt.ParserOption{jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired()}
	if issuer := s.issuer(); issuer != "" {
		options = append(options, jwt.WithIssuer(issuer))
	}
	if audience := s.audience(); audience != "" {
		options = append(options, jwt.WithAudience(audience))
	}
	parser := jwt.NewParser(options...)
	return func(token string) error {
		var claims golangJWTClaims
		if _, err := parser.ParseWithClaims(token, &claims, keys.Keyfunc); err != nil {
			return err
		}
		if err := s.checkIssuer(claims.Issuer); err != nil {
			return err
		}
		return claims.check(s)
	}, nil
}
