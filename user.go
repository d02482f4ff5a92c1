package gognito

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
)

// A User is the caller of one request: what the token says, and what the
// application attached. There is one per request, never shared and never cached,
// so it needs no lock; attach before the handler runs, and only read when the
// handler starts goroutines of its own.
//
// In tests of handlers, &gognito.User{Claims: &gognito.Claims{…}} is a user.
type User struct {
	*Claims
	permissions map[string]struct{}
	attributes  map[any]any // by *Attribute
}

// Grant gives the user permissions. What a permission is called is the
// application's affair.
func (u *User) Grant(permissions ...string) {
	if u.permissions == nil {
		u.permissions = make(map[string]struct{}, len(permissions))
	}
	for _, permission := range permissions {
		u.permissions[permission] = struct{}{}
	}
}

// Can reports whether the user was granted the permission.
func (u *User) Can(permission string) bool {
	_, ok := u.permissions[permission]
	return ok
}

// Permissions returns what was granted, sorted.
func (u *User) Permissions() []string { return slices.Sorted(maps.Keys(u.permissions)) }

type userKey struct{}

// NewContext returns a context that carries the user.
func NewContext(ctx context.Context, u *User) context.Context {
	return context.WithValue(ctx, userKey{}, u)
}

// FromContext returns the user of the request, and whether there is one.
func FromContext(ctx context.Context) (*User, bool) {
	u, _ := ctx.Value(userKey{}).(*User)
	return u, u != nil
}

// String tells that it is a user, and not which.
func (u User) String() string {
	if u.Claims == nil {
		return "gognito.User"
	}
	return "gognito.User(" + string(u.TokenUse) + ")"
}

// Format prints String, whatever the verb.
func (u User) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, u.String()) }

// LogValue logs String.
func (u User) LogValue() slog.Value { return slog.StringValue(u.String()) }
