package middleware_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/time/rate"
)

// What follows is what the peers' users write themselves, the same for all: what
// AWS's page says to check, beyond what the library does, and answers by RFC 6750.

// cognitoClaims are what is checked by hand, read as encoding/json reads.
type cognitoClaims struct {
	Issuer   string           `json:"iss"`
	Audience jwt.ClaimStrings `json:"aud"`
	Expires  json.Number      `json:"exp"`
	TokenUse string           `json:"token_use"`
	ClientID string           `json:"client_id"`
	Username string           `json:"username"`
	Scope    string           `json:"scope"`
	Groups   []string         `json:"cognito:groups"`
}

var (
	errByHand  = errors.New("a claim is not as it should be")
	errNoKeys  = errors.New("there are no keys yet")
	errMissing = errors.New("there is no token")
)

// check is for access tokens of the site's pool and client; those of machines have
// no username.
func (c *cognitoClaims) check(s *site) error {
	foreign := len(c.Audience) > 0 && !slices.Contains(c.Audience, resource)
	if c.Issuer != s.issuer() || c.TokenUse != "access" || c.ClientID != s.clientID() || c.Username == "" || c.Expires == "" || foreign {
		return errByHand
	}
	return nil
}

// may reports whether a path is for whoever has these claims.
func (c *cognitoClaims) may(path string) bool {
	switch path {
	case admins:
		return slices.Contains(c.Groups, "admins")
	case readers:
		return slices.Contains(strings.Fields(c.Scope), scopeRead)
	}
	return true
}

// allow answers a request of whoever may not, and one whose hook fails, with the
// status that is due. It reports whether it did neither.
func (c *cognitoClaims) allow(w http.ResponseWriter, r *http.Request, o options) bool {
	switch {
	case o.fails:
		w.WriteHeader(http.StatusInternalServerError)
		return false
	case !c.may(r.URL.Path):
		if r.URL.Path == readers {
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope"`)
		}
		w.WriteHeader(http.StatusForbidden)
		return false
	}
	return true
}

// refuse answers as RFC 6750 says, and tells nothing of the reason.
func refuse(w http.ResponseWriter, err error) {
	w.Header().Set("Cache-Control", "no-store")
	switch {
	case errors.Is(err, errNoKeys):
		w.Header().Del("WWW-Authenticate")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case errors.Is(err, errMissing):
		w.Header().Set("WWW-Authenticate", "Bearer")
	default:
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	w.WriteHeader(http.StatusUnauthorized)
}

// crossOrigin is what the standard library has against other sites' pages.
func crossOrigin(next http.Handler, o options) http.Handler {
	if !o.cookie {
		return next
	}
	return http.NewCrossOriginProtection().Handler(next)
}

// keysOf are those of keyfunc, for the peers that leave keys to their user.
func keysOf(s *site) jwt.Keyfunc {
	keys, err := keyfunc.NewDefaultCtx(s.ctx, []string{s.jwksURL()})
	if err != nil {
		s.tb.Fatal(err)
	}
	return keys.Keyfunc
}

// keysByHand fetch more often when a key is unknown, and tell a missing key from
// missing keys.
func keysByHand(s *site) jwt.Keyfunc {
	keys, err := keyfunc.NewDefaultOverrideCtx(s.ctx, []string{s.jwksURL()}, keyfunc.Override{
		RefreshUnknownKID: rate.NewLimiter(rate.Every(5*time.Second), 1),
		RateLimitWaitMax:  time.Second / 2, // the fetch included
	})
	if err != nil {
		s.tb.Fatal(err)
	}
	return func(token *jwt.Token) (any, error) {
		key, err := keys.Keyfunc(token)
		if err == nil {
			return key, nil
		}
		if all, readErr := keys.Storage().KeyReadAll(s.ctx); readErr != nil || len(all) == 0 {
			return nil, errNoKeys
		}
		return nil, err
	}
}
