package settings

import (
	"strings"
)

// Flags are what commands take from their command line, for kong. The zero value
// leaves everything to the environment and the file.
type Flags struct {
	Config       string   `placeholder:"FILE" help:"Configuration file, YAML (or GOGNITO_CONFIG)."`
	UserPoolID   []string `name:"user-pool-id" sep:"none" placeholder:"ID" help:"User pool whose tokens are accepted, in place of the file's (repeatable; or AWS_COGNITO_USER_POOL_ID, comma-separated). Each client ID is accepted from every pool."`
	ClientID     []string `name:"client-id" sep:"none" placeholder:"ID" help:"App client whose tokens are accepted (repeatable; or AWS_COGNITO_APP_CLIENT_ID, comma-separated)."`
	Region       string   `placeholder:"REGION" help:"Region that the pools must be in (or AWS_COGNITO_REGION)."`
	Issuer       string   `placeholder:"URL" help:"With one pool: the issuer, in place of the two that its ID stands for. https, or http on a loopback host."`
	Cookie       []string `sep:"none" placeholder:"NAME" help:"Cookie that access tokens are read from, in place of the file's (repeatable; or ACCESS_TOKEN_KEY, unless the file has tokens)."`
	Upstream     string   `placeholder:"URL" help:"Application that requests are passed on to: http or https, without a path."`
	ListenVerify string   `placeholder:"HOST:PORT" help:"Where nginx, Traefik, Caddy and Envoy ask over HTTP; 127.0.0.1:9180 unless there is an upstream, or the file has listen."`
	ListenGRPC   string   `name:"listen-grpc" placeholder:"HOST:PORT" help:"Where Envoy asks over gRPC; nowhere unless given."`
	ListenProxy  string   `placeholder:"HOST:PORT" help:"Where the reverse proxy listens; 127.0.0.1:9183 if there is an upstream, unless the file has listen."`
	ListenAdmin  string   `placeholder:"HOST:PORT" help:"Where health, status and metrics are; 127.0.0.1:9182 unless the file has listen."`
	AccessLog    bool     `help:"Log every request."`
}

// Load reads the settings from flags, the environment, and the file that one of them
// names. The error joins every [Fault].
//
// It reads the files of keys and certificates too, to see that they are good, and
// reaches no network.
func Load(flags Flags, getenv func(string) string) (*Settings, error) {
	r := &reader{flags: flags, getenv: getenv, file: flags.Config}
	named := place{name: "--config"}
	if r.file == "" {
		r.file = getenv("GOGNITO_CONFIG")
		named.name = "GOGNITO_CONFIG"
	}
	if r.file == "" {
		return r.settings(nil)
	}
	data, problem := readFile(r.file, maxFile)
	if problem != "" {
		r.fault(named, "%s", problem)
		return nil, r.err()
	}
	return r.parse(data)
}

// Parse reads the settings from the content of a file alone. The name is for messages.
func Parse(name string, data []byte) (*Settings, error) {
	r := &reader{file: name, getenv: func(string) string { return "" }}
	return r.parse(data)
}

func (r *reader) parse(data []byte) (*Settings, error) {
	root := r.document(data)
	if root == nil {
		return nil, r.err()
	}
	return r.settings(root)
}

// settings returns what the file, or nil, and the flags and the environment say.
func (r *reader) settings(root *value) (*Settings, error) {
	s := &Settings{File: r.file}
	file := r.section(root, "pools", "tokens", "rules", "permissions", "identity", "browsers", "realm",
		"trusted_proxies", "listen", "proxy", "tls", "limits", "log")
	var known bool
	s.Permissions, known = r.permissions(file["permissions"])
	s.Rules = r.rules(file["rules"], s.Permissions, known)
	pools := r.pools(file["pools"])
	s.Pools = r.configs(pools, s.Rules)
	s.Tokens = r.tokens(file["tokens"], pools)
	s.Identity = r.identity(file["identity"])
	s.Browsers = r.browsers(file["browsers"])
	s.Realm = r.realm(file["realm"])
	s.TrustedProxies = r.trustedProxies(file["trusted_proxies"])
	r.listeners(file["listen"], file["proxy"], s)
	s.TLS = r.tls(file["tls"])
	s.Limits = r.limits(file["limits"])
	s.Log = r.log(file["log"])
	r.checkKeyFiles(pools)
	s.files = texts(r.files)
	if r.found > 0 {
		return nil, r.err()
	}
	return s, nil
}

// variable returns the values of an environment variable, which are separated by
// commas.
func (r *reader) variable(name string) []setting {
	var list []setting
	for text := range strings.SplitSeq(r.getenv(name), ",") {
		if text = strings.TrimSpace(text); text != "" {
			list = append(list, setting{text, place{name: name, outside: true}})
		}
	}
	return list
}

// flag returns the values of a flag.
func flag(name string, values ...string) []setting {
	var list []setting
	for _, text := range values {
		if text != "" {
			list = append(list, setting{text, place{name: name, outside: true}})
		}
	}
	return list
}

// flagOr returns a flag's value if it has one, and what holds otherwise.
func flagOr(name, text string, otherwise setting) setting {
	if given := flag(name, text); given != nil {
		return given[0]
	}
	return otherwise
}
