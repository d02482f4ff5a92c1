package mint_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/internal/mint"
)

func albTarget(tb testing.TB) mint.ALBTarget {
	tb.Helper()
	return mint.ALBTarget{
		Session: ada(), ARN: mint.NewALBARN("us-east-1"), Key: mint.NewALBKey(), StrangerKey: mint.NewALBKey(), AttackerKey: mint.NewALBKey(),
		PoolKey: newKey(tb), AttackerURL: "http://127.0.0.1:1/attacker",
	}
}

func TestALBHostileVariantsHaveUniqueKebabCaseNamesInOrder(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	var names []string
	for _, h := range mint.ALBHostileVariants() {
		if !kebab.MatchString(h.Name) {
			t.Errorf("name %q is not in kebab-case", h.Name)
		}
		names = append(names, h.Name)
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("names are not sorted and unique: %q", names)
	}
}

// The faults of an encoding, of the header and of the claims are under a true
// signature over what is sent: a lenient verifier finds nothing else wrong.
func TestALBTokensOfHostileEncodingsAreTrulySigned(t *testing.T) {
	target := albTarget(t)
	lenient := strings.NewReplacer("%3D", "", "=", "", "+", "-", "/", "_", "\n", "")
	seen := 0
	for _, h := range mint.ALBHostileVariants() {
		if !regexp.MustCompile(`^(unpadded|half-padded|over-padded|percent|padding|trailing-bits|standard|newline|space|duplicate|signer|client|header-|payload-|sub-|username-|expire)`).MatchString(h.Name) {
			continue
		}
		seen++
		token := h.Token(target)
		i := strings.LastIndexByte(token, '.')
		signature, err := base64.RawURLEncoding.DecodeString(lenient.Replace(token[i+1:]))
		if err != nil || len(signature) != 64 {
			t.Errorf("%s: %v", h.Name, err)
			continue
		}
		digest := sha256.Sum256([]byte(token[:i]))
		if !ecdsa.Verify(&target.Key.Private.PublicKey, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
			t.Errorf("%s: the signature is not over what is sent", h.Name)
		}
	}
	if seen < 60 {
		t.Errorf("only %d encodings", seen)
	}
}
