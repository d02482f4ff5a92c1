package drf_test

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gognito/gognito/gognitotest"
)

// ask sends a request and returns the answer with its body.
func ask(t *testing.T, method, url string, header http.Header) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		request.Header = header.Clone()
	}
	// A connection without a request would keep a thread of gunicorn's busy.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// expect sends a request, and compares the answer's status and JSON.
func expect(t *testing.T, method, url string, header http.Header, status int, want map[string]any) {
	t.Helper()
	answer, body := ask(t, method, url, header)
	if answer.StatusCode != status {
		t.Errorf("%s %s: %d %s, want %d", method, url, answer.StatusCode, body, status)
		return
	}
	if challenge := answer.Header.Get("Www-Authenticate"); (status == http.StatusUnauthorized) != strings.HasPrefix(challenge, "Bearer") {
		t.Errorf("%s %s: %d with the challenge %q", method, url, status, challenge)
	}
	if want == nil {
		return
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s %s: %s, want %v", method, url, body, want)
	}
}

// expectRefusal sends a request, and sees it refused in one of the ways.
func expectRefusal(t *testing.T, method, url string, header http.Header, statuses ...int) {
	t.Helper()
	if answer, body := ask(t, method, url, header); !slices.Contains(statuses, answer.StatusCode) {
		t.Errorf("%s %s: %d %s, want one of %d", method, url, answer.StatusCode, body, statuses)
	}
}

func asserted(assertions ...string) http.Header { return http.Header{"X-Auth-Assertion": assertions} }

// Somebody who reaches the application's own port gets no further than without the
// gateway's key.
func TestTheApplicationBelievesNobodyButTheGateway(t *testing.T) {
	gateway := newSigner(t)
	keys := publish(t, gateway)
	url := application(t, "shipped", keys.url)
	good := asserted(gateway.signES256(gateway.header(nil), claims(nil)))
	eve := map[string]any{"username": "eve", "groups": []any{"editors"}, "role": "editors"}

	expect(t, "GET", url+"/me", good, http.StatusOK, eve)
	for _, s := range spoofs(t, gateway, gognitotest.NewPool(t)) {
		t.Run(s.name, func(t *testing.T) {
			expectRefusal(t, "GET", url+"/me", s.header, s.refusals()...)
			expectRefusal(t, "POST", url+"/articles", s.header, s.refusals()...)
		})
	}
	expect(t, "GET", url+"/me", nil, http.StatusUnauthorized, nil)
	expect(t, "GET", url+"/me", asserted("eve"), http.StatusUnauthorized, nil)
	expect(t, "GET", url+"/healthz", nil, http.StatusOK, map[string]any{"status": "ok"})
	expect(t, "GET", url+"/me", good, http.StatusOK, eve)
}

func TestTheKeysAreFetchedOnceHoweverManyAssertionsCome(t *testing.T) {
	gateway, stranger := newSigner(t), newSigner(t)
	keys := publish(t, gateway)
	url := application(t, "shipped", keys.url)
	good := asserted(gateway.signES256(gateway.header(nil), claims(nil)))
	began := time.Now()
	expect(t, "GET", url+"/me", good, http.StatusOK, nil)

	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			unknown := stranger.header(map[string]any{"kid": rand.Text()})
			expectRefusal(t, "GET", url+"/me", asserted(stranger.signES256(unknown, claims(nil))), http.StatusUnauthorized, http.StatusServiceUnavailable)
			expect(t, "GET", url+"/me", good, http.StatusOK, nil)
		})
	}
	group.Wait()
	// One more in 10 seconds, on a machine that takes so long.
	if n, most := keys.fetches.Load(), 1+int32(time.Since(began)/(10*time.Second)); n > most {
		t.Errorf("%d fetches, want %d", n, most)
	}
	keys.outage.Store(true)
	expect(t, "GET", url+"/me", good, http.StatusOK, nil)
}

// An outage is nobody's fault: who gets 401 signs in again, for nothing.
func TestAnOutageOfTheKeysIs503AndNever401(t *testing.T) {
	gateway := newSigner(t)
	keys := publish(t, gateway)
	keys.outage.Store(true)
	url := application(t, "shipped", keys.url)
	good := asserted(gateway.signES256(gateway.header(nil), claims(nil)))
	began := time.Now()
	for range 3 {
		answer, body := ask(t, "GET", url+"/me", good)
		if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") != "10" {
			t.Errorf("%d, Retry-After %q: %s; want 503 and 10", answer.StatusCode, answer.Header.Get("Retry-After"), body)
		}
	}
	if n, most := keys.fetches.Load(), 1+int32(time.Since(began)/(10*time.Second)); n > most {
		t.Errorf("%d fetches, want %d", n, most)
	}
	expect(t, "GET", url+"/me", nil, http.StatusUnauthorized, nil)
	expect(t, "GET", url+"/healthz", nil, http.StatusOK, nil)
}

func TestNoRequestQueriesADatabase(t *testing.T) {
	gateway := newSigner(t)
	good := asserted(gateway.signES256(gateway.header(nil), claims(nil)))
	keys := publish(t, gateway)

	counted := application(t, "counted", keys.url)
	for _, row := range []struct {
		method, path string
		header       http.Header
		status       int
		queries      string
	}{
		{"GET", "/control/query", good, http.StatusOK, "1"}, // the counter counts
		{"GET", "/me", good, http.StatusOK, "0"},
		{"GET", "/articles", good, http.StatusOK, "0"},
		{"POST", "/articles", good, http.StatusCreated, "0"},
		{"GET", "/me", nil, http.StatusUnauthorized, "0"},
		{"GET", "/me", asserted("eve"), http.StatusUnauthorized, "0"},
		{"GET", "/healthz", nil, http.StatusOK, "0"},
	} {
		answer, body := ask(t, row.method, counted+row.path, row.header)
		if got := answer.Header.Get("X-Database-Queries"); answer.StatusCode != row.status || got != row.queries {
			t.Errorf("%s %s: %d with %q queries, want %d with %s: %s", row.method, row.path, answer.StatusCode, got, row.status, row.queries, body)
		}
	}

	// As the example is, it has no database at all.
	shipped := application(t, "shipped", keys.url)
	expect(t, "GET", shipped+"/control/query", good, http.StatusInternalServerError, nil)
	expect(t, "GET", shipped+"/me", good, http.StatusOK, nil)
}

func TestTheExamplesOwnTestsPass(t *testing.T) {
	command := exec.CommandContext(t.Context(), python(t), "-m", "django", "test", "--settings", "app.settings")
	command.Dir = example(t)
	command.Env = pythonEnvironment(t)
	out, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "\nRan ") || strings.Contains(string(out), "Ran 0 tests") || strings.Contains(string(out), "skipped") {
		t.Errorf("python -m django test: %v\n%s", err, out)
	}
}
