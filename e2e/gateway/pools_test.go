package gateway_test

import (
	"testing"

	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/internal/mint"
)

// pools are the user pools of a test, and all tokens that were made of them.
type pools struct {
	users *gognitotest.Pool // whose users the gateway lets in
	down  *gognitotest.Pool // configured too, and its keys can't be had
	far   *gognitotest.Pool // of somebody else

	minted []string
}

func newPools(t *testing.T) *pools {
	t.Helper()
	p := &pools{users: gognitotest.NewPool(t), down: gognitotest.NewPool(t), far: gognitotest.NewPool(t)}
	p.down.SetOutage(true)
	return p
}

// note remembers a token, so that it can be looked for in logs.
func (p *pools) note(token string) string {
	p.minted = append(p.minted, token)
	return token
}

// Of the users, everybody has a name that is a subject too.
func person(name string, groups ...string) gognitotest.User {
	return gognitotest.User{Username: name, Subject: name + "-sub", Groups: groups}
}

// scoped is the user with a token for those scopes.
func scoped(u gognitotest.User, scopes ...string) gognitotest.User {
	u.Scopes = scopes
	return u
}

func (p *pools) access(u gognitotest.User) string { return p.note(p.users.AccessToken(u)) }

func (p *pools) id(u gognitotest.User) string { return p.note(p.users.IDToken(u)) }

func (p *pools) machine(scopes ...string) string { return p.note(p.users.MachineToken(scopes...)) }

// bearer returns the line of a request that carries an access token of the user.
func (p *pools) bearer(u gognitotest.User) string { return bearer(p.access(u)) }

func bearer(token string) string { return "Authorization: Bearer " + token }

func cookie(token string) string { return "Cookie: access_token=" + token }

// unknownKey returns n tokens that look genuine but for their keys, of which nobody
// knows any.
func (p *pools) unknownKeys(t *testing.T, n int) []string {
	t.Helper()
	key, err := mint.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	session := mint.NewSession(mint.Pool{ID: p.users.UserPoolID(), Issuer: p.users.Issuer()},
		mint.User{Username: "ann", Subject: "ann-sub"}, p.users.ClientID(), p.users.Now())
	tokens := make([]string, n)
	for i := range tokens {
		tokens[i] = p.note(mint.Sign(mint.WithNewID(key.Private), mint.AccessClaims(session)))
	}
	return tokens
}
