package differential_test

import (
	"strings"
	"unicode/utf16"

	"github.com/gognito/gognito"
)

// textMutations write the JSON of the header (0) or the payload (1) otherwise,
// most of them as no JSON. Members come behind the good ones.
func textMutations(segment int) []mutation {
	of := [2]string{"header", "payload"}[segment]
	var list []mutation
	add := func(name string, reason gognito.Reason, class string, change func(d *draft, text string) string) {
		list = append(list, mutation{
			name: of + " " + name, slot: of, on: all, reason: reason, class: class,
			apply: func(d *draft) { d.retext[segment] = func(text string) string { return change(d, text) } },
		})
	}
	behind := func(members ...string) func(*draft, string) string {
		return func(d *draft, text string) string { return text[:len(text)-1] + "," + d.one(members...) + "}" }
	}
	replaced := func(texts ...string) func(*draft, string) string {
		return func(d *draft, _ string) string { return d.one(texts...) }
	}
	space, dataBehind := "", "data behind"
	if segment == 0 {
		space, dataBehind = "space around the header", ""
	}
	add("behind spaces", "", space, func(d *draft, text string) string { return d.one(" ", "\n", "\r\n\t") + text })
	add("before spaces", "", space, func(d *draft, text string) string { return text + d.one(" ", "\n\n", "\t") })
	add("spaced", "", "", func(d *draft, text string) string {
		space := d.one(" ", "\t", "\r\n", "      ")
		return strings.NewReplacer(`{"`, "{"+space+`"`, `":`, `"`+space+":"+space, `,"`, ","+space+`"`).Replace(text)
	})
	add("with slashes escaped", "", "", func(_ *draft, text string) string { return strings.ReplaceAll(text, "/", `\/`) })

	add("with odd space", malformed, "", func(d *draft, text string) string { return d.one("\f", "\v", "\u00a0", "\u2028", "\x00") + text })
	add("with odd space behind", malformed, dataBehind, func(d *draft, text string) string { return text + d.one("\f", "\v", "\u00a0", "\u2028", "\x00") })
	add("behind a byte order mark", malformed, "", func(_ *draft, text string) string { return "\ufeff" + text })
	add("with data behind", malformed, dataBehind, func(d *draft, text string) string {
		return text + d.one("{}", "1", "// x", "/* x */", ",", "}", "]", `"x"`, text)
	})
	add("with a comma behind", malformed, "", func(_ *draft, text string) string { return text[:len(text)-1] + ",}" })
	add("with a comma before", malformed, "", func(_ *draft, text string) string { return "{," + text[1:] })
	add("with a comment", malformed, "", func(d *draft, text string) string {
		return d.one("/**/"+text, "{/* */"+text[1:], "#\n"+text)
	})
	add("with single quotes", malformed, "", func(_ *draft, text string) string { return strings.ReplaceAll(text, `"`, "'") })
	add("with names unquoted", malformed, "", func(_ *draft, text string) string { return strings.Replace(text, `{"`, "{", 1) })
	add("cut off", malformed, "", func(d *draft, text string) string { return text[:d.IntN(len(text))] })
	add("in an array", malformed, "", func(_ *draft, text string) string { return "[" + text + "]" })
	add("in a string", malformed, "", func(_ *draft, text string) string { return q(text) })
	add("in UTF-16", malformed, "", func(d *draft, text string) string {
		var b strings.Builder
		big := d.IntN(2)
		for _, unit := range utf16.Encode([]rune(text)) {
			pair := [2]byte{byte(unit), byte(unit >> 8)}
			b.Write([]byte{pair[big], pair[1-big]})
		}
		return b.String()
	})
	add("is no object", malformed, "", replaced("null", "true", "1", `""`, "[]", "{", "}", " ", "x", "\xff"))
	add("has no members", malformed, "", replaced("{}", "{ }", `{"":""}`))
	add("is empty", malformed, "", replaced(""))
	add("with a bare control character", malformed, "", behind("\"x\":\"\n\"", "\"x\":\"\x00\"", "\"x\":\"\x1f\"", "\"\t\":1"))
	add("with a bad escape", malformed, "", behind(`"x":"\x41"`, `"x":"\'"`, `"x":"\u12"`, `"x":"\U0041"`, `"\q":1`))
	add("with a bad number", malformed, "", behind(`"x":01`, `"x":+1`, `"x":.5`, `"x":1.`, `"x":0x1f`, `"x":1e`, `"x":-`, `"x":--1`, `"x":1_000`, `"x":-01`))
	add("with a bad literal", malformed, "", behind(`"x":NaN`, `"x":Infinity`, `"x":True`, `"x":undefined`, `"x":nul`, `"x":`, `"x"`, `x:1`, `1:1`))
	add("with invalid UTF-8", malformed, "text that is not Unicode", behind("\"x\":\"\xff\"", "\"x\":\"\xc0\xaf\"", "\"x\":\"\xf4\x90\x80\x80\"", "\"x\":\"\xe2\x82\"", "\"\x80\":1"))
	add("with an encoded surrogate", malformed, "text that is not Unicode", behind("\"x\":\"\xed\xa0\x80\"", "\"x\":\"\xed\xa0\xbd\xed\xb8\x80\""))
	add("with half a surrogate pair", malformed, "text that is not Unicode", behind(`"x":"\ud800"`, `"x":"\udc00\ud800"`, `"x":"\ud83dx"`, `"\udfff":1`, `"x":["\ud800\u0041"]`))
	add("with many levels", malformed, "beyond the limits", func(d *draft, text string) string {
		return behind(`"x":`+nested(d.between(40, 9000)))(d, text)
	})
	add("with too many levels", malformed, "beyond the limits", func(d *draft, text string) string {
		n := d.between(10_001, 15_000)
		return behind(`"x":`+strings.Repeat("[", n)+strings.Repeat("]", n))(d, text)
	})
	add("with levels left open", malformed, "", func(d *draft, text string) string {
		return behind(`"x":`+strings.Repeat(d.one("[", `{"x":`), d.between(40, 4000)))(d, text)
	})
	return list
}
