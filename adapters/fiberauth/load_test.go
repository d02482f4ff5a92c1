package fiberauth_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v3"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/adapters/fiberauth"
	"github.com/gognito/gognito/httpauth"
)

// kept is the request that a user came with, as an application might keep it.
var kept = gognito.NewAttribute[*http.Request]("request")

// fasthttp has few buffers, which serve one request after another. Whoever keeps a
// user, and what a hook took from the request, must not find another request's
// bytes in them later. Each request differs from all others in all of its parts,
// but never in their lengths.
func TestNothingOfARequestReachesAnother(t *testing.T) {
	const clients, requests = 32, 60
	auth := &httpauth.Authenticator{
		Verifier: named{},
		Source:   httpauth.FirstOf(httpauth.Bearer, httpauth.Cookie("token")),
		Attach: func(r *http.Request, u *gognito.User) error {
			kept.Set(u, r)
			return nil
		},
	}
	app := fiber.New()
	var mu sync.Mutex
	users := make(map[int]*gognito.User)
	keep := func(c fiber.Ctx, u *gognito.User) error {
		id := fiber.Params[int](c, "id")
		mu.Lock()
		defer mu.Unlock()
		users[id] = u
		return c.SendString(u.Username)
	}
	app.Post("/:id", fiberauth.Handle(auth, keep))
	app.Get("/nobody/:id", fiberauth.Optional(auth), func(c fiber.Ctx) error {
		if u, ok := gognito.FromContext(c.Context()); ok {
			t.Errorf("a request without a token is %s's", u.Username)
		}
		return nil
	})
	address := "http://" + serve(t, app)

	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for i := range requests {
				id := 10_000 + client*requests + i
				ask(t, http.MethodGet, fmt.Sprintf("%s/nobody/%d", address, id), "")
				token := fmt.Sprintf("user-%d", id)
				header := []string{"Host", fmt.Sprintf("h%d", id), "X-Tenant", fmt.Sprintf("tenant-%d", id)}
				if id%2 == 0 {
					header = append(header, "Cookie", "token="+token)
					token = ""
				}
				url := fmt.Sprintf("%s/%d?q=%d", address, id, id)
				if _, body := ask(t, http.MethodPost, url, token, header...); body != fmt.Sprintf("user-%d", id) {
					t.Errorf("%d was answered with %s", id, body)
				}
			}
		})
	}
	all.Wait()

	if len(users) != clients*requests {
		t.Fatalf("%d users were kept", len(users))
	}
	for id, u := range users {
		r, _ := kept.Of(u)
		carried := r.Header.Get("Authorization")
		if id%2 == 0 {
			carried = r.Header.Get("Cookie")
		}
		got := strings.Join([]string{
			u.Username, u.Subject, r.Method, r.Proto, r.Host, r.RequestURI, r.URL.Path, r.URL.RawQuery,
			r.Header.Get("X-Tenant"), carried[len(carried)-len(u.Username):], r.Header.Get("User-Agent"),
		}, " ")
		want := fmt.Sprintf("user-%[1]d user-%[1]d POST HTTP/1.1 h%[1]d /%[1]d?q=%[1]d /%[1]d q=%[1]d tenant-%[1]d user-%[1]d Go-http-client/1.1", id)
		if got != want {
			t.Errorf("of %d was kept:\n%s, want\n%s", id, got, want)
		}
	}
}
