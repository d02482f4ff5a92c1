package dialect_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/cmd/internal/settings"
	"github.com/gognito/gognito/gognitotest"
)

// A1: who is no trusted proxy is not listened to, whatever it says.
func TestA1NobodyButATrustedProxyIsListenedTo(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) {
		told.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("fe80::/10")}
	})
	good := s.bearer(gognitotest.User{Groups: []string{"admins"}})
	for peer, trusted := range map[string]bool{
		"10.1.2.3:80":                  true,
		"[::ffff:10.1.2.3]:80":         true, // how a listener for both sees 10.1.2.3
		"[2001:db8::1]:80":             true,
		"[2001:db8::1%eth0]:80":        true,
		"[fe80::1%eth0]:80":            true,
		"127.0.0.1:80":                 false, // loopback is no exception
		"[::1]:80":                     false,
		"11.1.2.3:80":                  false,
		"[::ffff:11.1.2.3]:80":         false,
		"[::10.1.2.3]:80":              false,
		"[::ffff:0:10.1.2.3]:80":       false,
		"[2001:db9::1]:80":             false,
		"10.1.2.3":                     false,
		"10.1.2.3, 11.1.2.3:80":        false,
		"010.1.2.3:80":                 false,
		"@":                            false,
		"":                             false,
		"10.1.2.3:80\x00":              false,
		"[2001:db8::1%]:80":            false,
		"[::ffff:10.1.2.3%eth0]:80":    true,
		"[64:ff9b::10.1.2.3]:80":       false,
		"app.example:80":               false,
		"[2002:0a01:0203::1]:80":       false,
		"[fec0::1]:80":                 false,
		"[::ffff:10.1.2.3]:80, x":      false,
		"/run/gognito.sock":            false,
		"[2001:db8::1]":                false,
		"[10.1.2.3]:80":                false,
		"[0:0:0:0:0:ffff:a01:203]:443": true,
	} {
		for name, asks := range proxies {
			for _, target := range []string{"/public/x", "/admin/x"} {
				// An untrusted peer may say that it speaks for a trusted one.
				lines := append(asks("GET", target, good), "X-Forwarded-For: 10.1.2.3", "Forwarded: for=10.1.2.3")
				w := s.serve(read(t, lines...), peer)
				if !trusted && (w.Code != http.StatusForbidden || s.log.of("reason") != "untrusted_peer") || trusted && w.Code != http.StatusOK {
					t.Errorf("%s asks as %q about %s: %d, %s; trusted: %v", name, peer, target, w.Code, s.log.of("reason"), trusted)
				}
				if !trusted && (w.Header().Get("X-Auth-User") != "" || w.Header().Get("X-Envoy-Auth-Headers-To-Remove") != "") {
					t.Errorf("%s is told of the user as %q: %v", name, peer, w.Header())
				}
			}
		}
		lines := proxies["nginx"]("GET", "/me", "Accept: text/html")
		lines[0] = "GET /sign-in/nginx HTTP/1.1"
		if w := s.serve(read(t, lines...), peer); !trusted && w.Code != http.StatusForbidden || trusted && w.Code != http.StatusUnauthorized {
			t.Errorf("%q asks for the way to sign in: %d, trusted: %v", peer, w.Code, trusted)
		}
	}
}

func TestNobodyIsTrustedIfNobodyIsNamed(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) { told.TrustedProxies = nil })
	for name, asks := range proxies {
		if a := s.ask(t, asks("GET", "/public/x")...); a.StatusCode != http.StatusForbidden || s.log.of("reason") != "untrusted_peer" {
			t.Errorf("%s: %d, %s", name, a.StatusCode, s.log.of("reason"))
		}
	}
}

// The log tells who it was that knocked, and not whom it speaks of.
func TestWhoIsNotTrustedIsLoggedAsItself(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) { told.TrustedProxies = nil })
	for name, asks := range proxies {
		r := read(t, asks("DELETE", "/elsewhere")...)
		uri := r.RequestURI
		s.serve(r, "[::ffff:198.51.100.9]:1234")
		if got := s.log.of("client"); got != "198.51.100.9" {
			t.Errorf("%s: logged as %q", name, got)
		}
		if got := s.log.of("dialect"); got != name {
			t.Errorf("%s: logged as the dialect %q", name, got)
		}
		if name == "envoy" {
			continue
		}
		for key, want := range map[string]string{"method": "GET", "host": r.Host, "path": uri} {
			if got := s.log.of(key); got != want {
				t.Errorf("%s: the %s is logged as %q, want %q", name, key, got, want)
			}
		}
	}
}

// Trust is of the gateway that a request finds.
func TestTrustIsWithdrawnWhileTheServerRuns(t *testing.T) {
	s := newSite(t, nil)
	if a := s.ask(t, proxies["caddy"]("GET", "/public/x")...); a.StatusCode != http.StatusOK {
		t.Fatalf("%d", a.StatusCode)
	}
	closed := newSite(t, func(told *settings.Settings) { told.TrustedProxies = nil }).handler.Current()
	calls := 0
	other := *s.handler
	other.Current = func() *gateway.Gateway { calls++; return closed }
	s.handler = &other
	if w := s.serve(read(t, proxies["caddy"]("GET", "/public/x")...), "127.0.0.1:80"); w.Code != http.StatusForbidden || calls != 1 {
		t.Errorf("%d, the gateway was asked for %d times", w.Code, calls)
	}
}
