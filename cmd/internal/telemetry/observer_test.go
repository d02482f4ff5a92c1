package telemetry_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/telemetry"
)

// A journal is a log that the test reads.
type journal struct{ bytes.Buffer }

func (j *journal) log() *slog.Logger { return slog.New(slog.NewJSONHandler(j, nil)) }

// lines returns the lines since the last call, without their time.
func (j *journal) lines(t *testing.T) []map[string]any {
	t.Helper()
	var lines []map[string]any
	for text := range strings.Lines(j.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if _, ok := line["time"].(string); !ok {
			t.Errorf("no time in %s", text)
		}
		delete(line, "time")
		lines = append(lines, line)
	}
	j.Reset()
	return lines
}

func (j *journal) line(t *testing.T) map[string]any {
	t.Helper()
	lines := j.lines(t)
	if len(lines) != 1 {
		t.Fatalf("%d lines, want 1: %v", len(lines), lines)
	}
	return lines[0]
}

func jane() *gognito.User {
	return &gognito.User{Claims: &gognito.Claims{
		Subject: "34c84488-e0e1-70ae-d2ee-991ad1a898c8", ClientID: "6h89qn2bfglbmvfebq9aaknqk0",
		Username: "jane", TokenUse: gognito.AccessToken, JTI: "a1b2", Groups: []string{"editors"},
	}}
}

// letThrough is a decision as most are.
func letThrough() *telemetry.Decision {
	return &telemetry.Decision{
		Dialect: "nginx", Rule: "everything", Status: 200,
		Method: "GET", Host: "app.example", Target: "/articles/1?page=2",
		Client: netip.MustParseAddr("203.0.113.7"), Took: 42 * time.Microsecond,
		Traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		User:        jane(),
	}
}

// refused is a decision that denies.
func refused(status int, reason string, err error) *telemetry.Decision {
	d := letThrough()
	d.Status, d.Reason, d.Err, d.User = status, reason, err, nil
	return d
}

func group() *telemetry.Decision {
	return refused(403, "group", gognito.NewError(gognito.ReasonGroup, nil))
}

func noToken() *telemetry.Decision { return refused(401, "no_token", gognito.NewError("", nil)) }

func TestAnObserverOfNothingTakesEverything(t *testing.T) {
	var o telemetry.Observer
	for _, d := range []*telemetry.Decision{
		{}, letThrough(), group(), noToken(),
		refused(503, "error", errors.New("x")), refused(403, "untrusted_peer", errors.New("x")),
	} {
		o.Decided(t.Context(), d)
	}
}

func TestAUserWithoutClaimsIsNobody(t *testing.T) {
	var j journal
	o := telemetry.Observer{Audit: j.log(), AuditAll: true}
	d := letThrough()
	d.User = new(gognito.User)
	o.Decided(t.Context(), d)
	if _, tells := j.line(t)["subject"]; tells {
		t.Error("the line tells of a subject")
	}
}

