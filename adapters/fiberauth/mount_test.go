package fiberauth_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/adaptor"
	"github.com/gofiber/fiber/v3/middleware/encryptcookie"
	recoverer "github.com/gofiber/fiber/v3/middleware/recover"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/fiberauth"
	"github.com/gognito/gognito/httpauth"
)

func TestAMistakePanicsWhenMounted(t *testing.T) {
	good, none := &httpauth.Authenticator{Verifier: named{}}, &httpauth.Authenticator{}
	handle := func(fiber.Ctx, *gognito.User) error { return nil }
	for name, mount := range map[string]func(){
		"Require without a Verifier":  func() { fiberauth.Require(none) },
		"Optional without a Verifier": func() { fiberauth.Optional(none) },
		"Allow without a Verifier":    func() { fiberauth.Allow(none, gognito.InAnyGroup("admins")) },
		"Allow without a policy":      func() { fiberauth.Allow(good, nil) },
		"Handle without a Verifier":   func() { fiberauth.Handle(none, handle) },
		"Handle without a handler":    func() { fiberauth.Handle(good, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("mounted")
				}
			}()
			mount()
		})
	}
}

func TestAttachRunsOnceARequest(t *testing.T) {
	var attached atomic.Int32
	auth := &httpauth.Authenticator{Verifier: named{}, Attach: func(*http.Request, *gognito.User) error {
		attached.Add(1)
		return nil
	}}
	app := fiber.New()
	app.Use(fiberauth.Require(auth))
	app.Get("/", fiberauth.Require(auth), fiberauth.Optional(auth), fiberauth.Allow(auth, gognito.InAnyGroup("admins")),
		fiberauth.Handle(auth, func(c fiber.Ctx, u *gognito.User) error { return c.SendString(u.Username) }))
	response, body := ask(t, http.MethodGet, "http://"+serve(t, app), "root.admins")
	if response.StatusCode != http.StatusOK || body != "root" || attached.Load() != 1 {
		t.Errorf("%d %s, and Attach ran %d times", response.StatusCode, body, attached.Load())
	}
}

func TestAPanicIsLeftToFiber(t *testing.T) {
	seen := make(chan any, 1)
	app := fiber.New()
	app.Use(recoverer.New(recoverer.Config{EnableStackTrace: true, StackTraceHandler: func(_ fiber.Ctx, e any) { seen <- e }}))
	app.Get("/hook", fiberauth.Require(hooked()), func(fiber.Ctx) error { return nil })
	app.Get("/handler", fiberauth.Handle(hooked(), func(fiber.Ctx, *gognito.User) error { panic(errDatabase) }))
	address := "http://" + serve(t, app)
	for path, token := range map[string]string{"/hook": "panics", "/handler": "jane"} {
		response, _ := ask(t, http.MethodGet, address+path, token)
		if got := <-seen; got != any(errDatabase) || response.StatusCode != http.StatusInternalServerError {
			t.Errorf("%s: %v, answered with %d", path, got, response.StatusCode)
		}
	}
}

// What other middleware has made of the cookies is what counts.
func TestACookieThatFiberDecryptsIsRead(t *testing.T) {
	auth := &httpauth.Authenticator{Verifier: named{}, Source: httpauth.Cookie("token")}
	app := fiber.New()
	app.Use(encryptcookie.New(encryptcookie.Config{Key: encryptcookie.GenerateKey(32)}))
	app.Get("/login", func(c fiber.Ctx) error {
		c.Cookie(&fiber.Cookie{Name: "token", Value: "jane"})
		return nil
	})
	app.Get("/", fiberauth.Handle(auth, func(c fiber.Ctx, u *gognito.User) error { return c.SendString(u.Username) }))
	address := "http://" + serve(t, app)
	login, _ := ask(t, http.MethodGet, address+"/login", "")
	cookie, _, _ := strings.Cut(login.Header.Get("Set-Cookie"), ";")
	if cookie == "" || cookie == "token=jane" {
		t.Fatalf("the encrypted cookie is %q", cookie)
	}
	if _, body := ask(t, http.MethodGet, address, "", "Cookie", cookie); body != "jane" {
		t.Errorf("answered with %s", body)
	}
}

