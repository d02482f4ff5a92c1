package middleware_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A column is one middleware in its framework.
type column struct {
	name   string
	module string // "" for this repository's
	// plain sets it up as its documentation says, with the options that it has.
	plain setup
	// byHand adds what its user may write in its hooks. Nil: nothing is needed.
	byHand setup
}

type setup func(*site, options) http.Handler

// options are what a row asks of a set-up.
type options struct {
	cookie   bool // the token may also be in the cookie named cookieName
	optional bool // requests without a token pass
	fails    bool // the application's hook fails, as when its database is gone
	cold     bool // no token is sent before the row's own
	outage   bool // the key server is out of order from the start; cold too
}

const cookieName = "token"

// The routes of every set-up. Each answers any method by handled, if the request
// gets there.
const (
	anyUser   = "/"
	admins    = "/admins" // for the group admins
	readers   = "/orders" // for the scope orders/read
	handled   = "the handler ran"
	scopeRead = "orders/read"
)

func handle(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, handled) }

// A site is a server on the loopback interface, behind one set-up.
type site struct {
	*pool
	ctx    context.Context //nolint:containedctx // ends what a set-up keeps running
	server *httptest.Server
	close  func()
}

// open starts a site, and unless it is to be cold fails if a good token is not
// admitted: a set-up that refuses everything would look strict.
func open(tb testing.TB, column column, setup setup, o options) *site {
	tb.Helper()
	s := &site{pool: newPool(tb)}
	ctx, cancel := context.WithCancel(tb.Context())
	s.ctx = ctx
	s.setOutage(o.outage)
	s.server = httptest.NewServer(setup(s, o))
	s.close = func() {
		s.server.Close()
		cancel()
		s.pool.server.Close()
	}
	if !o.cold && !o.outage && !o.fails && !s.admits(s.access(nil)) {
		tb.Fatalf("%s refuses a good token: %+v", column.name, s.send(anyUser, bearer(s.access(nil))))
	}
	return s
}

// An answer is what came of a request.
type answer struct {
	status int
	header http.Header
	body   string
	ran    bool // the handler did
}

func (a answer) refused() bool { return !a.ran && a.status >= http.StatusBadRequest }

// A detail changes a request before it is sent.
type detail func(*http.Request)

func bearer(token string) detail {
	return func(r *http.Request) { r.Header.Add("Authorization", "Bearer "+token) }
}

func with(name, value string) detail {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func cookie(token string) detail {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: token}) }
}

func method(m string) detail { return func(r *http.Request) { r.Method = m } }

// send sends a request, a GET unless a detail says otherwise.
func (s *site) send(path string, details ...detail) answer {
	s.tb.Helper()
	r, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.server.URL+path, nil)
	if err != nil {
		s.tb.Error(err)
		return answer{}
	}
	for _, change := range details {
		change(r)
	}
	response, err := s.server.Client().Transport.RoundTrip(r)
	if err != nil {
		s.tb.Errorf("%s %s: %v", r.Method, path, err)
		return answer{}
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.tb.Error(err)
	}
	return answer{response.StatusCode, response.Header, string(body), strings.Contains(string(body), handled)}
}

func (s *site) admits(token string) bool { return s.send(anyUser, bearer(token)).ran }

// refuses reports whether every one of the tokens is refused.
func (s *site) refuses(tokens ...string) bool { return s.refused(tokens) == len(tokens) }

func (s *site) refused(tokens []string) int {
	n := 0
	for _, token := range tokens {
		if s.send(anyUser, bearer(token)).refused() {
			n++
		}
	}
	return n
}
