package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// Two Authenticators may guard one route: each vouches for its own users only.
func TestAnAuthenticatorTakesNobodyForItsUserWhomAnotherLetThrough(t *testing.T) {
	admit := func(header string) *httpauth.Authenticator {
		return &httpauth.Authenticator{
			Verifier: verifierFunc(func(token string) (*gognito.Claims, error) {
				return &gognito.Claims{Issuer: header, Username: token, Groups: []string{"admins"}}, nil
			}),
			Source: httpauth.Header(header),
		}
	}
	staff, customers := admit("X-Staff"), admit("X-Customer")
	admins := gognito.InAnyGroup("admins")
	var user *gognito.User
	ok := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { user, _ = gognito.FromContext(r.Context()) })
	handle := func(a *httpauth.Authenticator) http.Handler {
		return a.Handle(func(_ http.ResponseWriter, _ *http.Request, u *gognito.User) { user = u })
	}
	for name, test := range map[string]struct {
		handler http.Handler
		headers []string
		status  int
		user    string
	}{
		"the staff's policy, a customer":     {customers.Require(staff.Allow(admins)(ok)), []string{"X-Customer", "eve"}, 401, ""},
		"the customers' policy, a customer":  {customers.Require(customers.Allow(admins)(ok)), []string{"X-Customer", "eve"}, 200, "eve"},
		"the staff's policy, both":           {customers.Require(staff.Require(staff.Allow(admins)(ok))), []string{"X-Customer", "eve", "X-Staff", "jane"}, 200, "jane"},
		"the customers' policy, both":        {customers.Require(staff.Require(customers.Allow(admins)(ok))), []string{"X-Customer", "eve", "X-Staff", "jane"}, 401, ""},
		"the staff may, and nobody of them":  {customers.Require(staff.Optional(staff.Allow(admins)(ok))), []string{"X-Customer", "eve"}, 401, ""},
		"a customer behind optional staff":   {customers.Require(staff.Optional(handle(customers))), []string{"X-Customer", "eve"}, 200, "eve"},
		"a customer where staff is asked":    {customers.Require(handle(staff)), []string{"X-Customer", "eve"}, 401, ""},
		"optional customers, and staff only": {customers.Optional(staff.Require(staff.Allow(admins)(ok))), []string{"X-Staff", "jane"}, 200, "jane"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			for i := 0; i < len(test.headers); i += 2 {
				r.Header.Set(test.headers[i], test.headers[i+1])
			}
			user = nil
			w := httptest.NewRecorder()
			test.handler.ServeHTTP(w, r)
			switch {
			case w.Code != test.status:
				t.Errorf("%d, want %d", w.Code, test.status)
			case w.Code == 200 && (user == nil || user.Username != test.user):
				t.Errorf("user %v, want %s", user, test.user)
			case w.Code == 401 && w.Header().Get("WWW-Authenticate") != "Bearer":
				t.Errorf("challenge %q", w.Header().Get("WWW-Authenticate"))
			}
		})
	}
	// Adapters and tests of handlers put users there themselves.
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(gognito.NewContext(r.Context(), &gognito.User{Claims: &gognito.Claims{Groups: []string{"admins"}}}))
	w := httptest.NewRecorder()
	if staff.Allow(admins)(ok).ServeHTTP(w, r); w.Code != 200 {
		t.Errorf("a user that NewContext alone put there: %d", w.Code)
	}
}
