package conformance_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito"
)

var update = flag.Bool("update", false, "write what is measured into docs/conformance.md")

// A group is the rules of one text.
type group struct {
	title string
	rules []rule
}

func groupsOf(f *forge) []group {
	return []group{
		{"RFC 7515, JSON Web Signature", jwsRules(f)},
		{"RFC 7519, JSON Web Token", jwtRules(f)},
		{"RFC 8725, JSON Web Token Best Current Practices", bcpRules(f)},
		{"AWS: Verifying JSON web tokens", awsRules(f)},
		{"RFC 7517 and RFC 7518, the key set", keyRules(f)},
	}
}

func TestConformance(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // keyfunc tells of each key set that it does not take
	b := newBench(t)
	if want := []string{"gognito", awsName, "go-jose", "go-oidc", "golang-jwt", "jwx"}; !slices.Equal(b.names, want) {
		t.Fatalf("the judges are %q, want %q", b.names, want)
	}
	groups, open := groupsOf(b.forge), openQuestions(b.forge)
	var probes []probe
	for _, g := range groups {
		for _, r := range g.rules {
			probes = append(append(probes, r.breaking...), r.keeping...)
		}
	}
	for _, q := range open {
		probes = append(probes, q.probe)
	}
	b.askAWS(probes)
	for _, g := range groups {
		for _, r := range g.rules {
			b.holdGognito(r)
			b.holdPeers(r)
			b.findForgeries(r)
		}
	}
	for _, q := range open {
		if refusal := b.refusals(q.probe)["gognito"]; (refusal == nil) != q.accepts {
			t.Errorf("%s: gognito says %v; recorded is that it accepts: %v", q.text, refusal, q.accepts)
		}
	}
	tables := b.tables(groups, open)
	if testing.Verbose() {
		fmt.Print(tables)
	}
	comparePage(t, tables)
	if b.server.lured != nil {
		t.Errorf("somebody asked the attacker's server for %q", b.server.lured)
	}
}

// holdGognito fails unless gognito refuses and accepts as the rule wants, and for
// the right reason; or, where it is to deviate, deviates.
func (b *bench) holdGognito(r rule) {
	b.tb.Helper()
	got := b.results(r)["gognito"]
	if deviates := len(got.accepted)+len(got.refused) > 0; deviates != (r.deviates != "") {
		b.tb.Errorf("%s: gognito accepts %q and refuses %q; a deviation by design: %v", r.id, got.accepted, got.refused, r.deviates != "")
	}
	for _, p := range r.breaking {
		refusal := b.refusals(p)["gognito"]
		reason := gognito.ReasonOf(refusal)
		switch {
		case refusal == nil: // said above
		case p.variant && string(reason) != b.forge.variants[p.name].Reason:
			b.tb.Errorf("%s: %s is refused as %s, want %s", r.id, p.name, reason, b.forge.variants[p.name].Reason)
		case !p.variant && !slices.Contains(r.reasons, reason):
			b.tb.Errorf("%s: %s is refused as %s, want one of %q", r.id, p.name, reason, r.reasons)
		}
	}
}

// holdPeers fails if what is said of a peer's documentation is without object.
func (b *bench) holdPeers(r rule) {
	b.tb.Helper()
	results := b.results(r)
	for name := range r.caller {
		if _, known := results[name]; !known || len(results[name].accepted)+len(results[name].refused) == 0 {
			b.tb.Errorf("%s: nothing is left to the caller of %s", r.id, name)
		}
	}
}

func TestEveryRuleHasProbesOrSaysWhyNot(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range groupsOf(newForge(t, "http://127.0.0.1:1/attacker")) {
		for _, r := range g.rules {
			if seen[r.id] || r.source == "" || r.text == "" || r.gognito == "" || len(r.tests) == 0 {
				t.Errorf("%s is there twice, or lacks its source, text or tests", r.id)
			}
			seen[r.id] = true
			if probed := len(r.breaking)+len(r.keeping) > 0; probed == (r.noProbe != "") {
				t.Errorf("%s: probes: %v; the reason for having none: %q", r.id, probed, r.noProbe)
			}
			names := map[string]bool{}
			for _, p := range slices.Concat(r.breaking, r.keeping) {
				if names[p.name] || p.name == "" {
					t.Errorf("%s: two probes, or one without a name, are called %q", r.id, p.name)
				}
				names[p.name] = true
			}
		}
	}
}

// What is no hostile variant has its one fault behind a signature that is good,
// but for the forgery that a key of exponent 1 allows.
func TestTheProbesAreTrulySigned(t *testing.T) {
	f := newForge(t, "http://127.0.0.1:1/attacker")
	var probes []probe
	for _, g := range groupsOf(f) {
		for _, r := range g.rules {
			probes = append(append(probes, r.breaking...), r.keeping...)
		}
	}
	for _, q := range openQuestions(f) {
		probes = append(probes, q.probe)
	}
	for _, p := range probes {
		end := strings.LastIndexByte(p.token, '.')
		if p.variant || p.name == forgery || end < 0 {
			continue
		}
		digest := sha256.Sum256([]byte(p.token[:end]))
		signature, err := base64.RawURLEncoding.DecodeString(p.token[end+1:])
		signed := false
		for _, pair := range f.keys {
			signed = signed || rsa.VerifyPKCS1v15(&pair.PublicKey, crypto.SHA256, digest[:], signature) == nil
		}
		if !signed || err != nil {
			t.Errorf("%s is not signed by any key here", p.name)
		}
	}
}

func TestEveryTestThatIsNamedExists(t *testing.T) {
	declared := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range function.FindAllSubmatch(text, -1) {
			declared[string(match[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := map[string][]string{}
	for _, g := range groupsOf(newForge(t, "http://127.0.0.1:1/attacker")) {
		for _, r := range g.rules {
			named[r.id] = r.tests
		}
	}
	for _, r := range httpRules {
		named[r.id] = r.tests
	}
	for id, tests := range named {
		for _, name := range tests {
			if !declared[name] {
				t.Errorf("%s: there is no %s", id, name)
			}
		}
	}
}
