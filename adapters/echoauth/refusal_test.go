package echoauth_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/echoauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"
)

// Errors that Echo knows must not decide the answer, wherever they come from.
func TestARefusalTellsTheClientItsStatusAlone(t *testing.T) {
	pool := gognitotest.NewPool(t)
	good := pool.AccessToken(gognitotest.User{Username: "jane"})
	handlers := map[string]echo.HTTPErrorHandler{
		"Echo's own":               echo.DefaultHTTPErrorHandler(false),
		"Echo's own, errors shown": echo.DefaultHTTPErrorHandler(true),
		"RFC 9457, errors shown":   echo.ProblemDetailsHTTPErrorHandler(true),
	}
	for name, test := range map[string]struct {
		token  string
		attach error
		late   bool // the request's time is up
		status int
		reason gognito.Reason
	}{
		"no token":            {"", nil, false, http.StatusUnauthorized, ""},
		"an expired one":      {pool.Hostile("expired"), nil, false, http.StatusUnauthorized, gognito.ReasonExpired},
		"a fault":             {good, errors.New("secret"), false, http.StatusInternalServerError, ""},
		"an HTTPError":        {good, echo.NewHTTPError(http.StatusTeapot, "secret"), false, http.StatusInternalServerError, ""},
		"an HTTPError behind": {good, echo.ErrForbidden.Wrap(errors.New("secret")), false, http.StatusInternalServerError, ""},
		"a problem":           {good, &echo.ProblemError{Status: http.StatusTeapot, Title: "secret"}, false, http.StatusInternalServerError, ""},
		"a timeout":           {good, context.DeadlineExceeded, true, http.StatusServiceUnavailable, gognito.ReasonCanceled},
	} {
		for handlerName, handler := range handlers {
			t.Run(name+", "+handlerName, func(t *testing.T) {
				auth := &httpauth.Authenticator{
					Verifier: pool.Verifier(),
					Attach:   func(*http.Request, *gognito.User) error { return test.attach },
					Logger:   slog.New(slog.DiscardHandler),
				}
				e := echo.New()
				var got error
				e.HTTPErrorHandler = func(c *echo.Context, err error) {
					got = err
					handler(c, err)
				}
				if test.late {
					e.Use(middleware.ContextTimeout(time.Nanosecond), untilDone)
				}
				e.Use(echoauth.Require(auth))
				e.GET("/", func(*echo.Context) error { t.Error("the handler is reached"); return nil })

				w := call(e, http.MethodGet, "/", test.token)
				told := w.Body.String()
				text := http.StatusText(test.status)
				if w.Code != test.status || !strings.Contains(told, text) {
					t.Errorf("answered %d %s, want %d", w.Code, told, test.status)
				}
				for _, secret := range []string{"secret", "gognito:", "canceled", "deadline", "expired"} {
					if strings.Contains(told, secret) {
						t.Errorf("the client was told %q: %s", secret, told)
					}
				}
				if public, ok := errors.AsType[*echo.HTTPError](got); !ok || public.Code != test.status || public.Message != text {
					t.Errorf("the error handler got %v", got)
				}
				if gognito.ReasonOf(got) != test.reason || !errors.Is(got, test.attach) && test.attach != nil {
					t.Errorf("refused with %q, %v; want %q", gognito.ReasonOf(got), got, test.reason)
				}
			})
		}
	}
}

// untilDone waits for the end of the request's context.
func untilDone(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c *echo.Context) error {
		<-c.Request().Context().Done()
		return next(c)
	}
}

// A logger that has the error answered before it logs, as Echo's own does, must not
// lead to a second answer.
func TestALoggerOutsideLearnsTheReasonAndTheUser(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()}
	e := echo.New()
	var logged middleware.RequestLoggerValues
	var user *gognito.User
	e.Use(middleware.RequestLoggerWithConfig(middleware.RequestLoggerConfig{
		HandleError: true, LogStatus: true,
		LogValuesFunc: func(c *echo.Context, v middleware.RequestLoggerValues) error {
			logged = v
			user, _ = gognito.FromContext(c.Request().Context())
			return nil
		},
	}), echoauth.Require(auth))
	e.GET("/", func(c *echo.Context) error { return c.NoContent(http.StatusNoContent) })

	w := call(e, http.MethodGet, "/", pool.Hostile("expired"))
	if logged.Status != http.StatusUnauthorized || gognito.ReasonOf(logged.Error) != gognito.ReasonExpired || user != nil {
		t.Errorf("logged %d, %q, %v", logged.Status, gognito.ReasonOf(logged.Error), user)
	}
	if w.Body.String() != "{\"message\":\"Unauthorized\"}\n" {
		t.Errorf("answered %q", w.Body)
	}
	call(e, http.MethodGet, "/", pool.AccessToken(gognitotest.User{Username: "jane"}))
	if logged.Status != http.StatusNoContent || user == nil || user.Username != "jane" {
		t.Errorf("logged %d, %v", logged.Status, user)
	}
}

func TestWrapMiddlewareAnswersAsNetHTTPDoes(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier()}
	e := echo.New()
	e.HTTPErrorHandler = func(_ *echo.Context, err error) { t.Errorf("Echo's error handler got %v", err) }
	e.GET("/", admin, echo.WrapMiddleware(auth.Require))
	for token, want := range map[string]string{
		pool.AccessToken(gognitotest.User{Username: "jane"}): "jane is an admin",
		"x": "Unauthorized\n",
	} {
		if w := call(e, http.MethodGet, "/", token); w.Body.String() != want {
			t.Errorf("answered %q, want %q", w.Body, want)
		}
	}
}

func TestAWebSocketHandshakeHasItsUser(t *testing.T) {
	pool := gognitotest.NewPool(t)
	auth := &httpauth.Authenticator{Verifier: pool.Verifier(), Source: httpauth.Cookie("token")}
	e := echo.New()
	e.GET("/", echoauth.Handle(auth, func(c *echo.Context, u *gognito.User) error {
		conn, _, err := http.NewResponseController(c.Response()).Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"+u.Username)
		return err
	}))
	url := serve(t, e)
	for origin, want := range map[string]string{url: "101 jane", "https://evil.example": `403 {"message":"Forbidden"}`} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{
			"Cookie":     {"token=" + pool.AccessToken(gognitotest.User{Username: "jane"})},
			"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Origin": {origin},
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if got := response.Status[:4] + strings.TrimSpace(string(body)); err != nil || got != want {
			t.Errorf("from %s: %s, %v; want %s", origin, got, err, want)
		}
	}
}
