package ginauth_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/ginauth"
	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

var admins = gognito.InAnyGroup("admins")

// newAuth returns an Authenticator, and a source of its users' tokens.
func newAuth(t *testing.T) (auth *httpauth.Authenticator, token func(username string, groups ...string) string) {
	t.Helper()
	pool := gognitotest.NewPool(t)
	auth = &httpauth.Authenticator{Verifier: pool.Verifier(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	return auth, func(username string, groups ...string) string {
		return pool.AccessToken(gognitotest.User{Username: username, Groups: groups})
	}
}

// greet answers with the name that the request's context has.
func greet(c *gin.Context) {
	if user, ok := gognito.FromContext(c.Request.Context()); ok {
		c.String(http.StatusOK, "hello, %s", user.Username)
		return
	}
	c.String(http.StatusOK, "hello, stranger")
}

func TestNothingBehindARefusalRunsAndTheErrorIsNoted(t *testing.T) {
	auth, token := newAuth(t)
	require, optional, allow := ginauth.Require(auth), ginauth.Optional(auth), ginauth.Allow(auth, admins)
	handle := ginauth.Handle(auth, func(c *gin.Context, u *gognito.User) { c.String(http.StatusOK, "hello, %s", u.Username) })
	const none, jane, root = "", "jane", "root"
	for name, test := range map[string]struct {
		guards []gin.HandlerFunc
		token  string
		want   string
		kind   gognito.Kind
		reason gognito.Reason
	}{
		"Require, nobody":            {[]gin.HandlerFunc{require}, none, "401 Unauthorized", gognito.ErrNoToken, ""},
		"Require, a bad token":       {[]gin.HandlerFunc{require}, "x.y.z", "401 Unauthorized", gognito.ErrInvalidToken, gognito.ReasonMalformed},
		"Require, a user":            {[]gin.HandlerFunc{require}, token(jane), "200 hello, jane", "", ""},
		"Optional, nobody":           {[]gin.HandlerFunc{optional}, none, "200 hello, stranger", "", ""},
		"Optional, a bad token":      {[]gin.HandlerFunc{optional}, "x.y.z", "401 Unauthorized", gognito.ErrInvalidToken, gognito.ReasonMalformed},
		"Allow alone, an admin":      {[]gin.HandlerFunc{allow}, token(root, "admins"), "401 Unauthorized", gognito.ErrNoToken, ""},
		"Require and Allow, a user":  {[]gin.HandlerFunc{require, allow}, token(jane), "403 Forbidden", gognito.ErrForbidden, gognito.ReasonGroup},
		"Require and Allow, admin":   {[]gin.HandlerFunc{require, allow}, token(root, "admins"), "200 hello, root", "", ""},
		"Optional and Allow, nobody": {[]gin.HandlerFunc{optional, allow}, none, "401 Unauthorized", gognito.ErrNoToken, ""},
		"Handle, nobody":             {[]gin.HandlerFunc{handle}, none, "401 Unauthorized", gognito.ErrNoToken, ""},
		"Handle, a user":             {[]gin.HandlerFunc{handle}, token(jane), "200 hello, janehello, jane", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			ran := false
			r := gin.New()
			r.Use(func(c *gin.Context) {
				c.Next()
				refused := test.kind != ""
				if c.IsAborted() != refused || ran == refused || !strings.HasPrefix(test.want, strconv.Itoa(c.Writer.Status())) {
					t.Errorf("aborted %v, what is behind ran %v, status %d", c.IsAborted(), ran, c.Writer.Status())
				}
				if !refused {
					if len(c.Errors) != 0 {
						t.Errorf("noted %v", c.Errors)
					}
					return
				}
				if len(c.Errors) != 1 || !errors.Is(c.Errors[0], test.kind) || gognito.ReasonOf(c.Errors[0]) != test.reason {
					t.Errorf("noted %v, want %v %q", c.Errors, test.kind, test.reason)
				}
				if len(c.Errors.ByType(gin.ErrorTypePrivate)) != 1 || len(c.Errors.ByType(gin.ErrorTypePublic)) != 0 {
					t.Errorf("noted as public: %v", c.Errors.ByType(gin.ErrorTypePublic))
				}
			})
			r.GET("/", append(test.guards, func(c *gin.Context) { ran = true; greet(c) })...)
			if got := ask(r, "GET", "/", test.token); got != test.want {
				t.Errorf("answered %s, want %s", got, test.want)
			}
		})
	}
}

// An Attach that returns a *gin.Error means to talk to gin's logs, not to clients,
// and what it wraps it in stays. Middleware in front may send the text to clients.
func TestAnErrorIsNotedWholeAndPrivate(t *testing.T) {
	auth, token := newAuth(t)
	auth.Attach = func(*http.Request, *gognito.User) error {
		public := &gin.Error{Err: errors.New("row 17"), Type: gin.ErrorTypePublic}
		return errors.Join(gognito.NewError(gognito.ReasonPermission, nil), public)
	}
	r := gin.New()
	r.Use(func(c *gin.Context) {
		c.Next()
		if last := c.Errors.Last(); gognito.ReasonOf(last) != gognito.ReasonPermission || !last.IsType(gin.ErrorTypePrivate) || last.IsType(gin.ErrorTypePublic) {
			t.Errorf("noted %v of type %d", last, last.Type)
		}
		if text := c.Errors.Last().Error(); text != "withheld; see gognito.ReasonOf" {
			t.Errorf("noted with the text %q", text)
		}
	})
	r.GET("/", ginauth.Require(auth), greet)
	if got := ask(r, "GET", "/", token("jane")); got != "403 Forbidden" {
		t.Error(got)
	}
}

// gin goes on with the next handler if who recovers does not abort.
func TestAPanicLetsNobodyThrough(t *testing.T) {
	boom := errors.New("boom")
	for name, set := range map[string]func(*httpauth.Authenticator){
		"Verifier": func(a *httpauth.Authenticator) { a.Verifier = panicking{boom} },
		"Attach":   func(a *httpauth.Authenticator) { a.Attach = func(*http.Request, *gognito.User) error { panic(boom) } },
		"policy":   func(*httpauth.Authenticator) {},
		"ErrorHandler": func(a *httpauth.Authenticator) {
			a.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(boom) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			auth, token := newAuth(t)
			set(auth)
			policy := func(*gognito.User) error { panic(boom) }
			if name == "ErrorHandler" {
				policy = func(*gognito.User) error { return gognito.NewError(gognito.ReasonGroup, nil) }
			}
			guards := []gin.HandlerFunc{ginauth.Require(auth), ginauth.Allow(auth, policy), func(*gin.Context) { t.Error("what is behind ran") }}
			bare, recovered := gin.New(), gin.New()
			bare.GET("/", guards...)
			recovered.Use(gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, _ any) { c.String(http.StatusInternalServerError, "sorry") }))
			recovered.GET("/", guards...)
			jane := token("jane")
			if got := ask(recovered, "GET", "/", jane); got != "500 sorry" {
				t.Error(got)
			}
			defer func() {
				if got := recover(); got != boom {
					t.Errorf("panicked with %v, want %v", got, boom)
				}
			}()
			ask(bare, "GET", "/", jane)
		})
	}
}

