package settings_test

import (
	"crypto/elliptic"
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gognito/gognito"
	"github.com/gognito/gognito/cmd/internal/decide"
	"github.com/gognito/gognito/cmd/internal/identity"
	"github.com/gognito/gognito/cmd/internal/settings"
)

// keyName is the only file that the fuzzer's settings can name.
const keyName = "key.pem"

// spell writes settings as a file that says all of them, in YAML of another style than
// people's: what is read from it must be the same.
func spell(s *settings.Settings) string {
	var text strings.Builder
	line := func(format string, values ...any) { fmt.Fprintf(&text, format+"\n", values...) }
	lists := func(indent string, pairs ...any) {
		for i := 0; i < len(pairs); i += 2 {
			list := pairs[i+1].([]string)
			for j, one := range list {
				if j == 0 {
					line("%s%s:", indent, pairs[i])
				}
				line("%s- %s", indent, strconv.Quote(one))
			}
		}
	}
	texts := func(indent string, pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				line("%s%s: %s", indent, pairs[i], strconv.Quote(pairs[i+1]))
			}
		}
	}
	line("pools:")
	for _, p := range s.Pools {
		line("- leeway: %v", p.Leeway)
		texts("  ", "user_pool_id", p.UserPoolID, "issuer", p.Issuer, "key_file", p.KeyFile)
		lists("  ", "client_ids", p.ClientIDs, "audience", p.Audience)
	}
	line("tokens:\n  bearer: %v", s.Tokens.Bearer)
	lists("  ", "cookies", s.Tokens.Cookies, "amplify_clients", s.Tokens.AmplifyClients)
	line("rules:")
	for i := range s.Rules {
		r := &s.Rules[i]
		line("- access: %v", r.Access)
		texts("  ", "name", r.Name, "token_use", string(r.TokenUse))
		if r.Access == decide.Authenticated {
			line("  machines: %v", r.Machines)
		}
		lists("  ", "hosts", r.Hosts, "methods", r.Methods, "paths", r.Paths, "groups", r.Groups, "all_groups", r.AllGroups,
			"scopes", r.Scopes, "all_scopes", r.AllScopes, "permissions", r.Permissions)
	}
	for i, group := range slices.Sorted(maps.Keys(s.Permissions)) {
		if i == 0 {
			line("permissions:")
		}
		lists("  ", strconv.Quote(group), s.Permissions[group])
	}
	line("identity:\n  max_bytes: %d\n  headers:", s.Identity.MaxBytes)
	for _, h := range s.Identity.Headers {
		line("    %s: %s", strconv.Quote(h.Name), strconv.Quote(h.Source))
	}
	texts("  ", "token_header", s.Identity.TokenHeader)
	if a := s.Identity.Assertion; a != nil {
		line("  assertion:\n    lifetime: %v\n    key_file: %s", a.Lifetime, keyName)
		texts("    ", "header", a.Header, "issuer", a.Issuer, "audience", a.Audience)
	}
	line("browsers:\n  pass_preflights: %v", s.Browsers.PassPreflights)
	texts("  ", "sign_in_url", s.Browsers.SignInURL, "return_parameter", s.Browsers.ReturnParameter)
	lists("  ", "return_origins", s.Browsers.ReturnOrigins, "trusted_origins", s.Browsers.TrustedOrigins)
	texts("", "realm", s.Realm)
	line("trusted_proxies:")
	for _, prefix := range s.TrustedProxies {
		line("- %q", prefix)
	}
	line("listen: {verify: %q, grpc: %q, proxy: %q, admin: %q}", s.Listen.Verify, s.Listen.GRPC, s.Listen.Proxy, s.Listen.Admin)
	if s.Proxy != (settings.Proxy{}) {
		line("proxy: {upstream: %q, remove_credentials: %v}", s.Proxy.Upstream, s.Proxy.RemoveCredentials)
	}
	l := s.Limits
	line("limits: {header_bytes: %d, header_timeout: %v, idle_timeout: %v, connections: %d, shutdown_delay: %v, drain_timeout: %v}",
		l.HeaderBytes, l.HeaderTimeout, l.IdleTimeout, l.Connections, l.ShutdownDelay, l.DrainTimeout)
	audit := s.Log.Audit
	if audit == settings.AuditNone {
		audit = "none"
	}
	line("log: {access: %v, audit: %s}", s.Log.Access, audit)
	return text.String()
}

