package gateway

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/httpauth"
)

// An Answer is what a client gets that is not let through. It is never to be stored.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Vary is all of a request that an answer may depend on (RFC 9110, section 12.5.5).
const Vary = "Accept, Authorization, Cookie, Origin, Sec-Fetch-Dest, Sec-Fetch-Mode, X-Requested-With"

// answer says what the client gets for an error.
func (g *Gateway) answer(call *Call, err error) *Answer {
	header := make(http.Header)
	status := httpauth.Announce(header, err, g.settings.Realm)
	header.Set("Vary", Vary)
	// A page that may ask may also see that it was refused (Fetch standard, CORS check).
	if origin := call.Request.Header["Origin"]; len(origin) == 1 && slices.Contains(g.settings.Browsers.TrustedOrigins, origin[0]) {
		header.Set("Access-Control-Allow-Origin", origin[0])
		header.Set("Access-Control-Allow-Credentials", "true")
	}
	toSignIn := status == http.StatusUnauthorized && g.settings.Browsers.SignInURL != "" && call.navigation()
	switch {
	case toSignIn && gognito.ReasonOf(err) == gognito.ReasonTokenUse:
		// Whoever signs in again comes back with the same kind of token, and would be sent
		// there for ever.
		header.Del("Www-Authenticate")
		status = http.StatusForbidden
	case call.Limited:
	case errors.Is(err, decide.ErrMalformed):
		status = http.StatusBadRequest
	case toSignIn:
		header.Del("Www-Authenticate")
		header.Set("Location", g.signIn(call))
		return &Answer{Status: http.StatusFound, Header: header}
	}
	a := &Answer{Header: header}
	httpauth.Problem(a.writer(), call.Request, status)
	return a
}

// SignIn answers a request that a proxy has refused with 401, and asks about what its
// client is to get: the way to the sign-in page for a navigation, else the 401.
func (g *Gateway) SignIn(call *Call) *Answer {
	return g.answer(call, gognito.NewError("", nil))
}

// signIn returns where to sign in, with where to return to.
func (g *Gateway) signIn(call *Call) string {
	to := g.settings.Browsers.SignInURL
	if g.settings.Browsers.ReturnParameter == "" {
		return to
	}
	separator := "?"
	if strings.Contains(to, "?") {
		separator = "&"
	}
	return to + separator + g.settings.Browsers.ReturnParameter + "=" + url.QueryEscape(g.returnTo(call))
}

// maxReturn is how long a target may be to be returned to with its query, and without.
// Encoded it takes up to three times as much of a header, which proxies bound.
const maxReturn = 2048

// returnTo returns where the client was going: a path and query, which a browser takes
// for nothing else, or a whole URL if its origin is one that was configured.
func (g *Gateway) returnTo(call *Call) string {
	target := call.Target
	odd := func(c rune) bool { return c <= ' ' || c == '\\' || c >= 0x7f }
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.ContainsFunc(target, odd) {
		target = "/"
	}
	if len(target) > maxReturn {
		target, _, _ = strings.Cut(target, "?")
	}
	if len(target) > maxReturn {
		target = "/"
	}
	if origin := call.Scheme + "://" + call.Host; slices.Contains(g.settings.Browsers.ReturnOrigins, origin) {
		return origin + target
	}
	return target
}

// writer returns what writes the answer.
func (a *Answer) writer() http.ResponseWriter { return answerWriter{a} }

type answerWriter struct{ a *Answer }

func (w answerWriter) Header() http.Header    { return w.a.Header }
func (w answerWriter) WriteHeader(status int) { w.a.Status = status }
func (w answerWriter) Write(body []byte) (int, error) {
	w.a.Body = append(w.a.Body, body...)
	return len(body), nil
}

// Send sends the answer.
func (a *Answer) Send(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.Header)
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}
