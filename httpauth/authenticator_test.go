package httpauth_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// Issuers tell pools apart, and a subject is one of its pool.
func TestOneSubjectOfTwoIssuersIsTwoUsers(t *testing.T) {
	auth := &httpauth.Authenticator{
		Verifier: verifierFunc(func(token string) (*gognito.Claims, error) {
			return &gognito.Claims{Issuer: token, Subject: "jane"}, nil
		}),
		Source: httpauth.Cookie("t"),
	}
	if _, err := authenticate(auth, http.MethodGet, "Cookie", "t=a; t=a"); err != nil {
		t.Errorf("one issuer: %v", err)
	}
	if _, err := authenticate(auth, http.MethodGet, "Cookie", "t=a; t=b"); gognito.ReasonOf(err) != gognito.ReasonMalformed {
		t.Errorf("two issuers: %v", err)
	}
}

func TestAHookThatPanicsAdmitsNobody(t *testing.T) {
	good := verifierFunc(func(string) (*gognito.Claims, error) { return &gognito.Claims{Username: "jane"}, nil })
	for name, auth := range map[string]*httpauth.Authenticator{
		"verifier": {Verifier: verifierFunc(func(string) (*gognito.Claims, error) { panic("verifier") })},
		"attach":   {Verifier: good, Attach: func(*http.Request, *gognito.User) error { panic("attach") }},
		"policy":   {Verifier: good},
	} {
		t.Run(name, func(t *testing.T) {
			handler := auth.Require(auth.Allow(func(*gognito.User) error { panic("policy") })(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				t.Error("the handler ran")
			})))
			server := httptest.NewUnstartedServer(handler)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.Start()
			defer server.Close()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer x")
			if answer, err := server.Client().Do(r); err == nil {
				_ = answer.Body.Close()
				t.Errorf("it was answered: %s", answer.Status)
			}
		})
	}
}
