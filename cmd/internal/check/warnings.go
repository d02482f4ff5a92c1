package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// warnings tells what is valid and looks like a mistake.
func warnings(s *settings.Settings, engine *decide.Engine) []string {
	var found []string
	for i := range s.Rules {
		if r := &s.Rules[i]; r.Access == decide.Public && slices.Contains(r.Paths, "/*") {
			found = append(found, fmt.Sprintf(`rule %q lets everybody through to "/*", without a token: all that no rule before it takes is public`, r.Name))
		}
	}
	if loops(s, engine) {
		found = append(found, "browsers.sign_in_url is on a host of return_origins, behind this gateway, and no rule makes it public: "+
			"a browser would be sent there again and again; add a public rule for its path")
	}
	if s.Identity.TokenHeader != "" && s.Proxy.RemoveCredentials {
		found = append(found, "proxy.remove_credentials takes the token from the application, and identity.token_header gives it back: drop one")
	}
	if len(s.Pools) > 1 && !slices.ContainsFunc(s.Identity.Headers, tellsPools) {
		found = append(found, "there are several pools, and rules and headers do not tell them apart: a user or a group of one may have the name of another's; "+
			"tell the application by a header with the source claim:iss or client_id, and use groups only if all the pools are yours")
	}
	return found
}

func tellsPools(h identity.Header) bool { return h.Source == "claim:iss" || h.Source == "client_id" }

// loops reports whether the page for signing in is one that the gateway guards.
func loops(s *settings.Settings, engine *decide.Engine) bool {
	page, err := url.Parse(s.Browsers.SignInURL)
	if err != nil || page.Host == "" || !slices.ContainsFunc(s.Browsers.ReturnOrigins, func(origin string) bool {
		other, err := url.Parse(origin)
		return err == nil && strings.EqualFold(other.Hostname(), page.Hostname())
	}) {
		return false
	}
	x := engine.Explain(decide.Request{Method: "GET", Host: page.Host, Target: page.RequestURI()})
	return x.Err != nil || x.Access != decide.Public
}
