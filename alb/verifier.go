package alb

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gognito/gognito"
)

// The headers that a load balancer adds to the requests of a user who is signed
// in. Only the first is signed by it.
const (
	// Header holds what a [Verifier] verifies.
	Header = "X-Amzn-Oidc-Data"
	// AccessTokenHeader holds the user's access token, for a [gognito.Verifier].
	AccessTokenHeader = "X-Amzn-Oidc-Accesstoken" //nolint:gosec // a name
)

// TokenUse is that of the claims here: neither an access token nor an ID token.
// They say who the user is, and not what the bearer may do.
const TokenUse gognito.TokenUse = "alb"

// A Verifier decides whether a token is one of its load balancers', for its app
// clients, and good now. It is safe for concurrent use; a program needs one for
// each region.
type Verifier struct {
	loadBalancers []string
	userPoolID    string
	issuer        string
	clientIDs     []string
	leeway        time.Duration
	keys          *keys
	trace         *gognito.Trace
	now           func() time.Time
}

var _ gognito.TokenVerifier = (*Verifier)(nil)

// New returns a Verifier. It does no I/O and starts no goroutine. The error names
// every field of the Config that is at fault.
func New(c Config) (*Verifier, error) {
	keyURL, err := c.check()
	if err != nil {
		return nil, err
	}
	v := &Verifier{
		loadBalancers: slices.Clone(c.LoadBalancers),
		userPoolID:    c.UserPoolID,
		issuer:        c.Issuer,
		clientIDs:     slices.Clone(c.ClientIDs),
		leeway:        c.Leeway,
		keys:          newKeys(keyURL, c.HTTPClient, c.Trace),
		trace:         c.Trace,
		now:           c.Now,
	}
	if v.issuer == "" {
		region, _, _ := strings.Cut(c.UserPoolID, "_")
		v.issuer = "https://cognito-idp." + region + ".amazonaws.com/" + c.UserPoolID
	}
	if v.now == nil {
		v.now = time.Now
	}
	return v, nil
}

// Verify returns what a token says, if one of the load balancers signed it and it
// is good now, and otherwise a [*gognito.Error] with the first reason against it,
// in this order:
//
//   - malformed: not three segments of padded base64url, not strict JSON, a member
//     of the header or the payload's iss is missing or has a wrong type, or the key
//     ID is not a UUID in lower case
//   - algorithm: not ES256
//   - issuer: not the pool, or not one of the load balancers: the signer is who
//     issued this token
//   - client: for another app client
//   - keys_unavailable, unknown_key: see below
//   - signature
//   - malformed: sub, username or exp of the payload is missing or has a wrong type
//   - expired: exp of the header, or that of the payload, has come
//
// All that is compared with the Config is compared before a key is asked for, so
// that what was meant for others causes no fetch. It is also what everybody can
// write into a token: whoever knows the ARN of a load balancer can ask for keys at
// will. So a fetch for a key ID that is not known yet has a limit: eight at once,
// and then one a second; what goes beyond is keys_unavailable, for nobody has said
// that there is no such key. A key ID that the key host does not know (it answers
// 403 or 404) is unknown_key, and asked for again after ten seconds. Known keys
// answer from memory whatever happens: a key counts as known once a token of the
// load balancers verified under it, and no other key drives it out.
//
// The claims are the caller's own. Issuer, Subject, ClientID, Username and
// ExpiresAt (the earlier of the two) are set; TokenUse is [TokenUse]. Groups and
// Scopes never are, whatever the payload says. Decode has all of the payload, such
// as email, which are the attributes that the app client may read; the load
// balancer gives values as the pool's userInfo endpoint does, "true" for true.
//
// ctx bounds the wait for a key.
func (v *Verifier) Verify(ctx context.Context, token string) (*gognito.Claims, error) {
	if v.trace == nil || v.trace.Verified == nil {
		return v.verify(ctx, token)
	}
	start := time.Now()
	claims, err := v.verify(ctx, token)
	v.trace.Verified(ctx, gognito.VerifyInfo{UserPoolID: v.userPoolID, Err: err, Duration: time.Since(start)})
	return claims, err
}

func (v *Verifier) verify(ctx context.Context, text string) (*gognito.Claims, error) {
	t, err := parse(text)
	if err != nil {
		return nil, gognito.NewError(gognito.ReasonMalformed, err)
	}
	client := slices.Index(v.clientIDs, t.client)
	switch {
	case t.algorithm != "ES256":
		return nil, gognito.NewError(gognito.ReasonAlgorithm, nil)
	case t.issuer != v.issuer || t.payloadIssuer != v.issuer || !slices.Contains(v.loadBalancers, t.signer):
		return nil, gognito.NewError(gognito.ReasonIssuer, nil)
	case client < 0:
		return nil, gognito.NewError(gognito.ReasonClient, nil)
	}
	key, known, err := v.keys.find(ctx, t.keyID)
	if err != nil {
		return nil, keyError(ctx, err)
	}
	if !verifies(key, t.signingInput, t.signature) {
		return nil, gognito.NewError(gognito.ReasonSignature, nil)
	}
	if !known {
		v.keys.keep(t.keyID, key)
	}
	if !t.complete {
		return nil, gognito.NewError(gognito.ReasonMalformed, nil)
	}
	expires := t.expires
	if t.payloadExpires.Before(expires) {
		expires = t.payloadExpires
	}
	if !v.now().Before(expires.Add(v.leeway)) {
		return nil, gognito.NewError(gognito.ReasonExpired, nil)
	}
	claims := gognito.NewClaims(t.payload)
	claims.Issuer, claims.ClientID, claims.TokenUse = v.issuer, v.clientIDs[client], TokenUse
	claims.Subject, claims.Username, claims.ExpiresAt = t.subject, t.username, expires
	return claims, nil
}

// keyError turns what find returned into the reason it stands for.
func keyError(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, gognito.ErrKeyNotFound):
		return gognito.NewError(gognito.ReasonUnknownKey, err)
	case ctx.Err() != nil:
		return gognito.NewError(gognito.ReasonCanceled, ctx.Err())
	default:
		return gognito.NewError(gognito.ReasonKeysUnavailable, err)
	}
}
