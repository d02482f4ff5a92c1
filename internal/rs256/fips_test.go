package rs256

import (
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"testing"
)

// In FIPS 140-3 mode the check is the standard library's: the prepared modulus,
// without which the other path can't be entered, does not exist. FIPS_EXPECTED
// is set where the tests are meant to run in that mode.
func TestInFIPSModeOnlyTheStandardLibraryChecks(t *testing.T) {
	expected := os.Getenv("FIPS_EXPECTED") == "1"
	if fips140.Enabled() != expected {
		t.Fatalf("FIPS 140-3 mode is %v, and FIPS_EXPECTED is %v", fips140.Enabled(), expected)
	}
	pair, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	key, err := NewPublicKey(&pair.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if prepared := key.modulus != nil || key.prefix != nil; prepared == expected {
		t.Errorf("the prepared modulus is there: %v; want %v", prepared, !expected)
	}
}
