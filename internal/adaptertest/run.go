package adaptertest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
)

// A Carrier says what an adapter's protocol is like.
type Carrier struct {
	Adapter  string // its name
	PostOnly bool   // there are no methods: each request counts as a POST
	Lacks    []Need
	Rewords  bool // header fields of the answer are not those of HTTP
}

// An Answer is what a client got.
type Answer struct {
	Status int         // of HTTP, or the one that means the same
	Header http.Header // of HTTP
	Body   string      // what the handler said; or all else that the client was told
}

// EndedContext returns the context that a request with this header is to have
// before the adapter is asked: ended, if the row is about a client who has gone.
func EndedContext(ctx context.Context, header http.Header) context.Context {
	if header.Get(endedHeader) == "" {
		return ctx
	}
	ended, end := context.WithCancel(ctx)
	end()
	return ended
}

// Run sends every row to an adapter's server at host, and fails the test for each
// whose outcome is another than the table's. It logs how many rows there were;
// all adapters have to run the same number.
func Run(t *testing.T, w *World, carrier Carrier, host string, send func(*testing.T, Request) Answer) {
	t.Helper()
	rows := w.Rows(t, host)
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			answer := send(t, row)
			w.check(t, carrier, row, answer)
		})
	}
	t.Logf("adaptertest: %s ran %d rows", carrier.Adapter, len(rows))
}

func (w *World) check(t *testing.T, carrier Carrier, row Request, answer Answer) {
	t.Helper()
	handled, ran, refused := w.seen(IDOf(row.Header))
	want := row.want
	if carrier.PostOnly {
		want = row.asPost()
	}
	switch {
	case slices.ContainsFunc(row.Needs, func(n Need) bool { return slices.Contains(carrier.Lacks, n) }):
		if ran || refused != nil {
			t.Errorf("a request that %s does not carry was handled (%v) or refused (%v)", carrier.Adapter, ran, refused)
		}
	case want.reaches():
		if !ran || handled != want.seen || answer.Body != want.seen || answer.Status != http.StatusOK || refused != nil {
			t.Errorf("handled %v, with %s; answered %d %s, refused %v; want 200 %s", ran, handled, answer.Status, answer.Body, refused, want.seen)
		}
	default:
		if ran {
			t.Fatalf("the handler was reached: %s", handled)
		}
		checkRefusal(t, carrier, row, answer, want, refused)
	}
}

func checkRefusal(t *testing.T, carrier Carrier, row Request, answer Answer, want outcome, refused error) {
	t.Helper()
	switch {
	case refused == nil:
		t.Errorf("the framework saw no error")
	case gognito.ReasonOf(refused) != want.reason:
		t.Errorf("refused as %q (%v), want %q", gognito.ReasonOf(refused), refused, want.reason)
	case want.kind != "" && !errors.Is(refused, want.kind):
		t.Errorf("refused with %v, want %v", refused, want.kind)
	case want.kind == "" && isKind(refused):
		t.Errorf("refused with %v, want a fault", refused)
	}
	if answer.Status != want.status {
		t.Errorf("answered with %d, want %d", answer.Status, want.status)
	}
	if !carrier.Rewords {
		retry := answer.Header.Get("Retry-After") != ""
		if got := answer.Header.Values("WWW-Authenticate"); strings.Join(got, "|") != want.challenge() {
			t.Errorf("challenges with %q, want %q", got, want.challenge())
		}
		if got := answer.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control is %q, want no-store", got)
		}
		if retry != (want.status == http.StatusServiceUnavailable) {
			t.Errorf("Retry-After is %q", answer.Header.Get("Retry-After"))
		}
	}
	for _, secret := range secrets(row, want) {
		if strings.Contains(answer.text(), secret) {
			t.Errorf("the client was told %q", secret)
		}
	}
}

func isKind(err error) bool {
	return errors.Is(err, gognito.ErrNoToken) || errors.Is(err, gognito.ErrInvalidToken) ||
		errors.Is(err, gognito.ErrForbidden) || errors.Is(err, gognito.ErrUnavailable)
}

// secrets are what the client of a refused request is not told: which check
// failed, what went wrong inside, and its own token.
func secrets(row Request, want outcome) []string {
	told := []string{
		"the database", "revocation list", "permission service", "gognito:", "httpauth:",
		"_valid", "_use", "unknown_key", "keys_unavailable", "cross_origin",
	}
	if want.reason != "" {
		told = append(told, string(want.reason))
	}
	for _, name := range []string{authorization, cookies, HeaderName} {
		for _, value := range row.Header[name] {
			for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(` .,;="`, r) }) {
				if len(part) > len("CognitoIdentityServiceProvider") {
					told = append(told, part)
				}
			}
		}
	}
	return told
}

// text returns all that the client got but the challenge, which is checked, and
// which names a scope.
func (a Answer) text() string {
	var all strings.Builder
	for name, values := range a.Header {
		if name != "Www-Authenticate" {
			all.WriteString(name + ": " + strings.Join(values, "\n") + "\n")
		}
	}
	return all.String() + a.Body
}
