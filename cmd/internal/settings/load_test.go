package settings_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// onePool is the start of a file, in one line: what tests add begins in the second.
const onePool = "pools: [{user_pool_id: eu-west-1_AbCdEfGhI, client_ids: [client1]}]\n"

// parse reads a file that must be valid.
func parse(t *testing.T, text string) *settings.Settings {
	t.Helper()
	s, err := settings.Parse("f.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%s\nis refused: %v", text, err)
	}
	return s
}

// refused reads a file that must be refused with exactly these lines.
func refused(t *testing.T, text string, want ...string) {
	t.Helper()
	s, err := settings.Parse("f.yaml", []byte(text))
	checkFaults(t, text, s, err, want)
}

func checkFaults(t *testing.T, about string, s *settings.Settings, err error, want []string) {
	t.Helper()
	var got []string
	if err != nil {
		got = strings.Split(err.Error(), "\n")
	}
	if s != nil || !slices.Equal(got, want) {
		t.Errorf("%.2000s\nsettings %v; faults\n%s\nwant\n%s", about, s, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// environment returns a getenv of pairs.
func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// write writes a file, and returns its name.
func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "gognito.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestWhatAFileDoesNotSayHasItsDefault(t *testing.T) {
	got := parse(t, onePool)
	want := &settings.Settings{
		File:   "f.yaml",
		Pools:  []gognito.Config{{UserPoolID: "eu-west-1_AbCdEfGhI", ClientIDs: []string{"client1"}, TokenUse: gognito.AccessToken}},
		Tokens: settings.Tokens{Bearer: true},
		Rules:  []decide.Rule{{Name: "everything", Paths: []string{"/*"}, Access: decide.Authenticated}},
		Identity: identity.Config{MaxBytes: 3072, Headers: []identity.Header{
			{Name: "X-Auth-User", Source: "username"}, {Name: "X-Auth-Subject", Source: "subject"},
			{Name: "X-Auth-Groups", Source: "groups"}, {Name: "X-Auth-Scopes", Source: "scopes"},
		}},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		Listen:         settings.Listen{Verify: "127.0.0.1:9180", Admin: "127.0.0.1:9182"},
		Limits: settings.Limits{
			HeaderBytes: 131072, HeaderTimeout: 5 * time.Second, IdleTimeout: 120 * time.Second,
			Connections: 10000, DrainTimeout: 25 * time.Second,
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// everything has each setting that needs no file, and none has its default.
const everything = `
pools:
  - user_pool_id: eu-west-1_AbCdEfGhI
    client_ids: [client1, 0123]
    audience: ["https://api.example"]
    issuer: http://127.0.0.1:8000/eu-west-1_AbCdEfGhI
    key_file: /var/cache/gognito/keys.json
    leeway: 30s
  - user_pool_id: us-east-1_x
    client_ids:
      - true
tokens:
  bearer: false
  cookies: [access_token, __Host-t]
  amplify_clients: [client1]
rules:
  - name: health
    hosts: [app.example]
    methods: [GET]
    paths: [/healthz, "/a b/*"]
    access: public
  - name: secret
    paths: [/secret/*]
    access: deny
  - name: admin
    paths: [/admin/*]
    groups: [admins]
    all_groups: [staff, 'on call']
    scopes: [a/read]
    all_scopes: [a/write, 1.50]
    permissions: [articles.write]
    token_use: access
    machines: true
  - name: any
    paths: [/*]
    access: authenticated
    token_use: any
permissions:
  editors: [articles.write, "x"]
  123: [y]
identity:
  headers:
    X-Auth-Name: claim:name
    X-Auth-User: subject
  max_bytes: 1000
  token_header: X-Auth-Token
browsers:
  sign_in_url: https://auth.example/login?a=b
  return_parameter: rd
  return_origins: [https://app.example, "http://[::1]:3000"]
  trusted_origins: [https://spa.example:8443]
  pass_preflights: true
realm: true
trusted_proxies: [10.0.0.0/8, "fc00::/7", "fe80::/10", "2001:db8::/32"]
listen:
  verify: :9180
  grpc: "[::1]:1"
  proxy: gateway.internal:2
  admin: ""
proxy:
  upstream: https://App.internal:8443
  remove_credentials: true
limits: {header_bytes: 4096, header_timeout: 100ms, idle_timeout: 1h, connections: 1, shutdown_delay: 5m, drain_timeout: 0s}
log: {access: true, audit: denied}
`

func TestEachSettingIsRead(t *testing.T) {
	got := parse(t, everything)
	want := &settings.Settings{
		File: "f.yaml",
		Pools: []gognito.Config{
			{
				UserPoolID: "eu-west-1_AbCdEfGhI", ClientIDs: []string{"client1", "0123"}, Audience: []string{"https://api.example"},
				TokenUse: gognito.AnyToken, AllowMachines: true, Leeway: 30 * time.Second,
				KeyFile: "/var/cache/gognito/keys.json", Issuer: "http://127.0.0.1:8000/eu-west-1_AbCdEfGhI",
			},
			{UserPoolID: "us-east-1_x", ClientIDs: []string{"true"}, TokenUse: gognito.AnyToken, AllowMachines: true},
		},
		Tokens: settings.Tokens{Cookies: []string{"access_token", "__Host-t"}, AmplifyClients: []string{"client1"}},
		Rules: []decide.Rule{
			{Name: "health", Hosts: []string{"app.example"}, Methods: []string{"GET"}, Paths: []string{"/healthz", "/a b/*"}, Access: decide.Public},
			{Name: "secret", Paths: []string{"/secret/*"}, Access: decide.Deny},
			{
				Name: "admin", Paths: []string{"/admin/*"}, Access: decide.Authenticated, TokenUse: gognito.AccessToken, Machines: true,
				Groups: []string{"admins"}, AllGroups: []string{"staff", "on call"}, Scopes: []string{"a/read"},
				AllScopes: []string{"a/write", "1.50"}, Permissions: []string{"articles.write"},
			},
			{Name: "any", Paths: []string{"/*"}, Access: decide.Authenticated, TokenUse: gognito.AnyToken},
		},
		Permissions: map[string][]string{"editors": {"articles.write", "x"}, "123": {"y"}},
		Identity: identity.Config{
			Headers:  []identity.Header{{Name: "X-Auth-Name", Source: "claim:name"}, {Name: "X-Auth-User", Source: "subject"}},
			MaxBytes: 1000, TokenHeader: "X-Auth-Token",
		},
		Browsers: settings.Browsers{
			SignInURL: "https://auth.example/login?a=b", ReturnParameter: "rd",
			ReturnOrigins:  []string{"https://app.example", "http://[::1]:3000"},
			TrustedOrigins: []string{"https://spa.example:8443"}, PassPreflights: true,
		},
		Realm: "true",
		TrustedProxies: []netip.Prefix{
			netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("2001:db8::/32"),
		},
		Listen: settings.Listen{Verify: ":9180", GRPC: "[::1]:1", Proxy: "gateway.internal:2"},
		Proxy:  settings.Proxy{Upstream: "https://App.internal:8443", RemoveCredentials: true},
		Limits: settings.Limits{
			HeaderBytes: 4096, HeaderTimeout: 100 * time.Millisecond, IdleTimeout: time.Hour, Connections: 1, ShutdownDelay: 5 * time.Minute,
		},
		Log: settings.Log{Access: true, Audit: settings.AuditDenied},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestLineEndsAndAByteOrderMarkMakeNoDifference(t *testing.T) {
	want := parse(t, everything)
	for name, text := range map[string]string{
		"CRLF": strings.ReplaceAll(everything, "\n", "\r\n"),
		"BOM":  "\ufeff" + everything,
		"both": "\ufeff" + strings.ReplaceAll(everything, "\n", "\r\n"),
		"---":  "# a file\n---" + everything + "...\n",
		"tabs": strings.ReplaceAll(everything, ": ", ":\t"),
		"end":  strings.TrimSuffix(everything, "\n"),
	} {
		if got := parse(t, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got\n%+v\nwant\n%+v", name, got, want)
		}
	}
	// They do not move what is told.
	refused(t, "\ufeff"+onePool+"\r\n# x\r\nrealm: [a]\r\n", "f.yaml:4:1: realm: must be a text")
}

func TestThePoolsAcceptWhatAnyRuleAsksFor(t *testing.T) {
	for _, test := range []struct {
		rules    string
		use      gognito.TokenUse
		machines bool
	}{
		{"[{name: a, paths: [/*]}]", gognito.AccessToken, false},
		{"[{name: a, paths: [/*], token_use: access, machines: true}]", gognito.AccessToken, true},
		{"[{name: a, paths: [/*], token_use: id}]", gognito.IDToken, false},
		{"[{name: a, paths: [/a], token_use: id}, {name: b, paths: [/b]}]", gognito.AnyToken, false},
		{"[{name: a, paths: [/a], token_use: id}, {name: b, paths: [/b], machines: true}, {name: c, paths: [/c], token_use: id}]", gognito.AnyToken, true},
		{"[{name: a, paths: [/a], token_use: any}, {name: b, paths: [/b], token_use: id}]", gognito.AnyToken, false},
		{"[{name: a, paths: [/a], access: public}, {name: b, paths: [/b], token_use: id}]", gognito.IDToken, false},
		{"[{name: a, paths: [/a], access: public}, {name: b, paths: [/b], access: deny}]", gognito.AccessToken, false},
	} {
		s := parse(t, onePool+"rules: "+test.rules)
		if p := s.Pools[0]; p.TokenUse != test.use || p.AllowMachines != test.machines {
			t.Errorf("%s: %s tokens, machines %v, want %s, %v", test.rules, p.TokenUse, p.AllowMachines, test.use, test.machines)
		}
	}
}

func TestTheDefaultsOfListenersDependOnTheUpstream(t *testing.T) {
	upstream := "proxy: {upstream: http://127.0.0.1:8000}\n"
	for _, test := range []struct {
		text string
		want settings.Listen
	}{
		{"", settings.Listen{Verify: "127.0.0.1:9180", Admin: "127.0.0.1:9182"}},
		{upstream, settings.Listen{Proxy: "127.0.0.1:9183", Admin: "127.0.0.1:9182"}},
		{"listen: {grpc: 127.0.0.1:1}", settings.Listen{GRPC: "127.0.0.1:1"}},
		{upstream + "listen: {proxy: 127.0.0.1:1}", settings.Listen{Proxy: "127.0.0.1:1"}},
		{"listen: {verify: 127.0.0.1:0, grpc: 127.0.0.1:0}", settings.Listen{Verify: "127.0.0.1:0", GRPC: "127.0.0.1:0"}},
	} {
		if got := parse(t, onePool+test.text).Listen; got != test.want {
			t.Errorf("%s: %+v, want %+v", test.text, got, test.want)
		}
	}
}

func TestPoolsAreTheSameOnlyIfTheirVerifiersAre(t *testing.T) {
	text := func(pool, rules string) string {
		return "pools: [{user_pool_id: eu-west-1_a, client_ids: [a, b]" + pool + "}]\nrules: [{name: a, paths: [/*]" + rules + "}]\n"
	}
	base := parse(t, text("", ""))
	for _, test := range []struct {
		text string
		same bool
	}{
		{text("", ""), true},
		{text("", ", groups: [g]") + "realm: x\n", true},
		{text(", leeway: 0s", ""), true},
		{text(", leeway: 1s", ""), false},
		{text(", audience: [x]", ""), false},
		{text(", issuer: https://a.example", ""), false},
		{text(", key_file: /a", ""), false},
		{text("", ", token_use: any"), false},
		{text("", ", machines: true"), false},
		{strings.Replace(text("", ""), "[a, b]", "[a]", 1), false},
		{strings.Replace(text("", ""), "eu-west-1_a", "eu-west-1_b", 1), false},
		{strings.Replace(text("", ""), "}]", "}, {user_pool_id: eu-west-1_b, client_ids: [a]}]", 1), false},
	} {
		other := parse(t, test.text)
		if base.SamePools(other) != test.same || other.SamePools(base) != test.same {
			t.Errorf("%s: same pools %v, want %v", test.text, !test.same, test.same)
		}
	}
}
