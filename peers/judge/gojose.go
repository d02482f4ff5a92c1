package judge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func newGoJose(s Setup) (Judge, error) {
	document, err := get(s.JWKSURL)
	if err != nil {
		return nil, err
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(document, &keys); err != nil {
		return nil, err
	}
	expected := jwt.Expected{Issuer: s.issuer()}
	if audience := s.audience(); audience != "" {
		expected.AnyAudience = jwt.Audience{audience}
	}
	algorithms := []jose.SignatureAlgorithm{jose.RS256}
	return func(text string) error {
		token, err := jwt.ParseSigned(text, algorithms)
		if err != nil {
			return err
		}
		var registered jwt.Claims
		var cognito cognitoClaims
		if err := token.Claims(keys, &registered, &cognito); err != nil {
			return err
		}
		if registered.Expiry == nil { // go-jose does not ask for one
			return errors.New("judge: no exp")
		}
		if err := registered.ValidateWithLeeway(expected.WithTime(time.Now()), 0); err != nil {
			return err
		}
		if err := s.checkIssuer(registered.Issuer); err != nil {
			return err
		}
		return cognito.check(s)
	}, nil
}

// get is for libraries that fetch nothing themselves.
func get(url string) ([]byte, error) {
	response, err := http.Get(url) //nolint:gosec,noctx // the set-up's own
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // nothing is lost
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("judge: %s: %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}
