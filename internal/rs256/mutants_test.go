package rs256_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"strconv"
	"testing"

	"github.com/gognito/gognito/internal/rs256"
)

// A signature is as long as the modulus (RFC 8017, section 8.2.2, step 1). The
// number stays the same without its leading zeros, the signature does not: a
// token must have one spelling only.
func TestASignatureWithoutItsLeadingZeroIsRefused(t *testing.T) {
	pair := pairs()[0]
	key, err := rs256.NewPublicKey(&pair.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1 << 16 { // one signature in 256 begins with a zero
		message := []byte(strconv.Itoa(i))
		digest := sha256.Sum256(message)
		signature, err := rsa.SignPKCS1v15(nil, pair, crypto.SHA256, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		if signature[0] != 0 {
			continue
		}
		if !key.Verify(string(message), signature) {
			t.Error("the signature itself is refused")
		}
		if key.Verify(string(message), signature[1:]) {
			t.Error("without its leading zero it verifies too")
		}
		return
	}
	t.Fatal("no signature begins with a zero")
}
