package settings

import (
	"net/netip"
	"reflect"
	"slices"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/identity"
)

// Settings are everything that the gateway is told, checked. They are not changed
// once they were loaded.
type Settings struct {
	// File is the YAML file; "": there was none.
	File string

	Pools  []gognito.Config // at least one; TokenUse and AllowMachines are as wide as the rules need
	Tokens Tokens
	Rules  []decide.Rule // at least one
	// Permissions are what a group's members may: group → permissions.
	Permissions map[string][]string
	Identity    identity.Config
	Browsers    Browsers
	Realm       string // named in challenges; "": none

	// TrustedProxies may speak for clients. Loopback addresses alone unless given.
	TrustedProxies []netip.Prefix
	Listen         Listen
	TLS            TLS
	Proxy          Proxy
	Limits         Limits
	Log            Log

	files []string // what was read, beside File
}

// Files returns the names of the files that the settings were read from: the YAML file,
// and those of keys and certificates. What they hold may change.
func (s *Settings) Files() []string {
	if s.File == "" {
		return slices.Clone(s.files)
	}
	return append([]string{s.File}, s.files...)
}

// SamePools reports whether verifiers that were made for the pools of s are right for
// those of o: their configurations are the same in every field, and so is their order.
func (s *Settings) SamePools(o *Settings) bool { return reflect.DeepEqual(s.Pools, o.Pools) }

// Tokens are where tokens are taken from: the Authorization header, or else the
// cookies, or else Amplify's.
type Tokens struct {
	Bearer  bool
	Cookies []string // names; the first that is there decides
	// AmplifyClients are app clients whose cookies, as AWS Amplify writes them, are read.
	AmplifyClients []string
}

// Browsers is how people are told apart from programs, and what they get.
type Browsers struct {
	// SignInURL is where a navigation without a good token is sent, an absolute
	// URL; "": nowhere, it is answered 401 as any other request.
	SignInURL string
	// ReturnParameter is the parameter of SignInURL's query that says where to
	// return to; "": none. It is a path and query; or, if the request's origin is
	// one of ReturnOrigins, a whole URL.
	ReturnParameter string
	ReturnOrigins   []string
	// TrustedOrigins are other origins whose pages may send requests with cookies.
	TrustedOrigins []string
	// PassPreflights lets CORS preflights through to the application, without a user.
	PassPreflights bool
}

// Listen are the addresses, as net.Listen takes them; "": no such listener.
type Listen struct {
	Verify string // nginx, Traefik, Caddy and Envoy over HTTP
	GRPC   string // Envoy over gRPC
	Proxy  string // the reverse proxy
	Admin  string // health, status, metrics
}

// TLS is the certificate of the listeners but Admin. No files: none.
type TLS struct{ CertFile, KeyFile string }

// Proxy is the reverse proxy.
type Proxy struct {
	Upstream string // an http or https URL without a path; "": no reverse proxy
	// RemoveCredentials takes the Authorization header and the cookies that tokens
	// are read from out of what the upstream gets.
	RemoveCredentials bool
}

// Limits bound what a client can make grow.
type Limits struct {
	HeaderBytes   int           // of a request's header
	HeaderTimeout time.Duration // to send it
	IdleTimeout   time.Duration // of a connection without a request
	Connections   int           // at a time, for each listener
	ShutdownDelay time.Duration // not ready, and still serving
	DrainTimeout  time.Duration // then, to end what has begun
}

// Log is what is logged, beside what happens to the gateway itself.
type Log struct {
	Access bool  // a line for each request
	Audit  Audit // a line for decisions, with the subject
}

// Audit is which decisions are logged.
type Audit string

// The three of them. The zero value is none.
const (
	AuditNone   Audit = ""
	AuditDenied Audit = "denied" // but for requests without a token
	AuditAll    Audit = "all"    // but for public ones
)
