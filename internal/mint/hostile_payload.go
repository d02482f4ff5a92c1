package mint

import (
	"strconv"
	"strings"
)

// payloadVariants are genuinely signed and have a payload that is not strictly a
// JSON object: RFC 7519, section 7.2, RFC 8259 and RFC 7493.
var payloadVariants = []Hostile{
	{"payload-is-array", malformed, payload(func(good string) string { return "[" + good + "]" })},
	{"payload-is-string", malformed, payload(reply(`"access"`))},
	{"payload-is-null", malformed, payload(reply(`null`))},
	{"payload-is-number", malformed, payload(reply(`1`))},
	{"payload-is-text", malformed, payload(reply(`iss=cognito`))},
	{"payload-unclosed", malformed, payload(func(good string) string { return strings.TrimSuffix(good, "}") })},
	{"payload-trailing-comma", malformed, payload(behind(``))},
	{"payload-trailing-data", malformed, payload(func(good string) string { return good + `{"username":"admin"}` })},
	{"payload-trailing-nul", malformed, payload(func(good string) string { return good + "\x00" })},
	{"payload-single-quotes", malformed, payload(func(good string) string { return strings.ReplaceAll(good, `"`, `'`) })},
	{"payload-comment", malformed, payload(func(good string) string { return good + "// good" })},
	{"payload-not-a-number", malformed, payload(behind(`"custom:n":NaN`))},
	{"payload-leading-zero", malformed, payload(behind(`"custom:n":01`))},
	{"payload-hexadecimal", malformed, payload(behind(`"custom:n":0x1f`))},
	{"payload-byte-order-mark", malformed, payload(func(good string) string { return "\xef\xbb\xbf" + good })},
	{"payload-utf16", malformed, payload(utf16)},
	{"payload-invalid-utf8", malformed, payload(behind(`"custom:note":"` + "\xff" + `"`))},
	{"payload-overlong-utf8", malformed, payload(behind(`"custom:note":"` + "\xc0\xaf" + `"`))},
	{"payload-encoded-surrogate", malformed, payload(behind(`"custom:note":"` + "\xed\xa0\x80" + `"`))},
	{"payload-lone-surrogate", malformed, payload(behind(`"custom:note":"\ud800"`))},
	{"payload-raw-control", malformed, payload(behind(`"custom:note":"` + "\n" + `"`))},
	{"payload-bad-escape", malformed, payload(behind(`"custom:note":"\x41"`))},
	{"payload-deep-nesting", malformed, payload(behind(`"custom:note":` + nest(20_000)))},
	{"payload-33-levels", malformed, payload(behind(`"custom:note":` + nest(32)))},
	{"payload-1001-members", malformed, payload(behind(`"custom:note":{` + members(1001) + `}`))},

	{"duplicate-claim", malformed, payload(behind(`"username":"admin"`))},
	{"duplicate-claim-first", malformed, payload(func(good string) string { return `{"username":"admin",` + good[1:] })},
	{"duplicate-claim-same-value", malformed, payload(behind(`"token_use":"access"`))},
	{"duplicate-claim-escaped", malformed, payload(behind(`"user\u006eame":"admin"`))},
	{"duplicate-exp", malformed, payload(behind(`"exp":99999999999`))},
	{"duplicate-iss", malformed, payload(behind(`"iss":"https://attacker.example"`))},
	{"duplicate-groups", malformed, payload(behind(`"cognito:groups":["a"],"cognito:groups":["admins"]`))},
	{"duplicate-custom-claim", malformed, payload(behind(`"custom:tenant":"a","custom:tenant":"b"`))},
	{"duplicate-nested-name", malformed, payload(behind(`"custom:tenant":{"id":"a","id":"b"}`))},
}

// behind adds members to the end of the object.
func behind(members string) func(string) string {
	return func(good string) string { return strings.TrimSuffix(good, "}") + "," + members + "}" }
}

// utf16 is big-endian and has no byte order mark.
func utf16(good string) string {
	var b strings.Builder
	for _, c := range []byte(good) {
		b.WriteByte(0)
		b.WriteByte(c)
	}
	return b.String()
}

// members returns n members of an object, each with its own name.
func members(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strconv.Quote(strconv.Itoa(i)) + ":0"
	}
	return strings.Join(list, ",")
}
