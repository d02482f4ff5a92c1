package devpool

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/gognito/gognito/internal/mint"
)

// ErrCredentials is what [Pool.SignIn] answers to a wrong username and to a wrong
// password alike.
var ErrCredentials = errors.New("devpool: incorrect username or password")

// Tokens are what a sign-in returns. They print as such and no more.
type Tokens struct {
	Access    string        // for calling APIs
	ID        string        // for the application that signed the user in
	ExpiresIn time.Duration // until both expire
}

// String tells that they are tokens, and not which.
func (Tokens) String() string { return "devpool.Tokens" }

// Format prints String, whatever the verb.
func (t Tokens) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// LogValue logs String.
func (t Tokens) LogValue() slog.Value { return slog.StringValue(t.String()) }

// SignIn checks the password and returns an access token and an ID token, each
// signed by its own key, and both good for an hour. It waits for the keys, within
// ctx, if the pool has just started. The error is [ErrCredentials] for a wrong
// username or password.
func (p *Pool) SignIn(ctx context.Context, username, password string) (Tokens, error) {
	user, ok := p.user(username, password)
	if !ok {
		return Tokens{}, ErrCredentials
	}
	access, identity, err := p.keys(ctx)
	if err != nil {
		return Tokens{}, err
	}
	session := mint.NewSession(
		mint.Pool{ID: p.UserPoolID(), Issuer: p.Issuer()},
		mint.User{
			Username:   user.Username,
			Subject:    mint.SubjectOf(p.UserPoolID(), user.Username),
			Groups:     user.Groups,
			Attributes: user.Attributes,
		},
		p.ClientID(), time.Now())
	return Tokens{
		Access:    mint.Sign(access, mint.AccessClaims(session)),
		ID:        mint.Sign(identity, mint.IDClaims(session)),
		ExpiresIn: mint.DefaultLifetime,
	}, nil
}

// user returns the user of that name and password. How long it takes says nothing
// about either.
func (p *Pool) user(username, password string) (User, bool) {
	i := slices.IndexFunc(p.config.Users, func(u User) bool { return u.Username == username })
	var user User
	if i >= 0 {
		user = p.config.Users[i]
	}
	given, want := sha256.Sum256([]byte(password)), sha256.Sum256([]byte(user.Password))
	same := subtle.ConstantTimeCompare(given[:], want[:]) == 1
	return user, same && i >= 0
}
