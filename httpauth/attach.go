package httpauth

import (
	"net/http"
	"slices"

	"github.com/gognito/gognito"
)

// GrantByGroup is a ready Attach hook: it grants each user the permissions of all
// the groups that the user is in. A group that is not in the map grants nothing.
func GrantByGroup(permissions map[string][]string) func(*http.Request, *gognito.User) error {
	byGroup := make(map[string][]string, len(permissions))
	for group, granted := range permissions {
		byGroup[group] = slices.Clone(granted)
	}
	return func(_ *http.Request, u *gognito.User) error {
		for _, group := range u.Groups {
			u.Grant(byGroup[group]...)
		}
		return nil
	}
}
