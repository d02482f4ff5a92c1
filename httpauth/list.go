package httpauth

import (
	"fmt"
	"strings"
)

// JoinList makes one string of a list, for a header or another place that holds
// a single value. Inside an element, '%', the separator, controls, spaces and
// what is not ASCII are percent-encoded byte by byte, so that no element can pass
// for two: a group named "x,admins" stays one group. A result of more than
// maxBytes is an error, never cut: the request has to be refused.
func JoinList(list []string, separator byte, maxBytes int) (string, error) {
	var b strings.Builder
	for i, element := range list {
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
