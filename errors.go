package gognito

import (
	"context"
	"errors"
)

// A Kind is what a refusal means to the caller of a service, and so which
// status answers it. The kinds are themselves errors:
//
//	if errors.Is(err, gognito.ErrUnavailable) { … }
//
// An error with no kind in its chain is a fault of the application, and is
// answered with 500.
type Kind string

// The four kinds.
const (
	// ErrNoToken: the request carries no token at all. 401 with a bare
	// Bearer challenge (RFC 6750, section 3.1).
	ErrNoToken Kind = "no token"
	// ErrInvalidToken: a token is there and is refused. 401 with
	// error="invalid_token".
	ErrInvalidToken Kind = "invalid token"
	// ErrForbidden: the token is good, the request is not allowed. 403.
	ErrForbidden Kind = "forbidden"
	// ErrUnavailable: nothing is known about the token, because something
	// that the check needs could not be had. 503; never a 401, which would
	// sign users out in an outage of ours.
	ErrUnavailable Kind = "unavailable"
)

// Error makes a Kind usable with errors.Is.
func (k Kind) Error() string { return "gognito: " + string(k) }

// A Reason says which check refused. The set is closed, so it is safe as a
// label of a metric. It is for operators: a client is never told.
type Reason string

// The reasons a token is refused for, in the order in which Verify decides
// them: the first fault in this order is the reason. So [ReasonExpired] always
// means a genuine token, and a token of a foreign issuer never causes a fetch.
const (
	// ReasonMalformed: not a JWS in compact form with a strict JSON header
	// and payload, or a claim is missing or has the wrong type (RFC 7515,
	// sections 3.1 and 7.1; RFC 7519, section 7.2).
	ReasonMalformed Reason = "malformed"
	// ReasonAlgorithm: signed with anything but RS256, the only algorithm
	// that Cognito uses (RFC 8725, section 3.1); in package alb, ES256.
	ReasonAlgorithm Reason = "algorithm"
	// ReasonIssuer: the token names an issuer that is not the pool's; in
	// package alb, or a load balancer that is not one of yours.
	ReasonIssuer Reason = "issuer"
	// ReasonKeysUnavailable: the keys could not be fetched, so the token
	// could not be judged. An outage, not a refusal: kind ErrUnavailable.
	ReasonKeysUnavailable Reason = "keys_unavailable"
	// ReasonUnknownKey: the issuer has no key of the ID that the token names.
	ReasonUnknownKey Reason = "unknown_key"
	// ReasonSignature: the signature does not fit the token and the key.
	ReasonSignature Reason = "signature"
	// ReasonExpired: a genuine token whose exp has come.
	ReasonExpired Reason = "expired"
	// ReasonNotYetValid: a genuine token whose nbf has not come.
	ReasonNotYetValid Reason = "not_yet_valid"
	// ReasonTokenUse: an ID token where access tokens are asked for, or the
	// other way round.
	ReasonTokenUse Reason = "token_use"
	// ReasonClient: issued to another app client, or for another resource.
	ReasonClient Reason = "client"
	// ReasonMachine: a client_credentials token, and machines are not
	// admitted.
	ReasonMachine Reason = "machine"
	// ReasonRevocationUnavailable: the RevocationChecker failed. Kind
	// ErrUnavailable.
	ReasonRevocationUnavailable Reason = "revocation_unavailable"
	// ReasonRevoked: the RevocationChecker knows the token as revoked.
	ReasonRevoked Reason = "revoked"
	// ReasonCanceled: the caller's own context ended while the check waited.
	// Kind ErrUnavailable; wraps the context's error; not an outage.
	ReasonCanceled Reason = "canceled"
)

// The reasons an identified user's request is refused for, kind ErrForbidden.
const (
	// ReasonGroup: the user is not in the groups that the policy asks for.
	ReasonGroup Reason = "group"
	// ReasonScope: the token lacks a scope that the policy asks for.
	ReasonScope Reason = "scope"
	// ReasonPermission: the application granted no such permission.
	ReasonPermission Reason = "permission"
	// ReasonCrossOrigin: a browser sent the token by itself, on behalf of
	// another site.
	ReasonCrossOrigin Reason = "cross_origin"
)

// kind returns the kind that a reason belongs to.
func (r Reason) kind() Kind {
	switch r {
	case ReasonKeysUnavailable, ReasonRevocationUnavailable, ReasonCanceled:
		return ErrUnavailable
	case ReasonGroup, ReasonScope, ReasonPermission, ReasonCrossOrigin:
		return ErrForbidden
	case ReasonMalformed, ReasonAlgorithm, ReasonIssuer, ReasonUnknownKey, ReasonSignature, ReasonExpired,
		ReasonNotYetValid, ReasonTokenUse, ReasonClient, ReasonMachine, ReasonRevoked:
		return ErrInvalidToken
	case "":
		return ErrNoToken
	default:
		panic("gognito: there is no such Reason; the set is closed")
	}
}

// Error is how every refusal is reported. Its text is the kind and the reason
// and nothing else: no part of a token, no claim, no key ID and no URL ever
// gets into it, so it can be logged as it is.
type Error struct {
	Kind   Kind
	Reason Reason // empty for ErrNoToken
	cause  error
}

// NewError returns the error for a reason, of the kind that the reason belongs
// to; the empty reason is [ErrNoToken], and one that is not in the set panics.
// Adapters and custom policies use it to refuse in the library's own words. A
// cause is what [errors.Is] and
// [errors.As] find behind it, and nil is fine; it is not part of the text.
func NewError(r Reason, cause error) *Error {
	return &Error{Kind: r.kind(), Reason: r, cause: cause}
}

// Error returns the kind and the reason.
func (e *Error) Error() string {
	if e.Reason == "" {
		return e.Kind.Error()
	}
	return e.Kind.Error() + ": " + string(e.Reason)
}

// Is reports whether target is the error's kind.
func (e *Error) Is(target error) bool { return target == error(e.Kind) }

// Unwrap returns the cause, which may be nil. Its text may name a URL.
func (e *Error) Unwrap() error { return e.cause }

// KindOf returns the kind in err's chain, or "" if there is none: then it is a
// fault of the application, or nil. Where errors were joined, an outage counts for
// more than a prohibition, and that for more than a refused token.
func KindOf(err error) Kind {
	for _, kind := range []Kind{ErrUnavailable, ErrForbidden, ErrInvalidToken, ErrNoToken} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return ""
}

// ReasonOf returns the reason in err's chain, or "" if there is none.
func ReasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}

// ErrKeyNotFound is what a KeySource wraps when it knows that no key of the
// wanted ID exists. Any other error of a KeySource means that it could not
// find out.
var ErrKeyNotFound = errors.New("gognito: no such key")

// keyError turns what a KeySource returned into the reason it stands for.
func keyError(ctx context.Context, err error) *Error {
	switch {
	case errors.Is(err, ErrKeyNotFound):
		return NewError(ReasonUnknownKey, err)
	case ctx.Err() != nil:
		return NewError(ReasonCanceled, ctx.Err())
	default:
		return NewError(ReasonKeysUnavailable, err)
	}
}
