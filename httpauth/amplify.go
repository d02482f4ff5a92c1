package httpauth

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/gognito/gognito"
)

// AmplifyCookies reads the tokens that AWS Amplify, amazon-cognito-identity-js
// and Amplify's server-side adapters keep in cookies:
//
//	CognitoIdentityServiceProvider.<client>.LastAuthUser = <user>
//	CognitoIdentityServiceProvider.<client>.<user>.accessToken = <token>
//
// for that app client and for the user who signed in last. Names and the user are
// percent-encoded, or not, as each writer does it. The token must be that
// user's. Empty cookies count as none; one of these that net/http can't read, and no
// token beside it, is unusable. use is [gognito.AccessToken] or [gognito.IDToken];
// anything else, and a client ID that can't be part of a name, panics.
//
// Cookies that Amplify's browser library writes can be read by scripts. Prefer
// HttpOnly cookies, as its server-side adapters set them.
func AmplifyCookies(clientID string, use gognito.TokenUse) TokenSource {
	mustName(clientID, "cookie")
	var suffix string
	switch use {
	case gognito.AccessToken:
		suffix = ".accessToken"
	case gognito.IDToken:
		suffix = ".idToken"
	default:
		panic(fmt.Sprintf("httpauth: AmplifyCookies reads access or ID tokens, not %q", string(use)))
	}
	prefix := "CognitoIdentityServiceProvider." + clientID + "."
	lastUser := prefix + "LastAuthUser"
	return func(r *http.Request) ([]Token, error) {
		cookies := r.Cookies()
		users := make(map[string]string) // by the name of the cookie with their token
		for _, cookie := range cookies {
			user := percentDecoded(cookie.Value)
			if percentDecoded(cookie.Name) == lastUser && user != "" {
				users[prefix+user+suffix] = user
			}
		}
		if len(users) > maxCandidates {
			return nil, errCredentials
		}
		var tokens []Token
		for _, cookie := range cookies {
			user, last := users[percentDecoded(cookie.Name)]
			if last && cookie.Value != "" {
				tokens = append(tokens, Token{Raw: cookie.Value, Ambient: true, Username: user})
			}
		}
		wanted := func(name string) bool {
			name = percentDecoded(name)
			_, last := users[name]
			return last || len(users) == 0 && name == lastUser
		}
		if tokens == nil && hasCookie(r, wanted) {
			return nil, errCredentials
		}
		return tokens, nil
	}
}

// percentDecoded undoes percent-encoding once; what is not encoded stays. A plus
// sign is one: these are not form values.
func percentDecoded(text string) string {
	if decoded, err := url.PathUnescape(text); err == nil {
		return decoded
	}
	return text
}
