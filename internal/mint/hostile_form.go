package mint

import (
	"strings"
)

// formVariants are not, or not strictly, three segments of base64url: RFC 7515,
// sections 2 and 7.1.
var formVariants = []Hostile{
	{"empty", malformed, token(reply(""))},
	{"not-a-token", malformed, token(reply("eyJhbGciOiJSUzI1NiJ9"))},
	{"two-dots-only", malformed, token(reply(".."))},
	{"two-segments", malformed, segments(func(s []string) []string { return s[:2] })},
	{"four-segments", malformed, segments(func(s []string) []string { return append(s, s[2]) })},
	{"trailing-dot", malformed, token(func(good string) string { return good + "." })},
	{"leading-dot", malformed, token(func(good string) string { return "." + good })},
	{"empty-header", malformed, segments(func(s []string) []string { return []string{"", s[1], s[2]} })},
	{"empty-payload", malformed, payload(reply(""))},
	{"refresh-token", malformed, refreshToken},
	{"jwe", malformed, jwe},

	{"leading-space", malformed, token(func(good string) string { return " " + good })},
	{"trailing-space", malformed, token(func(good string) string { return good + " " })},
	{"trailing-newline", malformed, token(func(good string) string { return good + "\n" })},
	{"trailing-nul", malformed, token(func(good string) string { return good + "\x00" })},
	{"bearer-prefix", malformed, token(func(good string) string { return "Bearer " + good })},
	{"quoted", malformed, token(func(good string) string { return `"` + good + `"` })},
	{"over-64-kib", malformed, oversized(48 << 10)},
	{"over-1-mib", malformed, oversized(1 << 20)},

	{"padded-header", malformed, encoded(0, pad)},
	{"padded-payload", malformed, encoded(1, pad)},
	{"padded-signature", malformed, encoded(2, pad)},
	{"standard-alphabet-payload", malformed, encoded(1, standardAlphabet)},
	{"standard-alphabet-signature", malformed, encoded(2, standardAlphabet)},
	{"newline-in-header", malformed, encoded(0, insert("\n"))},
	{"newline-in-payload", malformed, encoded(1, insert("\n"))},
	{"newline-in-signature", malformed, encoded(2, insert("\n"))},
	{"carriage-return-in-payload", malformed, encoded(1, insert("\r"))},
	{"space-in-payload", malformed, encoded(1, insert(" "))},
	{"percent-in-payload", malformed, encoded(1, insert("%"))},
	{"non-ascii-in-payload", malformed, encoded(1, insert("é"))},
	{"nul-in-payload", malformed, encoded(1, insert("\x00"))},
	{"trailing-bits-in-header", malformed, encoded(0, trailingBits)},
	{"trailing-bits-in-payload", malformed, encoded(1, trailingBits)},
	{"trailing-bits-in-signature", malformed, encoded(2, trailingBits)},
	{"dangling-character-in-header", malformed, encoded(0, dangle)},
	{"dangling-character-in-payload", malformed, encoded(1, dangle)},
	{"dangling-character-in-signature", malformed, encoded(2, dangle)},
}

// refreshToken looks like Cognito's: an encrypted token of five segments.
func refreshToken(Target) string {
	return encode([]byte(`{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}`)) + "." +
		encode(randomBytes(256)) + "." + encode(randomBytes(12)) + "." + encode(randomBytes(900)) + "." + encode(randomBytes(16))
}

// jwe has five segments too, but claims to be an ordinary token.
func jwe(t Target) string {
	return t.Access() + "." + encode(randomBytes(64)) + "." + encode(randomBytes(16))
}

// oversized carries a claim of n bytes more.
func oversized(n int) func(Target) string {
	return with("custom:note", strings.Repeat("x", n))
}

func pad(segment string) string {
	return segment + strings.Repeat("=", (4-len(segment)%4)%4)
}

func standardAlphabet(segment string) string {
	return strings.NewReplacer("-", "+", "_", "/").Replace(segment)
}

func insert(text string) func(string) string {
	return func(segment string) string { return segment[:8] + text + segment[8:] }
}

// trailingBits sets the lowest of the bits in the last character that stand for
// nothing: a second spelling of the same bytes.
func trailingBits(segment string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(segment) - 1
	return segment[:last] + string(alphabet[strings.IndexByte(alphabet, segment[last])|1])
}

// dangle leaves a last character that stands for six bits, less than a byte.
func dangle(segment string) string {
	return segment + strings.Repeat("A", (5-len(segment)%4)%4)
}
