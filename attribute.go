package gognito

// An Attribute is a typed slot on every User, for what the application attaches
// beside permissions:
//
//	var Tenant = gognito.NewAttribute[string]("tenant")
//
//	Tenant.Set(u, "acme")          // in the Attach hook
//	tenant, ok := Tenant.Of(u)     // in a handler
//
// Its address is its identity: two attributes of one name are two slots.
type Attribute[T any] struct{ name string }

// NewAttribute returns a new slot. The name is for people.
func NewAttribute[T any](name string) *Attribute[T] { return &Attribute[T]{name} }

// Set puts the value in the user's slot, in place of an earlier one.
func (a *Attribute[T]) Set(u *User, value T) {
	if u.attributes == nil {
		u.attributes = make(map[any]any)
	}
	u.attributes[a] = value
}

// Of returns the value in the user's slot, and whether one was set.
func (a *Attribute[T]) Of(u *User) (T, bool) {
	set, ok := u.attributes[a]
	value, _ := set.(T) // a T that is a nil interface is set, too
	return value, ok
}

// String returns the name.
func (a *Attribute[T]) String() string { return a.name }