type panicking struct{ with error }

func (p panicking) Verify(context.Context, string) (*gognito.Claims, error) { panic(p.with) }

func TestWhatCannotWorkDoesNotMount(t *testing.T) {
	auth, _ := newAuth(t)
	empty, me := &httpauth.Authenticator{}, func(*gin.Context, *gognito.User) {}
	for want, mounts := range map[string][]func(){
		"httpauth: Authenticator.Verifier is nil": {
			func() { ginauth.Require(empty) },
			func() { ginauth.Optional(empty) },
			func() { ginauth.Allow(empty, admins) },
			func() { ginauth.Handle(empty, me) },
		},
		"httpauth: Allow was given a nil Policy": {func() { ginauth.Allow(auth, nil) }},
		"ginauth: the handler is nil":            {func() { ginauth.Handle(auth, nil) }},
	} {
		for i, mount := range mounts {
			t.Run(want+" "+strconv.Itoa(i), func(t *testing.T) {
				defer func() {
					if got := recover(); got != want {
						t.Errorf("panicked with %v", got)
					}
				}()
				mount()
			})
		}
	}
}

func TestAttachRunsOnceWhereGuardsAreNested(t *testing.T) {
	auth, token := newAuth(t)
	runs := 0
	auth.Attach = func(*http.Request, *gognito.User) error { runs++; return nil }
	r := gin.New()
	r.Use(ginauth.Optional(auth))
	group := r.Group("/g", ginauth.Require(auth))
	group.GET("", ginauth.Require(auth), ginauth.Handle(auth, func(c *gin.Context, _ *gognito.User) { greet(c) }))
	if got := ask(r, "GET", "/g", token("jane")); got != "200 hello, jane" || runs != 1 {
		t.Errorf("%s, and Attach ran %d times", got, runs)
	}
}
