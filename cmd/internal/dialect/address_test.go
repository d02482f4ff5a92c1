package dialect_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// A21: who the client is, the last proxy that is not to be trusted says last.
func TestA21TheClientIsTheLastAddressThatIsNoProxys(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) {
		told.TrustedProxies = append(told.TrustedProxies, netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48"))
	})
	for _, test := range []struct {
		lines []string
		want  string
	}{
		{nil, ""},
		{[]string{"192.0.2.7"}, "192.0.2.7"},
		{[]string{"192.0.2.7, 10.1.1.1"}, "192.0.2.7"},
		{[]string{"192.0.2.7,10.1.1.1,10.2.2.2"}, "192.0.2.7"},
		{[]string{"192.0.2.7", "10.1.1.1", "10.2.2.2"}, "192.0.2.7"},
		{[]string{"198.51.100.1, 192.0.2.7"}, "192.0.2.7"}, // the first is what the client says
		{[]string{"198.51.100.1", "192.0.2.7, 10.1.1.1"}, "192.0.2.7"},
		{[]string{"10.9.9.9, 192.0.2.7"}, "192.0.2.7"},
		{[]string{"127.0.0.1, 192.0.2.7, 10.1.1.1"}, "192.0.2.7"},
		{[]string{"not an address, 192.0.2.7"}, "192.0.2.7"},
		{[]string{"192.0.2.7\t ,\t 10.1.1.1"}, "192.0.2.7"},
		{[]string{"10.1.1.1, 10.2.2.2"}, "10.1.1.1"}, // a client among the proxies
		{[]string{"::ffff:192.0.2.7, ::ffff:10.1.1.1"}, "192.0.2.7"},
		{[]string{"2001:db8:2::1, 2001:db8:1::1"}, "2001:db8:2::1"},
		{[]string{"2001:DB8:2:0:0:0:0:1"}, "2001:db8:2::1"},
		{[]string{"192.0.2.7, unknown"}, ""},
		{[]string{"192.0.2.7, x, 10.1.1.1"}, ""},
		{[]string{"192.0.2.7, "}, ""},
		{[]string{"192.0.2.7,, 10.1.1.1"}, ""},
		{[]string{"192.0.2.7", ""}, ""},
		{[]string{""}, ""},
		{[]string{","}, ""},
		{[]string{"192.0.2.7:1234"}, ""},
		{[]string{"[2001:db8:2::1]"}, ""},
		{[]string{"2001:db8:2::1%eth0"}, ""},
		{[]string{"2001:db8:1::1%<script>, 10.1.1.1"}, ""},
		{[]string{"192.0.2.007"}, ""},
		{[]string{"192.0.2"}, ""},
		{[]string{"0x7f000001"}, ""},
		{[]string{"192.0.2.7 198.51.100.1"}, ""},
		{[]string{`for=192.0.2.7`}, ""},
		{[]string{"192.0.2.7" + strings.Repeat(", 10.1.1.1", 15)}, "192.0.2.7"},
		{[]string{"192.0.2.7" + strings.Repeat(", 10.1.1.1", 16)}, ""}, // nobody has so many
		{[]string{"192.0.2.7", strings.Repeat("10.1.1.1, ", 7) + "10.1.1.1", strings.Repeat("10.1.1.1, ", 7) + "10.1.1.1"}, ""},
		{[]string{strings.Repeat("10.1.1.1,", 5000) + "10.1.1.1"}, ""},
		{[]string{strings.Repeat("1", 60_000)}, ""},
		{[]string{strings.Repeat(" ", 60_000) + "192.0.2.7"}, "192.0.2.7"},
	} {
		for _, name := range []string{"traefik", "caddy", "envoy"} {
			r := read(t, without(proxies[name]("GET", "/public/x", "X-Real-IP: 203.0.113.1", "Forwarded: for=203.0.113.1"), "X-Forwarded-For")...)
			for _, line := range test.lines {
				r.Header.Add("X-Forwarded-For", line)
			}
			if w := s.serve(r, "127.0.0.1:80"); w.Code != http.StatusOK || s.log.of("client") != test.want {
				t.Errorf("%s, %.80q: %d, %q, want %q", name, test.lines, w.Code, s.log.of("client"), test.want)
			}
		}
	}
}

func TestNginxTellsOneAddress(t *testing.T) {
	s := newSite(t, nil)
	for _, test := range []struct {
		lines []string
		want  string
	}{
		{nil, ""},
		{[]string{"192.0.2.7"}, "192.0.2.7"},
		{[]string{"::ffff:192.0.2.7"}, "192.0.2.7"},
		{[]string{"2001:db8::7"}, "2001:db8::7"},
		{[]string{"127.0.0.1"}, "127.0.0.1"},
		{[]string{"192.0.2.7, 192.0.2.8"}, ""},
		{[]string{"192.0.2.7", "192.0.2.7"}, ""},
		{[]string{"192.0.2.7:80"}, ""},
		{[]string{"fe80::1%eth0"}, ""},
		{[]string{"unix:"}, ""},
		{[]string{""}, ""},
		{[]string{strings.Repeat("1:", 20_000)}, ""},
	} {
		r := read(t, without(proxies["nginx"]("GET", "/public/x", "X-Forwarded-For: 203.0.113.1"), "X-Real-IP")...)
		for _, line := range test.lines {
			r.Header.Add("X-Real-IP", line)
		}
		if w := s.serve(r, "127.0.0.1:80"); w.Code != http.StatusOK || s.log.of("client") != test.want {
			t.Errorf("%.80q: %d, %q, want %q", test.lines, w.Code, s.log.of("client"), test.want)
		}
	}
}

// The address is for logs: a client that gives itself a proxy's is let through nowhere.
func TestTheClientsAddressDecidesNothing(t *testing.T) {
	s := newSite(t, func(told *settings.Settings) {
		told.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	for name, asks := range proxies {
		for _, address := range []string{"10.0.0.1", "127.0.0.1", "::1"} {
			lines := append(without(without(asks("GET", "/public/x"), "X-Real-IP"), "X-Forwarded-For"), "X-Real-IP: "+address, "X-Forwarded-For: "+address)
			if w := s.serve(read(t, lines...), "192.0.2.1:80"); w.Code != http.StatusForbidden {
				t.Errorf("%s from nowhere as %s: %d", name, address, w.Code)
			}
			lines[0] = strings.Replace(lines[0], "/public/x", "/me", 1)
			for i := range lines {
				lines[i] = strings.Replace(lines[i], ": /public/x", ": /me", 1)
			}
			if w := s.serve(read(t, lines...), "10.0.0.1:80"); w.Code != http.StatusUnauthorized {
				t.Errorf("%s as %s: %d", name, address, w.Code)
			}
		}
	}
}
