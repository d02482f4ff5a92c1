package settings_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// certificateOf writes a certificate of the key, and returns the file's name.
func certificateOf(t *testing.T, key *ecdsa.PrivateKey) string {
	t.Helper()
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pemFile(t, &pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// What somebody wrote in the wrong place, or where a file's syntax ends, may be a
// secret. No message quotes it (A20).
func TestNoFaultQuotesAValue(t *testing.T) {
	const secret = "hunter2"
	values := []string{
		secret, "'" + secret + "'", `"` + secret, "'" + secret, "|" + secret, "|\n    " + secret, "[" + secret + "]", "[[" + secret + "]]",
		"{a: " + secret + "}", "&a " + secret, "*" + secret, "!" + secret + " a", "!!binary " + secret, "%" + secret, "@" + secret, "a: " + secret,
		"[" + secret, "https://" + secret + ":" + secret + "@a b", "http://a:" + secret + "@b", "\" \\u" + secret + "\"", "[a, 'b" + secret + "/']",
		"-----BEGIN PRIVATE KEY-----\n    " + secret, "[" + secret + "]\n    " + secret,
	}
	sections := map[string][]string{
		"": {
			"pools", "tokens", "rules", "permissions", "identity", "browsers", "realm", "trusted_proxies", "listen", "proxy", "tls", "limits", "log",
		},
		"tokens":   {"bearer", "cookies", "amplify_clients"},
		"identity": {"headers", "max_bytes", "token_header", "assertion"},
		"browsers": {"sign_in_url", "return_parameter", "return_origins", "trusted_origins", "pass_preflights"},
		"listen":   {"verify", "grpc", "proxy", "admin"},
		"proxy":    {"upstream", "remove_credentials"},
		"tls":      {"cert_file", "key_file"},
		"limits":   {"header_bytes", "header_timeout", "idle_timeout", "connections", "shutdown_delay", "drain_timeout"},
		"log":      {"access", "audit"},
	}
	lists := map[string][]string{
		"pools": {"user_pool_id", "client_ids", "audience", "issuer", "key_file", "leeway"},
		"rules": {
			"name", "hosts", "methods", "paths", "access", "token_use", "machines", "groups", "all_groups", "scopes", "all_scopes", "permissions",
		},
	}
	tried := 0
	try := func(text string) {
		tried++
		if _, err := settings.Parse("f.yaml", []byte(text)); err != nil && strings.Contains(err.Error(), secret) {
			// A name in a rule is no secret, and is told if another rule needs it.
			t.Errorf("%s\nis told as\n%v", text, err)
		}
	}
	for _, value := range values {
		for section, keys := range sections {
			for _, key := range keys {
				text, indent := "", ""
				if section != "" {
					text, indent = section+":\n", "  "
				}
				try(text + indent + key + ": " + value + "\n")
			}
		}
		for section, keys := range lists {
			for _, key := range keys {
				try(section + ":\n- " + key + ": " + value + "\n")
			}
		}
		try("identity:\n  headers:\n    X-A: " + value + "\n")
		try("permissions:\n  a: " + value + "\n")
		try(value)
	}
	if want := len(values) * (13 + 28 + 18 + 3); tried != want {
		t.Errorf("%d texts were tried, want %d", tried, want)
	}
}
