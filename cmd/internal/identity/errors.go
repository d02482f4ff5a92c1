package identity

import "github.com/gognito/gognito"

// Why a user is not told of, and so not let through.
var (
	// ErrTooLarge is that the fields of a user take more than [Config.MaxBytes]. It
	// is of kind gognito.ErrForbidden.
	ErrTooLarge error = &refusal{"what the application is told of the user is too large", gognito.ErrForbidden}
	// ErrTokenMissing is that the token itself is wanted and was not to be had, such
	// as one that was withdrawn a moment ago. It is of kind gognito.ErrUnavailable.
	ErrTokenMissing error = &refusal{"the token that the application is to get is missing", gognito.ErrUnavailable}
	// ErrUnnamed is that a list of the user's has an empty element: JoinList has no way
	// to write it, and the application would read another list. It is of kind
	// gognito.ErrForbidden.
	ErrUnnamed error = &refusal{"a group, scope or permission of the user has no name", gognito.ErrForbidden}
)

type refusal struct {
	text string
	kind gognito.Kind
}

func (r *refusal) Error() string { return "identity: " + r.text }

func (r *refusal) Is(target error) bool { return target == error(r.kind) }
