package differential_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// encodingMutations write a segment's base64url otherwise. A change of the header
// or the payload is signed as it is sent.
func encodingMutations() []mutation {
	var list []mutation
	for i, of := range []string{"header", "payload", "signature"} {
		add := func(name, class string, change func(d *draft, segment string) string) {
			list = append(list, mutation{
				name: of + " " + name, slot: "encoding of the " + of, on: all, reason: malformed, class: class,
				apply: func(d *draft) {
					d.reencode[i] = func(segment string) string { return change(d, segment) }
				},
			})
		}
		// What has nothing to change is made to have it.
		prepare := func(name, class string, fits func(string) bool, change func(d *draft, segment string) string) {
			add(name, class, change)
			last := &list[len(list)-1]
			apply := last.apply
			last.apply = func(d *draft) {
				apply(d)
				if i < 2 {
					d.retext[i] = padded(d.retext[i], fits)
				}
			}
		}
		prepare("padded", "second spelling", endsInside, func(_ *draft, s string) string { return s + strings.Repeat("=", (4-len(s)%4)%4) })
		prepare("with trailing bits", "second spelling", endsInside, trailingBits)
		add("padded too much", "second spelling", func(d *draft, s string) string { return s + strings.Repeat("=", (4-len(s)%4)%4+d.between(1, 5)) })
		add("of another alphabet", "second spelling", func(_ *draft, s string) string {
			changed := strings.NewReplacer("-", "+", "_", "/").Replace(s)
			if changed == s {
				changed = "+" + s[min(1, len(s)):]
			}
			return changed
		})
		add("with line ends", "second spelling", inserted("\n", "\r", "\r\n"))
		add("with line ends behind", "second spelling", func(d *draft, s string) string { return s + d.one("\n", "\r\n", "\n\n\n") })
		add("with spaces", "second spelling", inserted(" ", "\t", "\v", "\f", "\u00a0"))
		add("with other characters", "second spelling", inserted("%", "%2D", "é", "\x00", "=", "~", "*", ",", ":", "\u200b", "\xff"))
		add("with a character too many", "second spelling", func(_ *draft, s string) string { return s + strings.Repeat("A", (5-len(s)%4)%4) })
	}
	return list
}

// endsInside: the last character stands for some bits that are no part of a byte.
func endsInside(text string) bool { return len(text)%3 != 0 }

// padded adds spaces to a text until it fits.
func padded(before func(string) string, fits func(string) bool) func(string) string {
	return func(text string) string {
		if before != nil {
			text = before(text)
		}
		for !fits(text) {
			text += " "
		}
		return text
	}
}

func trailingBits(d *draft, segment string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	if segment == "" {
		return "="
	}
	last := len(segment) - 1
	return segment[:last] + string(alphabet[strings.IndexByte(alphabet, segment[last])|d.between(1, 4)])
}

func inserted(texts ...string) func(*draft, string) string {
	return func(d *draft, segment string) string {
		at := d.IntN(len(segment) + 1)
		return segment[:at] + d.one(texts...) + segment[at:]
	}
}

// formMutations change the form of the whole token.
var formMutations = []mutation{
	form("between spaces", "space around", func(d *draft, t string) string {
		return d.one(" ", "\n", "\t", "") + t + d.one(" ", "\n", "\r\n", "\x00", "\u00a0")
	}),
	form("behind a scheme", "", func(d *draft, t string) string { return d.one("Bearer ", "bearer ", "JWT ", "DPoP ") + t }),
	form("quoted", "", func(d *draft, t string) string { return d.one(`"`+t+`"`, "'"+t+"'", "<"+t+">", "("+t+")") }),
	form("of more segments", "", func(d *draft, t string) string { return t + d.one(".", ".AA", "..", "."+t) }),
	form("of fewer segments", "", func(d *draft, t string) string {
		s := strings.Split(t, ".")
		return d.one(s[0], s[0]+"."+s[1], s[1]+"."+s[2], "")
	}),
	form("of segments in another order", "", func(d *draft, t string) string {
		s := strings.Split(t, ".")
		return d.one(s[1]+"."+s[0]+"."+s[2], s[2]+"."+s[1]+"."+s[0], s[0]+"."+s[2]+"."+s[1])
	}),
	form("with an empty header or payload", "", func(d *draft, t string) string {
		s := strings.Split(t, ".")
		return d.one("."+s[1]+"."+s[2], s[0]+".."+s[2], ".."+s[2])
	}),
	form("of other separators", "space around", func(d *draft, t string) string {
		return strings.ReplaceAll(t, ".", d.one("..", "-", ",", " . ", "%2E", "\u3002"))
	}),
	form("in the flattened JSON form", "JSON form of a JWS", func(_ *draft, t string) string {
		s := strings.Split(t, ".")
		return q(map[string]string{"protected": s[0], "payload": s[1], "signature": s[2]})
	}),
	form("in the general JSON form", "JSON form of a JWS", func(_ *draft, t string) string {
		s := strings.Split(t, ".")
		return q(map[string]any{"payload": s[1], "signatures": []any{map[string]string{"protected": s[0], "signature": s[2]}}})
	}),
	form("in the JSON form with a header unsigned", "JSON form of a JWS", func(d *draft, t string) string {
		s := strings.Split(t, ".")
		return q(map[string]any{"protected": s[0], "header": map[string]string{d.one("x", "typ"): "JWT"}, "payload": s[1], "signature": s[2]})
	}),
	form("in the JSON form with two signatures", "JSON form of a JWS", func(_ *draft, t string) string {
		s := strings.Split(t, ".")
		one := map[string]string{"protected": s[0], "signature": s[2]}
		return q(map[string]any{"payload": s[1], "signatures": []any{one, map[string]string{"protected": s[0], "signature": s[0]}}})
	}),
	form("as a string of JSON", "", func(_ *draft, t string) string { return q([]string{t}) }),
	form("twice encoded", "", func(_ *draft, t string) string { return base64.RawURLEncoding.EncodeToString([]byte(t)) }),
	{
		name: "token in a token", slot: "form", on: all, reason: malformed, class: "token in a token",
		apply: func(d *draft) {
			d.reform = func(t string) string {
				outer := newDraft(d.world, d.kind, d.Rand, d.now)
				outer.header.add("cty", `"JWT"`)
				outer.retext[1] = func(string) string { return t }
				return outer.token()
			}
		},
	},
}

// form is a mutation of the finished token.
func form(name, class string, change func(d *draft, token string) string) mutation {
	return mutation{
		name: "token " + name, slot: "form", on: all, reason: malformed, class: class,
		apply: func(d *draft) { d.reform = func(t string) string { return change(d, t) } },
	}
}

// claimsOf decodes a compact token's payload, independently of gognito.
func claimsOf(token string) (map[string]any, error) {
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		return nil, err
	}
	claims := make(map[string]any)
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	return claims, decoder.Decode(&claims)
}
