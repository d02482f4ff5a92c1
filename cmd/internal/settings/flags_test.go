package settings_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/settings"
)

const filePool = "pools: [{user_pool_id: eu-west-1_file, client_ids: [file]}]\n"

func TestFlagsWinOverTheEnvironmentAndThatOverTheFile(t *testing.T) {
	name := write(t, filePool+"tokens: {cookies: [file]}\nproxy: {upstream: http://file}\nlisten: {proxy: file:1, admin: file:2}\n")
	both := []string{"AWS_COGNITO_USER_POOL_ID", " eu-west-1_env, eu-west-1_env2,", "AWS_COGNITO_APP_CLIENT_ID", "env , env2"}
	for _, test := range []struct {
		about   string
		flags   settings.Flags
		env     []string
		pools   string
		cookies string
		proxy   string
	}{
		{"the file alone", settings.Flags{Config: name}, nil, "eu-west-1_file:file", "file", "http://file file:1"},
		{"the file by its variable", settings.Flags{}, []string{"GOGNITO_CONFIG", name}, "eu-west-1_file:file", "file", "http://file file:1"},
		{"the flag's file", settings.Flags{Config: name}, []string{"GOGNITO_CONFIG", "/nowhere"}, "eu-west-1_file:file", "file", "http://file file:1"},
		{"the environment's pools", settings.Flags{Config: name}, both, "eu-west-1_env:env,env2 eu-west-1_env2:env,env2", "file", "http://file file:1"},
		{
			"the flags' pools", settings.Flags{Config: name, UserPoolID: []string{"eu-west-1_flag"}, ClientID: []string{"flag", "flag2"}}, both,
			"eu-west-1_flag:flag,flag2", "file", "http://file file:1",
		},
		{
			"a pool of the flags with the environment's clients", settings.Flags{Config: name, UserPoolID: []string{"eu-west-1_flag"}}, both,
			"eu-west-1_flag:env,env2", "file", "http://file file:1",
		},
		{
			"a variable of a cookie beside a file with tokens", settings.Flags{Config: name}, []string{"ACCESS_TOKEN_KEY", "env"},
			"eu-west-1_file:file", "file", "http://file file:1",
		},
		{
			"the other flags", settings.Flags{Config: name, Cookie: []string{"a", "b"}, Upstream: "http://flag", ListenProxy: "flag:1", Region: "eu-west-1"},
			[]string{"AWS_COGNITO_REGION", "us-east-1"}, "eu-west-1_file:file", "a,b", "http://flag flag:1",
		},
	} {
		s, err := settings.Load(test.flags, environment(test.env...))
		if err != nil {
			t.Errorf("%s: %v", test.about, err)
			continue
		}
		var pools []string
		for _, p := range s.Pools {
			pools = append(pools, p.UserPoolID+":"+strings.Join(p.ClientIDs, ","))
		}
		got := []string{strings.Join(pools, " "), strings.Join(s.Tokens.Cookies, ","), s.Proxy.Upstream + " " + s.Listen.Proxy}
		if want := []string{test.pools, test.cookies, test.proxy}; !slices.Equal(got, want) || s.File != name {
			t.Errorf("%s: %q of %s, want %q", test.about, got, s.File, want)
		}
	}
}

func TestNoFileIsNeeded(t *testing.T) {
	s, err := settings.Load(settings.Flags{
		UserPoolID: []string{"eu-west-1_flag"}, Issuer: "http://localhost:1/x", ListenGRPC: ":1", ListenAdmin: ":2", ListenVerify: ":3", AccessLog: true,
	}, environment("AWS_COGNITO_APP_CLIENT_ID", "env", "ACCESS_TOKEN_KEY", "access"))
	if err != nil {
		t.Fatal(err)
	}
	if s.File != "" || len(s.Files()) != 0 || s.Pools[0].Issuer != "http://localhost:1/x" || !s.Log.Access ||
		s.Listen != (settings.Listen{Verify: ":3", GRPC: ":1", Admin: ":2"}) || !slices.Equal(s.Tokens.Cookies, []string{"access"}) || !s.Tokens.Bearer {
		t.Errorf("%+v", s)
	}
}

