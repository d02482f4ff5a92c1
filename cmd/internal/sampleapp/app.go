// Package sampleapp is a small web application behind package httpauth: the
// example of how one is built, and what gognito-dev shows to the newcomer.
//
// Reading order: [New] has every route with who may use it, attach.go what the
// application adds to a user, session.go the cookie, and refuse.go the answers to
// requests that are not let through.
package sampleapp

import (
	"context"
	"net/http"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/httpauth"
)

// Config is what the application needs to know.
type Config struct {
	// Pool is the user pool whose access tokens are accepted.
	Pool gognito.Config
	// CookieName is the cookie that keeps the access token.
	CookieName string
	// SignIn returns an access token and how long it is good, or
	// [ErrCredentials]. A real application calls InitiateAuth of the Cognito
	// API, or sends the browser to the pool's managed login.
	SignIn func(ctx context.Context, username, password string) (token string, good time.Duration, err error)
	// Demo users are shown on the sign-in page, with their passwords.
	Demo []DemoUser
	// Commands are shown on the home page.
	Commands []Command
}

// DemoUser is a user whom anybody may sign in as.
type DemoUser struct {
	Username, Password string
	Groups             []string
}

// Command is something to try in a terminal.
type Command struct {
	About string
	Line  string
}

type app struct {
	Config
	auth *httpauth.Authenticator
}

// New returns the application. The error is that of [gognito.New] about the pool.
func New(c Config) (http.Handler, error) {
	verifier, err := gognito.New(c.Pool)
	if err != nil {
		return nil, err
	}
	a := &app{Config: c}
	a.auth = &httpauth.Authenticator{
		Verifier:     verifier,
		Source:       httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie(c.CookieName)),
		Attach:       attach,
		ErrorHandler: a.refuse,
	}
	onlyAdmins := a.auth.Allow(gognito.InAnyGroup("admins"))

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", a.auth.Optional(http.HandlerFunc(a.home)))
	mux.Handle("GET /me", a.auth.Handle(a.me))
	mux.Handle("GET /api/me", a.auth.Handle(a.apiMe))
	mux.Handle("GET /admin", a.auth.Require(onlyAdmins(http.HandlerFunc(a.admin))))

	// Whoever comes here has no token yet, or one that is no longer good.
	mux.HandleFunc("GET /sign-in", a.signInForm)
	mux.HandleFunc("POST /sign-in", a.signIn)
	mux.HandleFunc("POST /sign-out", a.signOut)

	mux.HandleFunc("GET /style.css", serveFile("pages/style.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /icon.svg", serveFile("pages/icon.svg", "image/svg+xml"))
	mux.HandleFunc("GET /", a.notFound)

	// httpauth refuses what another site makes a browser send with the cookie.
	// Signing in and out need no token, so they are protected here.
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.refuse(w, r, gognito.NewError(gognito.ReasonCrossOrigin, nil))
	}))
	return secured(protection.Handler(mux)), nil
}
