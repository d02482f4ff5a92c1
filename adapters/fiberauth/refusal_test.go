package fiberauth_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/fiberauth"
	"github.com/gognito/gognito/httpauth"
)

var errDatabase = errors.New("the database is gone")

// hooked is an Authenticator whose Attach fails for some users.
func hooked() *httpauth.Authenticator {
	return &httpauth.Authenticator{
		Verifier: named{},
		Logger:   slog.New(slog.NewTextHandler(io.Discard, nil)),
		Realm:    "fiber",
		Attach: func(_ *http.Request, u *gognito.User) error {
			switch u.Username {
			case "faulty":
				return errDatabase
			case "teapot":
				return fmt.Errorf("brewing: %w", fiber.NewError(http.StatusTeapot, "secret"))
			case "panics":
				panic(errDatabase)
			}
			return nil
		},
	}
}

// Nothing behind a refusal runs, and what the client gets is what Fiber's default
// ErrorHandler makes of the error.
func TestARefusalEndsTheRequest(t *testing.T) {
	auth := hooked()
	app := fiber.New()
	behind := func(c fiber.Ctx) error {
		c.Set("X-Behind", "reached")
		return c.Next()
	}
	done := func(c fiber.Ctx) error { return c.SendString("done") }
	app.Get("/one", fiberauth.Require(auth), behind, done)
	app.Group("/all", fiberauth.Require(auth)).Use(behind)
	app.Get("/all/here", done)
	app.Use("/admin", fiberauth.Require(auth))
	app.Get("/admin", fiberauth.Allow(auth, gognito.InAnyGroup("admins")), behind, done)
	app.Get("/policy", fiberauth.Allow(auth, gognito.InAnyGroup("admins")), behind, done)
	app.Get("/user", fiberauth.Handle(auth, func(c fiber.Ctx, _ *gognito.User) error { return done(c) }))
	address := "http://" + serve(t, app)

	for _, test := range []struct {
		path, token, challenge string
		status                 int
	}{
		{"/one", "jane", "", 200},
		{"/one", "", `Bearer realm="fiber"`, 401},
		{"/one", "bad", `Bearer realm="fiber", error="invalid_token"`, 401},
		{"/one", "faulty", "", 500},
		{"/one", "teapot", "", 500},
		{"/ONE/", "", `Bearer realm="fiber"`, 401},
		{"/all/here", "jane", "", 200},
		{"/all/here", "", `Bearer realm="fiber"`, 401},
		{"/All/here/", "", `Bearer realm="fiber"`, 401},
		{"/all/nowhere", "", `Bearer realm="fiber"`, 401},
		{"/all/nowhere", "jane", "", 404},
		{"/admin", "root.admins", "", 200},
		{"/admin", "jane", "", 403},
		{"/policy", "root.admins", `Bearer realm="fiber"`, 401},
		{"/user", "jane", "", 200},
		{"/user", "bad", `Bearer realm="fiber", error="invalid_token"`, 401},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			response, body := ask(t, method, address+test.path, test.token)
			want := http.StatusText(test.status)
			switch {
			case method == http.MethodHead:
				want = ""
			case test.status == 200:
				want = "done"
			case test.status == 404:
				want = body
			}
			refused := test.status != 200 && test.status != 404
			if response.StatusCode != test.status || body != want ||
				response.Header.Get("WWW-Authenticate") != test.challenge ||
				refused && (response.Header.Get("X-Behind") != "" || response.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("%s %s of %q: %d %q, %v", method, test.path, test.token, response.StatusCode, body, response.Header)
			}
		}
	}
}

// Fiber's ErrorHandler, and middleware in front, can tell why; clients can't, even
// if the error is printed to them in every way.
func TestTheErrorSaysWhyOnlyToWhoAsks(t *testing.T) {
	var seen error
	app := fiber.New(fiber.Config{ErrorHandler: func(c fiber.Ctx, err error) error {
		seen = err
		return c.SendString(fmt.Sprintf("%v %+v %s", err, err, err))
	}})
	app.Get("/", fiberauth.Require(hooked()), func(fiber.Ctx) error { return nil })
	address := "http://" + serve(t, app)
	for token, want := range map[string]struct {
		is     error
		reason gognito.Reason
		status int
	}{
		"":       {gognito.ErrNoToken, "", 401},
		"bad":    {gognito.ErrInvalidToken, gognito.ReasonMalformed, 401},
		"faulty": {errDatabase, "", 500},
		"teapot": {nil, "", 500},
	} {
		_, body := ask(t, http.MethodGet, address, token)
		text := http.StatusText(want.status)
		if body != strings.Join([]string{text, text, text}, " ") {
			t.Errorf("%q is told %q", token, body)
		}
		var answer *fiber.Error
		if !errors.As(seen, &answer) || answer.Code != want.status || answer.Message != text {
			t.Errorf("%q: Fiber is told %v", token, answer)
		}
		if gognito.ReasonOf(seen) != want.reason || want.is != nil && !errors.Is(seen, want.is) {
			t.Errorf("%q: %v, %q; want %v, %q", token, seen, gognito.ReasonOf(seen), want.is, want.reason)
		}
	}
}
