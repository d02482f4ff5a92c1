package settings

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
)

// maxPools is more than a gateway can know by heart.
const maxPools = 100

// A pool is one of the file's, of the environment's or of the flags'.
type pool struct {
	at       place
	id       setting
	clients  []setting
	audience []setting
	issuer   setting
	keyFile  setting
	leeway   time.Duration
}

// pools returns the pools of the flags, or else of the environment, or else of the
// file. Either of the former, if one of its two parts is there, stands for all of the
// file's.
func (r *reader) pools(v *value) []pool {
	var pools []pool
	for _, item := range r.elements(v) {
		pools = append(pools, r.pool(item))
	}
	if named := r.poolsOutside(); named != nil {
		pools = named
	} else if v == nil {
		r.fault(place{name: "pools"}, "is missing: name the user pools, here, by --user-pool-id and --client-id, or by AWS_COGNITO_USER_POOL_ID and AWS_COGNITO_APP_CLIENT_ID")
	}
	if len(pools) > maxPools {
		r.fault(pools[maxPools].at, "there are more than %d pools", maxPools)
		pools = pools[:maxPools]
	}
	if issuer := flag("--issuer", r.flags.Issuer); issuer != nil {
		if len(pools) > 1 {
			r.fault(issuer[0].at, "is for one pool, and there are %d: write issuer into the pools of the file", len(pools))
		} else if len(pools) == 1 {
			pools[0].issuer = issuer[0]
		}
	}
	r.checkRegion(pools)
	return pools
}

func (r *reader) pool(v *value) pool {
	file := r.section(v, "user_pool_id", "client_ids", "audience", "issuer", "key_file", "leeway")
	p := pool{
		at:       v.at,
		id:       r.text(file["user_pool_id"]),
		clients:  r.texts(file["client_ids"]),
		audience: r.texts(file["audience"]),
		issuer:   r.text(file["issuer"]),
		keyFile:  r.text(file["key_file"]),
		leeway:   r.duration(file["leeway"], 0, 5*time.Minute, 0),
	}
	if file != nil && file["user_pool_id"] == nil {
		r.fault(v.at.in("user_pool_id"), "is missing, such as eu-west-1_AbCdEfGhI")
	}
	if file != nil && file["client_ids"] == nil {
		r.fault(v.at.in("client_ids"), "is missing: name the app clients whose tokens are accepted")
	}
	return p
}

// poolsOutside returns the pools that flags and the environment name; nil: none.
func (r *reader) poolsOutside() []pool {
	ids, clients := flag("--user-pool-id", r.flags.UserPoolID...), flag("--client-id", r.flags.ClientID...)
	if ids == nil {
		ids = r.variable("AWS_COGNITO_USER_POOL_ID")
	}
	if clients == nil {
		clients = r.variable("AWS_COGNITO_APP_CLIENT_ID")
	}
	switch {
	case ids == nil && clients == nil:
		return nil
	case ids == nil:
		r.fault(clients[0].at, "names clients of no pool: give --user-pool-id or AWS_COGNITO_USER_POOL_ID too, or neither if the pools are in the file")
	case clients == nil:
		r.fault(ids[0].at, "names a pool without clients: give --client-id or AWS_COGNITO_APP_CLIENT_ID too, or neither if the pools are in the file")
	}
	pools := []pool{}
	for _, id := range ids {
		pools = append(pools, pool{at: id.at, id: id, clients: clients})
	}
	return pools
}

// checkRegion checks that all pools are in the region that was given, if one was.
func (r *reader) checkRegion(pools []pool) {
	regions := flag("--region", r.flags.Region)
	if regions == nil {
		regions = r.variable("AWS_COGNITO_REGION")
	}
	for _, region := range regions {
		if slices.ContainsFunc(pools, func(p pool) bool {
			in, _, ok := strings.Cut(p.id.text, "_")
			return ok && in != region.text
		}) {
			r.fault(region.at, "is not the region that each pool's ID begins with: correct one, or drop it")
		}
	}
}

