package gognito

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Pools verifies the tokens of several user pools. Each token goes to the
// Verifier of exactly the issuer that it names. Safe for concurrent use.
type Pools struct {
	byIssuer  map[string]*Verifier
	verifiers []*Verifier
	cache     *tokenCache
	traces    []*Trace // of the verifiers, each once; those that have Verified
}

// NewPools returns Pools of the verifiers. Two that share an issuer are an error
// that names it. The memory for verified tokens is the sum of theirs.
func NewPools(verifiers ...*Verifier) (*Pools, error) {
	if len(verifiers) == 0 {
		return nil, errors.New("gognito: NewPools: no verifiers")
	}
	p := &Pools{byIssuer: make(map[string]*Verifier), verifiers: slices.Clone(verifiers)}
	cacheBytes := 0
	for i, v := range verifiers {
		if v == nil {
			return nil, fmt.Errorf("gognito: NewPools: verifier %d is nil", i)
		}
		for _, issuer := range v.issuers {
			if p.byIssuer[issuer] != nil {
				return nil, fmt.Errorf("gognito: NewPools: two verifiers accept the issuer %s", issuer)
			}
			p.byIssuer[issuer] = v
		}
		cacheBytes += max(0, v.cacheBytes)
		if v.trace != nil && v.trace.Verified != nil && !slices.Contains(p.traces, v.trace) {
			p.traces = append(p.traces, v.trace)
		}
	}
	p.cache = newTokenCache(cacheBytes)
	return p, nil
}

// Verify is [Verifier.Verify] by the verifier of the issuer that the token names.
func (p *Pools) Verify(ctx context.Context, token string) (*Claims, error) {
	if p.traces == nil {
		claims, _, _, err := p.verify(ctx, token)
		return claims, err
	}
	start := time.Now()
	claims, v, remembered, err := p.verify(ctx, token)
	info := VerifyInfo{Err: err, Remembered: remembered, Duration: time.Since(start)}
	tell := p.traces
	if v != nil {
		info.UserPoolID = v.userPoolID
		tell = []*Trace{v.trace}
	}
	for _, trace := range tell {
		if trace != nil && trace.Verified != nil {
			trace.Verified(ctx, info)
		}
	}
	return claims, err
}

func (p *Pools) verify(ctx context.Context, token string) (_ *Claims, _ *Verifier, remembered bool, _ error) {
	if known := p.cache.get(token); known != nil {
		claims, remembered, err := known.verifier.recall(ctx, known, token, p.cache)
		return claims, known.verifier, remembered, err
	}
	parsed, err := parse(token)
	if err != nil {
		return nil, nil, false, err
	}
	v := p.byIssuer[parsed.payload.Issuer]
	if v == nil {
		return nil, nil, false, NewError(ReasonIssuer, nil)
	}
	cache := p.cache
	if v.cache == nil {
		cache = nil
	}
	claims, err := v.judge(ctx, token, parsed, cache)
	return claims, v, false, err
}
