package soak_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gognito/gognito/internal/mint"
)

// Four keys at a time, of 2500 tokens each, are 10,000 tokens.
const (
	keysAtATime  = 4
	tokensPerKey = 2500
	fewPerKey    = 100 // of those that expire soon, and of those of the second client
)

// A key signs the tokens of some time.
type key struct {
	signer   *mint.Key
	from, to int // the first key set that has it, and the first that has it no longer, or 0; the ledger's

	many    []*token // of users, one in ten an administrator
	brief   []*token // that expire while the key is in use
	second  []*token // of the second client
	hostile []*token
}

// A token is one that requests come with.
type token struct {
	kind    string
	raw     string
	key     *key
	admin   bool
	second  bool
	hostile bool      // never to be let through
	expires time.Time // zero: after the end
}

// A pool is what tokens are minted for.
type pool struct {
	id             string
	client, second string    // app clients
	identity       *mint.Key // signs ID tokens, and is published throughout
	attacker       *mint.Key
	attackerURL    string
	briefly        time.Duration // how long tokens live that expire soon, at most
}

func newPool(briefly time.Duration, attackerURL string) (*pool, error) {
	identity, err := mint.NewKey()
	if err != nil {
		return nil, err
	}
	attacker, err := mint.NewKey()
	return &pool{
		id: mint.NewPoolID("eu-west-1"), client: mint.NewClientID(), second: mint.NewClientID(),
		identity: identity, attacker: attacker, attackerURL: attackerURL, briefly: briefly,
	}, err
}

func (p *pool) session(client string, groups ...string) mint.Session {
	subject := mint.NewSubject()
	s := mint.NewSession(mint.Pool{ID: p.id, Issuer: mint.Issuer(p.id)},
		mint.User{Username: subject, Subject: subject, Groups: groups}, client, time.Now())
	s.Scopes = []string{"openid", "profile", "email"}
	s.Lifetime = 24 * time.Hour
	return s
}

// newKey returns a key with all its tokens.
func (p *pool) newKey() (*key, error) {
	signer, err := mint.NewKey()
	if err != nil {
		return nil, err
	}
	k := &key{signer: signer}
	for i := range tokensPerKey {
		t := &token{kind: "a user's", key: k, admin: i%10 == 0}
		if t.admin {
			t.kind = "an administrator's"
		}
		k.many = append(k.many, t)
	}
	for range fewPerKey {
		k.brief = append(k.brief, &token{kind: "one that expires", key: k})
		k.second = append(k.second, &token{kind: "the second client's", key: k, second: true})
	}
	sign(slices.Concat(k.many, k.brief, k.second), func(t *token) {
		groups, client := []string{"editors"}, p.client
		if t.admin {
			groups = append(groups, "admins")
		}
		if t.second {
			client = p.second
		}
		s := p.session(client, groups...)
		if t.kind == "one that expires" {
			s.Lifetime = time.Duration(rand.Int64N(int64(p.briefly)))
			t.expires = time.Unix(s.IssuedAt.Add(s.Lifetime).Unix(), 0)
		}
		t.raw = mint.Sign(k.signer, mint.AccessClaims(s))
	})
	k.hostile = p.hostile(k)
	return k, nil
}

// sign has tokens signed on two processors.
func sign(tokens []*token, one func(*token)) {
	var all sync.WaitGroup
	for half := range slices.Chunk(tokens, (len(tokens)+1)/2) {
		all.Go(func() {
			for _, t := range half {
				one(t)
			}
		})
	}
	all.Wait()
}

// hostile returns every kind of hostile token that a header can hold, and that does not
// become good before the end.
func (p *pool) hostile(k *key) (tokens []*token) {
	target := mint.Target{
		Session: p.session(p.client, "admins"), AccessKey: k.signer, IDKey: p.identity,
		AttackerKey: p.attacker, AttackerURL: p.attackerURL,
	}
	for _, variant := range mint.HostileVariants() {
		raw := variant.Token(target)
		unsendable := strings.ContainsFunc(raw, func(c rune) bool { return c <= ' ' || c >= 0x7f })
		if unsendable || raw == "" || len(raw) > 64<<10 || variant.Name == "not-yet-valid-for-a-second" {
			continue
		}
		tokens = append(tokens, &token{kind: variant.Name, raw: raw, key: k, hostile: true})
	}
	return tokens
}

// A request is a token at a path.
type request struct {
	*token
	path string
}

const adminPath = "/admin/users"

// judge says what must become of the request at a moment.
func (r request) judge(l *ledger, at time.Time) verdict {
	switch {
	case r.hostile, r.path == adminPath && !r.admin, !r.expires.IsZero() && !at.Before(r.expires):
		return verdict{word: bad}
	default:
		return l.judge(r.key, r.second)
	}
}

// name says what it is, for people.
func (r request) name() string {
	if r.path == adminPath && !r.admin && !r.hostile {
		return r.kind + ", at a path for administrators"
	}
	return r.kind
}
