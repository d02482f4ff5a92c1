package settings

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

var parameterName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// browsers returns how people are told apart from programs.
func (r *reader) browsers(v *value) Browsers {
	file := r.section(v, "sign_in_url", "return_parameter", "return_origins", "trusted_origins", "pass_preflights")
	signIn, parameter := r.text(file["sign_in_url"]), r.text(file["return_parameter"])
	origins := r.origins(file["return_origins"])
	b := Browsers{
		SignInURL:       signIn.text,
		ReturnParameter: parameter.text,
		ReturnOrigins:   texts(origins),
		TrustedOrigins:  texts(r.origins(file["trusted_origins"])),
		PassPreflights:  r.boolean(file["pass_preflights"], false),
	}
	page := r.signIn(signIn)
	switch {
	case parameter.text == "":
	case file["sign_in_url"] == nil:
		r.fault(parameter.at, "goes with sign_in_url: give that, or leave it out")
	case !parameterName.MatchString(parameter.text):
		r.fault(parameter.at, `must be a plain name: up to 64 letters, digits and "._-"`)
	case page != nil && page.Query().Has(parameter.text):
		r.fault(parameter.at, "is in the query of sign_in_url already: take it out there")
	}
	if len(origins) > 0 && file["return_parameter"] == nil {
		r.fault(file["return_origins"].at, "goes with return_parameter: give that, or leave it out")
	}
	return b
}

// signIn checks the page for signing in.
func (r *reader) signIn(s setting) *url.URL {
	if s.text == "" {
		return nil
	}
	u, err := url.Parse(s.text)
	switch {
	case err != nil || !printableASCII(s.text) || u.Opaque != "" || !hostPort(u.Host) || strings.Contains(s.text, `\`):
		r.fault(s.at, "must be an absolute URL, such as https://auth.example/login")
	case u.User != nil || strings.Contains(s.text, "#"):
		r.fault(s.at, "must have no user and no fragment")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		r.fault(s.at, "must be https, or http on a loopback host")
	default:
		return u
	}
	return nil
}

func printableASCII(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// origins returns a list of origins, spelled as browsers spell them (RFC 6454, section
// 6.2), since they are compared as they are.
func (r *reader) origins(v *value) []setting {
	list := r.texts(v)
	for _, s := range list {
		if !isOrigin(s.text) {
			r.fault(s.at, "must be an origin as browsers send it: https://app.example or http://localhost:3000, in lower case, without a path, a slash at the end, a wildcard or the scheme's own port")
		}
	}
	return list
}

func isOrigin(text string) bool {
	scheme, host, found := strings.Cut(text, "://")
	port := map[string]string{"http": ":80", "https": ":443"}[scheme]
	return found && port != "" && hostPort(host) && !strings.HasSuffix(host, port) && strings.ToLower(host) == host
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)

// hostPort reports whether a text is a host with or without a port, in the one way to
// write it: a name, an IPv4 address, or an IPv6 address in brackets.
func hostPort(text string) bool {
	host, port, ok := cutPort(text)
	if !ok || port == "0" {
		return false
	}
	if literal, bracket := strings.CutPrefix(host, "["); bracket {
		address, err := netip.ParseAddr(strings.TrimSuffix(literal, "]"))
		return err == nil && address.Is6() && address.Zone() == "" && "["+address.String()+"]" == host
	}
	return hostName.MatchString(host) && !strings.Contains(host, "..") && len(host) <= 253
}

var portForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,4})$`)

// cutPort splits a host from its port, if it has one.
func cutPort(text string) (host, port string, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 || i < strings.LastIndexByte(text, ']') {
		return text, "", true
	}
	host, port = text[:i], text[i+1:]
	return host, port, portForm.MatchString(port) && (len(port) < 5 || port <= "65535")
}
