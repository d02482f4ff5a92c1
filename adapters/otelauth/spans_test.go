package otelauth_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

func TestAVerificationIsAChildOfTheRequestsSpan(t *testing.T) {
	tel := newTelemetry(t)
	ctx, parent := tel.tracer.Tracer("test").Start(t.Context(), "request")
	tel.trace.Verified(ctx, gognito.VerifyInfo{UserPoolID: "p", Remembered: true, Duration: 3 * time.Second})
	spans := tel.spans.Ended()
	if len(spans) != 1 {
		t.Fatalf("%d spans", len(spans))
	}
	span := spans[0]
	if span.Name() != "verify token" || span.SpanKind() != trace.SpanKindInternal ||
		span.Parent().SpanID() != parent.SpanContext().SpanID() || span.SpanContext().TraceID() != parent.SpanContext().TraceID() {
		t.Errorf("%+v", span)
	}
	if d := span.EndTime().Sub(span.StartTime()); d != 3*time.Second || time.Since(span.EndTime()) > time.Minute {
		t.Errorf("it lasted %v, until %v", d, span.EndTime())
	}
}

func TestOnlyWhatIsAFaultOfTheServiceIsASpansError(t *testing.T) {
	secret := errors.New("https://keys.example/?secret")
	for name, test := range map[string]struct {
		err       error
		code      codes.Code
		text      string
		errorType string
	}{
		"accepted":               {nil, codes.Unset, "", ""},
		"expired":                {gognito.NewError(gognito.ReasonExpired, secret), codes.Unset, "", ""},
		"canceled":               {gognito.NewError(gognito.ReasonCanceled, context.Canceled), codes.Unset, "", ""},
		"keys unavailable":       {gognito.NewError(gognito.ReasonKeysUnavailable, secret), codes.Error, "gognito: unavailable: keys_unavailable", "keys_unavailable"},
		"revocation unavailable": {gognito.NewError(gognito.ReasonRevocationUnavailable, secret), codes.Error, "gognito: unavailable: revocation_unavailable", "revocation_unavailable"},
		"not the library's":      {secret, codes.Error, "other", "_OTHER"},
	} {
		t.Run(name, func(t *testing.T) {
			tel := newTelemetry(t)
			ctx, _ := tel.tracer.Tracer("test").Start(t.Context(), "request")
			tel.trace.Verified(ctx, gognito.VerifyInfo{Err: test.err})
			span := tel.spans.Ended()[0]
			if got := span.Status(); got.Code != test.code || got.Description != test.text {
				t.Errorf("status %+v", got)
			}
			if got := attributeOf(span, "error.type"); got != test.errorType {
				t.Errorf("error.type is %q", got)
			}
			if strings.Contains(text(span), "secret") {
				t.Errorf("it tells the cause: %s", text(span))
			}
		})
	}
}

func TestWithoutASpanThatIsRecordedThereIsNone(t *testing.T) {
	remote := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}, TraceFlags: trace.FlagsSampled, Remote: true})
	t.Run("no span", func(t *testing.T) {
		tel := newTelemetry(t)
		tel.trace.Verified(t.Context(), gognito.VerifyInfo{})
		tel.trace.Verified(trace.ContextWithRemoteSpanContext(t.Context(), remote), gognito.VerifyInfo{})
		if n := len(tel.spans.Started()); n != 0 {
			t.Errorf("%d spans", n)
		}
	})
	t.Run("not sampled", func(t *testing.T) {
		// What is a root is dropped, and its children would not be.
		tel := newTelemetry(t, sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample(), sdktrace.WithLocalParentNotSampled(sdktrace.AlwaysSample()))))
		ctx, _ := tel.tracer.Tracer("test").Start(t.Context(), "request")
		tel.trace.Verified(ctx, gognito.VerifyInfo{})
		if n := len(tel.spans.Started()); n != 0 {
			t.Errorf("%d spans", n)
		}
		tel.want("gognito.verifications", "gognito.outcome=accepted,gognito.remembered=false 1")
	})
}

func TestAFetchIsASpanOfItsOwn(t *testing.T) {
	pool := gognitotest.NewPool(t)
	tel := newTelemetry(t)
	keys := tel.keys(gognito.RemoteKeysConfig{URLs: []string{pool.JWKSURL()}})
	ctx, _ := tel.tracer.Tracer("test").Start(t.Context(), "request")
	if err := keys.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	pool.SetOutage(true)
	if err := keys.Refresh(ctx); err == nil {
		t.Error("Refresh succeeded in an outage")
	}
	spans := tel.spans.Ended()
	if len(spans) != 2 {
		t.Fatalf("%d spans", len(spans))
	}
	for i, want := range []sdktrace.Status{{Code: codes.Unset}, {Code: codes.Error, Description: "gognito: the key set's URL answered 503"}} {
		if span := spans[i]; span.Name() != "fetch key set" || span.Parent().IsValid() || span.Status() != want ||
			attributeOf(span, "url.full") != pool.JWKSURL() || !span.EndTime().After(span.StartTime()) {
			t.Errorf("%d: %s %v %v", i, text(span), span.Parent(), span.Status())
		}
	}
}

// Where a redirect leads was said by nobody here.
func TestAFetchThatFailsTellsNoURLButTheConfiguredOne(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.example/?signature=secret", http.StatusFound)
	}))
	defer server.Close()
	tel := newTelemetry(t)
	if err := tel.keys(gognito.RemoteKeysConfig{URLs: []string{server.URL}}).Refresh(t.Context()); err == nil {
		t.Fatal("Refresh succeeded")
	}
	span := tel.spans.Ended()[0]
	if strings.Contains(text(span), "elsewhere") {
		t.Errorf("it tells where the redirect leads: %s", text(span))
	}
	if got := span.Status().Description; got != "gognito: the key set's URL redirects to another host" {
		t.Errorf("status %q", got)
	}
}

func attributeOf(span sdktrace.ReadOnlySpan, key string) string {
	for _, kv := range span.Attributes() {
		if string(kv.Key) == key {
			return kv.Value.String()
		}
	}
	return ""
}

// What the HTTP client says may hold what the key server sent, and more of it than
// fits a span.
func TestAFetchThatFailsIsToldInFewAndFixedWords(t *testing.T) {
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"a redirect to no URL": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://elsewhere.example/%zz?signature=secret")
			w.WriteHeader(http.StatusFound)
		}, "gognito: fetching a key set: no answer"},
		"no JSON": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("secret"), 1000))
		}, "gognito: not a JSON Web Key Set: "},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(test.answer)
			defer server.Close()
			tel := newTelemetry(t)
			if err := tel.keys(gognito.RemoteKeysConfig{URLs: []string{server.URL}}).Refresh(t.Context()); err == nil {
				t.Fatal("Refresh succeeded")
			}
			got := tel.spans.Ended()[0].Status().Description
			if !strings.HasPrefix(got, test.want) || len(got) > 200 || strings.Contains(got, "secretsecret") {
				t.Errorf("status %q, want %q", got, test.want)
			}
		})
	}
	for name, err := range map[string]error{
		"a client's error of nothing": &url.Error{Op: "Get", URL: "https://elsewhere.example"},
		"a client's nil error":        (*url.Error)(nil),
	} {
		tel := newTelemetry(t)
		tel.trace.KeysFetched(gognito.KeysInfo{URL: "https://keys.example", Err: err})
		if got := tel.spans.Ended()[0].Status().Description; got != "gognito: fetching a key set: no answer" {
			t.Errorf("%s: status %q", name, got)
		}
	}
}
