// Package gognito has the set-ups of gognito.
package gognito

import (
	"context"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/peers/bench/setup"
)

// Setups are those that the benchmarks compare, that of the table first.
var Setups = []setup.Setup{
	{Name: "uncached", How: "`gognito.New` with `CacheBytes: -1`, so that each token is a first one", New: with(-1)},
}

// Cached is as gognito comes, with its cache: the set-up for a token that comes
// again, and for tokens that are refused.
var Cached = setup.Setup{Name: "cached", How: "`gognito.New`", New: with(0)}

// Crowded has a cache that holds a few tokens only.
var Crowded = setup.Setup{Name: "crowded", How: "`gognito.New`, each token a new one, which the cache takes in and another one leaves for", New: with(32 << 10)}

func with(cacheBytes int) func(setup.Pool) (setup.Verify, error) {
	return func(p setup.Pool) (setup.Verify, error) {
		keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{p.JWKSURL}})
		if err != nil {
			return nil, err
		}
		v, err := gognito.New(gognito.Config{UserPoolID: p.ID, ClientIDs: []string{p.ClientID}, Keys: keys, CacheBytes: cacheBytes})
		if err != nil {
			return nil, err
		}
		return func(token string) error {
			_, err := v.Verify(context.Background(), token)
			return err
		}, v.Prefetch(context.Background())
	}
}
