package telemetry_test

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// outage is what any client can cause while keys can't be fetched.
func outage() *telemetry.Decision {
	cause := &url.Error{Op: "Get", URL: "https://user:secret@keys.example/set?sig=secret#x", Err: errors.New("connection refused")}
	return refused(503, "keys_unavailable", gognito.NewError(gognito.ReasonKeysUnavailable, fmt.Errorf("fetching: %w", cause)))
}

func TestWhatAnOperatorHasToSeeIsLogged(t *testing.T) {
	for _, test := range []struct {
		name  string
		d     *telemetry.Decision
		level string // "": nothing is logged
		want  map[string]any
	}{
		{"an outage", outage(), "ERROR", map[string]any{
			"msg": "a request could not be decided", "reason": "keys_unavailable", "status": 503.0, "error": "gognito: unavailable: keys_unavailable",
			"cause": `fetching: Get "https://keys.example/set": connection refused`,
		}},
		{"an outage, as nginx is told of it", refused(403, "keys_unavailable", gognito.NewError(gognito.ReasonKeysUnavailable, nil)), "ERROR", map[string]any{
			"msg": "a request could not be decided", "reason": "keys_unavailable", "status": 403.0, "error": "gognito: unavailable: keys_unavailable",
		}},
		{"a fault", refused(500, "error", errors.New("attach: "+token)), "ERROR", map[string]any{
			"msg": "a request could not be decided", "reason": "error", "status": 500.0, "error": "attach: (a token)",
		}},
		{"a fault, as nginx is told of it", refused(403, "error", errors.New("x")), "ERROR", map[string]any{
			"msg": "a request could not be decided", "reason": "error", "status": 403.0, "error": "x",
		}},
		{"a panic", refused(503, "error", &decide.PanicError{Value: token, Stack: []byte("main.go:1")}), "ERROR", map[string]any{
			"msg": "a request could not be decided", "reason": "error", "status": 503.0, "error": "decide: authenticate panicked (string)", "stack": "main.go:1",
		}},
		{"no error at all", refused(500, "", nil), "ERROR", map[string]any{
			"msg": "a request could not be decided", "reason": "error", "status": 500.0,
		}},
		{"a peer that is no proxy", refused(403, "untrusted_peer", fmt.Errorf("untrusted: %w", gognito.ErrForbidden)), "WARN", map[string]any{
			"msg": "a proxy or the trust in it is set up wrongly", "reason": "untrusted_peer", "status": 403.0, "error": "untrusted: gognito: forbidden",
		}},
		{"a proxy that does not tell", refused(403, "proxy_metadata", fmt.Errorf("metadata: %w", gognito.ErrForbidden)), "WARN", map[string]any{
			"msg": "a proxy or the trust in it is set up wrongly", "reason": "proxy_metadata", "status": 403.0, "error": "metadata: gognito: forbidden",
		}},
		{"a user of whom there is too much", refused(403, "identity_too_large", fmt.Errorf("large: %w", gognito.ErrForbidden)), "WARN", map[string]any{
			"msg": "a user was refused", "reason": "identity_too_large", "status": 403.0, "error": "large: gognito: forbidden",
		}},
		{"a user of whom there is no telling", refused(403, "identity_unnamed", fmt.Errorf("unnamed: %w", gognito.ErrForbidden)), "WARN", map[string]any{
			"msg": "a user was refused", "reason": "identity_unnamed", "status": 403.0, "error": "unnamed: gognito: forbidden",
		}},
		{"a client that went away", refused(503, "canceled", gognito.NewError(gognito.ReasonCanceled, t.Context().Err())), "", nil},
		{"a user who may not", group(), "", nil},
		{"a stranger", noToken(), "", nil},
		{"a target that is none", refused(400, "malformed_request", fmt.Errorf("malformed: %w", gognito.ErrForbidden)), "", nil},
		{"somebody who was let through", letThrough(), "", nil},
	} {
		var j journal
		o := telemetry.Observer{Log: j.log()}
		o.Decided(t.Context(), test.d)
		if test.level == "" {
			if lines := j.lines(t); len(lines) != 0 {
				t.Errorf("%s: %v", test.name, lines)
			}
			continue
		}
		test.want["level"], test.want["dialect"], test.want["rule"] = test.level, "nginx", "everything"
		test.want["client"], test.want["trace_id"] = "203.0.113.7", "4bf92f3577b34da6a3ce929d0e0e4736"
		if got := j.line(t); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s:\n     %v\nwant %v", test.name, got, test.want)
		}
	}
}

func TestNobodyCanFloodTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var j journal
		o := telemetry.Observer{Log: j.log()}
		for range 1000 {
			o.Decided(t.Context(), outage())
			o.Decided(t.Context(), refused(403, "untrusted_peer", errors.New("x")))
		}
		if lines := j.lines(t); len(lines) != 2 || lines[0]["reason"] != "keys_unavailable" || lines[1]["reason"] != "untrusted_peer" || lines[0]["suppressed"] != nil {
			t.Fatalf("%d lines: %v", len(lines), lines)
		}
		time.Sleep(time.Second - 1)
		o.Decided(t.Context(), outage())
		if lines := j.lines(t); len(lines) != 0 {
			t.Fatalf("within a second: %v", lines)
		}
		time.Sleep(1)
		o.Decided(t.Context(), outage())
		if line := j.line(t); line["suppressed"] != 1000.0 {
			t.Errorf("suppressed %v, want 1000", line["suppressed"])
		}
		o.Decided(t.Context(), refused(403, "untrusted_peer", errors.New("x")))
		if line := j.line(t); line["suppressed"] != 999.0 {
			t.Errorf("suppressed %v, want 999", line["suppressed"])
		}
		time.Sleep(time.Second)
		o.Decided(t.Context(), outage())
		if line := j.line(t); line["suppressed"] != nil {
			t.Errorf("suppressed %v, want none", line["suppressed"])
		}
	})
}

func TestWhatIsNotLoggedIsCountedAllTheSame(t *testing.T) {
	m, registry := newMetrics()
	var j journal
	o := telemetry.Observer{Metrics: m, Log: j.log()}
	for range 3 {
		o.Decided(t.Context(), outage())
	}
	const name = `gognito_gateway_decisions_total{dialect="nginx",outcome="deny",reason="keys_unavailable",rule="everything"}`
	if got := values(t, registry)[name]; got != 3 || len(j.lines(t)) != 1 {
		t.Errorf("%v were counted, want 3", got)
	}
}

func TestTheTextOfAnErrorIsBoundedAndHoldsNoSecrets(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{errors.New("x"), "x"},
		{errors.New("no " + token), "no (a token)"},
		{errors.New(strings.Repeat("x y ", 1000)), strings.Repeat("x y ", 256) + "…"},
		{&url.Error{Op: "Get", URL: "https://a:b@c.example/d?e=f#g", Err: errors.New("no")}, `Get "https://c.example/d": no`},
		{&url.Error{Op: "Get", URL: "://", Err: errors.New("no")}, `Get "(not a URL)": no`},
		{&url.Error{Op: "Get", Err: errors.New("no")}, `Get "": no`},
	} {
		if got := telemetry.ErrorText(test.err); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestAURLIsLoggedWithoutItsSecrets(t *testing.T) {
	for text, want := range map[string]string{
		"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A/.well-known/jwks.json": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A/.well-known/jwks.json",
		"https://user:secret@keys.example/%2Fset?sig=secret#secret":                     "https://keys.example/%2Fset",
		"https://secret@keys.example:8443?secret":                                       "https://keys.example:8443",
		"https://keys.example/" + token:                                                 "https://keys.example/(a token)",
		"mailto:secret":                                                                 "(not a URL)",
		"https://%zz:secret@x/":                                                         "(not a URL)",
		"":                                                                              "",
	} {
		if got := telemetry.URL(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
