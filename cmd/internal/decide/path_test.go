package decide_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/gognito/gognito/cmd/internal/decide"
)

// everything takes every path, so that only the readings differ.
var everything = decide.Rule{Name: "r", Paths: []string{"/*"}, Access: decide.Authenticated}

// readingsOf returns the different paths that a target may be taken for, sorted
// but for the first.
func readingsOf(t testing.TB, engine *decide.Engine, target string) []string {
	t.Helper()
	x := engine.Explain(get(target))
	if x.Err != nil {
		t.Fatalf("%q: %v", target, x.Err)
	}
	var paths []string
	for _, r := range x.Readings {
		if !r.AnyCase {
			paths = append(paths, r.Path)
		}
	}
	slices.Sort(paths[1:])
	return paths
}

func TestAPathIsJudgedByAllOfItsReadings(t *testing.T) {
	engine := newEngine(t, everything)
	for _, test := range []struct {
		target    string
		canonical bool
		want      []string
	}{
		{"/", true, []string{"/"}},
		{"/a/b/", true, []string{"/a/b/"}},
		{"/a?b/../c", true, []string{"/a"}},
		{"/a%20b%22%3C%5E", true, []string{`/a b"<^`}},
		{"/%E2%82%AC", true, []string{"/€"}},
		{"/a!$&'()*+,=:@-._~", true, []string{"/a!$&'()*+,=:@-._~"}},
		{"/a%21%40", true, []string{"/a!@"}},
		{"/.../.a/..b/a..", true, []string{"/.../.a/..b/a.."}},

		{"/%e2%82%ac", false, []string{"/%e2%82%ac", "/€"}},
		{"/%E2%82%aC", false, []string{"/%E2%82%aC", "/€"}},
		{"/%41", false, []string{"/%41", "/A"}},
		{"/%7E", false, []string{"/%7E", "/~"}},
		{"/a|b", false, []string{"/a|b"}},
		{"//", false, []string{"//", "/"}},
		{"/a//b", false, []string{"/a//b", "/a/b"}},
		{"/a//../b", false, []string{"/a//../b", "/a/../b", "/a/b", "/b"}},
		{"/a/./b", false, []string{"/a/./b", "/a/b"}},
		{"/a/../b", false, []string{"/a/../b", "/b"}},
		{"/a/..", false, []string{"/a/..", "/"}},
		{"/a/.", false, []string{"/a/.", "/a/"}},
		{"/..", false, []string{"/..", "/"}},
		{"/a/%2e%2e/b", false, []string{"/a/%2e%2e/b", "/a/../b", "/b"}},
		// ServeMux cleans before it decodes, and makes /a/b of it.
		{"/a/%2e%2e/../b", false, []string{"/a/%2e%2e/../b", "/a/../../b", "/a/b", "/b"}},
		{"/a%2fb", false, []string{"/a%2fb", "/a/b"}},
		// A normaliser that leaves the slash encoded makes /%2fb of it.
		{"/a/%2e%2e/%2fb", false, []string{"/a/%2e%2e/%2fb", "/", "/%2fb", "/a/..//b", "/a/../%2fb", "/a/../b", "/b", "//b"}},
		{`/a\b`, false, []string{`/a\b`, "/a/b"}},
		{"/a%5cb", false, []string{"/a%5cb", "/a/b", `/a\b`}},
		{"/a;x/b;y", false, []string{"/a;x/b;y", "/a", "/a/b"}},
		{"/a%3bx/b", false, []string{"/a%3bx/b", "/a", "/a/b", "/a;x/b"}},
		{"/a%3fb", false, []string{"/a%3fb", "/a", "/a?b"}},
		{"/a%23b", false, []string{"/a%23b", "/a", "/a#b"}},
		{"/100%25", false, []string{"/100%25", "/100%"}},
		{"/%252e", false, []string{"/%252e", "/", "/%2e", "/."}},
		{"//host/a", false, []string{"//host/a", "/a", "/host/a"}},
		{"//host", false, []string{"//host", "/", "/host"}},
	} {
		x := engine.Explain(get(test.target))
		slices.Sort(test.want[1:])
		if got := readingsOf(t, engine, test.target); x.Canonical != test.canonical || !slices.Equal(got, test.want) {
			t.Errorf("%s: canonical %v, readings %q; want %v, %q", test.target, x.Canonical, got, test.canonical, test.want)
		}
	}
}

