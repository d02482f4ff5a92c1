package gateway_test

import (
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// traefikStatic and traefikDynamic are what is emulated of Traefik's configuration.
// Anything else in the examples is an error.
type traefikStatic struct {
	EntryPoints map[string]struct {
		Address string
		HTTP    struct {
			AliasHeadersStrategy string `yaml:"aliasHeadersStrategy"`
		}
	} `yaml:"entryPoints"`
	Providers struct{ File struct{ Filename string } }
}

type traefikDynamic struct {
	HTTP struct {
		Routers map[string]struct {
			Rule        string
			EntryPoints []string `yaml:"entryPoints"`
			Middlewares []string
			Service     string
		}
		Middlewares map[string]struct {
			ForwardAuth traefikAuth `yaml:"forwardAuth"`
		}
		Services map[string]struct {
			LoadBalancer struct{ Servers []struct{ URL string } } `yaml:"loadBalancer"`
		}
	}
}

type traefikAuth struct {
	Address                string
	TrustForwardHeader     *bool    `yaml:"trustForwardHeader"`
	AuthResponseHeaders    []string `yaml:"authResponseHeaders"`
	AuthRequestHeaders     []string `yaml:"authRequestHeaders"`
	PreserveLocationHeader bool     `yaml:"preserveLocationHeader"`
	MaxResponseBodySize    int64    `yaml:"maxResponseBodySize"`
}

// A traefikServer does what Traefik 3.7.13 does with a request, as far as the examples
// use it. It leaves paths as they are, as sanitizePath: false does; by default Traefik
// resolves dots and merges slashes first.
type traefikServer struct {
	host    string // the router's
	aliases string // what becomes of headers like X_Auth_User
	auth    traefikAuth
	client  http.Client
	next    http.Handler
}

// startTraefik starts the emulation.
func startTraefik(t *testing.T, w *world) *setUp {
	t.Helper()
	address := freeAddress(t)
	var static traefikStatic
	var dynamic traefikDynamic
	parse(t, configure(t, "traefik-static.yaml", swap{webAddress, address}), &static)
	parse(t, configure(t, "traefik.yaml", swap{verifyAddress, w.verify}, swap{applicationAddress, w.app.address}), &dynamic)

	router := dynamic.HTTP.Routers["application"]
	rule := regexp.MustCompile("^Host\\(`([^`]+)`\\)$").FindStringSubmatch(router.Rule)
	entry, known := static.EntryPoints[router.EntryPoints[0]]
	if rule == nil || !known || len(router.Middlewares) != 1 {
		t.Fatalf("the router %+v has another rule, entry point or middleware than is emulated", router)
	}
	s := &traefikServer{host: rule[1], aliases: entry.HTTP.AliasHeadersStrategy, auth: dynamic.HTTP.Middlewares[router.Middlewares[0]].ForwardAuth}
	if s.auth.TrustForwardHeader == nil || *s.auth.TrustForwardHeader || s.auth.AuthRequestHeaders != nil || !s.auth.PreserveLocationHeader {
		t.Fatalf("ForwardAuth is %+v, which is not emulated", s.auth)
	}
	s.client = http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       patience,
	}
	target, err := url.Parse(dynamic.HTTP.Services[router.Service].LoadBalancer.Servers[0].URL)
	if err != nil {
		t.Fatal(err)
	}
	s.next = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
			if values, there := r.In.Header[name]; there {
				r.Out.Header[name] = values
			}
		}
		forwardedFor(r.Out.Header, r.In.RemoteAddr, true)
		to := r.Out.URL
		if parsed, err := url.ParseRequestURI(r.In.RequestURI); err == nil {
			to = parsed
		}
		r.Out.URL = &url.URL{
			Scheme: target.Scheme, Host: target.Host, Path: to.Path, RawPath: to.RawPath,
			RawQuery: strings.ReplaceAll(to.RawQuery, ";", "&"),
		}
	}}
	listener, err := net.Listen("tcp", entry.Address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: patience}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return &setUp{name: traefik, address: address}
}

func parse(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// ServeHTTP is the entry point, the router and the middleware, in this order.
func (s *traefikServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.RawPath, "#") {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	for name := range r.Header {
		if isAlias(name) && s.aliases == "delete" {
			delete(r.Header, name)
		}
	}
	removeNominated(r.Header)
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded-") || name == "X-Real-Ip" { // nobody is in forwardedHeaders.trustedIPs
			delete(r.Header, name)
		}
	}
	r.Header.Set("X-Forwarded-Proto", "http")
	r.Header.Set("X-Forwarded-Host", r.Host)
	r.Header.Set("X-Forwarded-Server", "traefik")
	if r.Host != s.host {
		http.NotFound(w, r)
		return
	}
	s.forward(w, r)
}

func isAlias(name string) bool {
	return strings.ContainsFunc(name, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-')
	})
}

// removeNominated removes what Connection names (RFC 9110, section 7.6.1).
func removeNominated(header http.Header) {
	upgrade, upgrades := header.Get("Upgrade"), false
	for _, line := range header["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			name = textproto.TrimString(name)
			upgrades = upgrades || strings.EqualFold(name, "Upgrade")
			header.Del(name)
		}
	}
	header.Del("Connection")
	if upgrades && upgrade != "" {
		header.Set("Connection", "Upgrade")
		header.Set("Upgrade", upgrade)
	}
}

func forwardedFor(header http.Header, peer string, keep bool) {
	client, _, _ := net.SplitHostPort(peer)
	if before := header["X-Forwarded-For"]; keep && len(before) > 0 {
		client = strings.Join(before, ", ") + ", " + client
	}
	header.Set("X-Forwarded-For", client)
}

// forward is the middleware ForwardAuth.
func (s *traefikServer) forward(w http.ResponseWriter, r *http.Request) {
	ask, err := http.NewRequestWithContext(r.Context(), http.MethodGet, s.auth.Address, nil)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	ask.Header = r.Header.Clone()
	for _, name := range []string{"Connection", "Keep-Alive", "Te", "Trailers", "Transfer-Encoding", "Upgrade"} {
		ask.Header.Del(name)
	}
	forwardedFor(ask.Header, r.RemoteAddr, false)
	ask.Header.Set("X-Forwarded-Method", r.Method)
	ask.Header.Set("X-Forwarded-Proto", "http")
	ask.Header.Set("X-Forwarded-Host", r.Host)
	ask.Header.Set("X-Forwarded-Uri", r.URL.RequestURI())
	said, err := s.client.Do(ask)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	defer said.Body.Close()
	text, err := io.ReadAll(io.LimitReader(said.Body, s.auth.MaxResponseBodySize+1))
	if err != nil || int64(len(text)) > s.auth.MaxResponseBodySize {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if said.StatusCode < 200 || said.StatusCode >= 300 {
		maps.Copy(w.Header(), said.Header)
		w.Header().Del("Connection")
		w.WriteHeader(said.StatusCode)
		_, _ = w.Write(text)
		return
	}
	for _, name := range s.auth.AuthResponseHeaders {
		r.Header.Del(name)
		if values := said.Header.Values(name); len(values) > 0 {
			r.Header[http.CanonicalHeaderKey(name)] = values
		}
	}
	r.RequestURI = r.URL.RequestURI()
	s.next.ServeHTTP(w, r)
}
