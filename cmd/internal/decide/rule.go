package decide

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gognito/gognito"
)

// Access is who a rule lets through. The zero value is nobody. The lower, the
// stricter.
type Access int

// The three of them.
const (
	// Deny: nobody.
	Deny Access = iota
	// Authenticated: users who meet the rule's demands, or all if it has none.
	Authenticated
	// Public: everybody; tokens are not looked at.
	Public
)

// String returns deny, authenticated or public.
func (a Access) String() string {
	switch a {
	case Deny:
		return "deny"
	case Authenticated:
		return "authenticated"
	case Public:
		return "public"
	default:
		return "Access(" + strconv.Itoa(int(a)) + ")"
	}
}

// What logs and metrics call what no rule decided: a request that none takes, and a CORS
// preflight that passes.
const (
	NoRule        = "none"
	PreflightRule = "preflight"
)

// A Rule says which requests it takes, and whom it lets through. A list that is
// nil was left out; one that is there and empty is a fault, since an empty list of
// groups does not mean all of them.
type Rule struct {
	// Name is what logs and metrics call the rule: letters, digits and "._-",
	// at most 64. Each has its own, and none is NoRule or PreflightRule.
	Name string

	// Hosts are the names that the rule is for, exactly, in lower case and
	// without a port; an IPv6 address in brackets. Nil: any host.
	Hosts []string
	// Methods: nil is any. GET covers HEAD.
	Methods []string
	// Paths are the rule's patterns. There are two kinds: "/a/b" is that path,
	// and "/a/*" is /a and all that is below; so "/*" is every path. A slash at
	// the end of a path makes no difference. They are written decoded: "/a b",
	// and not "/a%20b".
	Paths []string

	// Access is who is let through. What follows is for Authenticated only, and
	// all that is there must hold.
	Access Access
	// TokenUse is the kind of token that is accepted: "" means an access token.
	TokenUse gognito.TokenUse
	// Machines also accepts tokens of client_credentials, which have no user.
	Machines bool
	// Groups: any one of them. AllGroups: every one.
	Groups, AllGroups []string
	// Scopes: any one of them. AllScopes: every one.
	Scopes, AllScopes []string
	// Permissions: every one of what the application granted.
	Permissions []string
}

// lists are the demands that are lists, by the names of their fields.
func (r *Rule) lists() []demand {
	return []demand{
		{"Groups", "in any of the groups", r.Groups, gognito.InAnyGroup},
		{"AllGroups", "in all of the groups", r.AllGroups, gognito.InAllGroups},
		{"Scopes", "with any of the scopes", r.Scopes, gognito.HasAnyScope},
		{"AllScopes", "with all of the scopes", r.AllScopes, gognito.HasAllScopes},
		{"Permissions", "with all of the permissions", r.Permissions, gognito.Can},
	}
}

type demand struct {
	field, words string
	values       []string
	policy       func(...string) gognito.Policy
}

// A rule is one that was checked, in the form that requests are put to.
type rule struct {
	name           string
	order          int // its index
	access         Access
	hosts, methods []string
	paths, folded  []pattern // as written, and without letter case
	demands        []gognito.Policy
	words          string // what it asks for, for people
}

// refuse takes what no rule does.
var refuse = rule{order: math.MaxInt, words: "nobody, as no rule takes it"}

// compile returns the checked form of a rule. Patterns that are no patterns are
// left out; New has told of them.
func (r *Rule) compile(order int) rule {
	own := rule{
		name:    r.Name,
		order:   order,
		access:  r.Access,
		hosts:   slices.Clone(r.Hosts),
		methods: slices.DeleteFunc(slices.Clone(r.Methods), func(method string) bool { return method == "HEAD" }), // it is asked about as GET
	}
	for _, text := range r.Paths {
		if p, err := parsePattern(text); err == nil {
			own.paths = append(own.paths, p)
			own.folded = append(own.folded, pattern{fold(p.base), p.tree})
		}
	}
	switch r.Access {
	case Public:
		own.words = "everybody"
	case Authenticated:
		own.demand(r)
	default:
		own.words = "nobody"
	}
	return own
}

// demand prepares what the rule asks of users, in the order in which the library
// refuses: the token's use, machines, groups, scopes, permissions.
func (r *rule) demand(from *Rule) {
	use := from.TokenUse
	if use == "" {
		use = gognito.AccessToken
	}
	r.demands = append(r.demands, tokenUse(use), people(from.Machines))
	who := "users"
	if from.Machines {
		who = "users and machines"
	}
	words := []string{who + " with " + uses[use]}
	for _, list := range from.lists() {
		if list.values != nil {
			r.demands = append(r.demands, list.policy(list.values...))
			words = append(words, fmt.Sprintf("%s %q", list.words, list.values))
		}
	}
	r.words = strings.Join(words, ", ")
}

var uses = map[gognito.TokenUse]string{
	gognito.AccessToken: "an access token",
	gognito.IDToken:     "an ID token",
	gognito.AnyToken:    "an access or ID token",
}

// tokenUse accepts tokens of that use; AnyToken is either, and nothing else.
func tokenUse(use gognito.TokenUse) gognito.Policy {
	return func(u *gognito.User) error {
		known := u.TokenUse == gognito.AccessToken || u.TokenUse == gognito.IDToken
		if !known || use != gognito.AnyToken && u.TokenUse != use {
			return gognito.NewError(gognito.ReasonTokenUse, nil)
		}
		return nil
	}
}

// people accepts who has a username, and machines if they may. What is neither is
// nobody.
func people(machines bool) gognito.Policy {
	return func(u *gognito.User) error {
		if u.Username != "" || machines && u.Machine() {
			return nil
		}
		return gognito.NewError(gognito.ReasonMachine, nil)
	}
}

// takes reports whether the rule is for such a request. The path is trimmed.
func (r *rule) takes(method, host string, patterns []pattern, path string) bool {
	for i := range patterns {
		if patterns[i].matches(path) {
			return has(r.methods, method) && has(r.hosts, host)
		}
	}
	return false
}

// admit decides about a user who is there.
func (r *rule) admit(user *gognito.User) error {
	switch r.access {
	case Public:
		return nil
	case Authenticated:
		for _, demand := range r.demands {
			if err := demand(user); err != nil {
				return err
			}
		}
		return nil
	default:
		return gognito.NewError(gognito.ReasonPermission, nil)
	}
}
