package settings_test

import (
	"fmt"

	"github.com/gognito/gognito/cmd/internal/settings"
)

func ExampleParse() {
	s, err := settings.Parse("gognito.yaml", []byte(`
pools:
  - user_pool_id: eu-west-1_AbCdEfGhI
    client_ids: [6h89qn2bfglbmvfebq9aaknqk0]
rules:
  - name: admin
    paths: [/admin/*]
    groups: [admins]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Rules[0].Name, s.Rules[0].Access, s.Rules[0].Groups, s.Listen.Verify)

	_, err = settings.Parse("gognito.yaml", []byte("pools: []\nrealms: app\ntrusted_proxies: [0.0.0.0]\n"))
	fmt.Println(err)
	// Output:
	// admin authenticated [admins] 127.0.0.1:9180
	// gognito.yaml:1:1: pools: is empty, which stands for nothing: name something, or leave the key out
	// gognito.yaml:2:1: realms: is no setting; there are browsers, identity, limits, listen, log, permissions, pools, proxy, realm, rules, tls, tokens, trusted_proxies
	// gognito.yaml:3:19: trusted_proxies[0]: must be a network, such as 10.0.0.0/8 or fd00::/8; one address is 192.0.2.1/32, or ::1/128
}
