package revproxy_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gognito/gognito/cmd/internal/settings"
)

// FuzzNoTokenGoesOn compares the cookies that net/http reads before and after.
func FuzzNoTokenGoesOn(f *testing.F) {
	for _, line := range []string{
		"access=1", "a=b; access=1; c=d", "access=1;a=b", "a=b;access =1", "a=\"b; access=1\"", ";;access;=;a==access=2", "\taccess=1", "ACCESS=1; a=\xff", "access",
		"CognitoIdentityServiceProvider.abc.x=1; CognitoIdentityServiceProvider%2eabc.y=2; CognitoIdentityServiceProvider.abcd.z=3",
	} {
		f.Add(line)
	}
	upstream, heads := recorder(f)
	w := (&world{upstream: upstream}).start(f)
	w.settings.Tokens = settings.Tokens{Cookies: []string{"access"}, AmplifyClients: []string{"abc"}}
	w.settings.Proxy.RemoveCredentials = true
	isToken := func(c *http.Cookie) bool {
		name := c.Name
		if decoded, err := url.PathUnescape(name); err == nil {
			name = decoded
		}
		return c.Name == "access" || strings.HasPrefix(name, "CognitoIdentityServiceProvider.abc.")
	}
	f.Fuzz(func(t *testing.T, line string) {
		r := httptest.NewRequest(http.MethodGet, "/public/x", nil)
		r.Header.Set("Cookie", line)
		answer := httptest.NewRecorder()
		w.proxy.ServeHTTP(answer, r)
		if answer.Code == http.StatusBadGateway {
			return // net/http sends no such header
		}
		head := strings.ReplaceAll(receive(t, heads), "\n", "\r\n")
		got, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + "\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, c := range r.Cookies() {
			if !isToken(c) {
				want = append(want, c.String())
			}
		}
		var others []string
		for _, c := range got.Cookies() {
			if isToken(c) {
				t.Errorf("%q: %q goes on", line, c.Name)
			}
			others = append(others, c.String())
		}
		if !slices.Equal(others, want) {
			t.Errorf("%q: %q go on, want %q", line, others, want)
		}
	})
}
