package alb

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gognito/gognito"
)

// Config says which tokens a [Verifier] accepts. LoadBalancers, UserPoolID and
// ClientIDs are required; the zero value of everything else is the strict choice.
type Config struct {
	// LoadBalancers are the ARNs of the Application Load Balancers whose word is
	// taken: one, or two while one replaces the other. All load balancers of a
	// region share one place of keys, whoever's they are, so that nothing but
	// this ARN tells yours from a stranger's. All are of one region.
	LoadBalancers []string
	// UserPoolID is the pool that the load balancers sign users in with. Only its
	// original issuer is accepted: with a pool whose issuer type is UPDATED,
	// authenticate-cognito does not work.
	UserPoolID string
	// ClientIDs are the app clients that the listeners' rules use. At least one.
	ClientIDs []string
	// Issuer replaces the pool's own issuer, for partitions whose hosts differ.
	// Compared as it is. An https URL, or http on a loopback host.
	Issuer string
	// KeyURL replaces where the load balancers' region publishes its keys, each at
	// KeyURL + "/" + its ID. It is required where AWS documents no such place:
	// outside the partitions aws and aws-us-gov. An https URL, or http on a
	// loopback host, without a slash at the end.
	KeyURL string
	// Leeway is by how much exp may lie in the past, for clocks that drift: from
	// zero to 5 minutes.
	Leeway time.Duration
	// HTTPClient fetches keys. Nil: a plain one. Redirects are refused whatever
	// it says. A panic in its transport ends the program.
	HTTPClient *http.Client
	// Trace is told of each Verify and of each fetch of a key. The URL that it is
	// told is KeyURL, without the key's ID, which anybody may have written. Nil:
	// nobody is.
	Trace *gognito.Trace
	// Now decides exp, and nothing else. Nil: time.Now.
	Now func() time.Time
}

// check returns every fault of the configuration, each with the field's name, and
// otherwise where the keys are.
func (c *Config) check() (keyURL string, _ error) {
	var faults []error
	fault := func(field string, err error) {
		if err != nil {
			faults = append(faults, fmt.Errorf("alb: Config.%s %w", field, err))
		}
	}
	first, err := parseARNs(c.LoadBalancers)
	fault("LoadBalancers", err)
	faults = append(faults, c.poolFaults()...)
	switch {
	case c.KeyURL != "":
		keyURL = c.KeyURL
		fault("KeyURL", checkKeyURL(c.KeyURL))
	case err == nil:
		if keyURL = first.keyURL(); keyURL == "" {
			fault("KeyURL", fmt.Errorf("is required: AWS documents no place for the keys of load balancers in %s (partition %s)", first.region, first.partition))
		}
	}
	return keyURL, errors.Join(faults...)
}

// poolFaults are what gognito.New finds in the fields that both have.
func (c *Config) poolFaults() []error {
	_, err := gognito.New(gognito.Config{UserPoolID: c.UserPoolID, ClientIDs: c.ClientIDs, Issuer: c.Issuer, Leeway: c.Leeway, CacheBytes: -1})
	if err == nil {
		return nil
	}
	list := []error{err}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		list = slices.Clone(several.Unwrap())
	}
	for i, err := range list {
		list[i] = errors.New("alb: " + strings.TrimPrefix(err.Error(), "gognito: "))
	}
	return list
}

// checkKeyURL asks the library, which has the same rules for where keys come from.
func checkKeyURL(text string) error {
	if strings.HasSuffix(text, "/") {
		return fmt.Errorf("%q must not end in a slash", text)
	}
	_, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{URLs: []string{text}})
	if cause := errors.Unwrap(err); cause != nil {
		return cause
	}
	return err
}
