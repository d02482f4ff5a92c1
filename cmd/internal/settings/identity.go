package settings

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"time"

	"github.com/gognito/gognito/cmd/internal/identity"
)

// What holds if the file does not say.
const (
	defaultIdentityBytes   = 3072
	defaultAssertionHeader = "X-Auth-Assertion"
	defaultLifetime        = time.Minute
)

func defaultHeaders() []identity.Header {
	return []identity.Header{
		{Name: "X-Auth-User", Source: "username"},
		{Name: "X-Auth-Subject", Source: "subject"},
		{Name: "X-Auth-Groups", Source: "groups"},
		{Name: "X-Auth-Scopes", Source: "scopes"},
	}
}

// identity returns what the application is told.
func (r *reader) identity(v *value) identity.Config {
	file := r.section(v, "headers", "max_bytes", "token_header", "assertion")
	places := make(map[string]place)
	c := identity.Config{
		Headers:     defaultHeaders(),
		MaxBytes:    r.integer(file["max_bytes"], 1, 65536, defaultIdentityBytes),
		TokenHeader: r.text(file["token_header"]).text,
	}
	if file["token_header"] != nil {
		places["token_header"] = file["token_header"].at
	}
	if headers := file["headers"]; headers != nil {
		c.Headers = nil
		places["headers"] = headers.at
		if r.entries(headers) == nil {
			headers = &value{}
		}
		for i, name := range headers.keys {
			places["headers."+name] = headers.items[i].at
			if source := r.text(headers.items[i]); source.text != "" {
				c.Headers = append(c.Headers, identity.Header{Name: name, Source: source.text})
			}
		}
	}
	found := r.found
	c.Assertion = r.assertion(file["assertion"], places)
	checked := c
	if r.found > found {
		checked.Assertion = nil // what is missing would be told once more
	}
	_, err := identity.New(checked)
	joined, _ := err.(interface{ Unwrap() []error })
	switch {
	case joined != nil:
		for _, err := range joined.Unwrap() {
			r.identityFault(err, places)
		}
	case err != nil:
		r.identityFault(err, places)
	}
	return c
}

// identityFault tells what identity finds, where it is.
func (r *reader) identityFault(err error, places map[string]place) {
	f, ok := errors.AsType[*identity.Fault](err)
	if !ok {
		r.fault(place{name: "identity"}, "%s", strings.TrimPrefix(err.Error(), "identity: "))
		return
	}
	at, ok := places[f.Field]
	if !ok {
		at = place{name: "identity." + printable(f.Field)}
	}
	r.fault(at, "%s", f.Problem)
}

// assertion returns what signs for the user; nil: nothing does.
func (r *reader) assertion(v *value, places map[string]place) *identity.Assertion {
	file := r.section(v, "header", "key_file", "issuer", "audience", "lifetime")
	if file == nil {
		return nil
	}
	for _, key := range []string{"header", "key_file", "issuer", "audience", "lifetime"} {
		places["assertion."+key] = v.at.in(key)
		if file[key] != nil {
			places["assertion."+key] = file[key].at
		} else if key != "header" && key != "lifetime" {
			r.fault(v.at.in(key), "is missing: an assertion needs it")
		}
	}
	a := &identity.Assertion{
		Header:   cmp.Or(r.text(file["header"]).text, defaultAssertionHeader),
		Issuer:   r.text(file["issuer"]).text,
		Audience: r.text(file["audience"]).text,
		Lifetime: r.duration(file["lifetime"], 5*time.Second, 10*time.Minute, defaultLifetime),
	}
	if name := r.text(file["key_file"]); name.text != "" {
		if data := r.content(name); data != nil {
			var problem string
			if a.Key, problem = privateKey(data); problem != "" {
				r.fault(name.at, "%s: generate one with openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", problem)
			}
		}
	}
	return a
}

// maxKeyFile is more than a key or a chain of certificates takes.
const maxKeyFile = 256 << 10

// content returns what is in a file that a setting names, or nil after a fault.
func (r *reader) content(name setting) []byte {
	r.files = append(r.files, name)
	data, problem := readFile(name.text, maxKeyFile)
	if problem == "" && len(data) == 0 {
		problem = "is empty"
	}
	if problem != "" {
		r.fault(name.at, "the file %s", problem)
		return nil
	}
	return data
}

// privateKey returns the P-256 key of a PEM file (RFC 7468; PKCS#8, RFC 5958; or SEC 1,
// RFC 5915). A problem says nothing of what is in the file.
func privateKey(data []byte) (key *ecdsa.PrivateKey, problem string) {
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		var parsed any
		var err error
		switch block.Type {
		case "EC PARAMETERS": // which openssl writes before a key of SEC 1
			continue
		case "PRIVATE KEY":
			parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			if block.Headers["Proc-Type"] != "" {
				return nil, "the file holds an encrypted key, and there is nobody to ask for the passphrase"
			}
			parsed, err = x509.ParseECPrivateKey(block.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			return nil, "the file holds an encrypted key, and there is nobody to ask for the passphrase"
		default:
			return nil, "the file holds something else than a private key of PKCS#8 or SEC 1"
		}
		ec, ok := parsed.(*ecdsa.PrivateKey)
		switch {
		case err != nil:
			return nil, "the file holds a private key that can't be read"
		case !ok || ec.Curve != elliptic.P256():
			return nil, "the file holds a private key of another kind than ECDSA with P-256"
		case key != nil:
			return nil, "the file holds two private keys"
		}
		key = ec
	}
	if key == nil {
		return nil, "the file holds no private key in PEM"
	}
	return key, ""
}
