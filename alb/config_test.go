package alb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/alb"
	"github.com/gognito/gognito/internal/mint"
)

func TestTheKeyHostFollowsFromTheLoadBalancersRegion(t *testing.T) {
	key := mint.NewALBKey()
	for region, want := range map[string]string{
		"eu-west-1":      "https://public-keys.auth.elb.eu-west-1.amazonaws.com/",
		"ap-southeast-2": "https://public-keys.auth.elb.ap-southeast-2.amazonaws.com/",
		"us-gov-west-1":  "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1/",
		"us-gov-east-1":  "https://s3-us-gov-east-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-east-1/",
	} {
		h := newHost()
		c := h.config()
		c.KeyURL = ""
		partition := "aws"
		if strings.Contains(region, "gov") {
			partition = "aws-us-gov"
		}
		signer := strings.NewReplacer("eu-west-1", region, ":aws:", ":"+partition+":").Replace(arn)
		c.LoadBalancers = []string{signer}
		token := strings.Split(signed(key), ".")
		// A key of that ID is asked for, whatever the signature is.
		header := strings.Replace(string(decode(t, token[0])), arn, signer, 1)
		_, _ = verifier(t, c).Verify(t.Context(), mint.SignALB(key, header, decode(t, token[1])))
		if got := h.urls(); len(got) != 1 || got[0] != want+key.ID {
			t.Errorf("%s: fetched %q, want %s", region, got, want+key.ID)
		}
	}
}

