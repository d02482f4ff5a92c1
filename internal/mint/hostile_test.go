package mint_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/internal/mint"
)

func target(tb testing.TB) mint.Target {
	tb.Helper()
	return mint.Target{
		Session: ada(), AccessKey: newKey(tb), IDKey: newKey(tb),
		AttackerKey: newKey(tb), AttackerURL: "http://127.0.0.1:1/attacker",
	}
}

func TestHostileVariantsHaveUniqueKebabCaseNamesInOrder(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	var names []string
	for _, h := range mint.HostileVariants() {
		if !kebab.MatchString(h.Name) {
			t.Errorf("name %q is not in kebab-case", h.Name)
		}
		names = append(names, h.Name)
	}
	if !slices.IsSorted(names) || len(slices.Compact(names)) != len(mint.HostileVariants()) {
		t.Errorf("names are not sorted and unique: %q", names)
	}
}

func TestHostileVariantsCoverEveryReasonOfAToken(t *testing.T) {
	reasons := map[string]bool{}
	for _, h := range mint.HostileVariants() {
		reasons[h.Reason] = true
	}
	for want := range strings.FieldsSeq("malformed algorithm issuer unknown_key signature expired not_yet_valid token_use client machine") {
		if !reasons[want] {
			t.Errorf("no hostile variant is refused for %s", want)
		}
		delete(reasons, want)
	}
	if len(reasons) > 0 {
		t.Errorf("reasons outside the closed set: %v", reasons)
	}
}

func TestNoTwoHostileVariantsAreTheSameToken(t *testing.T) {
	target := target(t)
	minted := map[string]string{target.Access(): "the good token"}
	for _, h := range mint.HostileVariants() {
		token := h.Token(target)
		if other, ok := minted[token]; ok {
			t.Errorf("%s is the same token as %s", h.Name, other)
		}
		minted[token] = h.Name
	}
}

// The encodings that must be refused carry a true signature over what is sent: a
// verifier that decodes leniently finds nothing else wrong.
func TestTokensOfHostileEncodingsAreTrulySigned(t *testing.T) {
	target := target(t)
	lenient := strings.NewReplacer("=", "", "+", "-", "/", "_", "\n", "")
	seen := 0
	for _, h := range mint.HostileVariants() {
		if h.Reason != "malformed" || !strings.HasSuffix(h.Name, "-header") && !strings.HasSuffix(h.Name, "-payload") &&
			!strings.HasSuffix(h.Name, "-signature") || strings.HasPrefix(h.Name, "dangling") || strings.HasPrefix(h.Name, "empty") {
			continue
		}
		seen++
		token := h.Token(target)
		i := strings.LastIndexByte(token, '.')
		signature, err := base64.RawURLEncoding.DecodeString(lenient.Replace(token[i+1:]))
		if err != nil {
			t.Errorf("%s: %v", h.Name, err)
			continue
		}
		digest := sha256.Sum256([]byte(token[:i]))
		if err := rsa.VerifyPKCS1v15(&target.AccessKey.Private.PublicKey, crypto.SHA256, digest[:], signature); err != nil {
			t.Errorf("%s: %v", h.Name, err)
		}
	}
	if seen != 16 {
		t.Errorf("%d encodings, want 16", seen)
	}
}
