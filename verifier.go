package gognito

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gognito/gognito/internal/jws"
)

// A TokenVerifier verifies tokens. *Verifier and *Pools are the ones here.
type TokenVerifier interface {
	Verify(ctx context.Context, token string) (*Claims, error)
}

// A Verifier decides whether a token is one of its pool's, and good now. It is
// safe for concurrent use; a program needs one for each pool.
type Verifier struct {
	userPoolID    string
	issuers       []string
	clientIDs     []string
	audience      []string
	tokenUse      TokenUse
	allowMachines bool
	leeway        time.Duration
	keys          KeySource
	remote        *RemoteKeys // keys, if they are the pool's own: a set for each issuer
	revocation    RevocationChecker
	cacheBytes    int
	cache         *tokenCache
	trace         *Trace
	now           func() time.Time // nil: time.Now
}

// New returns a Verifier for one pool. It does no I/O and starts no goroutine:
// the keys are fetched when the first token, or Prefetch, asks for them. The
// error names every field of the Config that is at fault.
func New(c Config) (*Verifier, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	v := &Verifier{
		userPoolID:    c.UserPoolID,
		clientIDs:     slices.Clone(c.ClientIDs),
		audience:      slices.Clone(c.Audience),
		tokenUse:      c.TokenUse,
		allowMachines: c.AllowMachines,
		leeway:        c.Leeway,
		keys:          c.Keys,
		revocation:    c.Revocation,
		cacheBytes:    c.CacheBytes,
		trace:         c.Trace,
		now:           c.Now,
	}
	if v.tokenUse == "" {
		v.tokenUse = AccessToken
	}
	if v.cacheBytes == 0 {
		v.cacheBytes = defaultCacheBytes
	}
	region, _ := regionOf(c.UserPoolID) // checked above
	v.issuers = issuersOf(c.UserPoolID, region)
	if c.Issuer != "" {
		v.issuers = []string{c.Issuer}
	}
	if v.keys == nil {
		remote, err := newIssuerKeys(v.issuers, c)
		if err != nil {
			return nil, err
		}
		v.keys, v.remote = remote, remote
	}
	v.cache = newTokenCache(v.cacheBytes)
	return v, nil
}

// newIssuerKeys returns the pool's own keys, with one set for each issuer.
func newIssuerKeys(issuers []string, c Config) (*RemoteKeys, error) {
	urls := make([]string, len(issuers))
	for i, issuer := range issuers {
		urls[i] = jwksURL(issuer)
	}
	return NewRemoteKeys(RemoteKeysConfig{URLs: urls, File: c.KeyFile, HTTPClient: c.HTTPClient, Trace: c.Trace})
}

// Verify returns what a token says, if the pool signed it and it is good now,
// and otherwise an [*Error] with the first reason against it, in the order of
// the reasons' list. The claims are the caller's own.
//
// ctx bounds the wait for keys, which only the first token of a process, a new
// key ID, and keys that could not be refreshed for a day ever meet.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	if v.trace == nil || v.trace.Verified == nil {
		claims, _, err := v.verify(ctx, token)
		return claims, err
	}
	start := time.Now()
	claims, remembered, err := v.verify(ctx, token)
	v.trace.Verified(ctx, VerifyInfo{v.userPoolID, err, remembered, time.Since(start)})
	return claims, err
}

func (v *Verifier) verify(ctx context.Context, token string) (_ *Claims, remembered bool, _ error) {
	if known := v.cache.get(token); known != nil {
		return v.recall(ctx, known, token, v.cache)
	}
	parsed, err := parse(token)
	if err != nil {
		return nil, false, err
	}
	claims, err := v.judge(ctx, token, parsed, v.cache)
	return claims, false, err
}

// parsedToken is a token whose form is in order, and nothing more.
type parsedToken struct {
	jws.Token
	payload *payload
}

// parse takes a token apart, up to and including the issuer that it names.
func parse(token string) (parsedToken, error) {
	t, err := jws.Parse(token)
	if err != nil {
		return parsedToken{}, NewError(ReasonMalformed, err)
	}
	if t.Algorithm != "RS256" {
		return parsedToken{}, NewError(ReasonAlgorithm, nil)
	}
	p, err := readPayload(t.Payload)
	if err != nil {
		return parsedToken{}, NewError(ReasonMalformed, nil) // the cause may quote the payload
	}
	return parsedToken{t, p}, nil
}

