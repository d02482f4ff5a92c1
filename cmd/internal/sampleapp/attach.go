package sampleapp

import (
	"net/http"
	"slices"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// permissions says what the application lets each of the pool's groups do.
var permissions = httpauth.GrantByGroup(map[string][]string{
	"admins":  {"articles:read", "articles:write", "users:manage"},
	"editors": {"articles:read", "articles:write"},
	"support": {"articles:read", "tickets:answer"},
})

// Desk is what this application knows about a user, and Cognito does not. A real
// one looks it up by the user's Subject.
type Desk struct {
	Name  string
	Floor int
}

// desk is the slot on a user that holds it.
var desk = gognito.NewAttribute[Desk]("desk")

// attach puts permissions and the desk on the user of each request, before any
// policy and any handler sees the user.
func attach(r *http.Request, u *gognito.User) error {
	if err := permissions(r, u); err != nil {
		return err
	}
	switch {
	case slices.Contains(u.Groups, "admins"):
		desk.Set(u, Desk{"Control room", 3})
	case slices.Contains(u.Groups, "editors"):
		desk.Set(u, Desk{"Newsroom", 2})
	default:
		desk.Set(u, Desk{"Lobby", 0})
	}
	return nil
}
