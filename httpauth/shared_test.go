package httpauth_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gognito/gognito/httpauth"
	"github.com/gognito/gognito/internal/adaptertest"
)

// net/http itself is the first to be held to what all adapters are held to.
func TestSharedTable(t *testing.T) {
	world := adaptertest.NewWorld(t)
	world.Auth.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) {
		world.Refused(adaptertest.IDOf(r.Header), err)
		httpauth.Reply(w, r, err, "")
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, world.Handled(r.Context(), adaptertest.IDOf(r.Header)))
	})
	mux := http.NewServeMux()
	for _, route := range adaptertest.Routes {
		var guarded http.Handler = handler
		if policy := route.Policy(); policy != nil {
			guarded = world.Auth.Allow(policy)(guarded)
		}
		if route == adaptertest.Optional {
			guarded = world.Auth.Optional(guarded)
		} else {
			guarded = world.Auth.Require(guarded)
		}
		mux.Handle("/"+string(route), guarded)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(adaptertest.EndedContext(r.Context(), r.Header)))
	}))
	t.Cleanup(server.Close)
	adaptertest.RunHTTP(t, world, "net/http", server.URL)
}
