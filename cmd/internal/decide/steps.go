package decide

import "strings"

// steps are what servers do to a path before they serve it. Each makes it no
// longer, so there is an end to what they make of it together. A path that does
// not hold what a step is about comes back as it is.
var steps = []func(path string) string{
	decode,           // everybody, at some point; twice, if a proxy decodes and does not encode again
	decodeUnreserved, // RFC 3986 normalisers and browsers, which leave an encoded slash alone
	mergeSlashes,     // nginx, Go
	resolveDots,      // everybody, but before decoding or after, and with slashes merged or not
	resolveAnyDots,   // browsers, to whom %2e%2e is .. and %61 is not a
	turnBackslashes,  // browsers, Windows
	dropParameters,   // Java servers: /admin;x=y/..;/z
	cutAt(";"),       // others, of all the path
	cutAt("?"),       // what parses the decoded path as a URL again
	cutAt("#"),
	dropAuthority, // what parses the target as a URL: //host/path
}

// decode decodes every escape. What is no escape, as the rest of %25zz, stays.
func decode(path string) string {
	return decodeIf(path, func(byte) bool { return true })
}

// decodeUnreserved decodes what need not have been encoded (RFC 3986, section
// 6.2.2.2).
func decodeUnreserved(path string) string { return decodeIf(path, isUnreserved) }

func decodeIf(path string, wanted func(byte) bool) string {
	if !strings.Contains(path, "%") {
		return path
	}
	decoded := make([]byte, 0, len(path))
	for i := 0; i < len(path); i++ {
		if path[i] == '%' {
			if c, ok := unescape(path[i+1:]); ok && wanted(c) {
				decoded = append(decoded, c)
				i += 2
				continue
			}
		}
		decoded = append(decoded, path[i])
	}
	return string(decoded)
}

// unescape returns the byte that the two digits after a % stand for.
func unescape(digits string) (c byte, ok bool) {
	if len(digits) < 2 {
		return 0, false
	}
	for _, d := range []byte(digits[:2]) {
		switch {
		case '0' <= d && d <= '9':
			d -= '0'
		case 'a' <= d|0x20 && d|0x20 <= 'f':
			d = d | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		c = c<<4 | d
	}
	return c, true
}

func mergeSlashes(path string) string {
	if !strings.Contains(path, "//") {
		return path
	}
	merged := make([]byte, 0, len(path))
	for i := range len(path) {
		if path[i] != '/' || i == 0 || path[i-1] != '/' {
			merged = append(merged, path[i])
		}
	}
	return string(merged)
}

// resolveDots does so by RFC 3986, section 5.2.4: an empty segment is one, and
// above the root is the root.
func resolveDots(path string) string {
	if !strings.Contains(path, "/.") {
		return path
	}
	return resolve(path, false)
}

// resolveAnyDots also takes encoded dots for dots, and decodes nothing.
func resolveAnyDots(path string) string {
	if !strings.Contains(path, "/.") && !strings.Contains(path, "/%2") {
		return path
	}
	return resolve(path, true)
}

func resolve(path string, encoded bool) string {
	segments := strings.Split(path[1:], "/")
	kept := segments[:0]
	for i, segment := range segments {
		dots := dotsOf(segment, encoded)
		if dots == 0 {
			kept = append(kept, segment)
			continue
		}
		if dots == 2 && len(kept) > 0 {
			kept = kept[:len(kept)-1]
		}
		if i == len(segments)-1 {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// dotsOf returns 1 for a segment that is a dot, 2 for one that is two, and 0 for
// any other.
func dotsOf(segment string, encoded bool) (dots int) {
	for ; segment != "" && dots < 3; dots++ {
		switch {
		case segment[0] == '.':
			segment = segment[1:]
		case encoded && len(segment) > 2 && segment[:2] == "%2" && segment[2]|0x20 == 'e':
			segment = segment[3:]
		default:
			return 0
		}
	}
	return dots % 3
}

func turnBackslashes(path string) string { return strings.ReplaceAll(path, `\`, "/") }

// dropParameters drops what follows a semicolon in each segment.
func dropParameters(path string) string {
	if !strings.Contains(path, ";") {
		return path
	}
	kept := make([]byte, 0, len(path))
	dropping := false
	for _, c := range []byte(path) {
		dropping = c != '/' && (dropping || c == ';')
		if !dropping {
			kept = append(kept, c)
		}
	}
	return string(kept)
}

func cutAt(delimiter string) func(string) string {
	return func(path string) string {
		before, _, _ := strings.Cut(path, delimiter)
		return before
	}
}

func dropAuthority(path string) string {
	rest, found := strings.CutPrefix(path, "//")
	if !found {
		return path
	}
	_, rest, _ = strings.Cut(rest, "/")
	return "/" + rest
}
