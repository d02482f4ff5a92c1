package connectauth_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/connectauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

type text = wrapperspb.StringValue

// guarded returns an Authenticator of the pool whose refusals Connect answers.
func guarded(pool *gognitotest.Pool) *httpauth.Authenticator {
	auth := &httpauth.Authenticator{Verifier: pool.Verifier(), Realm: "shop", Logger: slog.New(slog.DiscardHandler)}
	auth.ErrorHandler = connectauth.ErrorHandler(auth)
	return auth
}

func bearer(token string) string { return "Bearer " + token }

// The kind is told, in each protocol, and nothing of the reason.
func TestTheErrorTellsItsKind(t *testing.T) {
	pool, down := gognitotest.NewPool(t), gognitotest.NewPool(t)
	down.SetOutage(true)
	pools, err := gognito.NewPools(pool.Verifier(), down.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	auth := guarded(pool)
	auth.Verifier = pools
	auth.Attach = func(_ *http.Request, u *gognito.User) error {
		switch u.Username {
		case "faulty":
			return errors.New("the database is gone")
		case "late":
			return context.DeadlineExceeded
		default:
			return nil
		}
	}
	const procedure = "/shop.v1.Orders/List"
	handler := connect.NewUnaryHandlerSimple(procedure, func(context.Context, *text) (*text, error) { return new(text), nil })
	policy := gognito.AllOf(gognito.HasAnyScope("orders/list"), gognito.InAnyGroup("admins"))
	guarded := auth.Require(auth.Allow(policy)(handler))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Late") != "" {
			ctx, cancel := context.WithDeadline(r.Context(), time.Now().Add(-time.Second))
			defer cancel()
			r = r.WithContext(ctx)
		}
		guarded.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)

	for name, options := range map[string][]connect.ClientOption{
		"connect": nil, "connect JSON": {connect.WithProtoJSON()}, "grpc": {connect.WithGRPC()}, "grpcweb": {connect.WithGRPCWeb()},
	} {
		rpc := connect.NewClient[text, text](server.Client(), server.URL+procedure, options...)
		for _, test := range []struct {
			token     string
			code      connect.Code
			reason    string
			challenge string
		}{
			{"", connect.CodeUnauthenticated, "NO_TOKEN", `Bearer realm="shop"`},
			{pool.Hostile("expired"), connect.CodeUnauthenticated, "INVALID_TOKEN", `Bearer realm="shop", error="invalid_token"`},
			{pool.AccessToken(gognitotest.User{Scopes: []string{"orders/list"}}), connect.CodePermissionDenied, "FORBIDDEN", ""},
			{pool.AccessToken(gognitotest.User{}), connect.CodePermissionDenied, "INSUFFICIENT_SCOPE", `Bearer realm="shop", error="insufficient_scope"`},
			{down.AccessToken(gognitotest.User{}), connect.CodeUnavailable, "UNAVAILABLE", ""},
			{pool.AccessToken(gognitotest.User{Username: "faulty"}), connect.CodeInternal, "INTERNAL", ""},
			{pool.AccessToken(gognitotest.User{Username: "late"}), connect.CodeDeadlineExceeded, "CANCELED", ""},
		} {
			request := connect.NewRequest(new(text))
			if test.token != "" {
				request.Header().Set("Authorization", bearer(test.token))
			}
			if test.code == connect.CodeDeadlineExceeded {
				request.Header().Set("Late", "1")
			}
			_, err := rpc.CallUnary(t.Context(), request)
			told, ok := errors.AsType[*connect.Error](err)
			if !ok || told.Code() != test.code || told.Message() != http.StatusText(statusOf(test.code)) {
				t.Errorf("%s, %s: %v, want %v", name, test.reason, err, test.code)
				continue
			}
			if got := told.Meta().Get("WWW-Authenticate"); got != test.challenge {
				t.Errorf("%s, %s: challenges with %q, want %q", name, test.reason, got, test.challenge)
			}
			if len(told.Details()) != 1 {
				t.Errorf("%s, %s: %d details, want one", name, test.reason, len(told.Details()))
				continue
			}
			detail, err := told.Details()[0].Value()
			if err != nil {
				t.Fatal(err)
			}
			info, _ := detail.(*errdetails.ErrorInfo)
			if info.GetReason() != test.reason || info.GetDomain() != "gognito" || len(info.GetMetadata()) != 0 {
				t.Errorf("%s: the detail is %v, want %s of gognito", name, detail, test.reason)
			}
		}
	}
}

func statusOf(code connect.Code) int { return status(code.String()) }

// Requests of the same server that are no calls are answered as everywhere.
func TestARequestOfNoProtocolIsAnsweredAsEverywhere(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := guarded(pool)
	server := httptest.NewServer(auth.Require(http.NotFoundHandler()))
	t.Cleanup(server.Close)
	for _, test := range []struct{ method, path, content, want string }{
		{"GET", "/me", "", "text/plain; charset=utf-8"},
		{"GET", "/shop.v1.Orders/List?connect=v1&encoding=json&message={}", "", "application/json"},
		{"DELETE", "/me", "application/json", "text/plain; charset=utf-8"},
		{"POST", "/me", "text/html", "text/plain; charset=utf-8"},
		{"POST", "/shop.v1.Orders/List", "application/json", "application/json"},
		{"POST", "/shop.v1.Orders/List", "application/proto", "application/json"},
		{"POST", "/shop.v1.Orders/List", "application/grpc-web+proto", "application/grpc-web+proto"},
		{"POST", "/shop.v1.Orders/List", "application/connect+json", "application/connect+json"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", test.content)
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if got := response.Header.Get("Content-Type"); got != test.want {
			t.Errorf("%s %s with %q: answered with %q, want %q", test.method, test.path, test.content, got, test.want)
		}
		if got := response.Header.Get("Www-Authenticate"); got != `Bearer realm="shop"` {
			t.Errorf("%s %s: challenges with %q", test.method, test.path, got)
		}
	}
}

// What stands in front may have announced the length of the answer that was due.
func TestTheLengthOfAnotherAnswerIsNotAnnounced(t *testing.T) {
	auth := guarded(gognitotest.NewPool(t))
	r := httptest.NewRequest(http.MethodPost, "/shop.v1.Orders/List", strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	w.Header().Set("Content-Length", "3")
	auth.Require(http.NotFoundHandler()).ServeHTTP(w, r)
	if got := w.Header().Get("Content-Length"); w.Code != http.StatusUnauthorized || got != "" {
		t.Errorf("answered %d with a Content-Length of %q", w.Code, got)
	}
}
