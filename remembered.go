package gognito

import (
	"math"
	"strings"
	"time"
)

// A rememberedToken is a token that passed every check once. It is never changed.
//
// There are thousands of them, and the garbage collector follows each pointer of each
// several times a second: so what the token says is one text, and not a Claims.
type rememberedToken struct {
	token    string
	verifier *Verifier
	key      *Key
	issuer   int // index of the verifier's issuers

	// says is all texts, one after the other; each begins at its start. The payload
	// is the last.
	says                     string
	starts                   []uint16
	groups, scopes, audience span

	issuedAt, authTime, expiresAt, notBefore time.Time
}

// A span is a list, as its first text and their number. The zero value is nil.
type span struct{ first, count int }

// The texts that every token has, in their order.
const (
	sayKeyID = iota
	saySubject
	sayClientID
	sayUsername
	sayTokenUse
	sayJTI
	sayOriginJTI
)

// remember returns what is remembered of a token that is good; nil: nothing, since its
// texts are too long. The token may be a part of a much larger header.
func remember(token string, t parsedToken, v *Verifier, issuer int, key *Key) *rememberedToken {
	p := t.payload
	says := sayings{
		texts:  make([]byte, 0, 2*len(p.Claims.payload)),
		starts: make([]uint16, 0, sayOriginJTI+2+len(p.Groups)+len(p.Scopes)+len(p.Audience)),
	}
	for _, text := range [...]string{
		sayKeyID: t.KeyID, saySubject: p.Subject, sayClientID: p.ClientID, sayUsername: p.Username,
		sayTokenUse: string(p.TokenUse), sayJTI: p.JTI, sayOriginJTI: p.OriginJTI,
	} {
		says.text(text)
	}
	groups, scopes, audience := says.list(p.Groups), says.list(p.Scopes), says.list(p.Audience)
	if len(says.texts) > math.MaxUint16 {
		return nil
	}
	says.text(p.Claims.payload)
	return &rememberedToken{
		token: strings.Clone(token), verifier: v, key: key, issuer: issuer,
		says: string(says.texts), starts: says.starts, groups: groups, scopes: scopes, audience: audience,
		issuedAt: p.IssuedAt, authTime: p.AuthTime, expiresAt: p.ExpiresAt, notBefore: p.notBefore,
	}
}

// sayings are texts and where they start, while they are collected.
type sayings struct {
	texts  []byte
	starts []uint16
}

func (s *sayings) text(text string) {
	s.starts = append(s.starts, uint16(len(s.texts))) //nolint:gosec // see remember
	s.texts = append(s.texts, text...)
}

func (s *sayings) list(list []string) span {
	if list == nil {
		return span{}
	}
	first := len(s.starts)
	for _, text := range list {
		s.text(text)
	}
	return span{first, len(list)}
}

// text returns a text that is not the last.
func (r *rememberedToken) text(i int) string { return r.says[r.starts[i]:r.starts[i+1]] }

// claims returns what the token says, in one allocation unless the lists are long.
func (r *rememberedToken) claims() *Claims {
	own := &struct {
		Claims
		texts [6]string
	}{Claims: Claims{
		Issuer:    r.verifier.issuers[r.issuer],
		Subject:   r.text(saySubject),
		ClientID:  r.text(sayClientID),
		Username:  r.text(sayUsername),
		TokenUse:  TokenUse(r.text(sayTokenUse)),
		JTI:       r.text(sayJTI),
		OriginJTI: r.text(sayOriginJTI),
		IssuedAt:  r.issuedAt,
		AuthTime:  r.authTime,
		ExpiresAt: r.expiresAt,
		payload:   r.says[r.starts[len(r.starts)-1]:],
	}}
	room := own.texts[:0]
	own.Groups, room = r.list(r.groups, room)
	own.Scopes, room = r.list(r.scopes, room)
	own.Audience, _ = r.list(r.audience, room)
	return &own.Claims
}

// list appends the texts of a list to room, and returns them and all.
func (r *rememberedToken) list(s span, room []string) (list, longer []string) {
	if s == (span{}) {
		return nil, room
	}
	longer = room
	for i := range s.count {
		longer = append(longer, r.text(s.first+i))
	}
	return longer[len(room):len(longer):len(longer)], longer
}
