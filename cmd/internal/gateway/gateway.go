package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/cmd/internal/telemetry"
	"github.com/gognito/gognito/httpauth"
)

// A Gateway decides by settings that don't change. It is safe for concurrent use.
type Gateway struct {
	engine   *decide.Engine
	auth     *httpauth.Authenticator
	source   httpauth.TokenSource
	identity *identity.Issuer
	observer *telemetry.Observer
	settings *settings.Settings
}

// New returns the gateway for the settings, whose tokens v verifies.
func New(s *settings.Settings, v gognito.TokenVerifier, o *telemetry.Observer) (*Gateway, error) {
	engine, err := decide.New(s.Rules)
	if err != nil {
		return nil, err
	}
	issuer, err := identity.New(s.Identity)
	if err != nil {
		return nil, err
	}
	crossOrigin := new(http.CrossOriginProtection)
	for _, origin := range s.Browsers.TrustedOrigins {
		if err := crossOrigin.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("gateway: trusted origins: %w", err)
		}
	}
	g := &Gateway{
		engine: engine, identity: issuer, observer: o,
		source: sourceOf(s.Tokens), settings: s,
	}
	g.auth = &httpauth.Authenticator{
		Verifier:    v,
		Source:      g.source,
		CrossOrigin: crossOrigin,
	}
	if len(s.Permissions) > 0 {
		g.auth.Attach = httpauth.GrantByGroup(s.Permissions)
	}
	return g, nil
}

// sourceOf returns the source of tokens: the Authorization header, then each cookie,
// then Amplify's. What a browser sends by itself is in cookies alone, which
// [Call.authenticated] relies on.
func sourceOf(t settings.Tokens) httpauth.TokenSource {
	var sources []httpauth.TokenSource
	if t.Bearer {
		sources = append(sources, httpauth.Bearer)
	}
	for _, name := range t.Cookies {
		sources = append(sources, httpauth.Cookie(name))
	}
	for _, client := range t.AmplifyClients {
		sources = append(sources, httpauth.AmplifyCookies(client, gognito.AccessToken))
	}
	return httpauth.FirstOf(sources...)
}

// Identity returns what tells the application about users.
func (g *Gateway) Identity() *identity.Issuer { return g.identity }

// Settings returns what it was made of.
func (g *Gateway) Settings() *settings.Settings { return g.settings }

// An Outcome is what becomes of a call. The zero value is no decision, and must not
// be taken for one.
type Outcome struct {
	// Allow: the request goes on to the application, with Fields and without
	// anything of the client's that could pass for them.
	Allow  bool
	Fields []identity.Field
	// Answer is what the client gets otherwise. It is nil only if Allow.
	Answer *Answer
}

// Judge decides about a call, and tells the observer. Whatever goes wrong denies.
func (g *Gateway) Judge(call *Call) (outcome Outcome) {
	start := time.Now()
	var d decide.Decision
	defer func() {
		if value := recover(); value != nil {
			d = decide.Decision{Err: &decide.PanicError{Value: value, Stack: debug.Stack()}}
		}
		if !d.Allow || d.Err != nil {
			outcome = Outcome{Answer: g.answer(call, d.Err)}
		}
		g.observe(call, &d, outcome, time.Since(start))
	}()
	d, outcome.Fields = g.decide(call, start)
	outcome.Allow = d.Allow && d.Err == nil
	return outcome
}

// Refuse denies a call for another reason than the rules, such as [ErrUntrusted].
func (g *Gateway) Refuse(call *Call, err error) Outcome {
	outcome := Outcome{Answer: g.answer(call, err)}
	g.observe(call, &decide.Decision{Err: err}, outcome, 0)
	return outcome
}