// judge decides about a token that has been taken apart, and remembers it if it
// is good.
func (v *Verifier) judge(ctx context.Context, token string, t parsedToken, cache *tokenCache) (*Claims, error) {
	issuer := slices.Index(v.issuers, t.payload.Issuer)
	if issuer < 0 {
		return nil, NewError(ReasonIssuer, nil)
	}
	key, now, err := v.key(ctx, issuer, t.KeyID)
	if err != nil {
		return nil, keyError(ctx, err)
	}
	if !key.rsa.Verify(t.SigningInput, t.Signature) {
		return nil, NewError(ReasonSignature, nil)
	}
	if err := t.payload.shape(); err != nil {
		return nil, NewError(ReasonMalformed, err)
	}
	if err := v.admit(&t.payload.Claims, t.payload.notBefore, now); err != nil {
		return nil, err
	}
	var good *rememberedToken
	if cache != nil {
		good = remember(token, t, v, issuer, key) // before anyone else has the claims
	}
	if err := v.unrevoked(ctx, &t.payload.Claims); err != nil {
		return nil, err
	}
	cache.put(good)
	return &t.payload.Claims, nil
}

// recall decides about a token whose signature verified before, under a key that
// must still be the one that is published.
func (v *Verifier) recall(ctx context.Context, r *rememberedToken, token string, cache *tokenCache) (_ *Claims, remembered bool, _ error) {
	key, now, err := v.key(ctx, r.issuer, r.text(sayKeyID))
	if err != nil {
		return nil, true, keyError(ctx, err)
	}
	if key != r.key {
		parsed, err := parse(token)
		if err != nil {
			return nil, false, err
		}
		claims, err := v.judge(ctx, token, parsed, cache)
		return claims, false, err
	}
	claims := r.claims()
	if err := v.admit(claims, r.notBefore, now); err != nil {
		return nil, true, err
	}
	if err := v.unrevoked(ctx, claims); err != nil {
		return nil, true, err
	}
	return claims, true, nil
}

// key asks the key source, and returns the time after that. The pool's own is told
// which issuer the token names, and has looked at the clock itself.
func (v *Verifier) key(ctx context.Context, issuer int, kid string) (key *Key, now time.Time, err error) {
	if v.remote != nil {
		key, now, err = v.remote.find(ctx, issuer, kid)
	} else {
		key, err = v.keys.Key(ctx, kid)
		now = time.Now()
		if err == nil && (key == nil || key.rsa == nil) {
			err = errors.New("gognito: the KeySource returned neither a key nor an error")
		}
	}
	if v.now != nil {
		now = v.now()
	}
	return key, now, err
}

// admit decides what can change while a token stays the same.
func (v *Verifier) admit(c *Claims, notBefore, now time.Time) error {
	switch {
	case !now.Before(c.ExpiresAt.Add(v.leeway)):
		return NewError(ReasonExpired, nil)
	case now.Before(notBefore.Add(-v.leeway)): // zero if the token does not say
		return NewError(ReasonNotYetValid, nil)
	case !v.accepts(c.TokenUse):
		return NewError(ReasonTokenUse, nil)
	case !v.mayUse(c):
		return NewError(ReasonClient, nil)
	case !v.allowMachines && c.Machine():
		return NewError(ReasonMachine, nil)
	}
	return nil
}

// unrevoked asks the revocation checker, if there is one. It may change the claims, and
// so they are the caller's own.
func (v *Verifier) unrevoked(ctx context.Context, c *Claims) error {
	if v.revocation == nil {
		return nil
	}
	revoked, err := v.revocation.Revoked(ctx, c)
	switch {
	case err != nil && ctx.Err() != nil:
		return NewError(ReasonCanceled, ctx.Err())
	case err != nil:
		return NewError(ReasonRevocationUnavailable, err)
	case revoked:
		return NewError(ReasonRevoked, nil)
	}
	return nil
}

// accepts reports whether that kind of token is wanted.
func (v *Verifier) accepts(use TokenUse) bool {
	// The token's own "any" is no kind of token.
	return use == v.tokenUse && use != AnyToken || v.tokenUse == AnyToken && (use == AccessToken || use == IDToken)
}

// mayUse reports whether the token was issued to one of the clients, and, if it
// is an access token that names its audience, for this API.
func (v *Verifier) mayUse(c *Claims) bool {
	if !slices.Contains(v.clientIDs, c.ClientID) {
		return false
	}
	if c.TokenUse != AccessToken || c.Audience == nil {
		return true
	}
	return slices.ContainsFunc(c.Audience, func(audience string) bool {
		return slices.Contains(v.audience, audience) || slices.Contains(v.clientIDs, audience)
	})
}
