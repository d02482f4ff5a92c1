package judge

import (
	"context"
	"errors"
	"time"

	"github.com/gognito/gognito/internal/awsjwtverify"
)

// AWSJWTVerify returns what aws-jwt-verify on Node.js says of the tokens, in
// their order: nil for one that it accepts. The script is that of
// [awsjwtverify.Install].
func AWSJWTVerify(ctx context.Context, script string, s Setup, tokens []string) ([]error, error) {
	verdicts, err := awsjwtverify.Judge(ctx, script, awsjwtverify.Settings{
		JWKSURI: s.JWKSURL,
		Issuer:  s.issuer(),
		At:      time.Now().Unix(),
		Options: map[string]any{"userPoolId": s.UserPoolID, "clientId": s.ClientID, "tokenUse": s.TokenUse},
	}, tokens)
	if err != nil {
		return nil, err
	}
	refusals := make([]error, len(tokens))
	for i, verdict := range verdicts {
		if !verdict.Valid {
			refusals[i] = errors.New(verdict.Error)
		}
	}
	return refusals, nil
}