// configs returns what the pools' verifiers are made of, which accept what any of the
// rules asks for; the rule then looks again.
func (r *reader) configs(pools []pool, rules []decide.Rule) []gognito.Config {
	use, machines := widest(rules)
	var configs []gognito.Config
	var verifiers []*gognito.Verifier
	for _, p := range pools {
		config := gognito.Config{
			UserPoolID: p.id.text, ClientIDs: texts(p.clients), Audience: texts(p.audience),
			TokenUse: use, AllowMachines: machines,
			Leeway: p.leeway, KeyFile: p.keyFile.text, Issuer: p.issuer.text,
		}
		if v := r.checkPool(p, config); v != nil {
			if slices.ContainsFunc(verifiers, func(other *gognito.Verifier) bool {
				_, err := gognito.NewPools(other, v)
				return err != nil
			}) {
				r.fault(p.id.at, "is a pool whose issuer another has too, so that its tokens would be of both: name each pool once")
			}
			verifiers = append(verifiers, v)
		}
		configs = append(configs, config)
	}
	return configs
}

// widest returns what covers the tokens that rules ask for.
func widest(rules []decide.Rule) (use gognito.TokenUse, machines bool) {
	for i := range rules {
		if rules[i].Access != decide.Authenticated {
			continue
		}
		asked := rules[i].TokenUse
		if asked == "" {
			asked = gognito.AccessToken
		}
		if use != "" && use != asked {
			asked = gognito.AnyToken
		}
		use = asked
		machines = machines || rules[i].Machines
	}
	if use == "" {
		use = gognito.AccessToken
	}
	return use, machines
}

// checkPool returns the verifier of a pool, or nil after a fault. Each part is tried
// beside others that are good, so that the fault is where the part is.
func (r *reader) checkPool(p pool, config gognito.Config) *gognito.Verifier {
	found := r.found
	try := func(s setting, problem string, change func(*gognito.Config)) {
		c := gognito.Config{UserPoolID: "eu-west-1_AbCdEfGhI", ClientIDs: []string{"6h89qn2bfglbmvfebq9aaknqk0"}, CacheBytes: -1}
		change(&c)
		if s.text == "" {
			return
		}
		if _, err := gognito.New(c); err != nil {
			r.fault(s.at, "%s", problem)
		}
	}
	try(p.id, "is not the ID of a user pool, such as eu-west-1_AbCdEfGhI (and there are none in the AWS China regions)",
		func(c *gognito.Config) { c.UserPoolID = p.id.text })
	for _, client := range p.clients {
		try(client, "is not the ID of an app client, such as 6h89qn2bfglbmvfebq9aaknqk0",
			func(c *gognito.Config) { c.ClientIDs = []string{client.text} })
	}
	try(p.issuer, "must be a URL without user, query, fragment and a slash at its end: https, or http on a loopback host",
		func(c *gognito.Config) { c.Issuer = p.issuer.text })
	config.CacheBytes = -1
	v, err := gognito.New(config)
	if err != nil {
		if r.found == found && p.id.text != "" && p.clients != nil {
			r.fault(p.at, "makes no verifier: look at user_pool_id, client_ids, audience, issuer and leeway")
		}
		return nil
	}
	return v
}

// checkKeyFiles checks that no pool's file is another's, nor one that is read: it is
// written to.
func (r *reader) checkKeyFiles(pools []pool) {
	others := []setting{{r.file, place{name: "the configuration"}}}
	if r.file == "" {
		others = nil
	}
	others = append(others, r.files...)
	for _, p := range pools {
		if p.keyFile.text == "" {
			continue
		}
		if i := slices.IndexFunc(others, func(other setting) bool { return sameFile(other.text, p.keyFile.text) }); i >= 0 {
			r.fault(p.keyFile.at, "is the file of %s too: it is written to, and needs one of its own", others[i].at.name)
		}
		others = append(others, p.keyFile)
	}
}

func sameFile(a, b string) bool {
	pathA, errA := filepath.Abs(a)
	pathB, errB := filepath.Abs(b)
	if errA == nil && errB == nil && pathA == pathB {
		return true
	}
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}