func TestARNsOfApplicationLoadBalancersAloneAreAccepted(t *testing.T) {
	const app = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"
	for text, want := range map[string]string{
		app: "",
		"arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/my-Load-2/0123456789abcdef": "",
		"":                      "is not the ARN",
		" " + app:               "is not the ARN",
		app + " ":               "is not the ARN",
		app + "\n":              "is not the ARN",
		app + "/x":              "is not the ARN",
		app + ",x":              "is not the ARN",
		"x" + app:               "is not the ARN",
		app[:len(app)-17]:       "is not the ARN", // no ID
		strings.ToUpper(app):    "is not the ARN",
		app[:len(app)-10] + "*": "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:x":                                                                          "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/web":                                              "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/web/50dc6c495c0c9188":                         "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/gwy/web/50dc6c495c0c9188":                         "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2":            "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/50dc6c495c0c9188":                              "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:12345678901:loadbalancer/app/web/50dc6c495c0c9188":                          "is not the ARN",
		"arn:aws:elasticloadbalancing::123456789012:loadbalancer/app/web/50dc6c495c0c9188":                                  "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1.attacker.example/:123456789012:loadbalancer/app/web/50dc6c495c0c9188":       "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/-web/50dc6c495c0c9188":                        "is not the ARN",
		"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/" + strings.Repeat("w", 33) + "/50dc6c495c0c": "is not the ARN",
		"arn:aws:s3:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":                                           "is not the ARN",
		"arn:aws-cn:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":                      "is in the partition aws",
		"arn:aws:elasticloadbalancing:us-gov-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":                     "is in the partition aws-us-gov",
		"arn:aws:elasticloadbalancing:cn-north-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":                        "is in the partition aws-cn",
		"arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":                     "Config.KeyURL is required",
		"arn:aws-us-gov:elasticloadbalancing:us-gov-south-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":             "Config.KeyURL is required",
		"arn:aws-iso:elasticloadbalancing:us-iso-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":                 "Config.KeyURL is required",
		"arn:aws:elasticloadbalancing:us-iso-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":                     "Config.KeyURL is required",
		"arn:aws-eusc:elasticloadbalancing:eusc-de-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188":               "Config.KeyURL is required",
	} {
		_, err := alb.New(alb.Config{LoadBalancers: []string{text}, UserPoolID: poolID, ClientIDs: []string{client}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

// China and the isolated partitions have no documented key host; whoever knows
// theirs says so.
func TestAKeyURLMakesEveryPartitionUsable(t *testing.T) {
	for _, signer := range []string{
		"arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188",
		"arn:aws-iso-b:elasticloadbalancing:us-isob-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188",
	} {
		verifier(t, alb.Config{LoadBalancers: []string{signer}, UserPoolID: poolID, ClientIDs: []string{client}, KeyURL: "https://keys.example/a"})
	}
}

func TestNewNamesEveryFieldAtFault(t *testing.T) {
	other := strings.Replace(arn, "eu-west-1", "eu-west-2", 1)
	for name, test := range map[string]struct {
		change func(*alb.Config)
		want   []string
	}{
		"nothing": {func(c *alb.Config) { *c = alb.Config{} }, []string{
			"alb: Config.LoadBalancers is required", "alb: Config.UserPoolID is required", "alb: Config.ClientIDs is required",
		}},
		"everything wrong": {func(c *alb.Config) {
			*c = alb.Config{LoadBalancers: []string{"x"}, UserPoolID: "x", ClientIDs: []string{""}, Issuer: "x", KeyURL: "x", Leeway: -1}
		}, []string{
			"alb: Config.LoadBalancers holds", "alb: Config.UserPoolID", "alb: Config.ClientIDs holds", "alb: Config.Issuer", "alb: Config.KeyURL", "alb: Config.Leeway",
		}},
		"two regions":         {func(c *alb.Config) { c.LoadBalancers = append(c.LoadBalancers, other) }, []string{"eu-west-1 and in eu-west-2"}},
		"plain http":          {func(c *alb.Config) { c.KeyURL = "http://keys.example" }, []string{"Config.KeyURL", "must be https"}},
		"slash at the end":    {func(c *alb.Config) { c.KeyURL = "https://keys.example/" }, []string{"Config.KeyURL", "slash"}},
		"a query":             {func(c *alb.Config) { c.KeyURL = "https://keys.example/?k=" }, []string{"Config.KeyURL", "query"}},
		"a password":          {func(c *alb.Config) { c.KeyURL = "https://u:secret@keys.example" }, []string{"Config.KeyURL", "user"}},
		"a pool in China":     {func(c *alb.Config) { c.UserPoolID = "cn-north-1_AbCdEfGhI" }, []string{"Config.UserPoolID", "China"}},
		"too much leeway":     {func(c *alb.Config) { c.Leeway = time.Hour }, []string{"Config.Leeway"}},
		"an issuer by http":   {func(c *alb.Config) { c.Issuer = "http://issuer.example" }, []string{"Config.Issuer"}},
		"a client of no form": {func(c *alb.Config) { c.ClientIDs = []string{client, "a b"} }, []string{"Config.ClientIDs"}},
	} {
		c := newHost().config()
		test.change(&c)
		v, err := alb.New(c)
		if err == nil || v != nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; want %q", name, err, want)
			}
		}
		if n := strings.Count(err.Error(), "\n") + 1; name == "everything wrong" && n != len(test.want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "gognito:") {
			t.Errorf("%s: %d faults: %v", name, n, err)
		}
	}
}

func TestAnotherIssuerCanBeConfigured(t *testing.T) {
	key := mint.NewALBKey()
	c := newHost(key).config()
	c.Issuer = "http://127.0.0.1:9229/" + poolID
	v := verifier(t, c)
	check(t, v, signed(key), "issuer")
	parts := strings.Split(signed(key), ".")
	other := strings.NewReplacer(mint.Issuer(poolID), c.Issuer)
	token := mint.SignALB(key, other.Replace(string(decode(t, parts[0]))), other.Replace(string(decode(t, parts[1]))))
	if claims := check(t, v, token, ""); claims.Issuer != c.Issuer {
		t.Errorf("issuer %s", claims.Issuer)
	}
}

func TestTheConfigIsNotShared(t *testing.T) {
	key := mint.NewALBKey()
	c := newHost(key).config()
	v := verifier(t, c)
	c.LoadBalancers[0], c.ClientIDs[0] = "changed", "changed"
	check(t, v, signed(key), "")
}