func TestWhatFlagsAndVariablesSayIsCheckedToo(t *testing.T) {
	file := write(t, filePool)
	sectioned := write(t, filePool+"proxy: {remove_credentials: true}\nlisten: {proxy: \":1\"}\n")
	two := write(t, "pools: [{user_pool_id: eu-west-1_a, client_ids: [a]}, {user_pool_id: us-east-1_b, client_ids: [a]}]")
	for _, test := range []struct {
		flags settings.Flags
		env   []string
		want  []string
	}{
		{settings.Flags{}, nil, []string{
			"pools: is missing: name the user pools, here, by --user-pool-id and --client-id, or by AWS_COGNITO_USER_POOL_ID and AWS_COGNITO_APP_CLIENT_ID",
		}},
		{settings.Flags{UserPoolID: []string{"eu-west-1_a"}}, nil, []string{
			"--user-pool-id: names a pool without clients: give --client-id or AWS_COGNITO_APP_CLIENT_ID too, or neither if the pools are in the file",
		}},
		// The file's pool is not mixed with the environment's client, nor the reverse.
		{settings.Flags{Config: file}, []string{"AWS_COGNITO_APP_CLIENT_ID", "a"}, []string{
			"AWS_COGNITO_APP_CLIENT_ID: names clients of no pool: give --user-pool-id or AWS_COGNITO_USER_POOL_ID too, or neither if the pools are in the file",
		}},
		{settings.Flags{Config: file}, []string{"AWS_COGNITO_USER_POOL_ID", "eu-west-1_a"}, []string{
			"AWS_COGNITO_USER_POOL_ID: names a pool without clients: give --client-id or AWS_COGNITO_APP_CLIENT_ID too, or neither if the pools are in the file",
		}},
		{settings.Flags{Config: file, UserPoolID: []string{"x"}, ClientID: []string{"a b"}, Issuer: "http://evil"}, nil, []string{
			"--user-pool-id: is not the ID of a user pool, such as eu-west-1_AbCdEfGhI (and there are none in the AWS China regions)",
			"--client-id: is not the ID of an app client, such as 6h89qn2bfglbmvfebq9aaknqk0",
			"--issuer: must be a URL without user, query, fragment and a slash at its end: https, or http on a loopback host",
		}},
		{settings.Flags{}, []string{"AWS_COGNITO_USER_POOL_ID", "eu-west-1_a,eu-west-1_a", "AWS_COGNITO_APP_CLIENT_ID", "a"}, []string{
			"AWS_COGNITO_USER_POOL_ID: is a pool whose issuer another has too, so that its tokens would be of both: name each pool once",
		}},
		{settings.Flags{Config: two, Issuer: "https://issuer.example"}, nil, []string{
			"--issuer: is for one pool, and there are 2: write issuer into the pools of the file",
		}},
		{settings.Flags{Config: two, Region: "eu-west-1"}, nil, []string{
			"--region: is not the region that each pool's ID begins with: correct one, or drop it",
		}},
		{settings.Flags{Config: file}, []string{"AWS_COGNITO_REGION", "us-east-1", "ACCESS_TOKEN_KEY", "a b"}, []string{
			"AWS_COGNITO_REGION: is not the region that each pool's ID begins with: correct one, or drop it",
			"ACCESS_TOKEN_KEY: is not the name of a cookie (RFC 6265, section 4.1.1)",
		}},
		{settings.Flags{Config: file, Cookie: []string{"a;b"}, ListenAdmin: "9182", ListenVerify: "[::1%eth0]:70000"}, nil, []string{
			"--cookie: is not the name of a cookie (RFC 6265, section 4.1.1)",
			"--listen-verify: must be host:port, such as 127.0.0.1:9180, [::1]:9180, or :9180 for all addresses",
			"--listen-admin: must be host:port, such as 127.0.0.1:9180, [::1]:9180, or :9180 for all addresses",
		}},
		{settings.Flags{Config: file, ListenProxy: ":1"}, nil, []string{
			"--listen-proxy: has nothing behind it: give proxy.upstream (or --upstream), or leave it out",
		}},
		{settings.Flags{Config: sectioned, Upstream: "http://app/"}, nil, []string{
			"--upstream: must be http://host:port or https://host:port, without a user, a path, a slash at the end or a query",
		}},
		{settings.Flags{Config: file, Upstream: "http://app", ListenVerify: "0.0.0.0:9183"}, nil, []string{
			"listen.proxy: is the address of --listen-verify too: each listener needs its own",
		}},
	} {
		s, err := settings.Load(test.flags, environment(test.env...))
		if err != nil {
			for _, name := range []string{file, two, sectioned} {
				err = replaced{err, name}
			}
		}
		checkFaults(t, strings.Join(test.env, " "), s, err, test.want)
	}
}

// replaced is an error without a file's name.
type replaced struct {
	error
	name string
}

func (r replaced) Error() string { return strings.ReplaceAll(r.error.Error(), r.name+": ", "") }

func TestAFileThatCantBeReadIsNamed(t *testing.T) {
	folder := t.TempDir()
	for name, want := range map[string]string{
		folder:                  ": --config: is a folder: name a file in it",
		folder + "/nowhere":     ": --config: can't be read: no such file or directory",
		write(t, "") + "/x":     ": --config: can't be read: not a directory",
		write(t, "# nothing\n"): ": is empty, as a file is that was cut: write settings into it, or name no file",
		write(t, strings.Repeat("#", 1<<20)+"\n"+filePool): ": --config: is larger than 1048576 bytes",
	} {
		s, err := settings.Load(settings.Flags{Config: name}, environment())
		checkFaults(t, name, s, err, []string{name + want})
	}
	s, err := settings.Load(settings.Flags{}, environment("GOGNITO_CONFIG", folder))
	checkFaults(t, folder, s, err, []string{folder + ": GOGNITO_CONFIG: is a folder: name a file in it"})
}
