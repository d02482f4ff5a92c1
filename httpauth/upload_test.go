package httpauth_test

import (
	"net/http"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

func TestUploadsLeaveNoFilesBehind(t *testing.T) {
	adaptertest.Upload(t, func(auth *httpauth.Authenticator, upload func(*http.Request)) http.Handler {
		return auth.Require(auth.Allow(func(*gognito.User) error { return nil })(
			http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { upload(r) })))
	})
}
