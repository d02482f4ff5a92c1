package telemetry

import "strings"

const (
	masked = "(a token)"
	// shortest is how many characters make the beginning of a token: a JSON object's
	// first twelve bytes.
	shortest = 16
	// opaque is how long a word may be before it is taken for a secret of any kind.
	opaque = 100
)

// Mask returns the text with "(a token)" in the place of each thing that looks like a
// token, or like the beginning of one: base64url of what begins as a JSON object does
// (RFC 7515, section 3.1), with all that follows of it, over a slash too if a long word
// stands behind it; and any word of 100 or more base64url characters (RFC 4648, section
// 5). A character that is percent-encoded, however often, counts as what it stands for.
//
// It takes time in proportion to the text, and allocates nothing if there is nothing
// to mask.
func Mask(text string) string {
	var out strings.Builder
	done := 0 // so much of the text is in out
	for i := 0; i < len(text); {
		token, end := word(text, i)
		switch {
		case token >= 0:
			end = tokenEnd(text, end)
			out.WriteString(text[done:token])
			out.WriteString(masked)
			done, i = end, end
		case end > i:
			i = end
		default:
			_, i = character(text, i)
		}
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// word reads a word of base64url characters, and returns where it ends, and where in
// it a token begins, or -1.
func word(text string, start int) (token, end int) {
	var last [4]byte // characters, the latest first; 0: none
	var at [3]int    // where they are
	token, before := -1, 0
	length := 0
	for end = start; end < len(text); length++ {
		c, next := character(text, end)
		if !isBase64URL(c) {
			break
		}
		last = [4]byte{c, last[0], last[1], last[2]}
		at = [3]int{end, at[0], at[1]}
		if token < 0 && opens(last) {
			token, before = at[2], length-2
		}
		end = next
	}
	switch {
	case length >= opaque:
		return start, end
	case token >= 0 && length-before >= shortest:
		return token, end
	}
	return -1, end
}

// opens reports whether three characters are how the base64url of a JSON object
// begins: of a brace, a quotation mark and a letter wherever they stand, as something
// may be written right before them; of one with white space behind its brace, or
// without that letter, only where a word begins.
func opens(last [4]byte) bool {
	if last[2] != 'e' {
		return false
	}
	begins, c := last[3] == 0 || last[3] == '-', last[0]
	switch last[1] {
	case 'y':
		return c == 'J' || begins && (c >= 'A' && c <= 'D' || c >= 'I' && c <= 'L')
	case 'w':
		return begins && (c >= 'k' && c <= 'r' || c >= '0' && c <= '3')
	}
	return false
}

// tokenEnd returns where a token ends of which all up to i has been read.
func tokenEnd(text string, i int) int {
	for i < len(text) {
		c, next := character(text, i)
		if !continues(c) && (c != '/' || !goesOn(text, next)) {
			break
		}
		i = next
	}
	return i
}

// continues reports whether a character may stand in a token: in one of several parts,
// and with the padding that some write.
func continues(c byte) bool { return isBase64URL(c) || c == '.' || c == '=' || c == '+' }

// goesOn reports whether a long word follows.
func goesOn(text string, i int) bool {
	for range shortest {
		if i >= len(text) {
			return false
		}
		c, next := character(text, i)
		if !continues(c) {
			return false
		}
		i = next
	}
	return true
}

// character returns what stands at i, decoded, and where the next character is.
func character(text string, i int) (c byte, next int) {
	if text[i] != '%' || !isEscape(text, i+1) {
		return text[i], i + 1
	}
	i++
	for strings.HasPrefix(text[i:], "25") && isEscape(text, i+2) {
		i += 2
	}
	return unhex(text[i])<<4 | unhex(text[i+1]), i + 2
}

// isEscape reports whether the two hexadecimal digits of an escape stand at i. The
// first letter of a token is none of its digits.
func isEscape(text string, i int) bool {
	return i+1 < len(text) && isHex(text[i]) && isHex(text[i+1]) && !strings.HasPrefix(text[i+1:], "eyJ")
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

func isBase64URL(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}
