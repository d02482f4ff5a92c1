package httpauth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// A client that goes away must not be able to fill the log; and whatever a hook
// returns, its request had a token.
func TestAHooksErrorIsTakenForWhatItIs(t *testing.T) {
	gone, expired := context.Canceled, context.DeadlineExceeded
	for name, test := range map[string]struct {
		ended  error // of the request's context
		err    error // of the hook
		status int
		reason gognito.Reason
	}{
		"the client went away":               {gone, fmt.Errorf("query: %w", gone), 503, gognito.ReasonCanceled},
		"the server's time was up":           {expired, expired, 503, gognito.ReasonCanceled},
		"a kind, and the client went away":   {gone, errors.Join(gognito.ErrForbidden, gone), 503, gognito.ReasonCanceled},
		"no token, and the client went away": {gone, errors.Join(gognito.ErrNoToken, gone), 503, gognito.ReasonCanceled},
		"a fault, and the client went away":  {gone, errors.New("fault"), 500, ""},
		"the hook's own time was up":         {nil, fmt.Errorf("query: %w", expired), 500, ""},
		"the hook canceled itself":           {nil, gone, 500, ""},
		"its time was up, the client gone":   {gone, expired, 500, ""},
		"no token":                           {nil, fmt.Errorf("elsewhere: %w", gognito.ErrNoToken), 500, ""},
		"a reason, and no token behind it":   {nil, gognito.NewError(gognito.ReasonScope, gognito.ErrNoToken), 403, gognito.ReasonScope},
		"a refusal":                          {nil, gognito.NewError(gognito.ReasonGroup, nil), 403, gognito.ReasonGroup},
	} {
		t.Run(name, func(t *testing.T) {
			for _, hook := range []string{"Verifier", "Attach", "Allow"} {
				var logged bytes.Buffer
				var got error
				at := func(here string) error {
					if here == hook {
						return test.err
					}
					return nil
				}
				auth := &httpauth.Authenticator{
					Verifier: verifierFunc(func(string) (*gognito.Claims, error) {
						if err := at("Verifier"); err != nil {
							return nil, err
						}
						return &gognito.Claims{Username: "jane"}, nil
					}),
					Attach: func(*http.Request, *gognito.User) error { return at("Attach") },
					Logger: slog.New(slog.NewTextHandler(&logged, nil)),
					ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
						got = err
						httpauth.Reply(w, r, err, "")
					},
				}
				policy := func(*gognito.User) error { return at("Allow") }
				reached := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Errorf("%s: the handler is reached", hook) })
				r := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ended(t, test.ended))
				r.Header.Set("Authorization", "Bearer x")
				w := httptest.NewRecorder()
				auth.Optional(auth.Allow(policy)(reached)).ServeHTTP(w, r)
				if w.Code != test.status || gognito.ReasonOf(got) != test.reason || errors.Is(got, gognito.ErrNoToken) {
					t.Errorf("%s: %d, %v; want %d, reason %q", hook, w.Code, got, test.status, test.reason)
				}
				if test.reason == gognito.ReasonCanceled && !errors.Is(got, test.ended) {
					t.Errorf("%s: %v does not wrap %v", hook, got, test.ended)
				}
				if (logged.Len() > 0) != (test.status == 500) {
					t.Errorf("%s: logged %q", hook, logged.String())
				}
			}
		})
	}
}

// ended returns a context that has that error.
func ended(t *testing.T, err error) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		ctx, cancel = context.WithTimeout(ctx, 0)
		t.Cleanup(cancel)
	case err != nil:
		cancel()
	}
	return ctx
}
