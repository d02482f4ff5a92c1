package gognito

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"
)

// TokenUse is one of a pool's two kinds of JWT, as its token_use claim names it.
type TokenUse string

const (
	// AccessToken is for calling APIs: it says what its bearer may do.
	AccessToken TokenUse = "access"
	// IDToken tells an application who its user is. An API should ask for
	// access tokens.
	IDToken TokenUse = "id"
	// AnyToken accepts both. It is for a Config only: no token says it.
	AnyToken TokenUse = "any"
)

const (
	maxLeeway         = 5 * time.Minute
	defaultCacheBytes = 16 << 20
)

// Config says which tokens a [Verifier] accepts. UserPoolID and ClientIDs are
// required; the zero value of everything else is the strict choice.
type Config struct {
	// UserPoolID is the pool whose tokens are accepted: "eu-west-1_AbCdEfGhI".
	UserPoolID string
	// ClientIDs are the app clients whose tokens are accepted. At least one:
	// a pool may have clients that have nothing to do with this API.
	ClientIDs []string
	// Audience lists the resource URLs that this API answers to (RFC 8707).
	// An access token with an aud must name one of them, or one of ClientIDs
	// (RFC 7519, section 4.1.3). Nil: none.
	Audience []string
	// TokenUse is the kind of token accepted; "" means AccessToken.
	TokenUse TokenUse
	// AllowMachines also accepts access tokens from client_credentials, which
	// have no username and no groups.
	AllowMachines bool
	// Leeway is by how much exp may lie in the past and nbf in the future,
	// for clocks that drift: from zero to 5 minutes.
	Leeway time.Duration
	// Keys is where the pool's public keys come from. Nil: the pool itself, by
	// a [RemoteKeys]. Each pool needs a source of its own: one that two
	// Verifiers share makes either pool's keys good for both.
	Keys KeySource
	// KeyFile is where the pool's own keys are kept, so that a process that
	// starts in an outage still verifies; see [RemoteKeysConfig]. "": nowhere.
	KeyFile string
	// Revocation knows revoked tokens. Nil: none are.
	Revocation RevocationChecker
	// CacheBytes bounds the memory for tokens that have been verified, all of
	// it counted. Zero: 16 MiB. Negative: no cache.
	CacheBytes int
	// Issuer replaces both of the pool's own issuers, for development pools
	// and for partitions whose hosts differ. Compared as it is. An https URL,
	// or http on a loopback host. Unless Keys is set, its keys come from
	// Issuer + "/.well-known/jwks.json".
	Issuer string
	// HTTPClient fetches keys. Nil: a plain one. Redirects to another host
	// are refused whatever it says. A panic in its transport ends the program. Unused if Keys is set.
	HTTPClient *http.Client
	// Trace is told what happens. Nil: nobody is.
	Trace *Trace
	// Now decides exp and nbf, and nothing else. Nil: time.Now.
	Now func() time.Time
}

// ConfigFromEnv reads a Config from the environment:
//
//	AWS_COGNITO_USER_POOL_ID   required, one pool
//	AWS_COGNITO_APP_CLIENT_ID  required, one or more, separated by commas
//	AWS_COGNITO_REGION         optional; must be the region of the pool
//
// The error names every variable that is at fault.
func ConfigFromEnv() (Config, error) {
	c := Config{
		UserPoolID: strings.TrimSpace(os.Getenv("AWS_COGNITO_USER_POOL_ID")),
		ClientIDs:  splitList(os.Getenv("AWS_COGNITO_APP_CLIENT_ID")),
	}
	var faults []error
	region, err := regionOf(c.UserPoolID)
	if err != nil {
		faults = append(faults, fmt.Errorf("gognito: AWS_COGNITO_USER_POOL_ID %w", err))
	}
	if want := strings.TrimSpace(os.Getenv("AWS_COGNITO_REGION")); want != "" && region != "" && want != region {
		faults = append(faults, fmt.Errorf("gognito: AWS_COGNITO_REGION is %q, but the pool of AWS_COGNITO_USER_POOL_ID is in %q: correct one, or unset AWS_COGNITO_REGION", want, region))
	}
	if err := checkClientIDs(c.ClientIDs); err != nil {
		faults = append(faults, fmt.Errorf("gognito: AWS_COGNITO_APP_CLIENT_ID %w", err))
	}
	if err := errors.Join(faults...); err != nil {
		return Config{}, err
	}
	return c, nil
}

// splitList splits a comma-separated list, and drops blank elements.
func splitList(text string) []string {
	var list []string
	for element := range strings.SplitSeq(text, ",") {
		if element = strings.TrimSpace(element); element != "" {
			list = append(list, element)
		}
	}
	return list
}

// check returns every fault of the configuration, each with the field's name.
func (c *Config) check() error {
	var faults []error
	fault := func(field string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("gognito: Config.%s %w", field, err))
		}
	}
	_, err := regionOf(c.UserPoolID)
	fault("UserPoolID", err)
	fault("ClientIDs", checkClientIDs(c.ClientIDs))
	for _, audience := range c.Audience {
		if audience == "" {
			fault("Audience", errors.New("holds an empty string"))
		}
	}
	switch c.TokenUse {
	case "", AccessToken, IDToken, AnyToken:
	default:
		fault("TokenUse", fmt.Errorf(`is %q; it is "access", "id" or "any"`, string(c.TokenUse)))
	}
	if c.Leeway < 0 || c.Leeway > maxLeeway {
		fault("Leeway", fmt.Errorf("is %v; it is from 0 to %v", c.Leeway, maxLeeway))
	}
	if c.Issuer != "" {
		fault("Issuer", checkIssuer(c.Issuer))
	}
	if keys, ok := c.Keys.(*RemoteKeys); ok && keys == nil {
		fault("Keys", errors.New("is a nil *RemoteKeys: see the error of NewRemoteKeys"))
	}
	if c.KeyFile != "" && c.Keys != nil {
		fault("KeyFile", errors.New("goes with the pool's own keys: leave Keys nil, or give the file to the RemoteKeys in Keys"))
	}
	if f, ok := c.Revocation.(RevocationFunc); ok && f == nil {
		fault("Revocation", errors.New("is a nil RevocationFunc: leave Revocation nil, or give a function"))
	}
	return errors.Join(faults...)
}

// clientIDForm is the API's own pattern, `[\w+]+`, at most 128.
func checkClientIDs(ids []string) error {
	if len(ids) == 0 {
		return errors.New("is required: the app clients whose tokens are accepted")
	}
	for _, id := range ids {
		if id == "" || len(id) > 128 || strings.Trim(id, clientIDAlphabet) != "" {
			return fmt.Errorf("holds %q, which is not the ID of an app client", id)
		}
	}
	return nil
}

const clientIDAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+"
