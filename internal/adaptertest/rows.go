package adaptertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

// table makes the rows of a world for a server at a host.
type table struct {
	world *World
	host  string
	rows  []Request
}

// Rows returns the table. host is the server's, as its clients name it.
func (w *World) Rows(tb testing.TB, host string) []Request {
	tb.Helper()
	t := &table{world: w, host: host}
	t.bearer()
	t.none()
	t.oddities()
	t.cookies()
	t.amplify()
	t.crossOrigin()
	t.upgrades()
	t.optional()
	t.policies()
	t.hooks()
	t.outages()
	t.sizes()
	t.hostile()
	names := make(map[string]bool)
	for i, row := range t.rows {
		if names[row.Name] {
			tb.Fatalf("adaptertest: two rows are called %q", row.Name)
		}
		names[row.Name] = true
		row.Header.Set(idHeader, fmt.Sprint(i))
	}
	return t.rows
}

// add adds a row: a GET of /require with a header of name and value pairs.
func (t *table) add(name string, want outcome, pairs ...string) *Request {
	header := make(http.Header)
	for i := 0; i+1 < len(pairs); i += 2 {
		header[pairs[i]] = append(header[pairs[i]], pairs[i+1])
	}
	t.rows = append(t.rows, Request{
		Name: name, Method: http.MethodGet, Route: Require, Header: header, want: want,
	})
	return &t.rows[len(t.rows)-1]
}

// to sends a row to another route.
func (r *Request) to(route Route) {
	r.Route = route
}

// post sends a row as a POST.
func (r *Request) post() *Request {
	r.Method = http.MethodPost
	return r
}

// orAsPost says what else has to come of a GET where all requests are POSTs.
func (r *Request) orAsPost(want outcome) {
	r.wantAsPost = want
}

func (r *Request) needs(needs ...Need) {
	r.Needs = needs
}

// sees: the handler is reached, and sees the user.
func sees(u gognitotest.User) outcome {
	s := sight{Username: u.Username, Groups: u.Groups}
	for _, group := range u.Groups {
		s.Refund = s.Refund || group == "support"
	}
	return outcome{seen: s.text(), status: http.StatusOK}
}

// inTenant: it sees what the hook read from the header, too.
func inTenant(u gognitotest.User, tenant string) outcome {
	return outcome{seen: sight{Username: u.Username, Groups: u.Groups, Tenant: tenant}.text(), status: http.StatusOK}
}

func (s sight) text() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// What else can come of a row.
var (
	seesNobody = outcome{seen: "anonymous", status: http.StatusOK}
	noToken    = outcome{kind: gognito.ErrNoToken, status: http.StatusUnauthorized}
	fault      = outcome{status: http.StatusInternalServerError}
	overloaded = outcome{kind: gognito.ErrUnavailable, status: http.StatusServiceUnavailable}
	banned     = outcome{kind: gognito.ErrForbidden, status: http.StatusForbidden}
)

func invalid(reason gognito.Reason) outcome {
	return outcome{kind: gognito.ErrInvalidToken, reason: reason, status: http.StatusUnauthorized}
}

func forbidden(reason gognito.Reason) outcome {
	return outcome{kind: gognito.ErrForbidden, reason: reason, status: http.StatusForbidden}
}

func unavailable(reason gognito.Reason) outcome {
	return outcome{kind: gognito.ErrUnavailable, reason: reason, status: http.StatusServiceUnavailable}
}

// Whose tokens the rows carry.
var (
	jane = gognitotest.User{Username: "jane", Groups: []string{"editors", "support"}}
	john = gognitotest.User{Username: "john"}
	root = gognitotest.User{Username: "root", Groups: []string{"staff", "admins"}, Scopes: []string{"openid", "orders/read"}}
)

// token returns a new access token of a user.
func (t *table) token(u gognitotest.User) string { return t.world.pool.AccessToken(u) }

// bearerOf returns what the Authorization header of a user's request holds.
func (t *table) bearerOf(u gognitotest.User) string { return "Bearer " + t.token(u) }

// cookie returns the Cookie header of a user's request.
func (t *table) cookie(u gognitotest.User) string { return cookie(t.token(u)) }

func cookie(tokens ...string) string {
	var pairs []string
	for _, token := range tokens {
		pairs = append(pairs, CookieName+"="+token)
	}
	return strings.Join(pairs, "; ")
}
