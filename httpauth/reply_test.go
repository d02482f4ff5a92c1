package httpauth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

func TestStatusAndChallengeFollowTheKind(t *testing.T) {
	for _, test := range []struct {
		err       error
		status    int
		challenge string
	}{
		{gognito.NewError("", nil), 401, `Bearer realm="api"`},
		{gognito.ErrNoToken, 401, `Bearer realm="api"`},
		{gognito.NewError(gognito.ReasonExpired, nil), 401, `Bearer realm="api", error="invalid_token"`},
		{gognito.NewError(gognito.ReasonRevoked, nil), 401, `Bearer realm="api", error="invalid_token"`},
		{gognito.NewError(gognito.ReasonScope, nil), 403, `Bearer realm="api", error="insufficient_scope"`},
		{gognito.NewError(gognito.ReasonGroup, nil), 403, ""},
		{gognito.NewError(gognito.ReasonPermission, nil), 403, ""},
		{gognito.NewError(gognito.ReasonCrossOrigin, nil), 403, ""},
		{gognito.ErrForbidden, 403, ""},
		{gognito.NewError(gognito.ReasonKeysUnavailable, nil), 503, ""},
		{gognito.NewError(gognito.ReasonRevocationUnavailable, nil), 503, ""},
		{gognito.NewError(gognito.ReasonCanceled, nil), 503, ""},
		{fmt.Errorf("wrapped: %w", gognito.NewError(gognito.ReasonScope, nil)), 403, `Bearer realm="api", error="insufficient_scope"`},
		// Never a 401 for an outage, whatever else is in the chain.
		{errors.Join(gognito.ErrInvalidToken, gognito.ErrUnavailable), 503, ""},
		{errors.New("anything else"), 500, ""},
	} {
		if got := httpauth.Status(test.err); got != test.status {
			t.Errorf("Status(%v) = %d, want %d", test.err, got, test.status)
		}
		if got := httpauth.Challenge(test.err, "api"); got != test.challenge {
			t.Errorf("Challenge(%v) = %q, want %q", test.err, got, test.challenge)
		}
	}
	if got := httpauth.Challenge(gognito.ErrNoToken, ""); got != "Bearer" {
		t.Errorf("the bare challenge is %q", got)
	}
	if got := httpauth.Challenge(gognito.ErrNoToken, `a"b\c`); got != `Bearer realm="a\"b\\c"` {
		t.Errorf("a realm that needs escapes: %q", got)
	}
}

func TestRepliesAreJSONToThoseWhoAskForIt(t *testing.T) {
	const text, problem = "text/plain; charset=utf-8", "application/problem+json"
	for accept, want := range map[string]string{
		"":                                     text,
		"*/*":                                  text,
		"text/html,application/xhtml+xml,*/*":  text,
		"application/json":                     problem,
		"Application/JSON; charset=utf-8":      problem,
		"text/html, application/problem+json":  problem,
		"text/html,application/json;q=0.5":     problem,
		"application/json;q=0":                 text,
		"application/json; q=0.000, text/html": text,
		"application/jsonp":                    text,
		"application/*":                        text,
		";;;":                                  text,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		w.Header().Set("Content-Length", "0")
		httpauth.Reply(w, r, gognito.NewError(gognito.ReasonGroup, nil), "")
		if got := w.Header().Get("Content-Type"); got != want {
			t.Errorf("Accept %q: %q, want %q", accept, got, want)
		}
		body := map[string]string{text: "Forbidden\n", problem: `{"title":"Forbidden","status":403}` + "\n"}[want]
		if w.Body.String() != body || w.Code != 403 {
			t.Errorf("Accept %q: %d %q", accept, w.Code, w.Body)
		}
		if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("Accept %q: X-Content-Type-Options %q", accept, got)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header["Accept"] = []string{"text/html", "application/json"}
	w := httptest.NewRecorder()
	httpauth.Reply(w, r, gognito.ErrForbidden, "")
	if got := w.Header().Get("Content-Type"); got != problem {
		t.Errorf("JSON in a second Accept header: %q", got)
	}
}

// Whatever length was announced for the answer that is not given.
func TestRepliesAreWhole(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "2")
		httpauth.Reply(w, r, gognito.ErrForbidden, "")
	}))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); string(body) != "Forbidden\n" || err != nil {
		t.Errorf("%q, %v", body, err)
	}
}

func TestTheLogSaysWhatAnOperatorHasToKnow(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string // all of it has to be there; "": nothing is
	}{
		{gognito.NewError(gognito.ReasonKeysUnavailable, errors.New("no route to host")), "keys_unavailable no route to host"},
		{fmt.Errorf("wrapped: %w", gognito.NewError(gognito.ReasonRevocationUnavailable, errors.New("timeout"))), "revocation_unavailable timeout"},
		{gognito.NewError(gognito.ReasonKeysUnavailable, nil), "keys_unavailable"},
		{errors.New("a fault"), "fault"},
		{gognito.NewError(gognito.ReasonCanceled, context.Canceled), ""},
		{gognito.NewError(gognito.ReasonExpired, errors.New("x")), ""},
		{gognito.ErrForbidden, ""},
	} {
		var logged bytes.Buffer
		auth := &httpauth.Authenticator{Logger: slog.New(slog.NewTextHandler(&logged, nil))}
		auth.Refuse(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), test.err)
		for word := range strings.FieldsSeq(test.want) {
			if !strings.Contains(logged.String(), word) {
				t.Errorf("%v: %q, without %q", test.err, logged.String(), word)
			}
		}
		if (logged.Len() > 0) != (test.want != "") {
			t.Errorf("%v: %q", test.err, logged.String())
		}
	}
}

func TestAnErrorHandlerAnswersInstead(t *testing.T) {
	var got error
	auth := &httpauth.Authenticator{
		Verifier: verifierFunc(func(string) (*gognito.Claims, error) { return nil, gognito.NewError(gognito.ReasonExpired, nil) }),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			got = err
			http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
		},
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer x")
	w := httptest.NewRecorder()
	auth.Require(http.NotFoundHandler()).ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || gognito.ReasonOf(got) != gognito.ReasonExpired {
		t.Errorf("%d, %v", w.Code, got)
	}
}

func TestAClientMayBeToldTheKindInAWord(t *testing.T) {
	for want, err := range map[string]error{
		"NO_TOKEN":           gognito.NewError("", nil),
		"INVALID_TOKEN":      gognito.NewError(gognito.ReasonExpired, nil),
		"FORBIDDEN":          gognito.NewError(gognito.ReasonGroup, nil),
		"INSUFFICIENT_SCOPE": fmt.Errorf("policy: %w", gognito.NewError(gognito.ReasonScope, nil)),
		"UNAVAILABLE":        gognito.NewError(gognito.ReasonKeysUnavailable, nil),
		"CANCELED":           gognito.NewError(gognito.ReasonCanceled, context.Canceled),
		"INTERNAL":           errors.New("the database is gone"),
	} {
		if got := httpauth.PublicReason(err); got != want {
			t.Errorf("%v: %s, want %s", err, got, want)
		}
	}
}
