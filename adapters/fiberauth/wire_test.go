package fiberauth_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v3"

	"github.com/gognito/gognito/adapters/fiberauth"
	"github.com/gognito/gognito/httpauth"
)

// What an Authenticator is given must not depend on whether net/http or fasthttp
// read it: a second Authorization or Cookie field that only one of them sees would
// let one request pass for another. So both read each of these from the wire.
func TestTheRequestIsTheOneThatNetHTTPWouldHave(t *testing.T) {
	std, fast := newEye(t), newEye(t)
	stdServer := httptest.NewServer(std.auth.Require(http.NotFoundHandler()))
	t.Cleanup(stdServer.Close)
	for name, config := range map[string]fiber.Config{
		"as configured by default": {},
		"names not normalized":     {DisableHeaderNormalizing: true},
		"immutable":                {Immutable: true},
	} {
		t.Run(name, func(t *testing.T) {
			app := fiber.New(config)
			app.All("/*", fiberauth.Require(fast.auth))
			address := serve(t, app)
			for name, test := range wire {
				t.Run(name, func(t *testing.T) {
					want := std.sees(t, stdServer.Listener.Addr().String(), test.raw)
					got := fast.sees(t, address, test.raw)
					if want != nil && got != nil && config.DisableHeaderNormalizing {
						want.CookieFields, got.CookieFields = "", "" // Cookies say enough
					}
					switch {
					case test.refusedBy == "both" && want == nil && got == nil:
					case test.refusedBy == "fasthttp" && want != nil && got == nil:
					case test.refusedBy == "net/http" && want == nil && got != nil:
					case test.refusedBy == "" && want != nil && reflect.DeepEqual(got, want):
					default:
						t.Errorf("fiberauth sees\n%+v\nnet/http sees\n%+v", got, want)
					}
				})
			}
		})
	}
}

const get = "GET /a%2Fb?c=d HTTP/1.1\r\nHost: h.example\r\n"

