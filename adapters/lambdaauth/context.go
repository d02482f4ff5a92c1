package lambdaauth

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// The names of what the function behind the gateway is told, always strings. One
// that would be empty is not there.
const (
	keyIssuer   = "iss"
	keySubject  = "sub"
	keyUsername = "username"
	keyClientID = "client_id"
	keyGroups   = "groups" // by httpauth.JoinList, with commas
	keyScopes   = "scopes" // so, too
	keyExpires  = "exp"    // in seconds since 1970
	keyReason   = "reason" // of a 403, and then alone
)

// maxList is more than a token that API Gateway lets through can hold.
const maxList = 64 << 10

// values returns the authorizer context of a user.
func (a *Authorizer) values(u *gognito.User) (map[string]any, error) {
	groups, err := httpauth.JoinList(u.Groups, ',', maxList)
	if err != nil {
		return nil, fmt.Errorf("lambdaauth: groups: %w", err)
	}
	scopes, err := httpauth.JoinList(u.Scopes, ',', maxList)
	if err != nil {
		return nil, fmt.Errorf("lambdaauth: scopes: %w", err)
	}
	values := make(map[string]any)
	for name, value := range map[string]string{
		keyIssuer: u.Issuer, keySubject: u.Subject, keyUsername: u.Username, keyClientID: u.ClientID,
		keyGroups: groups, keyScopes: scopes, keyExpires: strconv.FormatInt(u.ExpiresAt.Unix(), 10),
	} {
		if value != "" {
			values[name] = value
		}
	}
	if a.Context == nil {
		return values, nil
	}
	own, err := a.Context(u)
	if err != nil {
		return nil, fmt.Errorf("lambdaauth: Context: %w", err)
	}
	for name, value := range own {
		if !isFree(name) {
			return nil, fmt.Errorf("lambdaauth: Context: the name %q can't be had", name)
		}
		values[name] = value
	}
	return values, nil
}

// isFree reports whether the application may give a value that name.
func isFree(name string) bool {
	switch name {
	case keyIssuer, keySubject, keyUsername, keyClientID, keyGroups, keyScopes, keyExpires, keyReason,
		"claims", "principalId", "integrationLatency": // API Gateway's own
		return false
	}
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	return name != "" && strings.Trim(name, alphabet) == ""
}

// UserOf returns the user whom an [Authorizer] let through, in the function behind
// the gateway, and whether there is one:
//
//	user, ok := lambdaauth.UserOf(event.RequestContext.Authorizer)
//
// This is so for the events of REST, HTTP and WebSocket APIs
// (events.APIGatewayProxyRequest, events.APIGatewayV2HTTPRequest,
// events.APIGatewayWebsocketProxyRequest). For anything else, and where the
// context is not an Authorizer's, there is none.
//
// The user has Issuer, Subject, Username, ClientID, Groups, Scopes and ExpiresAt.
// Policies and gognito.NewContext take it; permissions and attributes are left
// behind unless Context carries them. Nothing is verified here: whoever may invoke
// the function without the gateway can say that they are anybody.
func UserOf(authorizer any) (*gognito.User, bool) {
	var values map[string]any
	switch from := authorizer.(type) {
	case map[string]any:
		values = from
	case *events.APIGatewayV2HTTPRequestContextAuthorizerDescription:
		if from != nil {
			values = from.Lambda
		}
	}
	text := func(name string) string { value, _ := values[name].(string); return value }
	groups, groupsErr := httpauth.SplitList(text(keyGroups), ',')
	scopes, scopesErr := httpauth.SplitList(text(keyScopes), ',')
	expires, expiresErr := strconv.ParseInt(text(keyExpires), 10, 64)
	if text(keySubject) == "" || errors.Join(groupsErr, scopesErr, expiresErr) != nil {
		return nil, false
	}
	return &gognito.User{Claims: &gognito.Claims{
		Issuer: text(keyIssuer), Subject: text(keySubject), Username: text(keyUsername), ClientID: text(keyClientID),
		Groups: groups, Scopes: scopes, ExpiresAt: time.Unix(expires, 0),
	}}, true
}
