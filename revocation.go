package gognito

import "context"

// A RevocationChecker knows tokens that are not to be accepted any more.
//
// Cognito's revocation can't be seen in a token: RevokeToken and GlobalSignOut
// leave access and ID tokens good for any verifier until they expire. An
// application that wants more keeps a list of its own, of [Claims.OriginJTI]
// (one sign-in) or [Claims.Subject] (one user), and answers from it here.
//
// Revoked is called at every Verify, after every other check of the token,
// remembered tokens included; it answers from memory, or within ctx, and it must
// be safe for concurrent use. Its error refuses the token
// ([ReasonRevocationUnavailable]). It must not keep or change the claims.
type RevocationChecker interface {
	Revoked(ctx context.Context, claims *Claims) (bool, error)
}

// RevocationFunc makes a function a RevocationChecker.
type RevocationFunc func(ctx context.Context, claims *Claims) (bool, error)

// Revoked calls f.
func (f RevocationFunc) Revoked(ctx context.Context, claims *Claims) (bool, error) {
	return f(ctx, claims)
}
