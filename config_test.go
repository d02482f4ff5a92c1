package gognito_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/gognitotest"
)

func TestNewNamesEveryFieldAtFault(t *testing.T) {
	good := gognito.Config{UserPoolID: "eu-west-1_AbCdEfGhI", ClientIDs: []string{"6h89qn2bfglbmvfebq9aaknqk0"}}
	with := func(change func(*gognito.Config)) gognito.Config {
		c := good
		change(&c)
		return c
	}
	for name, test := range map[string]struct {
		config gognito.Config
		want   []string // in the error; none: no error
	}{
		"good":                      {good, nil},
		"the zero value":            {gognito.Config{}, []string{"Config.UserPoolID is required", "Config.ClientIDs is required"}},
		"a trailing space":          {with(func(c *gognito.Config) { c.UserPoolID += " " }), []string{"Config.UserPoolID"}},
		"a path":                    {with(func(c *gognito.Config) { c.UserPoolID = "eu-west-1_a/../b" }), []string{"Config.UserPoolID"}},
		"no suffix":                 {with(func(c *gognito.Config) { c.UserPoolID = "eu-west-1" }), []string{"Config.UserPoolID"}},
		"upper case":                {with(func(c *gognito.Config) { c.UserPoolID = "EU-WEST-1_AbCdEfGhI" }), []string{"Config.UserPoolID"}},
		"a host in the region":      {with(func(c *gognito.Config) { c.UserPoolID = "eu.attacker-west-1_a" }), []string{"Config.UserPoolID"}},
		"a line end":                {with(func(c *gognito.Config) { c.UserPoolID += "\n" }), []string{"Config.UserPoolID"}},
		"56 bytes":                  {with(func(c *gognito.Config) { c.UserPoolID = "eu-west-1_" + strings.Repeat("a", 46) }), []string{"Config.UserPoolID"}},
		"55 bytes":                  {with(func(c *gognito.Config) { c.UserPoolID = "eu-west-1_" + strings.Repeat("a", 45) }), nil},
		"GovCloud":                  {with(func(c *gognito.Config) { c.UserPoolID = "us-gov-west-1_AbCdEfGhI" }), nil},
		"the EU's sovereign cloud":  {with(func(c *gognito.Config) { c.UserPoolID = "eusc-de-east-1_AbCdEfGhI" }), nil},
		"a two-digit region":        {with(func(c *gognito.Config) { c.UserPoolID = "ap-southeast-10_AbCdEfGhI" }), nil},
		"China":                     {with(func(c *gognito.Config) { c.UserPoolID = "cn-north-1_AbCdEfGhI" }), []string{"Config.UserPoolID", "no Cognito user pools"}},
		"an identity pool":          {with(func(c *gognito.Config) { c.UserPoolID = "eu-west-1:12345678-1234-1234-1234-123456789012" }), []string{"Config.UserPoolID"}},
		"an empty client":           {with(func(c *gognito.Config) { c.ClientIDs = []string{""} }), []string{"Config.ClientIDs"}},
		"a list as one client":      {with(func(c *gognito.Config) { c.ClientIDs = []string{"a,b"} }), []string{"Config.ClientIDs"}},
		"a client of 129 bytes":     {with(func(c *gognito.Config) { c.ClientIDs = []string{strings.Repeat("a", 129)} }), []string{"Config.ClientIDs"}},
		"an empty audience":         {with(func(c *gognito.Config) { c.Audience = []string{""} }), []string{"Config.Audience"}},
		"an unknown token use":      {with(func(c *gognito.Config) { c.TokenUse = "Access" }), []string{"Config.TokenUse", `"Access"`}},
		"a negative leeway":         {with(func(c *gognito.Config) { c.Leeway = -1 }), []string{"Config.Leeway"}},
		"five minutes of leeway":    {with(func(c *gognito.Config) { c.Leeway = 5 * time.Minute }), nil},
		"more leeway":               {with(func(c *gognito.Config) { c.Leeway = 5*time.Minute + 1 }), []string{"Config.Leeway"}},
		"a nil source of keys":      {with(func(c *gognito.Config) { c.Keys = (*gognito.RemoteKeys)(nil) }), []string{"Config.Keys"}},
		"a key file and keys":       {with(func(c *gognito.Config) { c.Keys = gognito.StaticKeys{}; c.KeyFile = "x" }), []string{"Config.KeyFile"}},
		"a key file":                {with(func(c *gognito.Config) { c.KeyFile = "x" }), nil},
		"a nil revocation function": {with(func(c *gognito.Config) { c.Revocation = gognito.RevocationFunc(nil) }), []string{"Config.Revocation"}},
		"an https issuer":           {with(func(c *gognito.Config) { c.Issuer = "https://idp.example/pool" }), nil},
		"a loopback issuer":         {with(func(c *gognito.Config) { c.Issuer = "http://localhost:9080/pool" }), nil},
		"an http issuer":            {with(func(c *gognito.Config) { c.Issuer = "http://idp.example/pool" }), []string{"Config.Issuer"}},
		"an issuer with a slash":    {with(func(c *gognito.Config) { c.Issuer = "https://idp.example/" }), []string{"Config.Issuer", "slash"}},
		"an issuer with a query":    {with(func(c *gognito.Config) { c.Issuer = "https://idp.example/?a" }), []string{"Config.Issuer"}},
		"an issuer that is no URL":  {with(func(c *gognito.Config) { c.Issuer = "idp" }), []string{"Config.Issuer"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := gognito.New(test.config)
			if (err == nil) != (test.want == nil) {
				t.Fatalf("New: %v", err)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("New: %q does not say %q", err, part)
				}
			}
		})
	}
}