var wire = map[string]struct {
	raw       string
	refusedBy string // with 400, so that the eye does not see it
}{
	"a request":                    {raw: get + "Authorization: Bearer a\r\nX-Tenant: acme\r\n\r\n"},
	"two Authorizations":           {raw: get + "Authorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n"},
	"an empty one, and another":    {raw: get + "AUTHORIZATION:\r\nX: y\r\nAuthorization: Bearer b\r\n\r\n"},
	"three, among others":          {raw: get + "X: 1\r\nAuthorization: a\r\nX: 2\r\nAuthorization: b\r\nx: 3\r\nAuthorization: c\r\n\r\n"},
	"a space before the colon":     {raw: get + "Authorization : Bearer a\r\nAuthorization: Bearer b\r\n\r\n", refusedBy: "both"},
	"a tab before the colon":       {raw: get + "Authorization\t: Bearer a\r\n\r\n", refusedBy: "both"},
	"an underscore":                {raw: get + "Authorization_: Bearer a\r\nX_Amzn_Oidc_Accesstoken: b\r\n\r\n"},
	"a folded line":                {raw: get + "X: y\r\n Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n"},
	"a folded Authorization":       {raw: get + "Authorization: Bearer\r\n\ta\r\n\r\n"},
	"folding in front of a digit":  {raw: get + "X: y\r\n  1: z\r\n1: Bearer\r\nAuthorization: b\r\n\r\n"},
	"folding at first":             {raw: "GET / HTTP/1.1\r\n Host: h\r\nAuthorization: a\r\n\r\n", refusedBy: "both"},
	"a space within a name":        {raw: get + "Autho rization: Bearer a\r\n\r\n", refusedBy: "both"},
	"a line feed alone":            {raw: get + "X: y\nAuthorization: Bearer a\r\n\r\n"},
	"a carriage return alone":      {raw: get + "X: y\rAuthorization: Bearer a\r\n\r\n", refusedBy: "both"},
	"a NUL in a value":             {raw: get + "Authorization: Bearer a\x00b\r\nAuthorization: Bearer b\r\n\r\n", refusedBy: "both"},
	"a NUL in a name":              {raw: get + "X\x00: y\r\nAuthorization: Bearer b\r\n\r\n", refusedBy: "both"},
	"a name that is empty":         {raw: get + ": y\r\nAuthorization: Bearer b\r\n\r\n", refusedBy: "both"},
	"a line without a colon":       {raw: get + "Authorization: a\r\nAuthorization\r\n\r\n", refusedBy: "both"},
	"bytes that are not ASCII":     {raw: get + "Authorization: Bearer \xff\xc3\xa9\tx \t\r\n\r\n"},
	"spaces around a value":        {raw: get + "Authorization: \t Bearer a \t \r\n\r\n"},
	"no Host":                      {raw: "GET / HTTP/1.1\r\nAuthorization: a\r\n\r\n", refusedBy: "net/http"},
	"two Hosts":                    {raw: get + "Host: other.example\r\n\r\n", refusedBy: "both"},
	"another port":                 {raw: "GET / HTTP/1.1\r\nHost: h.example:81\r\n\r\n"},
	"two lengths":                  {raw: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", refusedBy: "both"},
	"the same length twice":        {raw: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", refusedBy: "fasthttp"},
	"a body":                       {raw: "POST / HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx"},
	"a trailer":                    {raw: chunked + "0\r\nX-Amzn-Oidc-Accesstoken: a\r\nSec-Fetch-Site: same-origin\r\n\r\n"},
	"a trailer with a token":       {raw: chunked + "0\r\nAuthorization: Bearer a\r\n\r\n", refusedBy: "fasthttp"},
	"a trailer with a cookie":      {raw: chunked + "0\r\nCookie: a=1\r\n\r\n", refusedBy: "fasthttp"},
	"an announced trailer":         {raw: strings.Replace(chunked, "X-", "Trailer: X-Sent, X-Other\r\nX-", 1) + "0\r\nX-Other: a\r\nX-Sent: forged\r\n\r\n"},
	"a trailer behind no body":     {raw: strings.TrimSuffix(chunked, "1\r\nx\r\n") + "0\r\nX-Sent: forged\r\nX-Amzn-Oidc-Accesstoken: a\r\n\r\n"},
	"a trailer of a field":         {raw: chunked + "0\r\nX-Sent: forged\r\n\r\n"},
	"cookies":                      {raw: get + "Cookie: a=1; a=2;b=\"3\" ;c;=d; e=x\"y; f=\"g;h\"\r\n\r\n"},
	"several Cookies":              {raw: get + "Cookie: a=1; b=2\r\nX: y\r\ncookie: a=3\r\nCOOKIE: a=4\r\nCookie:\r\n\r\n"},
	"a handshake":                  {raw: get + "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nOrigin: https://evil.example\r\n\r\n"},
	"a handshake, and close":       {raw: get + "Connection: Upgrade\r\nConnection: close\r\nUpgrade: websocket\r\n\r\n"},
	"close, and a handshake":       {raw: get + "Connection: close\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"},
	"two sites":                    {raw: get + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: same-origin\r\nOrigin: a\r\nOrigin: b\r\n\r\n"},
	"HEAD":                         {raw: "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"},
	"HTTP/1.0":                     {raw: "GET / HTTP/1.0\r\nHost: h\r\nConnection: close\r\n\r\n"},
	"an absolute target":           {raw: "GET http://other.example/p?q HTTP/1.1\r\nHost: h\r\n\r\n"},
	"two slashes":                  {raw: "GET //other.example/p HTTP/1.1\r\nHost: h\r\n\r\n"},
	"dots":                         {raw: "GET /a/../b/%2e%2e/..%2fc HTTP/1.1\r\nHost: h\r\n\r\n"},
	"a target that is not encoded": {raw: "GET /a%zz HTTP/1.1\r\nHost: h\r\n\r\n", refusedBy: "both"},
	"a target without a slash":     {raw: "GET a HTTP/1.1\r\nHost: h\r\n\r\n", refusedBy: "both"},
}

// A client has no business to send a fragment, and net/http takes it for a part of
// the path. Fiber does not, when it chooses the handler.
func TestThePathIsTheOneByWhichFiberChoosesTheHandler(t *testing.T) {
	e := newEye(t)
	app := fiber.New()
	app.Get("/a", fiberauth.Require(e.auth))
	seen := e.sees(t, serve(t, app), "GET /a#/b?c HTTP/1.1\r\nHost: h\r\n\r\n")
	if seen == nil || seen.Path != "/a" || seen.Query != "" {
		t.Errorf("%+v", seen)
	}
}

const chunked = "POST / HTTP/1.1\r\nHost: h\r\nX-Sent: really\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"

// An eye is an Authenticator that tells what requests it is given. It refuses
// them all.
type eye struct {
	auth *httpauth.Authenticator
	seen chan *view
}

// A view is what is compared of a request.
type view struct {
	Method, Proto, Host, RequestURI, Path, EscapedPath, Query string
	Major, Minor                                              int
	Header, CookieFields                                      string
	Cookies                                                   []string // that can be read, and are not empty
}

func newEye(t *testing.T) *eye {
	t.Helper()
	e := &eye{seen: make(chan *view, 1)}
	e.auth = &httpauth.Authenticator{
		Verifier: named{},
		Source: func(r *http.Request) ([]httpauth.Token, error) {
			if _, port, err := net.SplitHostPort(r.RemoteAddr); err != nil || port == "" || r.TLS != nil {
				t.Errorf("the client's address is %q, TLS %v", r.RemoteAddr, r.TLS)
			}
			header := r.Header.Clone()
			// Framing is net/http's to take out, and says nothing of the user.
			for _, name := range []string{"Transfer-Encoding", "Trailer", "Content-Length", "Cookie"} {
				header.Del(name)
			}
			// To close is the server's business, and the order has no meaning.
			header["Connection"] = slices.DeleteFunc(header["Connection"], func(option string) bool { return option == "close" })
			slices.Sort(header["Connection"])
			seen := &view{
				Method: r.Method, Proto: r.Proto, Major: r.ProtoMajor, Minor: r.ProtoMinor, Host: r.Host,
				RequestURI: r.RequestURI, Path: r.URL.Path, EscapedPath: r.URL.EscapedPath(), Query: r.URL.RawQuery,
				Header: fmt.Sprintf("%q", header), CookieFields: fmt.Sprintf("%q", r.Header["Cookie"]),
			}
			for _, cookie := range r.Cookies() {
				if cookie.Value != "" {
					seen.Cookies = append(seen.Cookies, cookie.Name+"="+cookie.Value)
				}
			}
			e.seen <- seen
			return nil, errors.New("seen")
		},
	}
	return e
}

// sees sends bytes to a server, and returns what the eye has seen then; nil: the
// server answered with 400 itself.
func (e *eye) sees(t *testing.T, address, raw string) *view {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(raw, " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	select {
	case seen := <-e.seen:
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("seen, and answered with %d", response.StatusCode)
		}
		return seen
	default:
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("not seen, and answered with %d", response.StatusCode)
		}
		return nil
	}
}
