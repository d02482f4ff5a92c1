package gognito

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gognito/gognito/internal/strictjson"
)

// claim names one of the claims that decide about a token, as a bit.
type claim uint32

const (
	claimIssuer claim = 1 << iota
	claimSubject
	claimExpiry
	claimIssuedAt
	claimNotBefore
	claimAuthTime
	claimTokenUse
	claimClientID
	claimAudience
	claimUsername        // username, of an access token
	claimCognitoUsername // cognito:username, of an ID token
	claimGroups
	claimScope
	claimJTI
	claimOriginJTI
)

// What is read from each kind of token, and what each must have. The claims that
// are read from one kind only mean nothing in the other.
const (
	requiredOfAny    = claimIssuer | claimSubject | claimExpiry | claimIssuedAt | claimTokenUse
	requiredOfAccess = requiredOfAny | claimClientID
	requiredOfID     = requiredOfAny | claimAudience | claimCognitoUsername

	readFromAny    = requiredOfAny | claimNotBefore | claimAuthTime | claimGroups | claimJTI | claimOriginJTI
	readFromAccess = readFromAny | claimClientID | claimAudience | claimUsername | claimScope
	readFromID     = readFromAny | claimAudience | claimCognitoUsername
)

// payload is a token's payload, read in one pass. Until the signature is
// verified, nothing in it is believed but the issuer's name, and that only to
// find the verifier that judges it.
type payload struct {
	Claims
	cognitoUsername string
	clientID        string
	scope           string
	notBefore       time.Time
	audienceArray   bool // aud was an array
	there           claim
	misshapen       claim // there, with a wrong type
}

var (
	errNotIssued = errors.New("gognito: iss is missing or not a string")
	errNotShaped = errors.New("gognito: a claim is missing or has a wrong type")
)

// readPayload reads strict JSON, and fails without an issuer. What else is wrong
// waits for shape.
func readPayload(text string) (*payload, error) {
	object, err := strictjson.Open(text)
	if err != nil {
		return nil, err
	}
	defer object.Close()
	p := new(payload)
	for object.Next() {
		p.read(object)
	}
	if err := object.Err(); err != nil {
		return nil, err
	}
	if p.there&claimIssuer == 0 || p.misshapen&claimIssuer != 0 {
		return nil, errNotIssued
	}
	p.Claims.payload = text
	return p, nil
}

func (p *payload) read(object *strictjson.Object) {
	switch string(object.Name()) {
	case "iss":
		p.text(claimIssuer, &p.Issuer, object)
	case "sub":
		p.name(claimSubject, &p.Subject, object)
	case "exp":
		p.time(claimExpiry, &p.ExpiresAt, object)
	case "iat":
		p.time(claimIssuedAt, &p.IssuedAt, object)
	case "nbf":
		p.time(claimNotBefore, &p.notBefore, object)
	case "auth_time":
		p.time(claimAuthTime, &p.AuthTime, object)
	case "token_use":
		p.text(claimTokenUse, (*string)(&p.TokenUse), object)
	case "client_id":
		p.text(claimClientID, &p.clientID, object)
	case "username":
		p.name(claimUsername, &p.Username, object)
	case "cognito:username":
		p.name(claimCognitoUsername, &p.cognitoUsername, object)
	case "jti":
		p.text(claimJTI, &p.JTI, object)
	case "origin_jti":
		p.text(claimOriginJTI, &p.OriginJTI, object)
	case "aud":
		var ok bool
		p.Audience, p.audienceArray, ok = object.StringOrStrings()
		p.mark(claimAudience, ok)
	case "cognito:groups":
		var ok bool
		p.Groups, ok = object.Strings()
		p.mark(claimGroups, ok)
	case "scope":
		p.text(claimScope, &p.scope, object)
	}
}

func (p *payload) mark(c claim, ok bool) {
	p.there |= c
	if !ok {
		p.misshapen |= c
	}
}

func (p *payload) text(c claim, into *string, object *strictjson.Object) {
	text, ok := object.String()
	*into = text
	p.mark(c, ok)
}

// name reads the string that names whom the token is about. An empty one names
// nobody.
func (p *payload) name(c claim, into *string, object *strictjson.Object) {
	if p.text(c, into, object); *into == "" {
		p.misshapen |= c
	}
}

func (p *payload) time(c claim, into *time.Time, object *strictjson.Object) {
	text, ok := object.Number()
	if ok {
		*into, ok = numericDate(text)
	}
	p.mark(c, ok)
}

// The years that a NumericDate may lie in. What is outside is no date: time
// arithmetic would overflow, or milliseconds were meant.
const (
	minDate = -62135596800 // year 1
	maxDate = 253402300799 // year 9999
)

// numericDate reads seconds since 1970, possibly with a fraction (RFC 7519,
// section 2).
func numericDate(number string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(number, 10, 64); err == nil {
		return time.Unix(seconds, 0).UTC(), minDate <= seconds && seconds <= maxDate
	}
	seconds, err := strconv.ParseFloat(number, 64)
	if err != nil || !(minDate <= seconds && seconds <= maxDate) {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC(), true
}

// splitScope splits a list of scopes (RFC 6749, section 3.3).
func splitScope(text string) []string {
	if text == "" {
		return nil
	}
	list := make([]string, 0, 1+strings.Count(text, " "))
	for scope := range strings.SplitSeq(text, " ") {
		if scope != "" {
			list = append(list, scope)
		}
	}
	return list
}

// shape checks that the claims that are read from this kind of token are there
// and have their types, and settles which of them the Claims show.
func (p *payload) shape() error {
	required, read := requiredOfAny, readFromAny
	switch {
	case p.there&claimTokenUse == 0 || p.misshapen&claimTokenUse != 0:
		return errNotShaped
	case p.TokenUse == AccessToken:
		required, read = requiredOfAccess, readFromAccess
	case p.TokenUse == IDToken:
		required, read = requiredOfID, readFromID
	}
	if p.there&required != required || p.misshapen&read != 0 {
		return errNotShaped
	}
	switch p.TokenUse {
	case AccessToken:
		p.ClientID, p.Scopes = p.clientID, splitScope(p.scope)
		// Without a username it is a machine's, whose subject is its client.
		if p.Username == "" && !p.Machine() {
			return errNotShaped
		}
	case IDToken:
		if p.audienceArray {
			return errNotShaped
		}
		p.ClientID, p.Username = p.Audience[0], p.cognitoUsername
	}
	if len(p.Groups) == 0 {
		p.Groups = nil
	}
	return nil
}