func TestConfigFromEnvReadsTheOriginalsVariables(t *testing.T) {
	for name, test := range map[string]struct {
		pool, client, region string
		want                 []string // in the error; none: no error
	}{
		"all":               {"eu-west-1_AbCdEfGhI", "a, b,", "eu-west-1", nil},
		"no region":         {"eu-west-1_AbCdEfGhI", "a,b", "", nil},
		"nothing":           {"", "", "", []string{"AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_APP_CLIENT_ID"}},
		"another region":    {"eu-west-1_AbCdEfGhI", "a,b", "us-east-1", []string{"AWS_COGNITO_REGION", "us-east-1", "eu-west-1"}},
		"two pools":         {"eu-west-1_AbCdEfGhI,eu-west-1_BbCdEfGhI", "a,b", "", []string{"AWS_COGNITO_USER_POOL_ID"}},
		"everything wrong":  {"x", " , ", "us-east-1", []string{"AWS_COGNITO_USER_POOL_ID", "AWS_COGNITO_APP_CLIENT_ID"}},
		"region and client": {"eu-west-1_AbCdEfGhI", "a b", "us-east-1", []string{"AWS_COGNITO_REGION", "AWS_COGNITO_APP_CLIENT_ID"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_COGNITO_USER_POOL_ID", test.pool)
			t.Setenv("AWS_COGNITO_APP_CLIENT_ID", test.client)
			t.Setenv("AWS_COGNITO_REGION", test.region)
			c, err := gognito.ConfigFromEnv()
			if (err == nil) != (test.want == nil) {
				t.Fatalf("ConfigFromEnv: %v", err)
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("ConfigFromEnv: %q does not say %q", err, part)
				}
			}
			if err == nil && (c.UserPoolID != test.pool || len(c.ClientIDs) != 2 || c.ClientIDs[0] != "a" || c.ClientIDs[1] != "b") {
				t.Errorf("ConfigFromEnv: %+v", c)
			}
		})
	}
}

func TestAConfigThatIsChangedAfterNewChangesNothing(t *testing.T) {
	pool := gognitotest.NewPool(t)
	c := pool.Config()
	v, err := gognito.New(c)
	if err != nil {
		t.Fatal(err)
	}
	c.ClientIDs[0] = "another"
	check(t, v, pool.AccessToken(gognitotest.User{}), "")
}
