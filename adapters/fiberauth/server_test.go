package fiberauth_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v3"

	"github.com/gognito/gognito"
)

// named is a Verifier for which a token is its user's name, and the group's behind
// a dot.
type named struct{}

func (named) Verify(_ context.Context, token string) (*gognito.Claims, error) {
	if token == "bad" {
		return nil, gognito.NewError(gognito.ReasonMalformed, nil)
	}
	name, group, _ := strings.Cut(token, ".")
	return &gognito.Claims{Issuer: "named", Subject: name, Username: name, Groups: []string{group}}, nil
}

// serve runs an app on loopback until the test ends, and returns its address.
func serve(t *testing.T, app *fiber.App) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	t.Cleanup(func() {
		_ = app.Shutdown()
		_ = listener.Close() // in case the app did not serve yet
		<-served
	})
	return listener.Addr().String()
}

// sent returns the fields of a request, and leaves fasthttp's as they are.
func sent(c fiber.Ctx) http.Header {
	header := make(http.Header)
	for name, value := range c.Request().Header.AllInOrder() {
		header.Add(string(name), string(value))
	}
	return header
}

var client = &http.Client{Timeout: time.Minute}

// ask sends a request with a token, "" for none, and returns the answer, whose
// body is read; an empty one if there is none, which fails the test.
func ask(t *testing.T, method, url, token string, header ...string) (response *http.Response, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Error(err)
		return new(http.Response), ""
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	r.Host = r.Header.Get("Host") // "": the server's
	response, err = client.Do(r)
	if err != nil {
		t.Error(err)
		return new(http.Response), ""
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	return response, string(text)
}