// checkSound checks what no settings may lack, whatever the file holds.
func checkSound(t *testing.T, s *settings.Settings) {
	t.Helper()
	if len(s.Pools) == 0 || len(s.Rules) == 0 || len(s.TrustedProxies) == 0 || s.Listen.Verify+s.Listen.GRPC+s.Listen.Proxy == "" {
		t.Errorf("something is missing: %+v", s)
	}
	if (s.Listen.Proxy == "") != (s.Proxy.Upstream == "") || !s.Tokens.Bearer && s.Tokens.Cookies == nil && s.Tokens.AmplifyClients == nil {
		t.Errorf("parts do not fit: %+v", s)
	}
	for _, prefix := range s.TrustedProxies {
		if prefix.Bits() < 7 {
			t.Errorf("everybody is trusted: %v", prefix)
		}
	}
	var verifiers []*gognito.Verifier
	for _, config := range s.Pools {
		config.CacheBytes = -1
		v, err := gognito.New(config)
		if err != nil {
			t.Fatal(err)
		}
		verifiers = append(verifiers, v)
	}
	if _, err := gognito.NewPools(verifiers...); err != nil {
		t.Error(err)
	}
	if _, err := decide.New(s.Rules); err != nil {
		t.Error(err)
	}
	if _, err := identity.New(s.Identity); err != nil {
		t.Error(err)
	}
}

var faultForm = regexp.MustCompile(`^f\.yaml:(([1-9][0-9]*):([1-9][0-9]*):)? [^\n]`)

func FuzzParse(f *testing.F) {
	f.Chdir(f.TempDir()) // so that the name of the key is the same everywhere
	block := pkcs8(f, newKey(f, elliptic.P256()))
	if err := os.WriteFile(keyName, pem.EncodeToMemory(block), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Add(onePool)
	f.Add(everything)
	f.Add(onePool + "identity: {assertion: {key_file: key.pem, issuer: a, audience: b}}\nproxy: {upstream: 'http://a'}\nlog: {audit: all}")
	for _, text := range []string{
		"", "a", "a: &a [*a]", "? a\n: b", "<<: {a: b}", "{a: {b: [c, 'd', \"e\"]}}", "- - a\n  - b: c\n", "a: |\n  b\n c\n", "--- a\n...\n---\n",
		"a: !!map {b: c}", "%TAG ! a\n---\na: !b c", "\ufeffa: b\r\n", "a:\t- b", "a: 0x1\nb: .inf\nc: 1e3", "[a: b, c]", "{a, b: }", "a: {b: c}}", ": a", "'a': b", "- ", "a: >-\n",
		"pools: *a", "pools:\n- &a", "rules: [{name: ~}]",
	} {
		f.Add(text)
		f.Add(onePool + text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := settings.Parse("f.yaml", []byte(text))
		again, errAgain := settings.Parse("f.yaml", []byte(text))
		if fmt.Sprint(err) != fmt.Sprint(errAgain) || !reflect.DeepEqual(s, again) || (s == nil) != (err != nil) {
			t.Fatalf("it is read differently: %v, %v", err, errAgain)
		}
		if err != nil {
			lines := strings.Count(text, "\n") + 1
			for line := range strings.SplitSeq(err.Error(), "\n") {
				match := faultForm.FindStringSubmatch(line)
				if match == nil && !strings.HasSuffix(line, " faults more") {
					t.Errorf("%q is no fault", line)
				} else if n, _ := strconv.Atoi(match[2]); n > lines+1 {
					t.Errorf("%q is about a line that there is not", line)
				}
			}
			return
		}
		checkSound(t, s)
		if spelt, err := settings.Parse("f.yaml", []byte(spell(s))); err != nil || !reflect.DeepEqual(spelt, s) {
			t.Errorf("%s\nis read as %v\n%+v\nand was\n%+v", spell(s), err, spelt, s)
		}
		for _, other := range []string{strings.ReplaceAll(text, "\n", "\r\n"), "\ufeff" + text} {
			if strings.Contains(text, "\r") || strings.HasPrefix(text, "\ufeff") {
				break
			}
			if same, err := settings.Parse("f.yaml", []byte(other)); err != nil || !reflect.DeepEqual(same, s) {
				t.Errorf("%q is read as %v, %+v", other, err, same)
			}
		}
	})
}
