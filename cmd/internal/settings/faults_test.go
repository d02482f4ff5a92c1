package settings_test

import (
	"strconv"
	"testing"
)

// column returns the column behind a text.
func column(text string) string { return strconv.Itoa(len([]rune(text)) + 1) }

func TestEachFaultIsToldWithItsPlace(t *testing.T) {
	const (
		notTime   = " with its unit, such as 500ms, 30s or 2m"
		notOrigin = "must be an origin as browsers send it: https://app.example or http://localhost:3000, in lower case, without a path, a slash at the end, a wildcard or the scheme's own port"
		notListen = "must be host:port, such as 127.0.0.1:9180, [::1]:9180, or :9180 for all addresses"
		notNet    = "must be a network, such as 10.0.0.0/8 or fd00::/8; one address is 192.0.2.1/32, or ::1/128"
		openDoor  = "is too wide: whoever reaches the port could say what was asked for, and so get past every rule; name the proxies' own addresses"
		empty     = "is empty, which stands for nothing: name something, or leave the key out"
		upstream  = "must be http://host:port or https://host:port, without a user, a path, a slash at the end or a query"
		signIn    = "must be an absolute URL, such as https://auth.example/login"
	)
	for _, test := range []struct{ text, want string }{
		{"tokens: {bearer: yes}", "2:10: tokens.bearer: must be true or false, not in quotes"},
		{`tokens: {bearer: "true"}`, "2:10: tokens.bearer: must be true or false, not in quotes"},
		{"tokens: {bearer: False}", "2:10: tokens.bearer: must be true or false, not in quotes"},
		{"tokens: {bearer: false}", "2:1: tokens: leaves nothing that a token could be read from: allow bearer, or name cookies"},
		{"tokens: {cookies: []}", "2:10: tokens.cookies: " + empty},
		{"tokens: {cookies: access_token}", `2:10: tokens.cookies: must be a list: [a, b], or "- a" in a line of its own`},
		{"tokens: {cookies: [a, 'b;c']}", "2:23: tokens.cookies[1]: is not the name of a cookie (RFC 6265, section 4.1.1)"},
		{"tokens: {cookies: ['b=c']}", "2:20: tokens.cookies[0]: is not the name of a cookie (RFC 6265, section 4.1.1)"},
		{"tokens: {cookies: ['']}", "2:20: tokens.cookies[0]: is empty: give it a value, or leave the key out"},
		{"tokens: {amplify_clients: [other]}", "2:28: tokens.amplify_clients[0]: is none of the pools' client_ids, so its tokens would be refused: add it there, or leave it out"},
		{"tokens: {}", "2:1: tokens: is empty: write something into it, or leave it out"},
		{"tokens: [a]", `2:1: tokens: must be a mapping: "key: value", in lines of their own`},

		{"realm: ä", "2:1: realm: must be up to 100 printable characters of ASCII"},
		{"realm: {a: b}", "2:1: realm: must be a text"},
		{"realm: \"a\\r\\nSet-Cookie: b\"", "2:1: realm: holds a new line or another control character: leave it out"},
		{"realm: |\n  a\n", "2:1: realm: holds a new line or another control character: leave it out"},
		{"realm: ' a'", "2:1: realm: begins or ends with a space: leave it out"},

		// A1: who may speak for clients decides which rule takes a request.
		{"trusted_proxies: [0.0.0.0/0]", "2:19: trusted_proxies[0]: " + openDoor},
		{"trusted_proxies: ['::/0']", "2:19: trusted_proxies[0]: " + openDoor},
		{"trusted_proxies: [10.0.0.0/8, 128.0.0.0/1]", "2:31: trusted_proxies[1]: " + openDoor},
		{"trusted_proxies: ['2000::/3']", "2:19: trusted_proxies[0]: " + openDoor},
		{"trusted_proxies: ['2001::/31']", "2:19: trusted_proxies[0]: " + openDoor},
		{"trusted_proxies: ['fc00::/6']", "2:19: trusted_proxies[0]: " + openDoor},
		{"trusted_proxies: ['::ffff:0:0/96']", "2:19: trusted_proxies[0]: " + notNet},
		{"trusted_proxies: ['0/0']", "2:19: trusted_proxies[0]: " + notNet},
		{"trusted_proxies: [127.0.0.1]", "2:19: trusted_proxies[0]: " + notNet},
		{"trusted_proxies: [10.1.0.0/8]", "2:19: trusted_proxies[0]: must be written as 10.0.0.0/8: what follows the network is not looked at"},
		{"trusted_proxies: []", "2:1: trusted_proxies: " + empty},
		{"trusted_proxies: ~", "2:1: trusted_proxies: has no value: give it one, or leave the key out"},

		{"browsers: {sign_in_url: /login}", "2:12: browsers.sign_in_url: " + signIn},
		{"browsers: {sign_in_url: 'https:auth.example'}", "2:12: browsers.sign_in_url: " + signIn},
		{"browsers: {sign_in_url: 'https:///login'}", "2:12: browsers.sign_in_url: " + signIn},
		{"browsers: {sign_in_url: '//auth.example/login'}", "2:12: browsers.sign_in_url: must be https, or http on a loopback host"},
		{`browsers: {sign_in_url: 'https://auth.example\@evil/'}`, "2:12: browsers.sign_in_url: " + signIn},
		{`browsers: {sign_in_url: 'https://auth.example/\'}`, "2:12: browsers.sign_in_url: " + signIn},
		{"browsers: {sign_in_url: 'https://auth.example/a b'}", "2:12: browsers.sign_in_url: " + signIn},
		{"browsers: {sign_in_url: 'https://auth.example:99999/'}", "2:12: browsers.sign_in_url: " + signIn},
		{"browsers: {sign_in_url: 'http://auth.example/'}", "2:12: browsers.sign_in_url: must be https, or http on a loopback host"},
		{"browsers: {sign_in_url: 'http://127.0.0.1.example/'}", "2:12: browsers.sign_in_url: must be https, or http on a loopback host"},
		{"browsers: {sign_in_url: 'javascript://auth.example/%0aalert(1)'}", "2:12: browsers.sign_in_url: must be https, or http on a loopback host"},
		{"browsers: {sign_in_url: 'https://a:b@auth.example/'}", "2:12: browsers.sign_in_url: must have no user and no fragment"},
		{"browsers: {sign_in_url: 'https://auth.example/#'}", "2:12: browsers.sign_in_url: must have no user and no fragment"},
		{"browsers: {return_parameter: rd}", "2:12: browsers.return_parameter: goes with sign_in_url: give that, or leave it out"},
		{"browsers: {sign_in_url: 'https://a.example', return_parameter: 'a&b'}", `2:` + column("browsers: {sign_in_url: 'https://a.example', ") + `: browsers.return_parameter: must be a plain name: up to 64 letters, digits and "._-"`},
		{"browsers: {sign_in_url: 'https://a.example?rd=1', return_parameter: rd}", `2:` + column("browsers: {sign_in_url: 'https://a.example?rd=1', ") + `: browsers.return_parameter: is in the query of sign_in_url already: take it out there`},
		{"browsers: {return_origins: ['https://a.example']}", "2:12: browsers.return_origins: goes with return_parameter: give that, or leave it out"},
		{"browsers: {trusted_origins: ['https://A.example']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['HTTPS://a.example']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['https://a.example/']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['https://a.example:443']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['http://a.example:80']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['https://a.example:08']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['https://*.example']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['https://me@a.example']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['https://[0::1]']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['https://bücher.example']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['null']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},
		{"browsers: {trusted_origins: ['ftp://a.example']}", "2:30: browsers.trusted_origins[0]: " + notOrigin},

		{"listen: {verify: 9180}", "2:10: listen.verify: " + notListen},
		{"listen: {verify: 'http://127.0.0.1:9180'}", "2:10: listen.verify: " + notListen},
		{"listen: {verify: '127.0.0.1:http'}", "2:10: listen.verify: " + notListen},
		{"listen: {verify: '127.0.0.1:65536'}", "2:10: listen.verify: " + notListen},
		{"listen: {verify: '::1:9180'}", "2:10: listen.verify: " + notListen},
		{"listen: {verify: ':1', grpc: '127.0.0.1:1'}", "2:24: listen.grpc: is the address of listen.verify too: each listener needs its own"},
		{"listen: {verify: '[::]:1', admin: '127.0.0.1:1'}", "2:28: listen.admin: is the address of listen.verify too: each listener needs its own"},
		{"listen: {verify: 'localhost:1', admin: '127.0.0.1:1'}", "2:33: listen.admin: is the address of listen.verify too: each listener needs its own"},
		{"listen: {admin: '127.0.0.1:1'}", "2:1: listen: has no listener that decides: give verify, grpc or proxy"},
		{"listen: {verify: '', admin: '127.0.0.1:1'}", "2:1: listen: has no listener that decides: give verify, grpc or proxy"},
		{"listen: {proxy: '127.0.0.1:1'}", "2:10: listen.proxy: has nothing behind it: give proxy.upstream (or --upstream), or leave it out"},
		{"listen: {verify: ':1'}\nproxy: {upstream: 'http://a'}", "3:9: proxy.upstream: has no listener before it: give listen.proxy (or --listen-proxy), or leave it out"},
		{"listen: {proxy: ':80'}\nproxy: {upstream: 'http://127.0.0.1'}", "3:9: proxy.upstream: is the address of listen.proxy itself: give the application's"},
		{"listen: {proxy: '0.0.0.0:80'}\nproxy: {upstream: 'http://LOCALHOST'}", "3:9: proxy.upstream: is the address of listen.proxy itself: give the application's"},
		{"listen: {proxy: '[::]:80'}\nproxy: {upstream: 'http://0.0.0.0'}", "3:9: proxy.upstream: is the address of listen.proxy itself: give the application's"},
		{"listen: {proxy: '10.0.0.1:80'}\nproxy: {upstream: 'http://10.0.0.1'}", "3:9: proxy.upstream: is the address of listen.proxy itself: give the application's"},
		{"proxy: {remove_credentials: true}", "2:1: proxy.upstream: is missing: the proxy is in front of it"},
		{"proxy: {upstream: 'http://a/'}", "2:9: proxy.upstream: " + upstream},
		{"proxy: {upstream: 'http://a?b'}", "2:9: proxy.upstream: " + upstream},
		{"proxy: {upstream: 'http://a:b@c'}", "2:9: proxy.upstream: " + upstream},
		{"proxy: {upstream: 'unix:///a'}", "2:9: proxy.upstream: " + upstream},
		{"proxy: {upstream: '127.0.0.1:8000'}", "2:9: proxy.upstream: " + upstream},
		{"proxy: {upstream: 'http://a:0'}", "2:9: proxy.upstream: " + upstream},

		{"limits: {header_bytes: 0x1000}", "2:10: limits.header_bytes: must be a number from 4096 to 1048576, in digits"},
		{"limits: {header_bytes: 010000}", "2:10: limits.header_bytes: must be a number from 4096 to 1048576, in digits"},
		{"limits: {header_bytes: '8192'}", "2:10: limits.header_bytes: must be a number from 4096 to 1048576, in digits"},
		{"limits: {header_bytes: 4095}", "2:10: limits.header_bytes: must be a number from 4096 to 1048576, in digits"},
		{"limits: {connections: 0}", "2:10: limits.connections: must be a number from 1 to 1000000, in digits"},
		{"limits: {connections: 99999999999999999999}", "2:10: limits.connections: must be a number from 1 to 1000000, in digits"},
		{"limits: {header_timeout: 0s}", "2:10: limits.header_timeout: must be a time from 100ms to 1m" + notTime},
		{"limits: {idle_timeout: 5}", "2:10: limits.idle_timeout: must be a time from 1s to 1h" + notTime},
		{"limits: {shutdown_delay: -1s}", "2:10: limits.shutdown_delay: must be a time from 0s to 5m" + notTime},
		{"limits: {drain_timeout: [1s]}", "2:10: limits.drain_timeout: must be a time from 0s to 10m" + notTime},
		{"log: {audit: some}", "2:7: log.audit: must be none, denied or all"},
		{"log: {acess: true}", "2:7: log.acess: is no setting; there are access, audit"},
	} {
		want := "f.yaml:" + test.want
		refused(t, onePool+test.text, want)
	}
}

func TestAPoolIsCheckedWhereItIs(t *testing.T) {
	const (
		shared = "is a pool whose issuer another has too, so that its tokens would be of both: name each pool once"
		id     = "is not the ID of a user pool, such as eu-west-1_AbCdEfGhI (and there are none in the AWS China regions)"
		issuer = "must be a URL without user, query, fragment and a slash at its end: https, or http on a loopback host"
	)
	pools := func(lines string) string { return "pools:\n" + lines }
	for _, test := range []struct {
		text string
		want []string
	}{
		{"realm: a", []string{" pools: is missing: name the user pools, here, by --user-pool-id and --client-id, or by AWS_COGNITO_USER_POOL_ID and AWS_COGNITO_APP_CLIENT_ID"}},
		{pools(" - {audience: [a]}"), []string{"2:4: pools[0].user_pool_id: is missing, such as eu-west-1_AbCdEfGhI", "2:4: pools[0].client_ids: is missing: name the app clients whose tokens are accepted"}},
		{pools(" - user_pool_id: EU-WEST-1_a\n   client_ids: [a, b-c]"), []string{"2:4: pools[0].user_pool_id: " + id, "3:20: pools[0].client_ids[1]: is not the ID of an app client, such as 6h89qn2bfglbmvfebq9aaknqk0"}},
		{pools(" - {user_pool_id: cn-north-1_a, client_ids: [a]}"), []string{"2:5: pools[0].user_pool_id: " + id}},
		{pools(" - user_pool_id: eu-west-1_a\n   client_ids: [a]\n   issuer: http://evil.example"), []string{"4:4: pools[0].issuer: " + issuer}},
		{pools(" - user_pool_id: eu-west-1_a\n   client_ids: [a]\n   issuer: https://evil.example/"), []string{"4:4: pools[0].issuer: " + issuer}},
		{pools(" - user_pool_id: eu-west-1_a\n   client_ids: [a]\n   leeway: 301s"), []string{"4:4: pools[0].leeway: must be a time from 0s to 5m with its unit, such as 500ms, 30s or 2m"}},
		{pools(" - user_pool_id: eu-west-1_a\n   client_ids: [a]\n   audience: ['']"), []string{"4:15: pools[0].audience[0]: is empty: give it a value, or leave the key out"}},
		// Two pools of one issuer.
		{pools(" - {user_pool_id: eu-west-1_a, client_ids: [a]}\n - {user_pool_id: eu-west-1_a, client_ids: [b]}"), []string{"3:5: pools[1].user_pool_id: " + shared}},
		{
			pools(" - {user_pool_id: eu-west-1_a, client_ids: [a]}\n - {user_pool_id: eu-west-1_b, client_ids: [b], issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a'}"),
			[]string{"3:5: pools[1].user_pool_id: " + shared},
		},
		// Two that write one file, or one that writes what is read.
		{
			pools(" - {user_pool_id: eu-west-1_a, client_ids: [a], key_file: /tmp/k}\n - {user_pool_id: eu-west-1_b, client_ids: [b], key_file: /tmp/../tmp//k}"),
			[]string{"3:49: pools[1].key_file: is the file of pools[0].key_file too: it is written to, and needs one of its own"},
		},
		{pools(" - {user_pool_id: eu-west-1_a, client_ids: [a], key_file: ./f.yaml}"), []string{"2:49: pools[0].key_file: is the file of the configuration too: it is written to, and needs one of its own"}},
	} {
		for i, want := range test.want {
			test.want[i] = "f.yaml:" + want
		}
		refused(t, test.text, test.want...)
	}
}