// So is what they made of other fields, such as one that only a proxy may set.
func TestWhatHandlersInFrontChangeIsWhatCounts(t *testing.T) {
	auth := &httpauth.Authenticator{Verifier: named{}, Attach: func(r *http.Request, u *gognito.User) error {
		u.Grant(r.Header.Values("X-Tenant")...)
		u.Grant(r.Header.Values("X-Added")...)
		return nil
	}}
	app := fiber.New()
	app.Use(func(c fiber.Ctx) error {
		c.Request().Header.Del("X-Tenant")
		c.Request().Header.Set("X-Added", "added")
		c.Request().Header.Set("Authorization", "Bearer "+c.Query("token"))
		return c.Next()
	})
	app.All("/", fiberauth.Handle(auth, func(c fiber.Ctx, u *gognito.User) error {
		return c.SendString(fmt.Sprintf("%s %v %v", u.Username, u.Can("acme"), u.Can("added")))
	}))
	url := "http://" + serve(t, app) + "/?token=jane"
	for want, body := range map[string]io.Reader{
		"jane false true":  nil,
		"jane false false": io.MultiReader(strings.NewReader("x")), // chunked: it might be a trailer's
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Tenant", "acme")
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if string(got) != want || err != nil {
			t.Errorf("%s, %v; want %s", got, err, want)
		}
	}
}

// The method by which Fiber chooses the handler is the one that may change
// something.
func TestACrossSiteRequestDoesNotHideBehindAnOverriddenMethod(t *testing.T) {
	var refused error
	auth := &httpauth.Authenticator{Verifier: named{}, Source: httpauth.Cookie("token")}
	app := fiber.New(fiber.Config{ErrorHandler: func(c fiber.Ctx, err error) error {
		refused = err
		return fiber.DefaultErrorHandler(c, err)
	}})
	app.Use(func(c fiber.Ctx) error {
		c.Method(c.Get("X-Http-Method-Override"))
		return c.Next()
	})
	app.Delete("/", fiberauth.Require(auth), func(fiber.Ctx) error { return nil })
	ask(t, http.MethodGet, "http://"+serve(t, app), "", "Cookie", "token=jane",
		"Sec-Fetch-Site", "cross-site", "X-Http-Method-Override", http.MethodDelete)
	if gognito.ReasonOf(refused) != gognito.ReasonCrossOrigin {
		t.Errorf("refused: %v", refused)
	}
}

// A handler that takes over the connection has the user for as long as that lasts.
func TestAUserOutlivesTheRequestOnAHijackedConnection(t *testing.T) {
	auth := &httpauth.Authenticator{Verifier: named{}}
	app := fiber.New()
	app.Get("/", fiberauth.Handle(auth, func(c fiber.Ctx, u *gognito.User) error {
		c.RequestCtx().Hijack(func(conn net.Conn) {
			in := bufio.NewReader(conn)
			for {
				if _, err := in.ReadString('\n'); err != nil {
					return
				}
				if _, err := fmt.Fprintln(conn, u.Username); err != nil {
					return
				}
			}
		})
		c.Set("Connection", "Upgrade")
		c.Set("Upgrade", "names")
		return c.SendStatus(http.StatusSwitchingProtocols)
	}))
	address := serve(t, app)
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer jane\r\nConnection: Upgrade\r\nUpgrade: names\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	if response, err := http.ReadResponse(in, nil); err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(response, err)
	}
	if _, err := fmt.Fprintln(conn, "who?"); err != nil {
		t.Fatal(err)
	}
	if name, err := in.ReadString('\n'); err != nil || name != "jane\n" {
		t.Errorf("%q, %v", name, err)
	}
}

func TestAnAdaptedHandlerOfNetHTTPFindsTheUserInFibersContext(t *testing.T) {
	app := fiber.New()
	app.Get("/", fiberauth.Require(&httpauth.Authenticator{Verifier: named{}}),
		adaptor.HTTPHandlerWithContext(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, ok := adaptor.LocalContextFromHTTPRequest(r)
			if !ok {
				return
			}
			if u, ok := gognito.FromContext(ctx); ok {
				_, _ = io.WriteString(w, u.Username)
			}
		})))
	if _, body := ask(t, http.MethodGet, "http://"+serve(t, app), "jane"); body != "jane" {
		t.Errorf("answered with %q", body)
	}
}

// A token in many groups needs more than Fiber takes by default. The guard is asked
// about the request that can't be read, and must not change the answer's status.
func TestAServerWithASmallBufferRefusesALargeToken(t *testing.T) {
	auth := &httpauth.Authenticator{Verifier: named{}}
	large := fmt.Sprintf("%05000d", 1)
	for size, want := range map[int]int{0: http.StatusRequestHeaderFieldsTooLarge, 64 << 10: http.StatusOK} {
		app := fiber.New(fiber.Config{ReadBufferSize: size})
		app.Use(fiberauth.Require(auth))
		app.Get("/", func(fiber.Ctx) error { return nil })
		if response, _ := ask(t, http.MethodGet, "http://"+serve(t, app), large); response.StatusCode != want {
			t.Errorf("with a buffer of %d: %d, want %d", size, response.StatusCode, want)
		}
	}
}
