package decide

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A pattern is one path, or one and all that is below it. base has no slash at
// its end, so that of the root is empty.
type pattern struct {
	base string
	tree bool
}

// String returns the pattern as it is written.
func (p pattern) String() string {
	switch {
	case p.tree:
		return p.base + "/*"
	case p.base == "":
		return "/"
	}
	return p.base
}

// matches reports whether the pattern takes a path, which is trimmed.
func (p pattern) matches(path string) bool {
	rest, ok := strings.CutPrefix(path, p.base)
	return ok && (rest == "" || p.tree && rest[0] == '/')
}

// covers reports whether the pattern takes all that the other takes.
func (p pattern) covers(other pattern) bool {
	return p.matches(other.base) && (p.tree || !other.tree)
}

// trim makes a path what patterns are compared with: a slash at the end makes no
// difference to them.
func trim(path string) string { return strings.TrimRight(path, "/") }

// parsePattern reads a pattern. There is one way to write each, so that two that
// look different are.
func parsePattern(text string) (pattern, error) {
	base, tree := strings.CutSuffix(text, "/*")
	if !tree && text == "/" {
		return pattern{}, nil
	}
	segments := strings.Split(base, "/")[1:]
	switch {
	case text == "" || text[0] != '/':
		return pattern{}, errors.New("must begin with a slash")
	case strings.Contains(base, "*"):
		return pattern{}, errors.New(`may hold a * only at its end, as "/*": there are no other wildcards`)
	case strings.Contains(base, "%"):
		return pattern{}, errors.New(`must be written decoded: "/a b" rather than "/a%20b"`)
	case strings.ContainsAny(base, `\;?#`):
		return pattern{}, errors.New(`must not hold any of \ ; ? #, which a path can't be trusted to hold`)
	case strings.ContainsAny(base, "\"<>^`{|}"):
		return pattern{}, errors.New("must not hold any of \" < > ^ ` { | }: it is neither a template nor a regular expression")
	case !utf8.ValidString(base) || strings.ContainsFunc(base, unicode.IsControl):
		return pattern{}, errors.New("must be valid UTF-8 without control characters")
	case strings.HasSuffix(base, "/"):
		return pattern{}, errors.New("must not end with a slash: it takes the path with one and without")
	case slices.Contains(segments, ""):
		return pattern{}, errors.New("must not hold an empty segment")
	case slices.Contains(segments, "."), slices.Contains(segments, ".."):
		return pattern{}, errors.New("must not hold . or .. as a segment")
	case strings.Contains(base, "/:"):
		return pattern{}, errors.New(`must not hold a segment that begins with a colon: there are no parameters; write "/*" in its place, and nothing after it`)
	}
	return pattern{base, tree}, nil
}

// fold maps texts that differ in letter case only to one: whatever a server that
// does not mind case takes for the same. It goes by upper case and then lower,
// since some letters, as the dotless i and the Kelvin sign, have only one of them
// in common with another.
func fold(text string) string {
	for _, c := range []byte(text) {
		if c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.Map(func(c rune) rune { return unicode.ToLower(unicode.ToUpper(c)) }, text)
		}
	}
	return text
}
