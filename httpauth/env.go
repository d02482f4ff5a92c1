package httpauth

import (
	"errors"
	"fmt"
	"os"

	"github.com/gognito/gognito"
)

// FromEnv returns an Authenticator for the pool that the environment names, as
// [gognito.ConfigFromEnv] reads it. If ACCESS_TOKEN_KEY is set too, the token is
// taken from the Authorization header or else from the cookie of that name;
// otherwise from the Authorization header alone. The error names every variable
// that is at fault.
func FromEnv() (*Authenticator, error) {
	config, err := gognito.ConfigFromEnv()
	a := &Authenticator{Source: Bearer}
	if name := os.Getenv("ACCESS_TOKEN_KEY"); name != "" {
		if !isName(name) {
			return nil, errors.Join(err, fmt.Errorf("httpauth: ACCESS_TOKEN_KEY is %q, which is not the name of a cookie", name))
		}
		a.Source = FirstOf(Bearer, Cookie(name))
	}
	if err != nil {
		return nil, err
	}
	verifier, err := gognito.New(config)
	if err != nil {
		return nil, err
	}
	a.Verifier = verifier
	return a, nil
}
