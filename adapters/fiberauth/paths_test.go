package fiberauth_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/gofiber/fiber/v3"
	"github.com/gofiber/fiber/v3/middleware/static"

	"github.com/gognito/gognito/adapters/fiberauth"
	"github.com/gognito/gognito/httpauth"
)

// Fiber's "/*" is reached by targets that are below no path at all, so a guard
// in front of it has to be mounted at "/*" too.
func TestAGuardOfAllPathsCoversTargetsThatBeginWithNoSlash(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "x.txt"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	secret := func(c fiber.Ctx) error { return c.SendString("secret") }
	for name, mount := range map[string]func(*fiber.App){
		"a route":     func(app *fiber.App) { app.All("/*", secret) },
		"files":       func(app *fiber.App) { app.Get("/*", static.New(folder)) },
		"a group":     func(app *fiber.App) { app.Group("/").All("*", secret) },
		"another app": func(app *fiber.App) { sub := fiber.New(); sub.All("*", secret); app.Use("/", sub) },
	} {
		t.Run(name, func(t *testing.T) {
			app := fiber.New()
			app.Use("/*", fiberauth.Require(&httpauth.Authenticator{Verifier: named{}}))
			mount(app)
			address := serve(t, app)
			if got := answer(t, address, "/x.txt", "jane"); got != "200 secret" {
				t.Errorf("a user gets %s", got)
			}
			for target, want := range map[string]int{
				"/": 401, "/x.txt": 401, "//": 401, "///": 401, "//x.txt": 401, "*": 401, "http://h": 401, "http://h#x": 401, "http://h?x": 401,
				"http:/x.txt": 401, "x:y": 401, "x.txt": 400, "?x": 400, "#/x": 400,
			} {
				if got := answer(t, address, target, ""); got != fmt.Sprintf("%d %s", want, http.StatusText(want)) {
					t.Errorf("%s: %s, want %d", target, got, want)
				}
			}
		})
	}
}

// answer returns what a target, sent as it is, is answered with.
func answer(t *testing.T, address, target, token string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	credentials := ""
	if token != "" {
		credentials = "Authorization: Bearer " + token + "\r\n"
	}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: h\r\n%sConnection: close\r\n\r\n", target, credentials); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", response.StatusCode, body)
}

// Fiber compares a guard's path as it was sent; its static middleware decodes it.
func TestFilesBehindTheirOwnRouteAreGuardedHoweverThePathIsWritten(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "x.txt"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	app := fiber.New()
	app.Use("/private", fiberauth.Require(&httpauth.Authenticator{Verifier: named{}}), static.New(folder))
	address := "http://" + serve(t, app)
	if _, body := ask(t, http.MethodGet, address+"/private/x.txt", "jane"); body != "secret" {
		t.Fatalf("a user gets %q", body)
	}
	for path, want := range map[string]int{
		"/private/x.txt": 401, "/PRIVATE/x.txt": 401, "/private/../private/x.txt": 401, "/private/": 401,
		"/%70rivate/x.txt": 404, "//private/x.txt": 404, "/./private/x.txt": 404, "/x.txt": 404,
	} {
		if response, body := ask(t, http.MethodGet, address+path, ""); response.StatusCode != want || body == "secret" {
			t.Errorf("%s: %d %q, want %d", path, response.StatusCode, body, want)
		}
	}
}
