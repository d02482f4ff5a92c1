package judge

import (
	"context"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

func newJWX(s Setup) (Judge, error) {
	keys, err := jwk.Fetch(context.Background(), s.JWKSURL)
	if err != nil {
		return nil, err
	}
	options := []jwt.ParseOption{jwt.WithKeySet(keys), jwt.WithRequiredClaim(jwt.ExpirationKey)}
	if issuer := s.issuer(); issuer != "" {
		options = append(options, jwt.WithIssuer(issuer))
	}
	if audience := s.audience(); audience != "" {
		options = append(options, jwt.WithAudience(audience))
	}
	return func(text string) error {
		token, err := jwt.ParseString(text, options...)
		if err != nil {
			return err
		}
		issuer, _ := token.Issuer()
		if err := s.checkIssuer(issuer); err != nil {
			return err
		}
		var claims cognitoClaims
		_ = token.Get("token_use", &claims.TokenUse) // what is not there is "", which check refuses
		_ = token.Get("client_id", &claims.ClientID)
		return claims.check(s)
	}, nil
}
