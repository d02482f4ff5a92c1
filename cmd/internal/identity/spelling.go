package identity

import (
	"net/http"
	"slices"
	"strings"
)

// Servers make variables of header names (RFC 3875, section 4.1.18), in which "-" and
// "_" are one, and to some of them whatever is no letter or digit: X_Auth_User,
// X.Auth.User and X^Auth^User are then the application's X-Auth-User.

// own makes a name one of the Issuer's.
func (i *Issuer) own(name string) {
	name = strings.ToLower(name)
	i.names = append(i.names, name)
	i.removed = append(i.removed, spellings(name)...)
	slices.Sort(i.removed)
}

// spellings returns a name, and what it becomes with "_" or "." for each "-".
func spellings(name string) []string {
	all := []string{""}
	for _, c := range []byte(name) {
		as := string(rune(c))
		if c == '-' {
			as = "-_."
		}
		var longer []string
		for _, head := range all {
			for _, c := range []byte(as) {
				longer = append(longer, head+string(rune(c)))
			}
		}
		all = longer
	}
	return all
}

// owns reports whether a header's name could be taken for one of the Issuer's.
func (i *Issuer) owns(key string) bool {
	key = strings.Trim(key, " \t")
	return slices.ContainsFunc(i.names, func(name string) bool { return folds(key, name) })
}

// folds reports whether a key is a name, which is in lower case, once its letters are
// made lower case, and "-" of all that is no letter or digit.
func folds(key, name string) bool {
	if len(key) != len(name) {
		return false
	}
	for i := range len(key) {
		c := key[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case !isAlphanumeric(c):
			c = '-'
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// Strip removes every header that the application could take for one of the Issuer's:
// those of its names in any case, with "_", "." or any other sign for "-". It looks at
// keys as they are, canonical or not. A request's Trailer is another Header.
func (i *Issuer) Strip(header http.Header) {
	for key := range header {
		if i.owns(key) {
			delete(header, key)
		}
	}
}

// Removals returns what a proxy that adds fields to a client's request has to take out
// of it: all of the Issuer's names that are not among fields, and the other spellings
// of every name; and, if the client's header is known, what it has of them in it. In
// lower case, sorted, each once. None of it is one of fields, in whatever case.
func (i *Issuer) Removals(fields []Field, client http.Header) []string {
	told := func(name string) bool {
		return slices.ContainsFunc(fields, func(f Field) bool {
			return len(f.Name) == len(name) && strings.EqualFold(f.Name, name)
		})
	}
	list := make([]string, 0, len(i.removed))
	for _, name := range i.removed {
		if !told(name) {
			list = append(list, name)
		}
	}
	known := len(list)
	for key := range client {
		// A list of names is no place for what is no name (RFC 9110, section 5.1).
		if i.owns(key) && isName(key) && !told(key) {
			list = append(list, strings.ToLower(key))
		}
	}
	if len(list) > known {
		slices.Sort(list)
		list = slices.Compact(list)
	}
	return list
}

// isName reports whether a key is a token (RFC 9110, section 5.6.2).
func isName(key string) bool {
	for _, c := range []byte(key) {
		if !isAlphanumeric(c) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return key != ""
}