func TestAnAccessLineTellsOfTheRequest(t *testing.T) {
	var j journal
	o := telemetry.Observer{Access: j.log()}
	o.Decided(t.Context(), letThrough())
	want := map[string]any{
		"level": "INFO", "msg": "request", "dialect": "nginx", "method": "GET", "host": "app.example", "path": "/articles/1",
		"status": 200.0, "rule": "everything", "outcome": "allow", "reason": "none", "client": "203.0.113.7",
		"duration_us": 42.0, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
	}
	if got := j.line(t); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	o.Decided(t.Context(), &telemetry.Decision{Dialect: "caddy", Reason: "no_token", Status: 401, Target: "/"})
	want = map[string]any{
		"level": "INFO", "msg": "request", "dialect": "caddy", "method": "", "host": "", "path": "/",
		"status": 401.0, "rule": "none", "outcome": "deny", "reason": "no_token", "duration_us": 0.0,
	}
	if got := j.line(t); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestAnAuditLineTellsOfTheUserWithoutTheirName(t *testing.T) {
	var j journal
	o := telemetry.Observer{Audit: j.log(), AuditAll: true}
	o.Decided(t.Context(), letThrough())
	want := map[string]any{
		"level": "INFO", "msg": "decision", "dialect": "nginx", "method": "GET", "host": "app.example", "path": "/articles/1",
		"status": 200.0, "rule": "everything", "outcome": "allow", "reason": "none", "client": "203.0.113.7",
		"duration_us": 42.0, "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
		"subject": "34c84488-e0e1-70ae-d2ee-991ad1a898c8", "client_id": "6h89qn2bfglbmvfebq9aaknqk0", "token_use": "access", "jti": "a1b2",
	}
	if got := j.line(t); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTheAuditLogIsOfDecisionsThatConcernAUser(t *testing.T) {
	public := letThrough()
	public.User = nil
	known := group()
	known.User = jane()
	for _, test := range []struct {
		name          string
		d             *telemetry.Decision
		denied, all   int // lines
		access        int
		tellsWhoItWas bool
	}{
		{"somebody who was let through", letThrough(), 0, 1, 1, true},
		{"a public request", public, 0, 0, 1, false},
		{"a stranger who was refused", noToken(), 0, 0, 1, false},
		{"a token that was refused", refused(401, "signature", gognito.NewError(gognito.ReasonSignature, nil)), 1, 1, 1, false},
		{"a user who may not", group(), 1, 1, 1, false},
		{"a user who may not, and is known", known, 1, 1, 1, true},
		{"an outage", refused(503, "keys_unavailable", gognito.NewError(gognito.ReasonKeysUnavailable, nil)), 1, 1, 1, false},
		{"a denial without a reason", refused(500, "", nil), 1, 1, 1, false},
	} {
		for all, want := range map[bool]int{false: test.denied, true: test.all} {
			var access, audit journal
			o := telemetry.Observer{Access: access.log(), Audit: audit.log(), AuditAll: all}
			o.Decided(t.Context(), test.d)
			lines := audit.lines(t)
			if len(lines) != want || len(access.lines(t)) != test.access {
				t.Errorf("%s, AuditAll %v: %d lines, want %d", test.name, all, len(lines), want)
			}
			for _, line := range lines {
				if _, tells := line["subject"]; tells != test.tellsWhoItWas {
					t.Errorf("%s: the line tells the subject: %v", test.name, tells)
				}
			}
		}
	}
}

func TestNothingOfTheUserButTheirIDIsLogged(t *testing.T) {
	var j journal
	o := telemetry.Observer{Access: j.log(), Audit: j.log(), AuditAll: true, Log: j.log()}
	allowed, outage := letThrough(), refused(503, "keys_unavailable", gognito.NewError(gognito.ReasonKeysUnavailable, nil))
	user := jane()
	claims := gognito.NewClaims(`{"email":"jane@example.com"}`)
	claims.Subject, claims.Username, claims.Groups, claims.Scopes = "s", "jane", []string{"editors"}, []string{"a.read"}
	user.Claims = claims
	user.Grant("articles.write")
	allowed.User, outage.User = user, user
	o.Decided(t.Context(), allowed)
	o.Decided(t.Context(), outage)
	for _, text := range []string{"jane", "editors", "a.read", "articles.write", "page=2"} {
		if strings.Contains(j.String(), text) {
			t.Errorf("%q is in the logs:\n%s", text, &j)
		}
	}
}

func TestADenialWithoutAReasonIsNoAllowance(t *testing.T) {
	for _, d := range []*telemetry.Decision{
		{}, {Status: 302}, {Status: 500}, {Status: 199}, {Status: 300}, {Status: 200, Err: errors.New("x")},
	} {
		var j journal
		o := telemetry.Observer{Access: j.log()}
		o.Decided(t.Context(), d)
		if line := j.line(t); line["outcome"] != "deny" || line["reason"] != "error" {
			t.Errorf("%+v: outcome %v, reason %v", d, line["outcome"], line["reason"])
		}
	}
	var j journal
	o := telemetry.Observer{Access: j.log()}
	o.Decided(t.Context(), &telemetry.Decision{Status: 204})
	if line := j.line(t); line["outcome"] != "allow" {
		t.Errorf("204: outcome %v", line["outcome"])
	}
}

func TestALoggerThatTakesNoInfoGetsNothing(t *testing.T) {
	var j journal
	quiet := slog.New(slog.NewJSONHandler(&j, &slog.HandlerOptions{Level: slog.LevelError}))
	o := telemetry.Observer{Access: quiet, Audit: quiet, AuditAll: true, Log: quiet}
	o.Decided(t.Context(), letThrough())
	o.Decided(t.Context(), refused(403, "untrusted_peer", errors.New("x")))
	if lines := j.lines(t); len(lines) != 0 {
		t.Errorf("%v", lines)
	}
}

func TestEveryLineHasTheSameFields(t *testing.T) {
	want := []string{"dialect", "duration_us", "host", "level", "method", "msg", "outcome", "path", "reason", "rule", "status"}
	var j journal
	o := telemetry.Observer{Access: j.log()}
	for _, d := range []*telemetry.Decision{{}, {Status: 200, Method: strings.Repeat("A", 1000), Target: "*"}} {
		o.Decided(t.Context(), d)
		if got := slices.Sorted(maps.Keys(j.line(t))); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}
