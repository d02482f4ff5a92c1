package check_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/check"
	"github.com/gognito/gognito/cmd/internal/program"
)

const pools = "pools: [{user_pool_id: eu-west-1_AbCdEfGhI, client_ids: [client1]}]\n"

// run runs the command, as the program does, in a folder with the file gognito.yaml.
func run(t *testing.T, file string, args ...string) (code int, out, err string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if e := os.WriteFile("gognito.yaml", []byte(file), 0o600); e != nil {
		t.Fatal(e)
	}
	for _, variable := range []string{
		"GOGNITO_CONFIG", "AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_APP_CLIENT_ID", "AWS_COGNITO_REGION", "ACCESS_TOKEN_KEY",
	} {
		t.Setenv(variable, "")
	}
	var stdout, stderr strings.Builder
	code = program.Program{
		Name: "gognito", About: "Checks.", Example: check.Example,
		Commands: &struct {
			Check check.Command `cmd:"" help:"Check the settings."`
			Other struct{}      `cmd:"" help:"So that there are two."`
		}{},
	}.Run(append([]string{"check"}, args...), program.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

const site = pools + `
rules:
  - {name: health, methods: [GET], paths: [/healthz], access: public}
  - {name: admin, hosts: [app.example], paths: [/admin/*], groups: [admins], all_groups: [staff], scopes: [a/b], all_scopes: [c/d], machines: true, token_use: any}
  - {name: closed, paths: [/closed], access: deny}
  - {name: write, paths: [/write], permissions: [write]}
  - {name: rest, paths: [/*], token_use: id}
permissions: {editors: [write]}
`

func TestTheSettingsAreSummarized(t *testing.T) {
	for _, test := range []struct {
		file string
		want string
	}{
		{site, `the settings are valid (gognito.yaml)

pools
  eu-west-1_AbCdEfGhI: access and ID tokens of clients client1; of machines too

tokens
  from the Authorization header

listeners
  verify  127.0.0.1:9180  nginx, Traefik, Caddy and Envoy
  admin   127.0.0.1:9182  health, status and metrics
  proxies are trusted in 127.0.0.0/8, ::1/128

the application is told
  X-Auth-User: username
  X-Auth-Subject: subject
  X-Auth-Groups: groups
  X-Auth-Scopes: scopes

rules, of which the first that takes a request decides
  1. health: GET /healthz: everybody
  2. admin: /admin/* of app.example: users and machines with access and ID tokens, in any of the groups ["admins"], in all of the groups ["staff"], with any of the scopes ["a/b"], with all of the scopes ["c/d"]
  3. closed: /closed: nobody
  4. write: /write: users with access tokens, with all of the permissions ["write"]
  5. rest: /*: users with ID tokens
  else: nobody
  group "editors" has the permissions ["write"]
`},
		{`pools:
  - {user_pool_id: eu-west-1_a, client_ids: [a, b], audience: [x], leeway: 30s, key_file: keys.json, issuer: "https://a.example"}
  - {user_pool_id: eu-west-1_b, client_ids: [c]}
tokens: {bearer: false, cookies: [access], amplify_clients: [a]}
identity: {headers: {X-Name: "claim:iss"}, token_header: X-Token}
proxy: {upstream: "http://app"}
listen: {grpc: ":1", proxy: ":2"}
`, `the settings are valid (gognito.yaml)

pools
  eu-west-1_a: access tokens of clients a, b; for x; issued by https://a.example; with a leeway of 30s; keys kept in keys.json
  eu-west-1_b: access tokens of clients c

tokens
  from the cookie access, or else Amplify's cookies of a

listeners
  grpc    :1  Envoy
  proxy   :2  clients, for http://app
  proxies are trusted in 127.0.0.0/8, ::1/128

the application is told
  X-Name: claim:iss
  X-Token: the token

rules, of which the first that takes a request decides
  1. everything: /*: users with access tokens
  else: nobody
`},
	} {
		code, out, err := run(t, test.file, "--config", "gognito.yaml")
		if code != program.Done || out != test.want || err != "" {
			t.Errorf("exit code %d, standard error %q, standard output\n%s\nwant\n%s", code, err, out, test.want)
		}
	}
}

// The flags are those of the gateway, and so are the variables.
func TestFlagsAndVariablesAreRead(t *testing.T) {
	code, out, err := run(t, "", "--user-pool-id", "eu-west-1_a", "--client-id", "a", "--upstream", "http://app", "--cookie", "t")
	if code != program.Done || err != "" || !strings.HasPrefix(out, "the settings are valid (no file)\n") ||
		!strings.Contains(out, "\n  proxy   127.0.0.1:9183  clients, for http://app\n") || !strings.Contains(out, ", or else the cookie t\n") {
		t.Errorf("exit code %d, standard error %q, standard output\n%s", code, err, out)
	}
	name := filepath.Join(t.TempDir(), "other.yaml")
	if err := os.WriteFile(name, []byte(pools+"realm: [a]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOGNITO_CONFIG", name)
	var stderr strings.Builder
	command := &check.Command{}
	if err := command.Run(program.Streams{Out: &stderr, Err: &stderr}); err == nil || err.Error() != name+":2:1: realm: must be a text" || stderr.String() != "" {
		t.Errorf("%v, %q", err, stderr.String())
	}
}

func TestARequestIsExplained(t *testing.T) {
	code, out, err := run(t, site, "--config", "gognito.yaml", "--host", "app.example",
		"--request", "GET /healthz", "--request", "GET /Healthz/", "--request", "POST /healthz", "--request", "GET /admin/a?x=/healthz",
		"--request", "GET /x/..%2fadmin", "--request", "DELETE /closed", "--request", "get /", "--request", "GET http://x/")
	const want = `
GET "/healthz" of host "app.example"
  "/healthz" is taken by rule "health" (public) for "/healthz"
  so it is for everybody
  the path is in canonical spelling
  rule "health" decides, and nobody is asked for a token

GET "/Healthz/" of host "app.example"
  "/Healthz/" is taken by rule "rest" (authenticated) for "/*"
  "/Healthz/" in any letter case is taken by rule "health" (public) for "/healthz"
  so it is for users with an ID token
  the path is in canonical spelling
  rule "rest" decides, and who has no token is answered 401

POST "/healthz" of host "app.example"
  "/healthz" is taken by rule "rest" (authenticated) for "/*"
  so it is for users with an ID token
  the path is in canonical spelling
  rule "rest" decides, and who has no token is answered 401

GET "/admin/a?x=/healthz" of host "app.example"
  "/admin/a" is taken by rule "admin" (authenticated) for "/admin/*"
  so it is for users and machines with an access or ID token, in any of the groups ["admins"], in all of the groups ["staff"], with any of the scopes ["a/b"], with all of the scopes ["c/d"]
  the path is in canonical spelling
  rule "admin" decides, and who has no token is answered 401

GET "/x/..%2fadmin" of host "app.example"
  is not in canonical spelling, so no public rule takes it
  "/x/..%2fadmin" is taken by rule "rest" (authenticated) for "/*"
  "/x/../admin" is taken by rule "rest" (authenticated) for "/*"
  "/admin" is taken by rule "admin" (authenticated) for "/admin/*"
  so it is for users with an ID token, who must also be
    users and machines with an access or ID token, in any of the groups ["admins"], in all of the groups ["staff"], with any of the scopes ["a/b"], with all of the scopes ["c/d"]
  rule "admin" decides, and who has no token is answered 401

DELETE "/closed" of host "app.example"
  "/closed" is taken by rule "closed" (deny) for "/closed"
  so it is for nobody
  the path is in canonical spelling
  rule "closed" decides, and who has no token is answered 401

get "/" of host "app.example"
  is refused: decide: malformed request: the method is not one, or not in upper case

GET "http://x/" of host "app.example"
  is refused: decide: malformed request: the target does not begin with a slash
`
	_, explained, _ := strings.Cut(out, "\n  group \"editors\" has the permissions [\"write\"]\n")
	if code != program.Done || err != "" || explained != want {
		t.Errorf("exit code %d, standard error %q, standard output\n%s\nwant\n%s", code, err, explained, want)
	}

	// What no rule takes; and rules that name hosts need one.
	_, out, _ = run(t, pools+"rules: [{name: a, paths: [/a], access: public}]", "--config", "gognito.yaml", "--request", "GET /b")
	if !strings.HasSuffix(out, "\nGET \"/b\"\n  \"/b\" is taken by no rule\n  so it is for nobody\n  the path is in canonical spelling\n  no rule decides: what none takes is denied\n") {
		t.Error(out)
	}
	_, out, _ = run(t, site, "--config", "gognito.yaml", "--request", "GET /b")
	if !strings.HasSuffix(out, "\nGET \"/b\"\n  is refused: decide: malformed request: there is no host, and rules name hosts\n") {
		t.Error(out)
	}
}

func TestFaultsAreExitCodeTwo(t *testing.T) {
	for _, test := range []struct {
		file string
		args []string
		want string
	}{
		{
			pools + "realms: a\nlog: {access: no}\n", []string{"--config", "gognito.yaml"},
			"gognito: gognito.yaml:2:1: realms: is no setting; there are browsers, identity, limits, listen, log, permissions, pools, proxy, realm, rules, tls, tokens, trusted_proxies\n" +
				"gognito: gognito.yaml:3:7: log.access: must be true or false, not in quotes\n",
		},
		{"", []string{"--config", "nowhere.yaml"}, "gognito: nowhere.yaml: --config: can't be read: no such file or directory\n"},
		{pools, []string{"--config", "gognito.yaml", "--request", "/admin"}, "gognito: --request: must be a method, a space and a target, such as 'GET /admin'\n"},
		{pools, []string{"--config", "gognito.yaml", "--request", "GET "}, "gognito: --request: must be a method, a space and a target, such as 'GET /admin'\n"},
		{pools, []string{"--config", "gognito.yaml", "--host", "a"}, "gognito: --host: goes with --request: give one, or leave it out\n"},
		{pools, []string{"--config", ""}, "gognito: --config is empty: give it a value, or leave it out\nrun gognito check --help to see how it is used\n"},
	} {
		code, out, err := run(t, test.file, test.args...)
		if want := strings.ReplaceAll(test.want, "\nrun", "\ngognito: run"); code != program.Usage || out != "" || err != want {
			t.Errorf("%q: exit code %d, standard output %q, standard error\n%s\nwant\n%s", test.args, code, out, err, want)
		}
	}
}

func TestWhatLooksLikeAMistakeIsToldAndValid(t *testing.T) {
	const loop = "gognito: warning: browsers.sign_in_url is on a host of return_origins, behind this gateway, and no rule makes it public: " +
		"a browser would be sent there again and again; add a public rule for its path\n"
	signIn := func(url string) string {
		return pools + "browsers: {sign_in_url: '" + url + "', return_parameter: rd, return_origins: ['https://app.example']}\n"
	}
	const login = "rules: [{name: in, paths: [/login], hosts: [app.example], access: public}, {name: rest, paths: [/*]}]\n"
	for _, test := range []struct{ file, want string }{
		{pools, ""},
		{
			pools + "rules: [{name: a, paths: [/a]}, {name: open, paths: [/*], access: public}]",
			`gognito: warning: rule "open" lets everybody through to "/*", without a token: all that no rule before it takes is public` + "\n",
		},
		{pools + "rules: [{name: a, paths: [/a/*], access: public}]", ""},
		{
			pools + "identity: {token_header: X-Token}\nproxy: {upstream: 'http://a', remove_credentials: true}",
			"gognito: warning: proxy.remove_credentials takes the token from the application, and identity.token_header gives it back: drop one\n",
		},
		{pools + "identity: {token_header: X-Token}\nproxy: {upstream: 'http://a'}", ""},
		{
			"pools: [{user_pool_id: eu-west-1_a, client_ids: [a]}, {user_pool_id: eu-west-1_b, client_ids: [b]}]",
			"gognito: warning: there are several pools, and rules and headers do not tell them apart: a user or a group of one may have the name of another's; " +
				"tell the application by a header with the source claim:iss or client_id, and use groups only if all the pools are yours\n",
		},
		{
			"pools: [{user_pool_id: eu-west-1_a, client_ids: [a]}, {user_pool_id: eu-west-1_b, client_ids: [b]}]\n" +
				"identity: {headers: {X-Auth-User: username, X-Auth-Pool: claim:iss}}", "",
		},
		{signIn("https://app.example/login?a=b"), loop},
		{signIn("https://APP.example:443/login"), loop},
		{signIn("https://auth.example/login"), ""},
		{signIn("https://app.example/login?a=b") + login, ""},
		{signIn("https://app.example/log%69n") + login, loop}, // no public rule takes that spelling
		{signIn("https://app.example/login/x") + login, loop},
		{signIn("https://app.example") + login, loop},
	} {
		code, out, err := run(t, test.file, "--config", "gognito.yaml")
		if code != program.Done || !strings.HasPrefix(out, "the settings are valid") || err != test.want {
			t.Errorf("%s\nexit code %d, standard error %q, want %q", test.file, code, err, test.want)
		}
	}
}
