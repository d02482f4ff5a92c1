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

// add adds the field of a value, encoded; none for none.
func (w *writer) add(name string, v value) error {
	text, err := encode(v, w.room)
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

// encode writes a value as httpauth.JoinList does; most need no encoding.
func encode(v value, most int) (string, error) {
	if v.text != "" {
		if isPlain(v.text) {
			return v.text, nil // put looks at its length
		}
		v.list = []string{v.text}
	}
	length, asIs := 0, true
	for _, element := range v.list {
		if element == "" {
			return "", errUnnamed
		}
		if length += len(element); length > most {
			return "", ErrTooLarge
		}
		asIs = asIs && isPlain(element)
	}
	if asIs {
		return strings.Join(v.list, string(separator)), nil
	}
	text, err := httpauth.JoinList(v.list, separator, most)
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
