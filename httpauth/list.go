package httpauth

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// SplitList undoes [JoinList], for whoever reads what it wrote. An empty string is no
// list at all; an empty element, or a percent sign that begins no encoded byte, is an
// error.
func SplitList(text string, separator byte) ([]string, error) {
	mustSeparate(separator)
	if text == "" {
		return nil, nil
	}
	list := strings.Split(text, string(rune(separator)))
	for i, element := range list {
		whole, err := url.PathUnescape(element)
		if err != nil || whole == "" {
			return nil, errors.New("httpauth: this is no list")
		}
		list[i] = whole
	}
	return list, nil
}

// mustSeparate panics if percent-encoding uses the byte itself.
func mustSeparate(separator byte) {
	if c := rune(separator); c == '%' || c >= 0x80 || unicode.IsLetter(c) || unicode.IsDigit(c) {
		panic(fmt.Sprintf("httpauth: %q is no separator of a list", separator))
	}
}

// JoinList makes one string of a list, for a header or another place that holds
// a single value. Inside an element, '%', the separator, controls, spaces and
// what is not ASCII are percent-encoded byte by byte, so that no element can pass
// for two: a group named "x,admins" stays one group. An empty element, which
// could not be told from none, and a result of more than maxBytes are errors; the
// list is never cut: the request has to be refused. A separator that
// percent-encoding uses itself ('%', letters, digits, what is not ASCII) panics.
func JoinList(list []string, separator byte, maxBytes int) (string, error) {
	mustSeparate(separator)
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
