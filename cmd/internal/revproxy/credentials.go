package revproxy

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// removeCredentials takes out of a header what tokens are read from. Other cookies and
// credentials stay as they are.
func removeCredentials(header http.Header, tokens settings.Tokens) {
	if tokens.Bearer {
		keep(header, "Authorization", func(value string) (string, bool) { return value, !isBearer(value) })
	}
	if len(tokens.Cookies)+len(tokens.AmplifyClients) > 0 {
		keep(header, "Cookie", func(line string) (string, bool) { return withoutTokens(line, tokens) })
	}
}

// keep changes each value of a header, and removes those that are not to stay.
func keep(header http.Header, name string, change func(value string) (changed string, stays bool)) {
	var values []string
	for _, value := range header[name] {
		if changed, stays := change(value); stays {
			values = append(values, changed)
		}
	}
	if values == nil {
		delete(header, name)
		return
	}
	header[name] = values
}

// isBearer reports whether credentials are Bearer's (RFC 9110, section 11.4).
func isBearer(credentials string) bool {
	scheme := strings.TrimLeftFunc(credentials, notNameChar)
	if end := strings.IndexFunc(scheme, notNameChar); end >= 0 {
		scheme = scheme[:end]
	}
	return strings.EqualFold(scheme, "Bearer")
}

// withoutTokens returns a Cookie line without the cookies that tokens are read from,
// and whether there is anything left of it. The others stay as they are.
func withoutTokens(line string, tokens settings.Tokens) (rest string, anything bool) {
	pairs := strings.Split(line, ";")
	others := slices.DeleteFunc(slices.Clone(pairs), func(pair string) bool { return isToken(pair, tokens) })
	switch len(others) {
	case len(pairs):
		return line, true
	case 0:
		return "", false
	}
	return strings.Join(others, ";"), true
}

// isToken reports whether a cookie is one of those. What servers disagree about around
// a name, as spaces that some trim and others don't, does not count.
func isToken(pair string, tokens settings.Tokens) bool {
	name, _, _ := strings.Cut(pair, "=")
	name = strings.TrimFunc(name, notNameChar)
	if slices.Contains(tokens.Cookies, name) {
		return true
	}
	if decoded, err := url.PathUnescape(name); err == nil { // as httpauth.AmplifyCookies reads it
		name = decoded
	}
	return slices.ContainsFunc(tokens.AmplifyClients, func(client string) bool {
		return strings.HasPrefix(name, "CognitoIdentityServiceProvider."+client+".")
	})
}

// notNameChar: RFC 9110, section 5.6.2.
func notNameChar(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c < 0x80 && strings.ContainsRune("!#$%&'*+-.^_`|~", c))
}