// decide decides about a call, and says what the application is told.
func (g *Gateway) decide(call *Call, now time.Time) (decide.Decision, []identity.Field) {
	request := decide.Request{Method: call.Method, Host: call.Host, Target: call.Target}
	if d, is := g.preflight(call, request); is {
		return d, nil
	}
	r := call.authenticated()
	var user *gognito.User
	d := g.engine.Decide(request, func() (_ *gognito.User, err error) {
		user, err = g.auth.Authenticate(r)
		return user, err
	})
	if !d.Allow {
		d.User = user // for the audit log
	}
	if !d.Allow || d.User == nil {
		return d, nil
	}
	raw := ""
	if g.identity.WantsToken() {
		raw = g.tokenOf(r, d.User)
	}
	fields, err := g.identity.Fields(d.User, raw, now)
	if err != nil {
		return decide.Decision{Rule: d.Rule, User: d.User, Err: err}, nil
	}
	return d, fields
}

// preflight lets a CORS preflight through, if that is wanted, unless a rule denies it to
// all, or the request that it announces is denied to all.
func (g *Gateway) preflight(call *Call, request decide.Request) (d decide.Decision, is bool) {
	method, is := call.preflight()
	if !is || !g.settings.Browsers.PassPreflights {
		return d, false
	}
	closed := func(r decide.Reading) bool { return r.Rule != "" && r.Access == decide.Deny }
	if slices.ContainsFunc(g.engine.Explain(request).Readings, closed) {
		return d, false // it is judged as any other request
	}
	request.Method = method
	announced := g.engine.Explain(request)
	if announced.Err != nil || announced.Access == decide.Deny {
		return d, false
	}
	return decide.Decision{Allow: true, Rule: decide.PreflightRule}, true
}

// tokenOf returns the token that the user was authenticated by: the first that is
// good, and that user's.
func (g *Gateway) tokenOf(r *http.Request, user *gognito.User) string {
	tokens, err := g.source(r)
	if err != nil {
		return ""
	}
	for _, token := range tokens {
		claims, err := g.auth.Verifier.Verify(r.Context(), token.Raw)
		if err == nil && (token.Username == "" || token.Username == claims.Username) &&
			claims.Issuer == user.Issuer && claims.Subject == user.Subject &&
			claims.TokenUse == user.TokenUse && claims.JTI == user.JTI && claims.ExpiresAt.Equal(user.ExpiresAt) {
			return token.Raw
		}
	}
	return ""
}

// observe tells the observer.
func (g *Gateway) observe(call *Call, d *decide.Decision, outcome Outcome, took time.Duration) {
	status := http.StatusOK
	if outcome.Answer != nil {
		status = outcome.Answer.Status
	}
	traceparent := ""
	if values := call.Request.Header["Traceparent"]; len(values) > 0 {
		traceparent = values[0]
	}
	decided := telemetry.Decision{
		Dialect: call.Dialect, Rule: d.Rule, Reason: reasonOf(d.Err), Status: status,
		Method: call.Method, Host: call.Host, Target: call.Target, Client: call.Client,
		Traceparent: traceparent, User: d.User, Err: d.Err, Took: took,
	}
	if call.ClientOf != nil && g.observer.Logs(&decided) {
		decided.Client = call.ClientOf(g, call.Request.Header)
	}
	g.observer.Decided(call.Request.Context(), &decided)
}

// reasonOf returns the word of a closed set for why a request was not let through.
func reasonOf(err error) string {
	switch reason := gognito.ReasonOf(err); {
	case err == nil:
		return ""
	case errors.Is(err, decide.ErrMalformed):
		return "malformed_request"
	case errors.Is(err, ErrUntrusted):
		return "untrusted_peer"
	case errors.Is(err, ErrMetadata):
		return "proxy_metadata"
	case errors.Is(err, identity.ErrTooLarge):
		return "identity_too_large"
	case errors.Is(err, identity.ErrUnnamed):
		return "identity_unnamed"
	case reason != "":
		return string(reason)
	case errors.Is(err, gognito.ErrNoToken):
		return "no_token"
	default:
		return "error"
	}
}
