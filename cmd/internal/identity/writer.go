package identity

import (
	"strings"

	"github.com/gognito/gognito/httpauth"
)

// separator stands between the elements of a list.
const separator = ','

// A writer collects fields, as long as there is room.
type writer struct {
	fields []Field
	room   int // bytes
}

// add adds the field of a text or a list, encoded; none for none.
func (w *writer) add(name, text string, list []string) error {
	text, err := encode(text, list, w.room)
	if err != nil || text == "" {
		return err
	}
	return w.put(name, text)
}

// put adds a field as it stands in a request: with ": " and a line end.
func (w *writer) put(name, text string) error {
	w.room -= len(name) + len(": ") + len(text) + len("\r\n")
	if w.room < 0 {
		return ErrTooLarge
	}
	w.fields = append(w.fields, NewField(name, text))
	return nil
}

// encode writes a text or a list as httpauth.JoinList does; most need no encoding.
func encode(text string, list []string, most int) (string, error) {
	if text != "" {
		if isPlain(text) {
			return text, nil // put looks at its length
		}
		list = []string{text}
	}
	length, asIs := 0, true
	for _, element := range list {
		if element == "" {
			return "", ErrUnnamed
		}
		if length += len(element); length > most {
			return "", ErrTooLarge
		}
		asIs = asIs && isPlain(element)
	}
	if asIs {
		return strings.Join(list, string(separator)), nil
	}
	text, err := httpauth.JoinList(list, separator, most)
	if err != nil { // no element is empty
		return "", ErrTooLarge
	}
	return text, nil
}

// isPlain reports whether JoinList leaves an element as it is.
func isPlain(element string) bool {
	for _, c := range []byte(element) {
		if !plain[c] {
			return false
		}
	}
	return true
}

// plain are the bytes that JoinList leaves as they are. Every byte that is told is
// looked up.
var plain = func() (table [256]bool) {
	for c := '!'; c <= '~'; c++ {
		table[c] = c != '%' && c != separator
	}
	return table
}()
