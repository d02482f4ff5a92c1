package httpauth_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// A service whose only route greets its user, from the Authorization header or a
// cookie.
func Example() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{ // in a program: httpauth.FromEnv()
		Verifier: pool.Verifier(),
		Source:   httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie("accessToken")),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", auth.Handle(func(w http.ResponseWriter, r *http.Request, u *gognito.User) {
		fmt.Fprintf(w, "Hello, %s of %v", u.Username, u.Groups)
	}))

	token := pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"editors"}})
	fmt.Println(get(mux, token))
	fmt.Println(get(mux, "", "Cookie", "accessToken="+token))
	fmt.Println(get(mux, ""))
	// Output:
	// 200 Hello, jane of [editors]
	// 200 Hello, jane of [editors]
	// 401 Unauthorized
}

// Permissions by group, and a route for those who have one of them.
func ExampleAuthenticator_Allow() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{
		Verifier: pool.Verifier(),
		Attach:   httpauth.GrantByGroup(map[string][]string{"editors": {"article.write"}}),
	}
	publish := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _ := gognito.FromContext(r.Context())
		fmt.Fprintf(w, "%s publishes", user.Username)
	})
	handler := auth.Require(auth.Allow(gognito.Can("article.write"))(publish))

	fmt.Println(get(handler, pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"editors"}})))
	fmt.Println(get(handler, pool.AccessToken(gognitotest.User{Username: "joe"})))
	fmt.Println(get(handler, ""))
	// Output:
	// 200 jane publishes
	// 403 Forbidden
	// 401 Unauthorized
}

// The Python original's first case: authenticate, and nothing else. A request
// without a token goes on without a user, for another scheme to look at.
func ExampleAuthenticator_Optional() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()}
	handler := auth.Optional(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, ok := gognito.FromContext(r.Context()); ok {
			fmt.Fprintf(w, "Hello, %s", user.Username)
			return
		}
		fmt.Fprint(w, "Hello, stranger")
	}))

	fmt.Println(get(handler, pool.AccessToken(gognitotest.User{Username: "jane"})))
	fmt.Println(get(handler, ""))
	fmt.Println(get(handler, pool.Hostile("expired")))
	// Output:
	// 200 Hello, jane
	// 200 Hello, stranger
	// 401 Unauthorized
}

// Role is what the application knows a user as.
var Role = gognito.NewAttribute[string]("role")

// The Python original's second case: authenticate, and attach an attribute from
// the user's group. A user in no group has no role; one in several has the
// first's, and the operator is warned.
func ExampleAuthenticator_attach() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{
		Verifier: pool.Verifier(),
		Attach: func(r *http.Request, u *gognito.User) error {
			if len(u.Groups) > 1 {
				logger.WarnContext(r.Context(), "a user is in more than one group", "groups", u.Groups)
			}
			if len(u.Groups) > 0 {
				Role.Set(u, u.Groups[0])
			}
			return nil
		},
	}
	handler := auth.Handle(func(w http.ResponseWriter, r *http.Request, u *gognito.User) {
		role, ok := Role.Of(u)
		fmt.Fprintf(w, "%s: %q, %v", u.Username, role, ok)
	})

	fmt.Println(get(handler, pool.AccessToken(gognitotest.User{Username: "jane", Groups: []string{"editors"}})))
	fmt.Println(get(handler, pool.AccessToken(gognitotest.User{Username: "joe"})))
	fmt.Println(get(handler, pool.AccessToken(gognitotest.User{Username: "kim", Groups: []string{"admins", "editors"}})))
	// Output:
	// 200 jane: "editors", true
	// 200 joe: "", false
	// level=WARN msg="a user is in more than one group" groups="[admins editors]"
	// 200 kim: "admins", true
}

// A chain of authentication schemes: only a request without any token is left to
// the next one.
func ExampleAuthenticator_Authenticate() {
	pool := gognitotest.NewPool(exampleTB{})
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, err := auth.Authenticate(r)
		switch {
		case err == nil:
			fmt.Fprintf(w, "%s, by token", user.Username)
		case errors.Is(err, gognito.ErrNoToken) && r.Header.Get("X-API-Key") == "secret":
			fmt.Fprint(w, "a partner, by key")
		default:
			auth.Refuse(w, r, err)
		}
	})

	fmt.Println(get(handler, pool.AccessToken(gognitotest.User{Username: "jane"})))
	fmt.Println(get(handler, "", "X-API-Key", "secret"))
	fmt.Println(get(handler, "no token", "X-API-Key", "secret"))
	// Output:
	// 200 jane, by token
	// 200 a partner, by key
	// 401 Unauthorized
}

// get asks the handler with that token, "" for none, and returns its answer.
func get(handler http.Handler, token string, headers ...string) string {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return fmt.Sprint(w.Code, " ", strings.TrimSpace(w.Body.String()))
}

func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

// exampleTB stands in for the *testing.T that an example does not have.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                        {}
func (exampleTB) Cleanup(func())                 {}
func (exampleTB) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
