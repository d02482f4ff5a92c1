package mint

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
)

// The reasons that hostile variants are refused for: a part of the verifier's
// closed set. The first fault in the order of this list is the reason, but for
// malformed, which covers the form of a token first and its claims after the
// signature.
const (
	malformed   = "malformed"
	algorithm   = "algorithm"
	issuer      = "issuer"
	unknownKey  = "unknown_key"
	signature   = "signature"
	expired     = "expired"
	notYetValid = "not_yet_valid"
	tokenUse    = "token_use"
	client      = "client"
	machine     = "machine"
)

// Target is what hostile tokens are made against: a pool whose access tokens of
// one client are expected, and what an attacker has.
type Target struct {
	Session     Session // good; its IssuedAt is the present, and its issuer has the form of Cognito's
	AccessKey   *Key    // signs access tokens
	IDKey       *Key    // signs ID tokens
	AttackerKey *Key    // signs the tokens of another pool, and is not published by this one
	AttackerURL string  // where the attacker publishes /jwks.json and /cert.pem; nobody must ever ask there
}

// Access returns a good access token.
func (t Target) Access() string { return Sign(t.AccessKey, AccessClaims(t.Session)) }

// Hostile is a kind of token that a verifier of a [Target] must refuse.
type Hostile struct {
	Name   string // in kebab-case
	Reason string // the reason that a correct verifier gives
	mint   func(Target) string
}

// Token mints a token of the kind. Each has exactly the one fault: without it the
// pool itself could have minted the token, unless only an attacker could want it.
func (h Hostile) Token(t Target) string { return h.mint(t) }

// HostileVariants returns every kind of hostile token, sorted by name. The
// verifier that they are meant for expects access tokens of Session.ClientID,
// admits no machines and allows no leeway.
func HostileVariants() []Hostile {
	all := slices.Concat(formVariants, headerVariants, keyVariants, algorithmVariants, signatureVariants,
		payloadVariants, issuerVariants, claimVariants, typeVariants)
	slices.SortFunc(all, func(a, b Hostile) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// with is a good access token but for one claim. A value that is a function is
// asked for it.
func with(name string, value any) func(Target) string {
	return func(t Target) string {
		claims := AccessClaims(t.Session)
		if f, ok := value.(func(Target) any); ok {
			claims[name] = f(t)
		} else {
			claims[name] = value
		}
		return Sign(t.AccessKey, claims)
	}
}

// without is a good access token that lacks one claim.
func without(name string) func(Target) string {
	return func(t Target) string {
		claims := AccessClaims(t.Session)
		delete(claims, name)
		return Sign(t.AccessKey, claims)
	}
}

// renamed is a good access token with a claim under another name.
func renamed(name, to string) func(Target) string {
	return func(t Target) string {
		claims := AccessClaims(t.Session)
		claims[to] = claims[name]
		delete(claims, name)
		return Sign(t.AccessKey, claims)
	}
}

// payload is a token with a changed payload, truly signed.
func payload(change func(good string) string) func(Target) string {
	return func(t Target) string { return Sign(t.AccessKey, change(string(marshal(AccessClaims(t.Session))))) }
}

// header is a token with another header, truly signed. In the header, $kid stands
// for the access key's kid, quotes included.
func header(text string) func(Target) string {
	return func(t Target) string {
		text := strings.ReplaceAll(text, "$kid", string(marshal(t.AccessKey.ID)))
		return SignRaw(t.AccessKey, []byte(text), marshal(AccessClaims(t.Session)))
	}
}

// kid is a token with another kid, truly signed by the access key.
func kid(change func(good string) string) func(Target) string {
	return func(t Target) string {
		return SignRaw(t.AccessKey, Header(change(t.AccessKey.ID)), marshal(AccessClaims(t.Session)))
	}
}

// token is a good token, changed.
func token(change func(good string) string) func(Target) string {
	return func(t Target) string { return change(t.Access()) }
}

// segments is a good token with changed segments.
func segments(change func(s []string) []string) func(Target) string {
	return token(func(good string) string { return strings.Join(change(strings.Split(good, ".")), ".") })
}

// encoded is a token with a changed encoding of one segment: 0 is the header, 1
// the payload, 2 the signature. The signature is true, over the changed encoding.
// The three segments have something to change: the payload's bytes are 1 more
// than a multiple of 3, so are the signature's, and the header's 2 more, so none
// of them ends on a character boundary; and the payload and the signature hold
// characters that are not the same in the standard alphabet.
func encoded(segment int, change func(good string) string) func(Target) string {
	return func(t Target) string {
		for {
			claims := AccessClaims(t.Session)
			claims["custom:note"] = "????????"
			body := marshal(claims)
			for len(body)%3 != 1 {
				body = append(body, ' ')
			}
			s := []string{encode(Header(t.AccessKey.ID)), encode(body)}
			if segment < 2 {
				s[segment] = change(s[segment])
			}
			s = append(s, encode(Signature(t.AccessKey, s[0]+"."+s[1])))
			if !strings.ContainsAny(s[2], "-_") {
				continue // once in fifty thousand
			}
			if segment == 2 {
				s[2] = change(s[2])
			}
			return strings.Join(s, ".")
		}
	}
}

// retext changes the text that a segment encodes.
func retext(segment, old, replacement string) string {
	text := must(base64.RawURLEncoding.DecodeString(segment))
	return encode([]byte(strings.Replace(string(text), old, replacement, 1)))
}

// reply returns v, for changes that replace the whole of what they are given.
func reply(v string) func(string) string { return func(string) string { return v } }
