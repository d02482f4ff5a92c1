package verify

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gognito/gognito"
)

const (
	cacheBytes  = 8 << 20 // for tokens that were verified, of all pools together
	maxJWKSSize = 1 << 20 // of a file, as of a URL
)

// A setting comes from a flag or from an environment variable.
type setting struct {
	values []string
	name   string // of what it came from, for messages; of both, if there is none
}

// settingOf takes the flag's values if there are any, and else the variable's.
func settingOf(flag string, values []string, variable string) setting {
	if len(values) > 0 {
		return setting{values, flag}
	}
	for value := range strings.SplitSeq(os.Getenv(variable), ",") {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	if len(values) > 0 {
		return setting{values, variable}
	}
	return setting{nil, flag + " (or " + variable + ")"}
}

// verifier returns what the flags and the environment ask for. The error names
// every flag and variable that is at fault.
func (c *Command) verifier(stderr io.Writer) (gognito.TokenVerifier, error) {
	pools := settingOf("--user-pool-id", c.UserPoolID, "AWS_COGNITO_USER_POOL_ID")
	clients := settingOf("--client-id", c.ClientID, "AWS_COGNITO_APP_CLIENT_ID")
	faults := []error{checkDistinct(pools), c.checkRegion(pools), c.checkSingle(pools)}

	config := gognito.Config{
		ClientIDs:     clients.values,
		Audience:      c.Audience,
		TokenUse:      gognito.TokenUse(c.TokenUse),
		AllowMachines: c.AllowMachines,
		Leeway:        c.Leeway,
		Issuer:        c.Issuer,
		CacheBytes:    cacheBytes / max(1, len(pools.values)),
		HTTPClient:    c.HTTPClient,
		Trace:         &gognito.Trace{KeysFetched: fetchReporter(stderr)},
	}
	var err error
	if c.At != "" {
		var at time.Time
		at, err = instant(c.At)
		faults = append(faults, err)
		config.Now = func() time.Time { return at }
	}
	if c.JWKS != "" {
		config.Keys, err = keysFrom(c.JWKS, config)
		faults = append(faults, err)
	}
	fieldNames := map[string]string{
		"UserPoolID": pools.name, "ClientIDs": clients.name, "Audience": "--audience",
		"TokenUse": "--token-use", "Leeway": "--leeway", "Issuer": "--issuer",
	}
	ids := pools.values
	if len(ids) == 0 {
		ids = []string{""} // which New says is required
	}
	verifiers := make([]*gognito.Verifier, len(ids))
	for i, id := range ids {
		config.UserPoolID = id
		verifiers[i], err = gognito.New(config)
		faults = append(faults, renamed(err, fieldNames))
	}
	switch err := errors.Join(faults...); {
	case err != nil:
		return nil, eachOnce(err)
	case len(verifiers) == 1:
		return verifiers[0], nil
	}
	return gognito.NewPools(verifiers...)
}

func checkDistinct(pools setting) error {
	for i, id := range pools.values {
		if slices.Contains(pools.values[:i], id) {
			return fmt.Errorf("%s names the pool %s twice: name it once", pools.name, id)
		}
	}
	return nil
}

// checkRegion checks that all pools are in the region that was given, if one was.
func (c *Command) checkRegion(pools setting) error {
	var given []string
	if c.Region != "" {
		given = []string{c.Region}
	}
	regions := settingOf("--region", given, "AWS_COGNITO_REGION")
	for _, region := range regions.values {
		for _, id := range pools.values {
			if in, _, ok := strings.Cut(id, "_"); ok && in != region {
				return fmt.Errorf("%s is %q, but the pool %s of %s is in %q: correct one, or drop %s",
					regions.name, region, id, pools.name, in, regions.name)
			}
		}
	}
	return nil
}

// checkSingle checks that what stands for one pool is not given for several.
func (c *Command) checkSingle(pools setting) error {
	var given []string
	if c.Issuer != "" {
		given = append(given, "--issuer")
	}
	if c.JWKS != "" {
		given = append(given, "--jwks")
	}
	if len(given) == 0 || len(pools.values) <= 1 {
		return nil
	}
	return fmt.Errorf("%s: for exactly one pool, but %s names %d: run the command once for each pool",
		strings.Join(given, " and "), pools.name, len(pools.values))
}

// keysFrom returns the keys that --jwks stands for.
func keysFrom(fileOrURL string, config gognito.Config) (gognito.KeySource, error) {
	if strings.Contains(fileOrURL, "://") {
		keys, err := gognito.NewRemoteKeys(gognito.RemoteKeysConfig{
			URLs: []string{fileOrURL}, HTTPClient: config.HTTPClient, Trace: config.Trace,
		})
		if err != nil {
			return nil, fmt.Errorf("--jwks: %s", strings.TrimPrefix(err.Error(), "gognito: RemoteKeysConfig.URLs: "))
		}
		return keys, nil
	}
	keys, err := readKeys(fileOrURL)
	if err != nil {
		return nil, fmt.Errorf("--jwks %s: %s (it takes a JSON Web Key Set, such as the pool's jwks.json, or its URL)",
			fileOrURL, strings.TrimPrefix(err.Error(), "gognito: "))
	}
	return keys, nil
}

func readKeys(name string) (gognito.StaticKeys, error) {
	file, err := os.Open(name) //nolint:gosec // the user names it
	if err != nil {
		return nil, withoutPath(err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	document, err := io.ReadAll(io.LimitReader(file, maxJWKSSize+1))
	switch {
	case err != nil:
		return nil, withoutPath(err)
	case len(document) > maxJWKSSize:
		return nil, fmt.Errorf("larger than %d bytes", maxJWKSSize)
	}
	return gognito.ParseJWKS(document)
}

func withoutPath(err error) error {
	if of, ok := errors.AsType[*os.PathError](err); ok {
		return of.Err
	}
	return err
}

// instant reads --at.
func instant(text string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		if at := time.Unix(seconds, 0).UTC(); at.Year() >= 1 && at.Year() <= 9999 {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("--at is %q: give it a time of RFC 3339, such as 2026-01-31T12:00:00Z, or seconds since 1970", text)
}

var configField = regexp.MustCompile(`gognito: Config\.([A-Za-z]+)`)

// renamed says what New found in the words of the command line.
func renamed(err error, fieldNames map[string]string) error {
	if err == nil {
		return nil
	}
	return errors.New(configField.ReplaceAllStringFunc(err.Error(), func(field string) string {
		return fieldNames[strings.TrimPrefix(field, "gognito: Config.")]
	}))
}

// eachOnce drops the lines that are there already: what is wrong with a flag is
// wrong for every pool.
func eachOnce(err error) error {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// fetchReporter tells people why keys can't be had.
func fetchReporter(w io.Writer) func(gognito.KeysInfo) {
	report := log.New(w, "gognito: ", 0)
	return func(info gognito.KeysInfo) {
		if info.Err != nil {
			err := info.Err
			if of, ok := errors.AsType[*url.Error](err); ok {
				err = of.Err
			}
			report.Printf("no keys from %s: %s", info.URL, strings.TrimPrefix(err.Error(), "gognito: "))
		}
		for _, key := range info.Skipped {
			report.Printf("key %d of %s can't be used: %s", key.Index, info.URL, key.Why)
		}
	}
}
