package decide

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxPath is the longest path that is judged, in bytes.
	maxPath = 4096
	// maxReadings is the most that a path may be taken for, and maxBytes how long
	// these may be together. What is sent in good faith has two or three, an
	// encoded URL in a path eight, and all known tricks in one some fifty.
	maxReadings = 64
	maxBytes    = 32 << 10
)

// The faults of a path that has no reading.
const (
	errForm     malformed = "the target does not begin with a slash"
	errLong     malformed = "the path is longer than 4096 bytes"
	errRaw      malformed = "the path holds a space, a control, #, or a byte outside ASCII, not encoded"
	errEscape   malformed = "the path holds a % that two hexadecimal digits do not follow"
	errControl  malformed = "the path holds an encoded control"
	errUTF8     malformed = "the path does not decode to UTF-8"
	errReadings malformed = "the path may be taken for too many others"
)

// readings returns every path that a server may take the path of a target for,
// the one that was sent first, and whether that is in its canonical spelling: then
// there is one, decoded. They are appended to room.
func readings(target string, room []string) (paths []string, canonical bool, err error) {
	path, _, _ := strings.Cut(target, "?") // a query never takes part
	switch {
	case path == "" || path[0] != '/':
		return nil, false, errForm
	case len(path) > maxPath:
		return nil, false, errLong
	case !isEncoded(path):
		return nil, false, errRaw
	case !escapesAreValid(path):
		return nil, false, errEscape
	}
	if isCanonical(path) {
		if strings.Contains(path, "%") {
			path = decode(path)
			err = checkDecoded(path)
		}
		return append(room, path), true, err
	}
	paths = append(room, path)
	size := len(path)
	for i := 0; i < len(paths); i++ {
		for _, step := range steps {
			next := step(paths[i])
			if slices.Contains(paths, next) {
				continue
			}
			if err := checkDecoded(next); err != nil {
				return nil, false, err
			}
			if size += len(next); len(paths) == maxReadings || size > maxBytes {
				return nil, false, errReadings
			}
			paths = append(paths, next)
		}
	}
	return paths, false, nil
}

// checkDecoded refuses what decoding must not bring to light. Bytes that are not
// UTF-8 are among it since some decoders take them for a slash or a dot.
func checkDecoded(path string) error {
	switch {
	case !utf8.ValidString(path):
		return errUTF8
	case strings.ContainsFunc(path, unicode.IsControl):
		return errControl
	}
	return nil
}

// isEncoded reports whether a path holds nothing that must be encoded.
func isEncoded(path string) bool {
	for _, c := range []byte(path) {
		if c <= ' ' || c == '#' || c > '~' {
			return false
		}
	}
	return true
}

func escapesAreValid(path string) bool {
	for {
		_, rest, found := strings.Cut(path, "%")
		if !found {
			return true
		}
		if _, ok := unescape(rest); !ok {
			return false
		}
		path = rest[2:]
	}
}

// isCanonical reports whether a path, whose escapes are valid, is in normal form
// (RFC 3986, section 6.2.2) and free of what servers disagree about: characters
// that the grammar does not have, semicolons, and an encoded slash, backslash,
// semicolon, question mark, number sign or percent sign.
func isCanonical(path string) bool {
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case c == '/':
			segment, _, _ := strings.Cut(path[i+1:], "/")
			if i > 0 && path[i-1] == '/' || dotsOf(segment, false) > 0 {
				return false
			}
		case c == '%':
			c, _ := unescape(path[i+1:])
			if isUnreserved(c) || strings.IndexByte(`/\;?#%`, c) >= 0 || isLower(path[i+1]) || isLower(path[i+2]) {
				return false
			}
			i += 2
		case !isUnreserved(c) && strings.IndexByte("!$&'()*+,=:@", c) < 0:
			return false
		}
	}
	return true
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

// isUnreserved: RFC 3986, section 2.3.
func isUnreserved(c byte) bool {
	return isLower(c) || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}
