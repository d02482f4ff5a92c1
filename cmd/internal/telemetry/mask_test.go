package telemetry_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/telemetry"
)

const (
	header    = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ"
	payload   = "eyJzdWIiOiIzNGM4NDQ4OCIsInVzZXJuYW1lIjoiamFuZSJ9"
	signature = "c2lnbmF0dXJlLW9mLW5vdGhpbmctYXQtYWxsLTAxMjM0NTY3ODk"
	token     = header + "." + payload + "." + signature
)

func TestWhatLooksLikeATokenIsMasked(t *testing.T) {
	word := strings.Repeat("aB3-_", 20) // 100 characters
	for text, want := range map[string]string{
		token:                           "(a token)",
		"/" + token + "/x":              "/(a token)/x",
		"/" + token + "/x?y=" + token:   "/(a token)/x?y=(a token)",
		"Bearer%20" + token:             "Bearer%20(a token)",
		"/a%2e" + token:                 "/a%2e(a token)",
		"/token" + token:                "/token(a token)",
		"/b_" + token + ";c":            "/b_(a token);c",
		header:                          "(a token)",
		header[:16]:                     "(a token)",
		header[:15]:                     header[:15],
		header + "." + payload[:20]:     "(a token)",
		"." + payload + "." + signature: ".(a token)",
		header + "..x.y.z":              "(a token)",
		header + "=." + payload + "==.": "(a token)",
		// Encoded, once or more often.
		strings.ReplaceAll(token, ".", "%2E"):               "(a token)",
		strings.ReplaceAll(token, ".", "%252e"):             "(a token)",
		strings.ReplaceAll(token, ".", "%25252E"):           "(a token)",
		"%65%79%4A" + token[3:] + "%2Fx":                    "(a token)%2Fx",
		"%2565yJ" + token[3:]:                               "(a token)",
		strings.ReplaceAll(token, "i", "%69"):               "(a token)",
		"%2" + token:                                        "%2(a token)",
		"%252" + token:                                      "%252(a token)",
		"%" + token:                                         "%(a token)",
		strings.ReplaceAll(token, ".", "/"):                 "(a token)",
		strings.ReplaceAll(token, ".", "%2F") + "/a":        "(a token)/a",
		token[:60] + "/" + token[60:] + "/b":                "(a token)/b",
		header + "/short/" + word + "/c":                    "(a token)/short/(a token)/c",
		"/x" + word + "/y":                                  "/(a token)/y",
		"/x-" + word[:97] + "eyJ0":                          "/(a token)",
		word:                                                "(a token)",
		word[:99]:                                           word[:99],
		word[:50] + "%2d" + word[51:]:                       "(a token)",
		word[:50] + "." + word[:50]:                         word[:50] + "." + word[:50],
		"eyAiYWxnIjoiUlMyNTYifQ.x":                          "(a token)", // { "alg…
		"ewogImFsZyI6IlJTMjU2In0.x":                         "(a token)", // {\n "alg…
		"/a-ewkiYWxnIjoiUlMyNTYifQ.x":                       "/a-(a token)",
		"é" + header:                                        "é(a token)",
		"a\x00" + header + "\x00b":                          "a\x00(a token)\x00b",
		"see eyJhbGciOiJSUzI1NiJ9 and eyJhbGciOiJSUzI1NiJ9": "see (a token) and (a token)",
	} {
		if got := telemetry.Mask(text); got != want {
			t.Errorf("%s\n     is %s\n   want %s", text, got, want)
		}
	}
}

func TestWhatIsNoTokenIsLeftAlone(t *testing.T) {
	for _, text := range []string{
		"", "/", "%", "%2", "%2e", "%zz", "%25", "%252", "%25252", "/a%20b/%E4%BD%A0",
		"/articles/2026/07/a-longer-title-that-says-something",
		"/eyewear-collection-2026/all",
		"/survey-results-2026-final-version",
		"/monkeybusiness-and-more-of-the-same",
		"/keyBoard-layouts-of-the-world", "/keyJ-short", "eyJ", "/a.eyJhbGciOiJS",
		"/v1/things/34c84488-e0e1-70ae-d2ee-991ad1a898c8",
		"/blobs/sha256/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"app.example:8080", "[2001:db8::1]:443", "gognito: unavailable: keys_unavailable",
		"(a token)", "\xff\xfe eyJ",
	} {
		if got := telemetry.Mask(text); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []struct {
		before, after string
		escapes       uint64
	}{
		{"", "", 0}, {"/a/", "/b", 1}, {"%2", "%2", 0}, {"%25", ".", 0b1010}, {"ey", "=", 1 << 34}, {"ew", "/", ^uint64(0)},
		{"https://x:", "@app.example/", 0}, {strings.Repeat("a", 99), "/" + strings.Repeat("b", 99), 3}, {"%252", "%", 1 << 33},
	} {
		f.Add(seed.before, seed.after, seed.escapes)
	}
	f.Fuzz(func(t *testing.T, before, after string, escapes uint64) {
		text := before + escaped(token, escapes) + after
		got := telemetry.Mask(text)
		plain := decoded(got)
		if strings.Contains(plain, payload) || strings.Contains(plain, signature) || escapes == 0 && strings.Contains(got, header) {
			t.Errorf("%q\nbecomes %q", text, got)
		}
		if again := telemetry.Mask(got); again != got {
			t.Errorf("%q\nbecomes %q\nand then %q", text, got, again)
		}
		if len(got) > len(text) {
			t.Errorf("%q\nbecomes longer: %q", text, got)
		}
		if short := telemetry.Mask(before); strings.Count(short, "(a token)") == strings.Count(before, "(a token)") && short != before {
			t.Errorf("%q becomes %q, and nothing was masked", before, short)
		}
	})
}

// escaped encodes the text's characters by the bits of escapes, over and over.
func escaped(text string, escapes uint64) string {
	var out strings.Builder
	for i, c := range []byte(text) {
		switch bit := escapes >> (i % 61); {
		case bit&3 == 3:
			out.WriteString("%25" + hexOf(c))
		case bit&1 == 1:
			out.WriteString("%" + hexOf(c))
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

func hexOf(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

// decoded undoes percent-encoding until there is none.
func decoded(text string) string {
	for {
		var out strings.Builder
		for i := 0; i < len(text); i++ {
			if i+3 <= len(text) && text[i] == '%' {
				if c, err := url.PathUnescape(text[i : i+3]); err == nil {
					out.WriteString(c)
					i += 2
					continue
				}
			}
			out.WriteByte(text[i])
		}
		if out.String() == text {
			return text
		}
		text = out.String()
	}
}
