package mint

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// ALBTarget is what hostile load balancer tokens are made against: a load balancer
// whose tokens for one app client are expected, and what an attacker has.
type ALBTarget struct {
	Session     Session // good; its IssuedAt is the present
	ARN         string
	Key         *ALBKey // signs the load balancer's tokens
	StrangerKey *ALBKey // signs those of a stranger's load balancer, and is published just as well
	AttackerKey *ALBKey // nobody publishes it
	PoolKey     *Key    // signs the pool's access tokens
	AttackerURL string  // nobody must ever ask there
}

// Expires is the exp of a good token.
func (t ALBTarget) Expires() time.Time { return t.Session.IssuedAt.Add(2 * time.Minute) }

// Header returns the header of a good token.
func (t ALBTarget) Header() ALBHeader { return NewALBHeader(t.Key, t.ARN, t.Session, t.Expires()) }

// Claims returns the claims of a good token.
func (t ALBTarget) Claims() map[string]any { return ALBClaims(t.Session, t.Expires()) }

// Good returns a good token.
func (t ALBTarget) Good() string { return SignALB(t.Key, t.Header(), t.Claims()) }

// ALBHostile is a kind of token that a verifier of an [ALBTarget] must refuse.
type ALBHostile struct {
	Name   string // in kebab-case
	Reason string // the reason that a correct verifier gives
	mint   func(ALBTarget) string
}

// Token mints a token of the kind. Each has exactly the one fault.
func (h ALBHostile) Token(t ALBTarget) string { return h.mint(t) }

// ALBHostileVariants returns every kind of hostile load balancer token, sorted by
// name. The verifier that they are meant for allows no leeway.
func ALBHostileVariants() []ALBHostile {
	all := slices.Concat(albFormVariants, albHeaderVariants, albSignatureVariants, albClaimVariants)
	slices.SortFunc(all, func(a, b ALBHostile) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// albHeader is a good token under a changed header, truly signed.
func albHeader(change func(t ALBTarget, h *ALBHeader)) func(ALBTarget) string {
	return func(t ALBTarget) string {
		h := t.Header()
		change(t, &h)
		return SignALB(t.Key, h, t.Claims())
	}
}

// albMember is a good token with a member of the header set to JSON text, truly
// signed; "" leaves the member out.
func albMember(name, value string) func(ALBTarget) string {
	return func(t ALBTarget) string {
		members := jsonMembers(marshal(t.Header()))
		setMember(members, name, value)
		return SignALB(t.Key, members, t.Claims())
	}
}

// albHeaderText is a good token with a changed text of the header, truly signed.
func albHeaderText(change func(good string) string) func(ALBTarget) string {
	return func(t ALBTarget) string {
		return SignALB(t.Key, change(string(marshal(t.Header()))), t.Claims())
	}
}

// albClaim is a good token with a claim set to JSON text, truly signed; "" leaves
// the claim out.
func albClaim(name, value string) func(ALBTarget) string {
	return func(t ALBTarget) string {
		members := jsonMembers(marshal(t.Claims()))
		setMember(members, name, value)
		return SignALB(t.Key, t.Header(), members)
	}
}

// albPayload is a good token with a changed text of the payload, truly signed.
func albPayload(change func(good string) string) func(ALBTarget) string {
	return func(t ALBTarget) string {
		return SignALB(t.Key, t.Header(), change(string(marshal(t.Claims()))))
	}
}

// albToken is a good token, changed.
func albToken(change func(good string) string) func(ALBTarget) string {
	return func(t ALBTarget) string { return change(t.Good()) }
}

// albEncoded is a token with a changed encoding of one segment: 0 is the header, 1
// the payload, 2 the signature. The signature is true, over the changed encoding,
// and each segment has something to change: the bytes of all three are 1 more than
// a multiple of 3, so each ends in two characters of padding and four bits that
// stand for nothing, and each holds a character that is not the same in the
// standard alphabet.
func albEncoded(segment int, change func(good string) string) func(ALBTarget) string {
	return func(t ALBTarget) string {
		claims := t.Claims()
		claims["note"] = "????????"
		texts := [][]byte{marshal(t.Header()), marshal(claims)}
		texts[0] = append(texts[0][:len(texts[0])-1], `,"note":"????????"}`...)
		for i := range texts {
			for len(texts[i])%3 != 1 {
				texts[i] = append(texts[i], ' ')
			}
		}
		for {
			s := []string{encodePadded(texts[0]), encodePadded(texts[1])}
			if segment < 2 {
				s[segment] = change(s[segment])
			}
			s = append(s, encodePadded(ALBSignature(t.Key, s[0]+"."+s[1])))
			if !strings.ContainsAny(s[2], "-_") {
				continue
			}
			if segment == 2 {
				s[2] = change(s[2])
			}
			return strings.Join(s, ".")
		}
	}
}

func setMember(members map[string]rawText, name, value string) {
	if value == "" {
		delete(members, name)
		return
	}
	members[name] = rawText(value)
}

// later returns a time after the present, as JSON text.
func (t ALBTarget) later(d time.Duration) rawText {
	return rawText(marshal(t.Session.IssuedAt.Add(d).Unix()))
}

// albExpiring is a good token whose two exp are so much after the present.
func albExpiring(header, payload time.Duration) func(ALBTarget) string {
	return func(t ALBTarget) string {
		h, claims := t.Header(), maps.Clone(t.Claims())
		h.Expires, claims["exp"] = t.Session.IssuedAt.Add(header).Unix(), t.later(payload)
		return SignALB(t.Key, h, claims)
	}
}
