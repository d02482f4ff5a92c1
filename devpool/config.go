package devpool

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gognito/gognito"
)

// Config describes a development pool. The zero value is a pool with four users,
// for use with [Start]; [New] requires the URL.
type Config struct {
	// URL is where clients reach the pool, such as http://127.0.0.1:9746. The
	// tokens' issuer and the place of the keys follow from it. [Start] knows it.
	URL string
	// UserPoolID of the pool. "": us-east-1_DevPool01.
	UserPoolID string
	// ClientID of the pool's only app client. "": gognitodevsampleclient0001.
	ClientID string
	// Users who can sign in. Nil: jane, who is in the groups editors and
	// support, alice in admins, bruno in support, and nora in none. The
	// password of each is the name and "-Dev-1".
	Users []User
}

// User is a user of the pool. The sub follows from the pool and the username, so
// that it stays the same when the pool starts again.
type User struct {
	// Username has 1 to 128 characters, none of them a space or a control.
	Username string
	// Password in the clear: 1 to 256 characters, none of them a control.
	Password string
	// Groups become cognito:groups. A group's name is formed like a username.
	Groups []string
	// Attributes become claims of the ID token, by their names: standard
	// attributes such as "email", and custom ones such as "custom:tenant".
	Attributes map[string]string
}

const (
	defaultUserPoolID = "us-east-1_DevPool01"
	defaultClientID   = "gognitodevsampleclient0001"
)

func defaultUsers() []User {
	user := func(username, name string, groups ...string) User {
		return User{
			Username: username, Password: username + "-Dev-1", Groups: groups,
			Attributes: map[string]string{"name": name, "email": username + "@example.com", "email_verified": "true"},
		}
	}
	return []User{
		user("jane", "Jane Okafor", "editors", "support"),
		user("alice", "Alice Moreau", "admins"),
		user("bruno", "Bruno Lindt", "support"),
		user("nora", "Nora Haugen"),
	}
}

// withDefaults returns the configuration with every "" and nil that stands for a
// default replaced by it, and with lists of its own.
func (c Config) withDefaults() Config {
	if c.UserPoolID == "" {
		c.UserPoolID = defaultUserPoolID
	}
	if c.ClientID == "" {
		c.ClientID = defaultClientID
	}
	if c.Users == nil {
		c.Users = defaultUsers()
	}
	return Config{c.URL, c.UserPoolID, c.ClientID, cloneUsers(c.Users)}
}

func cloneUsers(users []User) []User {
	users = slices.Clone(users)
	for i, u := range users {
		users[i].Groups = slices.Clone(u.Groups)
		users[i].Attributes = maps.Clone(u.Attributes)
	}
	return users
}

// A fault is what is wrong with one part of a configuration.
type fault struct {
	path string // as in a file: users[1].groups[0]
	text string
}

func (f fault) Error() string { return "devpool: Config: " + f.path + " " + f.text }

// check returns the first fault of each part. The URL is not a part: a file has none.
func (c Config) check() []fault {
	var faults []fault
	found := func(path, format string, args ...any) {
		faults = append(faults, fault{path, fmt.Sprintf(format, args...)})
	}
	// What New of the library refuses, no verifier can be made for.
	_, err := gognito.New(gognito.Config{UserPoolID: c.UserPoolID, ClientIDs: []string{"client"}})
	if err != nil {
		found("user_pool_id", "is %q, which is not the ID of a user pool, such as %s", c.UserPoolID, defaultUserPoolID)
	}
	if !clientIDForm.MatchString(c.ClientID) {
		found("client_id", "is %q; it has 1 to 128 letters, digits, _ and +", c.ClientID)
	}
	if len(c.Users) == 0 {
		found("users", "is empty: nobody could sign in")
	}
	for i, u := range c.Users {
		at := fmt.Sprintf("users[%d]", i)
		switch first := slices.IndexFunc(c.Users, func(other User) bool { return other.Username == u.Username }); {
		case u.Username == "":
			found(at, "has no username")
		case !utf8.ValidString(u.Username):
			found(at+".username", "is %q, which is not UTF-8", u.Username)
		case !nameForm.MatchString(u.Username):
			found(at+".username", "is %q; %s", u.Username, nameRule)
		case first < i:
			found(at+".username", "is %q, which users[%d] is called already", u.Username, first)
		}
		switch {
		case u.Password == "":
			found(at, "has no password")
		case !passwordForm.MatchString(u.Password):
			found(at+".password", "must have 1 to 256 characters, none of them a control")
		}
		for j, group := range u.Groups {
			path := fmt.Sprintf("%s.groups[%d]", at, j)
			switch {
			case !utf8.ValidString(group):
				found(path, "is %q, which is not UTF-8", group)
			case !nameForm.MatchString(group):
				found(path, "is %q; %s", group, nameRule)
			case slices.Index(u.Groups, group) < j:
				found(path, "is %q for the second time", group)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
			if !slices.Contains(standardAttributes, name) && !customForm.MatchString(name) {
				found(at+".attributes", "has %q, which is neither a standard attribute nor custom:something", name)
			}
			if value := u.Attributes[name]; !utf8.ValidString(value) {
				found(at+".attributes."+name, "is %q, which is not UTF-8", value)
			}
		}
	}
	return faults
}

// The forms that Cognito's API asks for; clientIDForm is the library's too.
var (
	clientIDForm = regexp.MustCompile(`^[0-9A-Za-z_+]{1,128}$`)
	nameForm     = regexp.MustCompile(`^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$`)
	customForm   = regexp.MustCompile(`^custom:[0-9A-Za-z_-]{1,20}$`)
	passwordForm = regexp.MustCompile(`^\P{Cc}{1,256}$`)
)

const nameRule = "it has 1 to 128 letters, marks, digits, symbols and punctuation, and no spaces"

// standardAttributes are those of OpenID Connect Core 1.0, section 5.1, that a
// pool has.
var standardAttributes = []string{
	"address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name", "locale",
	"middle_name", "name", "nickname", "phone_number", "phone_number_verified", "picture",
	"preferred_username", "profile", "website", "zoneinfo",
}

// checkURL accepts the root of a server.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return errors.New("devpool: Config.URL is required: where clients reach the pool")
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" ||
		u.User != nil || strings.TrimPrefix(text, u.Scheme+"://") != u.Host:
		return fmt.Errorf("devpool: Config.URL is %q; it is http:// or https://, a host and maybe a port, and nothing after it", text)
	}
	return nil
}
