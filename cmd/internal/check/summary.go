package check

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// summarize tells what the settings mean.
func summarize(w io.Writer, s *settings.Settings) {
	fmt.Fprintf(w, "the settings are valid (%s)\n", or(s.File, "no file"))
	fmt.Fprintln(w, "\npools")
	for _, p := range s.Pools {
		fmt.Fprintf(w, "  %s: %s\n", p.UserPoolID, pool(p))
	}
	fmt.Fprintf(w, "\ntokens\n  from %s\n", sources(s.Tokens))
	fmt.Fprintln(w, "\nlisteners")
	for _, l := range []struct{ name, address, of string }{
		{"verify", s.Listen.Verify, "nginx, Traefik, Caddy and Envoy"},
		{"grpc", s.Listen.GRPC, "Envoy"},
		{"proxy", s.Listen.Proxy, "clients, for " + s.Proxy.Upstream},
		{"admin", s.Listen.Admin, "health, status and metrics"},
	} {
		if l.address != "" {
			fmt.Fprintf(w, "  %-6s  %s  %s\n", l.name, l.address, l.of)
		}
	}
	fmt.Fprintf(w, "  proxies are trusted in %s\n", strings.Join(texts(s), ", "))
	fmt.Fprintln(w, "\nthe application is told")
	for _, h := range s.Identity.Headers {
		fmt.Fprintf(w, "  %s: %s\n", h.Name, h.Source)
	}
	if s.Identity.TokenHeader != "" {
		fmt.Fprintf(w, "  %s: the token\n", s.Identity.TokenHeader)
	}
	if a := s.Identity.Assertion; a != nil {
		fmt.Fprintf(w, "  %s: an assertion of %s for %s\n", a.Header, a.Issuer, a.Audience)
	}
	fmt.Fprintln(w, "\nrules, of which the first that takes a request decides")
	for i := range s.Rules {
		rule(w, i+1, &s.Rules[i])
	}
	fmt.Fprintln(w, "  else: nobody")
	for _, group := range slices.Sorted(maps.Keys(s.Permissions)) {
		fmt.Fprintf(w, "  group %q has the permissions %q\n", group, s.Permissions[group])
	}
}

func texts(s *settings.Settings) []string {
	var list []string
	for _, prefix := range s.TrustedProxies {
		list = append(list, prefix.String())
	}
	return list
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// pool tells which tokens of a pool are good.
func pool(p gognito.Config) string {
	parts := []string{tokenUse(p.TokenUse) + " of clients " + strings.Join(p.ClientIDs, ", ")}
	if p.AllowMachines {
		parts = append(parts, "of machines too")
	}
	if p.Audience != nil {
		parts = append(parts, "for "+strings.Join(p.Audience, ", "))
	}
	if p.Issuer != "" {
		parts = append(parts, "issued by "+p.Issuer)
	}
	if p.Leeway != 0 {
		parts = append(parts, "with a leeway of "+p.Leeway.String())
	}
	if p.KeyFile != "" {
		parts = append(parts, "keys kept in "+p.KeyFile)
	}
	return strings.Join(parts, "; ")
}

func tokenUse(use gognito.TokenUse) string {
	switch use {
	case gognito.IDToken:
		return "ID tokens"
	case gognito.AnyToken:
		return "access and ID tokens"
	default:
		return "access tokens"
	}
}

// sources tells where tokens are taken from.
func sources(t settings.Tokens) string {
	var parts []string
	if t.Bearer {
		parts = append(parts, "the Authorization header")
	}
	for _, name := range t.Cookies {
		parts = append(parts, "the cookie "+name)
	}
	for _, client := range t.AmplifyClients {
		parts = append(parts, "Amplify's cookies of "+client)
	}
	return strings.Join(parts, ", or else ")
}

// rule tells which requests a rule takes, and what it asks for.
func rule(w io.Writer, number int, r *decide.Rule) {
	requests := strings.Join(r.Paths, ", ")
	if r.Methods != nil {
		requests = strings.Join(r.Methods, ", ") + " " + requests
	}
	if r.Hosts != nil {
		requests += " of " + strings.Join(r.Hosts, ", ")
	}
	fmt.Fprintf(w, "  %d. %s: %s: %s\n", number, r.Name, requests, who(r))
}

func who(r *decide.Rule) string {
	switch r.Access {
	case decide.Public:
		return "everybody"
	case decide.Authenticated:
	default:
		return "nobody"
	}
	parts := []string{"users"}
	if r.Machines {
		parts[0] = "users and machines"
	}
	parts[0] += " with " + tokenUse(r.TokenUse)
	for _, demand := range []struct {
		words  string
		values []string
	}{
		{"in any of the groups", r.Groups}, {"in all of the groups", r.AllGroups},
		{"with any of the scopes", r.Scopes}, {"with all of the scopes", r.AllScopes},
		{"with all of the permissions", r.Permissions},
	} {
		if demand.values != nil {
			parts = append(parts, fmt.Sprintf("%s %q", demand.words, demand.values))
		}
	}
	return strings.Join(parts, ", ")
}
