package gognito

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// poolIDForm is a user pool's ID: the region, an underscore, and letters and
// digits. It is longer than Cognito's own pattern (`[\w-]+_[0-9a-zA-Z]+`) where
// that lets characters through that would change a URL.
var poolIDForm = regexp.MustCompile(`^([a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})_[0-9A-Za-z]+$`)

const maxPoolID = 55 // bytes, from the API's model

// regionOf checks a pool ID and returns the region in it.
func regionOf(userPoolID string) (string, error) {
	if userPoolID == "" {
		return "", errors.New("is required, such as eu-west-1_AbCdEfGhI")
	}
	m := poolIDForm.FindStringSubmatch(userPoolID)
	if m == nil || len(userPoolID) > maxPoolID {
		return "", fmt.Errorf("%q is not the ID of a user pool, such as eu-west-1_AbCdEfGhI", userPoolID)
	}
	if strings.HasPrefix(userPoolID, "cn-") {
		return "", fmt.Errorf("%q: there are no Cognito user pools in the AWS China regions", userPoolID)
	}
	return m[1], nil
}

// issuersOf returns the two issuers that a pool's tokens may name. Every pool
// has both URLs; which of them its tokens carry is a setting of the pool
// (IssuerConfiguration), and it can change while the pool is in use.
func issuersOf(userPoolID, region string) []string {
	return []string{
		"https://cognito-idp." + region + ".amazonaws.com/" + userPoolID,
		"https://issuer-cognito-idp." + region + ".amazonaws.com/" + userPoolID,
	}
}

// jwksURL is where an issuer publishes its keys.
func jwksURL(issuer string) string { return issuer + "/.well-known/jwks.json" }

// checkURL refuses a URL over which keys must not travel: only https, or http on
// a loopback host, and nothing that would make it mean two things.
func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return fmt.Errorf("%q is not an absolute URL", text)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#"):
		return fmt.Errorf("%q must have no user, query or fragment", u.Redacted())
	case u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	default:
		return fmt.Errorf("%q must be https, or http on a loopback host", text)
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkIssuer checks a configured issuer. It is compared as it is with the
// token's, so a trailing slash, which JWKS URLs can't be built on, is refused.
func checkIssuer(text string) error {
	if err := checkURL(text); err != nil {
		return err
	}
	if strings.HasSuffix(text, "/") {
		return fmt.Errorf("%q must not end in a slash", text)
	}
	return nil
}
