package identity

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gognito/gognito"
)

// A source is where a header's value comes from: one of the three.
type source struct {
	text  func(*gognito.User) string
	list  func(*gognito.User) []string
	claim string
	// verified is the claim that has to be true for the claim to be told; "": none.
	verified string
}

// parseSource reads a [Header.Source]. The problem is "" if there is none.
func parseSource(text string) (s source, problem string) {
	switch text {
	case "username":
		return source{text: func(u *gognito.User) string { return u.Username }}, ""
	case "subject":
		return source{text: func(u *gognito.User) string { return u.Subject }}, ""
	case "client_id":
		return source{text: func(u *gognito.User) string { return u.ClientID }}, ""
	case "token_use":
		return source{text: func(u *gognito.User) string { return string(u.TokenUse) }}, ""
	case "groups":
		return source{list: func(u *gognito.User) []string { return u.Groups }}, ""
	case "scopes":
		return source{list: func(u *gognito.User) []string { return u.Scopes }}, ""
	case "permissions":
		return source{list: (*gognito.User).Permissions}, ""
	case "email", "phone_number":
		return source{claim: text, verified: text + "_verified"}, ""
	}
	name, ok := strings.CutPrefix(text, "claim:")
	switch {
	case !ok:
		return s, "has an unknown source: take username, subject, client_id, groups, scopes, permissions, " +
			"token_use, email, phone_number or claim:NAME"
	case name == "" || len(name) > 256 || strings.TrimSpace(name) != name || !utf8.ValidString(name) ||
		strings.ContainsFunc(name, unicode.IsControl):
		return s, "must name a claim of 1 to 256 bytes behind claim:, without control characters, and without spaces around it"
	case properSource(name) != "":
		return s, fmt.Sprintf("must have the source %s, which is checked, instead of claim:%s", properSource(name), name)
	}
	return source{claim: name}, ""
}

// properSource returns the source that a claim is to be taken from; "": claim:NAME.
func properSource(claim string) string {
	switch claim {
	case "username", "cognito:username":
		return "username"
	case "sub":
		return "subject"
	case "client_id", "aud":
		return "client_id"
	case "cognito:groups":
		return "groups"
	case "scope":
		return "scopes"
	case "email", "phone_number", "token_use":
		return claim
	}
	return ""
}

// valueOf returns what the source has of the user: a text, a list, or nothing.
func (s *source) valueOf(u *gognito.User, said *reading) (text string, list []string) {
	switch {
	case s.text != nil:
		return s.text(u), nil
	case s.list != nil:
		return "", s.list(u)
	case s.verified == "":
		return said.value(s.claim)
	case said.isTrue(s.verified):
		return said.text(s.claim), nil
	}
	return "", nil
}