func TestWhatHasNoSafeReadingIsMalformed(t *testing.T) {
	const (
		form    = "does not begin with a slash"
		raw     = "a space, a control, #, or a byte outside ASCII"
		escape  = "a % that two hexadecimal digits do not follow"
		control = "an encoded control"
		utf8    = "does not decode to UTF-8"
	)
	engine := newEngine(t, everything)
	for target, want := range map[string]string{
		"":                   form,
		"?/":                 form,
		"*":                  form,
		"http://h/":          form,
		"h:443":              form,
		"a":                  form,
		"/a b":               raw,
		"/a#b":               raw,
		"/a\x00":             raw,
		"/a\r\nb":            raw,
		"/a\x7f":             raw,
		"/\u20ac":            raw,
		"/\xff":              raw,
		"/%":                 escape,
		"/%a":                escape,
		"/%ag":               escape,
		"/%%41":              escape,
		"/%+1":               escape,
		"/% 41":              raw,
		"/%00":               control,
		"/%1F":               control,
		"/%7F":               control,
		"/%C2%80":            control,
		"/a;%00":             control,
		"/%2500":             control,
		"/%25250a":           control,
		"/%FF":               utf8,
		"/%C0%AF":            utf8,
		"/%c0%2e":            utf8,
		"/%ED%A0%80":         utf8,
		"/%25%46%46":         utf8,
		"/" + longPath(4096): "longer than 4096 bytes",
		"/" + longPath(3000) + "%" + strings.Repeat("25", 20): "too many others", // of that length
		"/%" + strings.Repeat("25", 70):                       "too many others",
	} {
		x := engine.Explain(get(target))
		if x.Err == nil || !errors.Is(x.Err, decide.ErrMalformed) || !strings.Contains(x.Err.Error(), want) {
			t.Errorf("%.80q: %v, want %q", target, x.Err, want)
		}
		if x.Access != decide.Deny || len(x.Readings) > 0 {
			t.Errorf("%.80q is judged in spite of its fault", target)
		}
	}
	for _, target := range []string{"/" + longPath(4095), "/?" + longPath(9999), "/%" + strings.Repeat("25", 61)} {
		if x := engine.Explain(get(target)); x.Err != nil {
			t.Errorf("%.80q: %v", target, x.Err)
		}
	}
}

func longPath(length int) string { return strings.Repeat("a", length) }

// Whatever a server makes of letter case, it is taken for the same.
func TestLetterCaseIsFoldedAsEveryServerMay(t *testing.T) {
	for c := rune('A'); c <= unicode.MaxRune; c++ {
		if !unicode.IsLetter(c) {
			continue
		}
		for _, other := range []rune{unicode.ToUpper(c), unicode.ToLower(c), unicode.SimpleFold(c)} {
			if other == c {
				continue
			}
			engine := newEngine(t, decide.Rule{Name: "r", Paths: []string{"/" + string(c)}, Access: decide.Public})
			x := engine.Explain(get("/" + percentEncode(string(other))))
			if len(x.Readings) != 2 || !x.Readings[1].AnyCase || x.Readings[1].Rule != "r" {
				t.Errorf("%c and %c are not taken for the same: %+v", c, other, x)
			}
		}
	}
}

// percentEncode encodes what is not ASCII, as a canonical path has it.
func percentEncode(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c < 0x80 {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte("0123456789ABCDEF"[c>>4])
			b.WriteByte("0123456789ABCDEF"[c&15])
		}
	}
	return b.String()
}
