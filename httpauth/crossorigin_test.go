package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

func TestOneAmbientTokenGuardsTheRequest(t *testing.T) {
	auth := &httpauth.Authenticator{
		Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return &gognito.Claims{Username: "jane"}, nil }),
		Source: func(*http.Request) ([]httpauth.Token, error) {
			return []httpauth.Token{{Raw: "x"}, {Raw: "x", Ambient: true}, {Raw: "x"}}, nil
		},
	}
	if _, err := authenticate(auth, http.MethodPost, "Sec-Fetch-Site", "cross-site"); gognito.ReasonOf(err) != gognito.ReasonCrossOrigin {
		t.Errorf("from another site: %v", err)
	}
	if _, err := authenticate(auth, http.MethodPost, "Sec-Fetch-Site", "same-origin"); err != nil {
		t.Errorf("from the own origin: %v", err)
	}
}

func TestAHandshakeReachesTheHandlerAsItCame(t *testing.T) {
	auth := &httpauth.Authenticator{
		Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return &gognito.Claims{Username: "jane"}, nil }),
		Source:   httpauth.Cookie("t"),
	}
	var method string
	handler := auth.Handle(func(_ http.ResponseWriter, r *http.Request, _ *gognito.User) { method = r.Method })
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Cookie", "t=x")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	if method != http.MethodGet || r.Method != http.MethodGet {
		t.Errorf("the handler gets %q, the request is %q", method, r.Method)
	}
}

// A request of HTTP/1.0, or one that an adapter made, may name no host.
func TestANullOriginIsNobodysOwn(t *testing.T) {
	auth := &httpauth.Authenticator{
		Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return &gognito.Claims{Username: "jane"}, nil }),
		Source:   httpauth.Cookie("t"),
	}
	for _, origin := range []string{"null", "file://", "https://evil.example"} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Host = ""
		r.Header.Set("Origin", origin)
		r.Header.Set("Cookie", "t=x")
		if _, err := auth.Authenticate(r); gognito.ReasonOf(err) != gognito.ReasonCrossOrigin {
			t.Errorf("%s, to no host: %v", origin, err)
		}
		if r.Host != "" {
			t.Error("the request was changed")
		}
	}
}
