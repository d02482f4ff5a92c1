// Package httpauth puts an Amazon Cognito user on every net/http request.
//
//	auth, err := httpauth.FromEnv()
//	…
//	mux.Handle("GET /me", auth.Handle(me))                               // me takes the user
//	mux.Handle("POST /admin", auth.Require(
//		auth.Allow(gognito.InAnyGroup("admins"))(admin)))            // admin is any http.Handler
//	mux.Handle("GET /", auth.Optional(home))                             // with or without a user
//
// An [Authenticator] takes the token from where its Source says, has it
// verified, lets the application's Attach hook add permissions and attributes,
// and puts the user in the request's context, from where [gognito.FromContext]
// gets it. A request that is refused never reaches the handler.
//
// # Cookies and other sites
//
// A browser sends a cookie by itself, whoever wrote the page. So a request whose
// token came from a cookie is refused if it comes from another origin and could
// change something ([http.CrossOriginProtection]): any method but GET, HEAD and
// OPTIONS, and every WebSocket handshake. A request with neither a
// Sec-Fetch-Site nor an Origin header is no modern browser's, and passes.
// GET handlers must therefore not change state.
//
// # Answers
//
// 401 with a Bearer challenge for a missing or refused token, 403 for a user who
// may not, 503 with Retry-After when the token can't be judged because of an
// outage, and 500 when Attach fails (RFC 6750, section 3). The answer never says
// which check failed; the error does, by [gognito.ReasonOf].
package httpauth
