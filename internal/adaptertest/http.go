package adaptertest

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// RunHTTP is Run for a server of HTTP, at baseURL, whose routes are the paths of
// their names. A redirect is not followed.
func RunHTTP(t *testing.T, w *World, adapter, baseURL string) {
	t.Helper()
	base, err := url.Parse(baseURL)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Transport:     &http.Transport{MaxResponseHeaderBytes: 1 << 20},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(client.CloseIdleConnections)
	Run(t, w, Carrier{Adapter: adapter}, base.Host, func(t *testing.T, row Request) Answer {
		t.Helper()
		return Do(t, client, baseURL, row)
	})
}

// Do sends a row to a server of HTTP.
func Do(t *testing.T, client *http.Client, baseURL string, row Request) Answer {
	t.Helper()
	var body io.Reader
	if row.Method == http.MethodPost {
		body = strings.NewReader(`{}`)
	}
	target := baseURL + "/" + string(row.Route)
	if row.Query != "" {
		target += "?" + row.Query
	}
	r, err := http.NewRequestWithContext(t.Context(), row.Method, target, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = row.Header.Clone()
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: string(text)}
}
