package httpauth

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

// A Token is one that a request carries, not verified. It prints as such and no
// more, but for one in an unexported field of another value, which fmt prints
// without asking.
type Token struct {
	// Raw is the token as sent.
	Raw string
	// Ambient: the browser sent it by itself, as it does cookies, so that the
	// request may be another site's doing.
	Ambient bool
	// Username, if set, must be the verified token's; otherwise the token is
	// refused as malformed.
	Username string
}

// String tells that it is a token, and not which.
func (Token) String() string { return "httpauth.Token" }

// Format prints String, whatever the verb.
func (t Token) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.String()) }

// MarshalJSON writes String: a token in a value that is logged as JSON stays
// unseen.
func (t Token) MarshalJSON() ([]byte, error) { return []byte(`"` + t.String() + `"`), nil }

// LogValue logs String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// A TokenSource finds the tokens that a request carries. None, and no error: the
// request has no token. An error: it has one that is unusable, which is refused
// as malformed unless the error wraps a kind of its own.
//
// Nothing here reads a token from a query string: URLs end up in logs.
type TokenSource func(*http.Request) ([]Token, error)

var (
	errSeveralHeaders = errors.New("httpauth: the header is there more than once")
	errCredentials    = errors.New("httpauth: malformed credentials")
)

// Bearer reads the Authorization header (RFC 6750, section 2.1). The scheme's
// letter case does not matter. Another scheme counts as no token; two
// Authorization headers are unusable, and so are two that something on the way
// joined with a comma, if one is a Bearer's.
func Bearer(r *http.Request) ([]Token, error) {
	value, err := single(r, "Authorization")
	if value == "" || err != nil {
		return nil, err
	}
	if token, ok := strings.CutPrefix(value, "Bearer "); ok { // as nearly all do it
		return []Token{{Raw: strings.TrimLeft(token, " ")}}, nil
	}
	// RFC 9110, section 11.4: a scheme, spaces, and credentials.
	end := strings.IndexFunc(value, notTokenChar)
	if end < 0 {
		end = len(value)
	}
	scheme, rest := value[:end], value[end:]
	switch {
	case scheme == "":
		return nil, errCredentials
	case !strings.EqualFold(scheme, "Bearer"):
		if bearerBehind(rest) {
			return nil, errSeveralHeaders
		}
		return nil, nil
	case !strings.HasPrefix(rest, " "):
		return nil, errCredentials
	}
	return []Token{{Raw: strings.TrimLeft(rest, " ")}}, nil
}

// bearerBehind reports whether Bearer and a token follow a comma that is not in
// quotes, as Digest's may be.
func bearerBehind(credentials string) bool {
	const scheme = "Bearer "
	quoted := false
	for i := 0; i < len(credentials); i++ {
		switch c := credentials[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ',' && !quoted:
			next := strings.TrimLeft(credentials[i+1:], " \t")
			if len(next) <= len(scheme) || !strings.EqualFold(next[:len(scheme)], scheme) {
				continue
			}
			// A parameter may have the name, and spaces before its "=".
			if token := strings.TrimLeft(next[len(scheme):], " "); token != "" && token[0] != '=' {
				return true
			}
		}
	}
	return false
}

// Header reads a header whose whole value is the token, as a gateway in front of
// the service may set it. A gateway does so for a session that it knows by a
// cookie, so the token counts as sent by the browser itself: a page of another
// origin that sends the header by script has to be trusted in CrossOrigin.
func Header(name string) TokenSource {
	mustName(name, "header")
	name = http.CanonicalHeaderKey(name)
	return func(r *http.Request) ([]Token, error) {
		value, err := single(r, name)
		if value == "" || err != nil {
			return nil, err
		}
		return []Token{{Raw: value, Ambient: true}}, nil
	}
}

// single returns the value of a header that must not be repeated. Its name is canonical.
func single(r *http.Request, name string) (string, error) {
	switch values := r.Header[name]; len(values) {
	case 0:
		return "", nil
	case 1:
		return values[0], nil
	default:
		return "", errSeveralHeaders
	}
}

// Cookie reads every cookie of that name: a browser sends several when they were
// set for different paths or domains. An empty one, as a sign-out may leave it,
// counts as none; one that net/http can't read is unusable.
func Cookie(name string) TokenSource {
	mustName(name, "cookie")
	return func(r *http.Request) ([]Token, error) {
		var tokens []Token
		for _, cookie := range r.CookiesNamed(name) {
			if cookie.Value != "" {
				tokens = append(tokens, Token{Raw: cookie.Value, Ambient: true})
			}
		}
		if tokens == nil && hasCookie(r, func(found string) bool { return found == name }) {
			return nil, errCredentials
		}
		return tokens, nil
	}
}

// hasCookie reports whether there is a cookie of a wanted name with a value of any
// kind. net/http drops cookies that it can't read, and all of them if there are
// too many; that must not look like none.
func hasCookie(r *http.Request, wanted func(name string) bool) bool {
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			// Trimmed as net/http does it.
			name, value, _ := strings.Cut(textproto.TrimString(pair), "=")
			if value != "" && value != `""` && wanted(textproto.TrimString(name)) {
				return true
			}
		}
	}
	return false
}

func mustName(name, of string) {
	if !isName(name) {
		panic(fmt.Sprintf("httpauth: %q is not the name of a %s", name, of))
	}
}

// isName reports whether it is a token of RFC 9110, section 5.6.2, as the names of
// headers are, and those of cookies by RFC 6265.
func isName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, notTokenChar)
}

func notTokenChar(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c < 0x80 && strings.ContainsRune("!#$%&'*+-.^_`|~", c))
}

// FirstOf asks the sources in order; the first that finds anything decides, if
// what it finds is unusable too. So a bad Bearer token never falls back to a
// cookie.
func FirstOf(sources ...TokenSource) TokenSource {
	if slices.ContainsFunc(sources, func(s TokenSource) bool { return s == nil }) {
		panic("httpauth: FirstOf was given a nil TokenSource")
	}
	sources = slices.Clone(sources)
	return func(r *http.Request) ([]Token, error) {
		for _, source := range sources {
			if tokens, err := source(r); len(tokens) > 0 || err != nil {
				return tokens, err
			}
		}
		return nil, nil
	}
}
