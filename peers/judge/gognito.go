package judge

import (
	"context"

	"github.com/gognito/gognito"
)

func newGognito(s Setup) (Judge, error) {
	keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{s.JWKSURL}})
	if err != nil {
		return nil, err
	}
	v, err := gognito.New(gognito.Config{
		UserPoolID: s.UserPoolID,
		ClientIDs:  []string{s.ClientID},
		TokenUse:   s.TokenUse,
		Issuer:     s.issuer(),
		Keys:       keys,
		CacheBytes: -1, // each token for the first time
	})
	if err != nil {
		return nil, err
	}
	return func(token string) error {
		_, err := v.Verify(context.Background(), token)
		return err
	}, v.Prefetch(context.Background())
}
