package identity

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gognito/gognito"
)

// A signer signs assertions.
type signer struct {
	header   string // the field, canonical
	key      *ecdsa.PrivateKey
	issuer   string
	audience string
	lifetime time.Duration
	sources  []source // of claims

	start  string // the JWS header, encoded, and the dot behind it
	keySet []byte
}

// newSigner takes what was checked.
func newSigner(a *Assertion, headers []header) *signer {
	s := &signer{
		header: canonical(a.Header), key: a.Key, issuer: a.Issuer, audience: a.Audience, lifetime: a.Lifetime,
	}
	for _, h := range headers {
		if h.source.claim != "" && !ownClaim(h.source.claim) {
			s.sources = append(s.sources, h.source)
		}
	}
	x, y := coordinates(&a.Key.PublicKey)
	// RFC 7638, section 3: the required members, sorted, without spaces.
	thumbprint := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":"%s","y":"%s"}`, x, y))
	kid := base64URL(thumbprint[:])
	s.start = base64URL(fmt.Appendf(nil, `{"alg":"ES256","typ":"gognito-assertion+jwt","kid":"%s"}`, kid)) + "."
	s.keySet = fmt.Appendf(nil, `{"keys":[{"kty":"EC","crv":"P-256","x":"%s","y":"%s","kid":"%s","use":"sig","alg":"ES256"}]}`,
		x, y, kid)
	return s
}

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// coordinates returns those of a P-256 key, each of 32 bytes (RFC 7518, section 6.2.1).
func coordinates(key *ecdsa.PublicKey) (x, y string) {
	point, err := key.Bytes()
	if err != nil {
		panic("identity: a key that was checked has no coordinates")
	}
	return base64URL(point[1:33]), base64URL(point[33:65])
}

// ownClaim reports whether an assertion has a claim of that name with a meaning of its
// own, which no claim of the token takes the place of.
func ownClaim(name string) bool {
	switch name {
	case "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "username", "client_id", "groups", "scope", "permissions", "token_use":
		return true
	}
	return false
}

// sign returns an assertion about the user (RFC 7515, section 7.1; RFC 7519). It ends no
// later than the token does.
func (s *signer) sign(u *gognito.User, said *reading, now time.Time) (string, error) {
	end := now.Add(s.lifetime)
	if u.ExpiresAt.Before(end) {
		end = u.ExpiresAt
	}
	claims := map[string]any{
		"iss": s.issuer, "aud": s.audience, "iat": now.Unix(), "exp": end.Unix(), "jti": rand.Text(),
		"sub": u.Subject, "client_id": u.ClientID, "token_use": string(u.TokenUse),
		"groups": list(u.Groups), "scope": strings.Join(u.Scopes, " "), "permissions": list(u.Permissions()),
	}
	if u.Username != "" {
		claims["username"] = u.Username
	}
	for i := range s.sources {
		if text, list := s.sources[i].valueOf(u, said); text != "" || len(list) > 0 {
			claims[s.sources[i].claim] = said.raw(s.sources[i].claim)
		}
	}
	payload, err := json.Marshal(claims, json.Deterministic(true))
	if err != nil {
		return "", fmt.Errorf("identity: an assertion: %w", err)
	}
	input := s.start + base64URL(payload)
	digest := sha256.Sum256([]byte(input))
	r, ss, err := ecdsa.Sign(rand.Reader, s.key, digest[:])
	if err != nil {
		return "", fmt.Errorf("identity: an assertion: %w", err)
	}
	var signature [64]byte // RFC 7518, section 3.4
	r.FillBytes(signature[:32])
	ss.FillBytes(signature[32:])
	return input + "." + base64URL(signature[:]), nil
}

// list makes an empty list of none, which would be null.
func list(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}
