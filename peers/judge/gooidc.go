package judge

import (
	"context"

	"github.com/coreos/go-oidc/v3/oidc"
)

func newGoOIDC(s Setup) (Judge, error) {
	ctx := context.Background()
	verifier := oidc.NewVerifier(s.issuer(), oidc.NewRemoteKeySet(ctx, s.JWKSURL), &oidc.Config{
		ClientID:          s.audience(),
		SkipClientIDCheck: s.audience() == "",
		SkipIssuerCheck:   s.issuer() == "",
	})
	return func(text string) error {
		token, err := verifier.Verify(ctx, text)
		if err != nil {
			return err
		}
		if err := s.checkIssuer(token.Issuer); err != nil {
			return err
		}
		var claims cognitoClaims
		if err := token.Claims(&claims); err != nil {
			return err
		}
		return claims.check(s)
	}, nil
}
