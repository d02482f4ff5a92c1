package adaptertest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/gognito/gognito/gognitotest"
	"github.com/gognito/gognito/httpauth"
)

// Upload sends a file to a guarded handler that calls upload, and fails the test if
// it is still there when the request is over. net/http removes the files of a form
// that was parsed from the request that it made itself, not from a copy with a user
// in its context. guard returns a handler of the adapter's framework.
func Upload(t *testing.T, guard func(auth *httpauth.Authenticator, upload func(*http.Request)) http.Handler) {
	t.Helper()
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	files := func() int {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Error(err)
		}
		return len(entries)
	}
	pool := gognitotest.NewPool(t)
	during := -1
	server := httptest.NewServer(guard(&httpauth.Authenticator{Verifier: pool.Verifier()}, func(r *http.Request) {
		if err := r.ParseMultipartForm(1); err != nil { //nolint:gosec // of a request that this function sends
			t.Error(err)
		}
		during = files()
	}))
	defer server.Close()

	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "large")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write(make([]byte, 11<<20))
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, &body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set(authorization, "Bearer "+pool.AccessToken(john))
	response, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	server.Close() // waits for what net/http does after the handler
	if after := files(); during != 1 || after != 0 {
		t.Errorf("%d files while the handler ran and %d afterwards, want 1 and 0", during, after)
	}
}
