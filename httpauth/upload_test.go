package httpauth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
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

// What a handler leaves running may still read the request, as WithContext does.
func TestNothingIsWrittenToARequestWithoutAForm(t *testing.T) {
	auth := &httpauth.Authenticator{Verifier: verifierFunc(func(string) (*gognito.Claims, error) {
		return &gognito.Claims{Username: "jane"}, nil
	})}
	var left sync.WaitGroup
	handler := auth.Require(auth.Allow(func(*gognito.User) error { return nil })(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			left.Go(func() { _ = r.WithContext(context.WithoutCancel(r.Context())) })
		})))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer x")
	for range 100 {
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	left.Wait()
}
