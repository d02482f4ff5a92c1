package lambdaauth_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/lambdaauth"
	"github.com/gognito/gognito/httpauth"
)

// Before lambda.Start, that is in a cold start.
func TestWhatIsAmissPanicsWhenAnAuthorizerIsMade(t *testing.T) {
	anybody := func(*gognito.User) error { return nil }
	for name, row := range map[string]struct {
		construct func()
		want      string
	}{
		"Require, no Authenticator": {func() { lambdaauth.Require(nil) }, "nil pointer"},
		"Require, no Verifier":      {func() { lambdaauth.Require(&httpauth.Authenticator{}) }, "Verifier is nil"},
		"Optional, no Verifier":     {func() { lambdaauth.Optional(&httpauth.Authenticator{}) }, "Verifier is nil"},
		"Allow, no Verifier":        {func() { lambdaauth.Allow(&httpauth.Authenticator{}, anybody) }, "Verifier is nil"},
		"Allow, a nil *Verifier":    {func() { lambdaauth.Allow(&httpauth.Authenticator{Verifier: (*gognito.Verifier)(nil)}, anybody) }, "Verifier is nil"},
		"Allow, no policy":          {func() { lambdaauth.Allow(fixedAuth(), nil) }, "nil Policy"},
	} {
		if got := panicOf(row.construct); !strings.Contains(got, row.want) {
			t.Errorf("%s: panics with %q, want %q", name, got, row.want)
		}
	}
}

// The zero value allows nobody.
func TestAnAuthorizerThatNobodyMadePanicsWhenAsked(t *testing.T) {
	event := request("GET", map[string][]string{"Authorization": {"Bearer user"}})
	const want = "lambdaauth: an Authorizer is made by Require, Optional or Allow"
	if got := panicOf(func() { _, _ = new(lambdaauth.Authorizer).Request(t.Context(), event) }); got != want {
		t.Errorf("panics with %q", got)
	}
}

func panicOf(call func()) (text string) {
	defer func() {
		if value := recover(); value != nil {
			text = fmt.Sprint(value)
		}
	}()
	call()
	return ""
}
