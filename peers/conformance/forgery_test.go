package conformance_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/gognito/gognito/internal/mint"
)

// findForgeries fails if any judge accepts what the pool did not sign. The page
// says that none does.
func (b *bench) findForgeries(r rule) {
	b.tb.Helper()
	for _, p := range r.breaking {
		if p.document != nil { // what signs is in the probe's own key set
			continue
		}
		for name, refusal := range b.refusals(p) {
			if refusal == nil && !b.forge.minted(p.token) {
				b.tb.Errorf("%s: %s accepts %s, which the pool did not sign", r.id, name, p.name)
			}
		}
	}
}

// minted reports whether the pool signed a token, however it is spelt, and over
// the payload or its encoding.
func (f *forge) minted(token string) bool {
	token = strings.TrimSpace(token)
	end := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(strings.NewReplacer("=", "", "+", "-", "/", "_", "\n", "").Replace(token[end+1:]))
	header, payload, ok := strings.Cut(token[:max(end, 0)], ".")
	if err != nil || !ok {
		return false
	}
	plain, _ := base64.RawURLEncoding.DecodeString(payload)
	for _, key := range []*mint.Key{f.target.AccessKey, f.target.IDKey} {
		for _, input := range []string{header + "." + payload, header + "." + string(plain)} {
			digest := sha256.Sum256([]byte(input))
			if rsa.VerifyPKCS1v15(&key.Private.PublicKey, crypto.SHA256, digest[:], signature) == nil {
				return true
			}
		}
	}
	return false
}
