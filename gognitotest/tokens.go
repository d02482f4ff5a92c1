package gognitotest

import (
	"maps"

	"github.com/gognito/gognito/internal/mint"
)

// User is whom a token speaks of. The zero value is a user called "user" in no
// group.
type User struct {
	Username string   // "": user
	Subject  string   // sub; "": one of its own for each username, the same in every token of the pool
	Groups   []string // cognito:groups; nil: the claim is left out, as Cognito does
	Scopes   []string // of access tokens; nil: those of a sign-in through the API, aws.cognito.signin.user.admin
	// Attributes are claims of the ID token: "email", "custom:tenant". All are
	// strings there but email_verified and phone_number_verified, which are true
	// if they are "true" here. Nil: email and email_verified.
	Attributes map[string]string
	// Claims are put into the token last, whatever their names: extra claims, or
	// others in the place of ordinary ones. A nil value takes the claim away.
	Claims map[string]any
}

// AccessToken returns an access token, issued now and good for an hour. All tokens
// of a username belong to one sign-in, at the time of the first: they share
// origin_jti, event_id and auth_time, as refreshed tokens do, and each has its own
// jti.
func (p *Pool) AccessToken(u User) string {
	key, _ := p.signers()
	return mint.Sign(key, override(mint.AccessClaims(p.session(u)), u.Claims))
}

// IDToken returns an ID token of the same sign-in as the user's access tokens, and
// signed with the pool's other key.
func (p *Pool) IDToken(u User) string {
	_, key := p.signers()
	return mint.Sign(key, override(mint.IDClaims(p.session(u)), u.Claims))
}

// MachineToken returns an access token of the client_credentials grant: with no
// user, with the client ID as its sub, and with the given scopes, such as
// "orders/read". It is accepted only where Config.AllowMachines is set.
func (p *Pool) MachineToken(scopes ...string) string {
	key, _ := p.signers()
	s := p.newSession()
	s.Scopes = scopes
	return mint.Sign(key, mint.MachineClaims(s))
}

// newSession returns a sign-in of nobody yet.
func (p *Pool) newSession() mint.Session {
	pool := mint.Pool{ID: p.id, Issuer: p.Issuer()}
	return mint.NewSession(pool, mint.User{}, p.clientID, p.Now())
}

// session returns the user's sign-in, as it is when tokens are issued now.
func (p *Pool) session(u User) mint.Session {
	s := p.newSession()
	s.User = mint.User{Username: u.Username, Subject: u.Subject, Groups: u.Groups, Attributes: u.Attributes}
	s.Scopes = u.Scopes
	if s.User.Username == "" {
		s.User.Username = "user"
	}
	if s.User.Subject == "" {
		s.User.Subject = mint.SubjectOf(p.id, s.User.Username)
	}
	if s.User.Attributes == nil {
		s.User.Attributes = map[string]string{"email": s.User.Username + "@example.com", "email_verified": "true"}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	first, ok := p.sessions[s.User.Username]
	if !ok {
		first = s
		p.sessions[s.User.Username] = s
	}
	s.AuthTime, s.OriginJTI, s.EventID = first.AuthTime, first.OriginJTI, first.EventID
	return s
}

// override puts claims over others; nil values delete.
func override(claims, with map[string]any) map[string]any {
	maps.Copy(claims, with)
	for name, value := range with {
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}
