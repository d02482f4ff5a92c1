package revproxy_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/revproxy"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/gognitotest"
)

// The application behind the gateway reads who the user is from a header.
func Example() {
	application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s.", r.Header.Get("X-Auth-User"))
	}))
	defer application.Close()

	pool := gognitotest.NewPool(exampleTB{})
	s := &settings.Settings{
		Tokens:   settings.Tokens{Bearer: true},
		Rules:    []decide.Rule{{Name: "everything", Paths: []string{"/*"}, Access: decide.Authenticated}},
		Identity: identity.Config{Headers: []identity.Header{{Name: "X-Auth-User", Source: "username"}}, MaxBytes: 3072},
	}
	g, err := gateway.New(s, pool.Verifier(), &telemetry.Observer{})
	if err != nil {
		fmt.Println(err)
		return
	}
	proxy, err := revproxy.New(revproxy.Config{
		Upstream: application.URL,
		Current:  func() *gateway.Gateway { return g },
		Log:      slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer proxy.Close()

	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+pool.AccessToken(gognitotest.User{Username: "jane"}))
	r.Header.Set("X-Auth-User", "admin")
	answer := httptest.NewRecorder()
	proxy.ServeHTTP(answer, r)
	body, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.Code, string(body))
	// Output: 200 Hello, jane.
}

// exampleTB is the testing.TB of a program without one.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
