package telemetry

import (
	"errors"
	"net/url"
	"strings"
)

// clip returns at most so many bytes of a text, masked. Half a token may no longer look
// like one, so a word that would be cut is left out.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return Mask(text)
	}
	end := limit
	if inWord(text[end]) {
		for end > 0 && inWord(text[end-1]) {
			end--
		}
	}
	return Mask(text[:end]) + "…"
}

func inWord(c byte) bool { return continues(c) || c == '%' }

// ErrorText returns an error's text for a log: at most about 1000 bytes of it, without
// what looks like a token, and, of the URL of a [url.Error], without what [URL] leaves out.
func ErrorText(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*url.Error](err); ok && e.URL != "" {
		text = strings.ReplaceAll(text, e.URL, URL(e.URL))
	}
	return clip(text, errorLimit)
}

// URL returns a URL for a log: without its user, query and fragment, and without what
// looks like a token.
func URL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" {
		return "(not a URL)"
	}
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return clip(plain.String(), pathLimit)
}
