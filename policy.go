package gognito

import (
	"errors"
	"slices"
)

// A Policy decides whether a user may: nil is yes, and an error is no. The ones
// here answer with an [*Error] of kind [ErrForbidden]; one of your own should
// too, by [NewError]. Any other error is answered as a fault of the application.
//
// Given no arguments, each policy here denies.
type Policy func(*User) error

// InAnyGroup asks for one of the groups (cognito:groups). Names are compared
// exactly.
func InAnyGroup(names ...string) Policy {
	names = slices.Clone(names)
	return func(u *User) error { return anyOf(names, u.Groups, ReasonGroup) }
}

// InAllGroups asks for all of the groups.
func InAllGroups(names ...string) Policy {
	names = slices.Clone(names)
	return func(u *User) error { return allOf(names, u.Groups, ReasonGroup) }
}

// HasAnyScope asks for one of the access token's scopes. An ID token has none.
func HasAnyScope(scopes ...string) Policy {
	scopes = slices.Clone(scopes)
	return func(u *User) error { return anyOf(scopes, u.Scopes, ReasonScope) }
}

// HasAllScopes asks for all of the scopes.
func HasAllScopes(scopes ...string) Policy {
	scopes = slices.Clone(scopes)
	return func(u *User) error { return allOf(scopes, u.Scopes, ReasonScope) }
}

func anyOf(wanted, has []string, reason Reason) error {
	for _, one := range wanted {
		if slices.Contains(has, one) {
			return nil
		}
	}
	return NewError(reason, nil)
}

func allOf(wanted, has []string, reason Reason) error {
	for _, one := range wanted {
		if !slices.Contains(has, one) {
			return NewError(reason, nil)
		}
	}
	if len(wanted) == 0 {
		return NewError(reason, nil)
	}
	return nil
}

// Can asks for all of the permissions, as the application granted them.
func Can(permissions ...string) Policy {
	permissions = slices.Clone(permissions)
	return func(u *User) error { return allOf(permissions, u.Permissions(), ReasonPermission) }
}

// AllOf asks for all of the policies, in order; the first refusal is the answer.
// It panics if one of them is nil.
func AllOf(policies ...Policy) Policy {
	mustPolicies("AllOf", policies)
	policies = slices.Clone(policies)
	return func(u *User) error {
		for _, policy := range policies {
			if err := policy(u); err != nil {
				return err
			}
		}
		if len(policies) == 0 {
			return NewError(ReasonPermission, nil)
		}
		return nil
	}
}

// AnyOf asks for one of the policies. If none allows, the answer is the first
// failure that is no refusal (a policy that could not decide), or else the first
// refusal. It panics if one of the policies is nil.
func AnyOf(policies ...Policy) Policy {
	mustPolicies("AnyOf", policies)
	policies = slices.Clone(policies)
	return func(u *User) error {
		var answer error
		for _, policy := range policies {
			err := policy(u)
			if err == nil {
				return nil
			}
			if answer == nil || errors.Is(answer, ErrForbidden) && !errors.Is(err, ErrForbidden) {
				answer = err
			}
		}
		if answer == nil {
			return NewError(ReasonPermission, nil)
		}
		return answer
	}
}

func mustPolicies(name string, policies []Policy) {
	if slices.ContainsFunc(policies, func(p Policy) bool { return p == nil }) {
		panic("gognito: " + name + " was given a nil Policy")
	}
}
