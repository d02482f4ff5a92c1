package mint

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// ScopeSignIn is the scope of an access token from a sign-in through the API
// (InitiateAuth), and then the only one.
const ScopeSignIn = "aws.cognito.signin.user.admin"

// DefaultLifetime is how long Cognito's access and ID tokens live unless the app
// client says otherwise.
const DefaultLifetime = time.Hour

// Pool is a user pool as its tokens name it.
type Pool struct {
	ID     string
	Issuer string // the iss claim, see [Issuer]
}

// User is a user of a pool.
type User struct {
	Username      string
	Subject       string   // sub, see [NewSubject] and [SubjectOf]
	Groups        []string // none: the claim is left out, as Cognito does
	Roles         []string // ID token: the role ARNs of the groups
	PreferredRole string   // ID token: the role of the most important group
	// Attributes go into the ID token by name: "email", "email_verified",
	// "custom:tenant". Values are strings, as a pool stores them; the two
	// "…_verified" ones become booleans in the token.
	Attributes map[string]string
}

// Session is a sign-in: what the access token and the ID token that come of it
// share. Fields that are zero leave their claim out, unless their comment says
// otherwise. A refresh is the same session with another IssuedAt.
type Session struct {
	Pool      Pool
	User      User
	ClientID  string
	Scopes    []string      // access token; none: [ScopeSignIn], or for a machine no scope
	AuthTime  time.Time     // when the user signed in
	IssuedAt  time.Time     // when the tokens are minted; always a claim
	Lifetime  time.Duration // zero: [DefaultLifetime]
	OriginJTI string
	EventID   string
	Nonce     string // ID token
	Audience  string // access token: the resource it is bound to (RFC 8707)
}

// NewSession signs a user in at now: a session with new identifiers, every other
// field as given.
func NewSession(pool Pool, user User, clientID string, now time.Time) Session {
	return Session{
		Pool: pool, User: user, ClientID: clientID,
		AuthTime: now, IssuedAt: now,
		OriginJTI: NewUUID(), EventID: NewUUID(),
	}
}

// AccessClaims returns the claims of a new access token of s. They have their own
// jti, and the map is the caller's.
func AccessClaims(s Session) map[string]any {
	scopes := s.Scopes
	if len(scopes) == 0 {
		scopes = []string{ScopeSignIn}
	}
	c := s.claims("access")
	c["client_id"] = s.ClientID
	c["sub"] = s.User.Subject
	c["username"] = s.User.Username
	c["scope"] = strings.Join(scopes, " ")
	setText(c, "origin_jti", s.OriginJTI)
	setText(c, "event_id", s.EventID)
	setText(c, "aud", s.Audience)
	setList(c, "cognito:groups", s.User.Groups)
	if len(scopes) > 1 || scopes[0] != ScopeSignIn {
		c["version"] = 2 // seen in tokens of the OAuth endpoints only
	}
	return c
}

// IDClaims returns the claims of a new ID token of s. They have their own jti,
// and the map is the caller's.
func IDClaims(s Session) map[string]any {
	c := make(map[string]any)
	for name, value := range s.User.Attributes {
		c[name] = value
		if name == "email_verified" || name == "phone_number_verified" {
			c[name] = value == "true"
		}
	}
	maps.Copy(c, s.claims("id"))
	c["aud"] = s.ClientID
	c["sub"] = s.User.Subject
	c["cognito:username"] = s.User.Username
	setText(c, "origin_jti", s.OriginJTI)
	setText(c, "event_id", s.EventID)
	setText(c, "nonce", s.Nonce)
	setText(c, "cognito:preferred_role", s.User.PreferredRole)
	setList(c, "cognito:groups", s.User.Groups)
	setList(c, "cognito:roles", s.User.Roles)
	return c
}

// MachineClaims returns the claims of a new access token of the
// client_credentials grant: sub is the client ID, and there is no username, no
// group and no origin_jti. It reads neither User nor the identifiers of s.
func MachineClaims(s Session) map[string]any {
	c := s.claims("access")
	c["client_id"] = s.ClientID
	c["sub"] = s.ClientID
	c["version"] = 2
	setText(c, "scope", strings.Join(s.Scopes, " "))
	return c
}

// claims returns what every token of a session says.
func (s Session) claims(use string) map[string]any {
	lifetime := s.Lifetime
	if lifetime == 0 {
		lifetime = DefaultLifetime
	}
	c := map[string]any{
		"iss":       s.Pool.Issuer,
		"token_use": use,
		"iat":       s.IssuedAt.Unix(),
		"exp":       s.IssuedAt.Add(lifetime).Unix(),
		"jti":       NewUUID(),
	}
	if !s.AuthTime.IsZero() {
		c["auth_time"] = s.AuthTime.Unix()
	}
	return c
}

func setText(c map[string]any, name, value string) {
	if value != "" {
		c[name] = value
	}
}

func setList(c map[string]any, name string, values []string) {
	if len(values) > 0 {
		c[name] = slices.Clone(values)
	}
}
