package main

import (
	"net/http/httptest"
	"testing"

	"github.com/gognito/gognito/gognitotest"
)

func TestGreeterKnowsItsUsers(t *testing.T) {
	pool := gognitotest.NewPool(t)
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Authorization", "Bearer "+pool.AccessToken(gognitotest.User{Username: "ada"}))
	w := httptest.NewRecorder()
	greeter(pool.Verifier()).ServeHTTP(w, r)
	if got, want := w.Body.String(), "Hello, ada\n"; got != want {
		t.Errorf("answer %d %q, want %q", w.Code, got, want)
	}
}
