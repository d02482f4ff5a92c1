package httpauth

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// JoinList makes one string of a list, for a header or another place that holds
// a single value. Inside an element, '%', the separator, controls, spaces and
// what is not ASCII are percent-encoded byte by byte, so that no element can pass
// for two: a group named "x,admins" stays one group. An empty element, which
// could not be told from none, and a result of more than maxBytes are errors; the
// list is never cut: the request has to be refused. A separator that
// percent-encoding uses itself ('%', letters and digits) panics.
func JoinList(list []string, separator byte, maxBytes int) (string, error) {
	if c := rune(separator); c == '%' || unicode.IsLetter(c) || unicode.IsDigit(c) {
		panic(fmt.Sprintf("httpauth: JoinList: %q is no separator", separator))
	}
	var b strings.Builder
	for i, element := range list {
		if element == "" {
			return "", errors.New("httpauth: an element of a list is empty")
		}
		if i > 0 {
			b.WriteByte(separator)
		}
		for _, c := range []byte(element) {
			if c <= ' ' || c >= 0x7f || c == '%' || c == separator {
				fmt.Fprintf(&b, "%%%02X", c)
			} else {
				b.WriteByte(c)
			}
		}
		if b.Len() > maxBytes {
			return "", fmt.Errorf("httpauth: a list is longer than %d bytes", maxBytes)
		}
	}
	return b.String(), nil
}
