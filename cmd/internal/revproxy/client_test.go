package revproxy_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// from gives the proxy a request from an address.
func (w *world) from(remote, target string, state *tls.ConnectionState, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.RemoteAddr, r.Host, r.TLS, r.Header = remote, "app.example", state, header
	answer := httptest.NewRecorder()
	w.proxy.ServeHTTP(answer, r)
	return answer
}

func TestTheClientIsTheLastWhoIsNoProxy(t *testing.T) {
	w := (&world{upstream: upstream(t, http.NotFound)}).start(t)
	w.settings.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	seventeen := strings.Repeat("10.0.0.2, ", 17)
	for _, test := range []struct {
		remote string
		chain  []string
		want   string // "": not known
	}{
		{"192.0.2.1:1", nil, "192.0.2.1"},
		{"192.0.2.1:1", []string{"6.6.6.6"}, "192.0.2.1"},
		{"10.0.0.1:1", nil, "10.0.0.1"},
		{"10.0.0.1:1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"[::ffff:10.0.0.1]:1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"[fd00::1%eth0]:1", []string{"2001:db8::1"}, "2001:db8::1"},
		{"10.0.0.1:1", []string{"6.6.6.6, 192.0.2.1,\t10.0.0.2"}, "192.0.2.1"},
		{"10.0.0.1:1", []string{"6.6.6.6", "192.0.2.1", "10.0.0.2"}, "192.0.2.1"},
		{"10.0.0.1:1", []string{"10.0.0.3, ::ffff:10.0.0.2"}, "10.0.0.3"},
		{"10.0.0.1:1", []string{"6.6.6.6, unknown"}, ""},
		{"10.0.0.1:1", []string{"6.6.6.6, "}, ""},
		{"10.0.0.1:1", []string{"6.6.6.6:80"}, ""},
		{"10.0.0.1:1", []string{"fe80::1%eth0"}, ""},
		{"10.0.0.1:1", []string{"unknown, 192.0.2.1"}, "192.0.2.1"},
		{"10.0.0.1:1", []string{seventeen + "10.0.0.2"}, ""},
		{"@", []string{"6.6.6.6"}, ""},
	} {
		before := len(w.access.String())
		w.from(test.remote, "/public/x", nil, http.Header{"X-Forwarded-For": test.chain})
		logged := w.access.String()[before:]
		_, client, _ := strings.Cut(logged, "client=")
		client, _, _ = strings.Cut(client, " ")
		if !strings.Contains(logged, "dialect=proxy method=GET host=app.example path=/public/x status=200") || client != test.want {
			t.Errorf("%s, %q: logged %s, want the client %q", test.remote, test.chain, logged, test.want)
		}
	}
}

func TestTheClientsSchemeIsTheConnectionsOrAProxysWord(t *testing.T) {
	w := (&world{
		upstream: upstream(t, http.NotFound),
		browsers: settings.Browsers{SignInURL: "https://auth.example/", ReturnParameter: "rd", ReturnOrigins: []string{"https://app.example", "http://app.example"}},
	}).start(t)
	w.settings.TrustedProxies = loopback
	for _, test := range []struct {
		remote string
		proto  []string
		tls    bool
		want   string
	}{
		{"192.0.2.1:1", nil, false, "http"},
		{"192.0.2.1:1", []string{"https"}, false, "http"},
		{"192.0.2.1:1", []string{"http"}, true, "https"},
		{"127.0.0.1:1", nil, true, "https"},
		{"127.0.0.1:1", []string{"https"}, false, "https"},
		{"127.0.0.1:1", []string{"http"}, true, "http"},
		{"127.0.0.1:1", []string{"wss"}, false, "https"},
		{"127.0.0.1:1", []string{"https", "https"}, false, "http"},
		{"127.0.0.1:1", []string{"https, https"}, false, "http"},
		{"127.0.0.1:1", []string{"HTTPS"}, false, "http"},
		{"127.0.0.1:1", []string{""}, true, "https"},
	} {
		var state *tls.ConnectionState
		if test.tls {
			state = new(tls.ConnectionState)
		}
		answer := w.from(test.remote, "/a?b", state, http.Header{
			"Accept": {"text/html"}, "X-Forwarded-Proto": test.proto, "X-Forwarded-Host": {"evil.example"},
		})
		if got, want := answer.Header().Get("Location"), "https://auth.example/?rd="+url.QueryEscape(test.want+"://app.example/a?b"); got != want {
			t.Errorf("%s, %q: %d, to %s, want %s", test.remote, test.proto, answer.Code, got, want)
		}
	}
}
