package admin_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gognito/gognito/cmd/internal/admin"
)

// A gateway that lives, and has no keys yet.
func Example() {
	h := &admin.Handler{Ready: func() error { return errors.New("no keys yet") }}
	for _, path := range []string{"/livez", "/readyz"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Println(path, w.Code)
	}
	// Output:
	// /livez 200
	// /readyz 503
}
