package grpcauth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/grpcauth"
	"github.com/gognito/gognito/gognitotest"
)

var errElsewhere = status.Error(codes.NotFound, "a secret of another service")

// What the client gets, and what the server's own interceptors do.
func TestARefusalTellsItsKindAlone(t *testing.T) {
	pool, auth := world(t)
	down := gognitotest.NewPool(t)
	down.SetOutage(true)
	pools, err := gognito.NewPools(pool.Verifier(), down.Verifier())
	if err != nil {
		t.Fatal(err)
	}
	auth.Verifier = pools
	auth.Attach = func(_ *http.Request, u *gognito.User) error {
		if u.Username == "elsewhere" {
			return fmt.Errorf("profile: %w", errElsewhere)
		}
		return nil
	}
	logged := new(bytes.Buffer)
	auth.Logger = slog.New(slog.NewTextHandler(logged, nil))
	var seen error
	wraps := func(ctx context.Context, message any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		answer, err := next(ctx, message)
		if seen = err; err != nil {
			err = fmt.Errorf("outer: %w", err)
		}
		return answer, err
	}
	guard := grpcauth.Guard{Auth: auth, Methods: rules{
		one: grpcauth.Require(),
		two: grpcauth.Require(gognito.InAnyGroup("admins"), gognito.HasAnyScope("orders/read")),
	}}
	_, conn := start(t, guard, grpc.ChainUnaryInterceptor(wraps))
	jane, ada := gognitotest.User{Username: "jane"}, gognitotest.User{Username: "ada", Groups: []string{"admins"}}
	for _, c := range []struct {
		name   string
		method string
		pairs  []string

		code   codes.Code
		text   string
		told   string // the ErrorInfo's reason
		retry  time.Duration
		kind   error
		reason gognito.Reason
		logs   bool
	}{
		{"nothing", one, nil, codes.Unauthenticated, "Unauthorized", "NO_TOKEN", 0, gognito.ErrNoToken, "", false},
		{"expired", one, []string{"authorization", "Bearer " + pool.Hostile("expired")}, codes.Unauthenticated, "Unauthorized", "INVALID_TOKEN", 0, gognito.ErrInvalidToken, gognito.ReasonExpired, false},
		{"two tokens", one, append(bearer(pool, jane), bearer(pool, jane)...), codes.Unauthenticated, "Unauthorized", "INVALID_TOKEN", 0, gognito.ErrInvalidToken, gognito.ReasonMalformed, false},
		{"a group", two, bearer(pool, jane), codes.PermissionDenied, "Forbidden", "FORBIDDEN", 0, gognito.ErrForbidden, gognito.ReasonGroup, false},
		{"a scope", two, bearer(pool, ada), codes.PermissionDenied, "Forbidden", "INSUFFICIENT_SCOPE", 0, gognito.ErrForbidden, gognito.ReasonScope, false},
		{"an outage", one, bearer(down, jane), codes.Unavailable, "Service Unavailable", "UNAVAILABLE", 5 * time.Second, gognito.ErrUnavailable, gognito.ReasonKeysUnavailable, true},
		{"a fault", one, bearer(pool, gognitotest.User{Username: "elsewhere"}), codes.Internal, "Internal Server Error", "INTERNAL", 0, errElsewhere, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			logged.Reset()
			_, err := invoke(t.Context(), conn, c.method, c.pairs...)
			st := status.Convert(err)
			if wrapped := "outer: rpc error: code = " + c.code.String() + " desc = " + c.text; st.Code() != c.code || st.Message() != wrapped {
				t.Errorf("the client got %v, %q; want %v, %q", st.Code(), st.Message(), c.code, wrapped)
			}
			wantDetails(t, st, c.told, c.retry)
			if st := status.Convert(seen); st.Code() != c.code || st.Message() != c.text {
				t.Errorf("the interceptor in front got %v, %q; want %v, %q", st.Code(), st.Message(), c.code, c.text)
			}
			if !errors.Is(seen, c.kind) || gognito.ReasonOf(seen) != c.reason {
				t.Errorf("the interceptor in front got %v for the reason %q; want %v, %q", seen, gognito.ReasonOf(seen), c.kind, c.reason)
			}
			if logs := strings.Contains(logged.String(), "level=ERROR"); logs != c.logs {
				t.Errorf("logged %q", logged)
			}
		})
	}

	guard.Methods = nil
	_, conn = start(t, guard, grpc.ChainUnaryInterceptor(wraps))
	_, err = invoke(t.Context(), conn, one)
	wantDetails(t, status.Convert(err), "FORBIDDEN", 0)
	if !errors.Is(seen, grpcauth.ErrNoRule) || !errors.Is(seen, gognito.ErrForbidden) {
		t.Errorf("without a rule: %v", seen)
	}
}

func wantDetails(t *testing.T, st *status.Status, reason string, retry time.Duration) {
	t.Helper()
	var got []string
	for _, detail := range st.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			got = append(got, d.GetDomain(), d.GetReason(), fmt.Sprint(d.GetMetadata()))
		case *errdetails.RetryInfo:
			got = append(got, d.GetRetryDelay().AsDuration().String())
		default:
			t.Errorf("the client got %T", detail)
		}
	}
	want := []string{"gognito", reason, "map[]"}
	if retry != 0 {
		want = append(want, retry.String())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the client got the details %q, want %q", got, want)
	}
}

// A client who has gone is counted as one, not as an outage.
func TestAnEndedContextHasACodeOfItsOwn(t *testing.T) {
	_, auth := world(t)
	pool := gognitotest.NewPool(t)
	pool.SetOutage(true)
	auth.Verifier = pool.Verifier()
	token := bearer(pool, gognitotest.User{})
	canceled, cancel := context.WithCancel(incoming(t.Context(), token...))
	cancel()
	late, cancel := context.WithDeadline(incoming(t.Context(), token...), time.Now().Add(-time.Second))
	defer cancel()
	unary := grpcauth.Guard{Auth: auth, Default: grpcauth.Require()}.Unary()
	for want, ctx := range map[codes.Code]context.Context{
		codes.Canceled:         canceled,
		codes.DeadlineExceeded: late,
		codes.Unavailable:      incoming(t.Context(), token...),
	} {
		_, err := unary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: one}, func(context.Context, any) (any, error) {
			t.Error("the handler was reached")
			return nil, nil
		})
		if status.Code(err) != want || !errors.Is(err, gognito.ErrUnavailable) {
			t.Errorf("%v, want %v", err, want)
		}
		if want != codes.Unavailable {
			wantDetails(t, status.Convert(err), "CANCELED", 0)
			if text := status.Convert(err).Message(); text != want.String() {
				t.Errorf("the text is %q", text)
			}
		}
	}
}
