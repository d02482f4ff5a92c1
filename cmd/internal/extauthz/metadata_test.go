package extauthz_test

import (
	"errors"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/gognito/gognito/cmd/internal/extauthz"
	"github.com/gognito/gognito/cmd/internal/gateway"
	"github.com/gognito/gognito/gognitotest"
)

// put puts a field into the list.
func put(c *authv3.CheckRequest, field *corev3.HeaderValue) {
	list := c.Attributes.Request.Http.HeaderMap
	list.Headers = append(list.Headers, field)
}

// withoutPseudo takes HTTP/2's own fields out, as allowed_headers may.
func withoutPseudo(c *authv3.CheckRequest) *authv3.CheckRequest {
	told := c.Attributes.Request.Http
	maps.DeleteFunc(told.Headers, func(name, _ string) bool { return strings.HasPrefix(name, ":") })
	if told.HeaderMap != nil {
		told.HeaderMap.Headers = slices.DeleteFunc(told.HeaderMap.Headers, func(field *corev3.HeaderValue) bool {
			return strings.HasPrefix(field.Key, ":")
		})
	}
	return c
}

// Each of these is about a path that everybody may have, so anything else than a
// refusal lets it through.
func TestARequestThatIsNotToldOfAsEnvoyDoesIsRefused(t *testing.T) {
	pool := gognitotest.NewPool(t)
	e := start(t, of(build(t, base(), pool.Verifier())))
	type http = authv3.AttributeContext_HttpRequest
	field := func(key, value string) *corev3.HeaderValue {
		return &corev3.HeaderValue{Key: key, RawValue: []byte(value)}
	}
	for name, change := range map[string]func(joined, raw *authv3.CheckRequest){
		"nothing":       func(j, r *authv3.CheckRequest) { proto.Reset(j); proto.Reset(r) },
		"no request":    func(j, r *authv3.CheckRequest) { j.Attributes.Request, r.Attributes.Request = nil, nil },
		"no attributes": func(j, r *authv3.CheckRequest) { j.Attributes, r.Attributes = nil, nil },
		"a connection and no request": func(j, r *authv3.CheckRequest) {
			j.Attributes.Request.Http, r.Attributes.Request.Http = nil, nil
		},
		"both encodings": func(j, r *authv3.CheckRequest) {
			j.Attributes.Request.Http.HeaderMap = proto.CloneOf(r.Attributes.Request.Http.HeaderMap)
			r.Attributes.Request.Http.Headers = map[string]string{"a": "b"}
		},
		"a value in both forms": func(j, r *authv3.CheckRequest) {
			put(r, &corev3.HeaderValue{Key: "a", Value: "b", RawValue: []byte("b")})
			j.Attributes.Request.Http.Headers[":method"] = "POST"
		},
		"a name in two spellings": func(j, r *authv3.CheckRequest) {
			j.Attributes.Request.Http.Headers["Authorization"] = "Bearer a"
			j.Attributes.Request.Http.Headers["authorization"] = "Bearer b"
			put(r, field("authori zation", "Bearer b"))
		},
	} {
		j, r := joined(get("/healthz")), raw(get("/healthz"))
		change(j, r)
		wantRefused(t, name+", joined", e.ask(t, j), 403, codes.PermissionDenied)
		wantRefused(t, name+", raw", e.ask(t, r), 403, codes.PermissionDenied)
	}
	for name, change := range map[string]func(*http){
		"no method":                func(h *http) { h.Method = "" },
		"no path":                  func(h *http) { h.Path = "" },
		"no host":                  func(h *http) { h.Host = "" },
		"another scheme":           func(h *http) { h.Scheme = "ftp" },
		"a scheme in capitals":     func(h *http) { h.Scheme = "HTTPS" },
		"another path's header":    func(h *http) { h.Path = "/healthz?" },
		"another method's header":  func(h *http) { h.Method = "POST" },
		"another host's header":    func(h *http) { h.Host = "app.example:443" },
		"another scheme's header":  func(h *http) { h.Scheme = "http" },
		"no scheme but a header's": func(h *http) { h.Scheme = "" },
	} {
		for encoding, encode := range encodings {
			c := encode(get("/healthz"))
			change(c.Attributes.Request.Http)
			wantRefused(t, name+", "+encoding, e.ask(t, c), 403, codes.PermissionDenied)
			status, code := 403, codes.PermissionDenied
			if strings.Contains(name, "header") {
				status, code = 0, codes.OK // without that header nothing is wrong with it
			}
			wantRefused(t, name+", without pseudo-header fields, "+encoding, e.ask(t, withoutPseudo(c)), status, code)
		}
	}
	for name, pair := range map[string][2]string{
		"no name":               {"", "x"},
		"a space in a name":     {"x-auth-user ", "ada"},
		"a colon in a name":     {"x-auth-user:", "ada"},
		"a line end in a name":  {"a\r\nx-auth-user", "ada"},
		"a zero byte in a name": {"x-auth-user\x00", "ada"},
		"a name in no ASCII":    {"x-auth-uſer", "ada"},
		"a line end":            {"a", "b\r\nx-auth-user: ada"},
		"a line feed":           {"a", "b\nx"},
		"a zero byte":           {"a", "b\x00"},
		"an escape":             {"a", "\x1b[31m"},
		"a delete":              {"a", "\x7f"},
		"a control in a pseudo": {":protocol", "web\x00socket"},
	} {
		for encoding, encode := range encodings {
			wantRefused(t, name+", "+encoding, e.ask(t, encode(get("/healthz", pair[0], pair[1]))), 403, codes.PermissionDenied)
		}
	}
}

// Envoy writes "!" for a byte of the path that is not UTF-8, judges that, and hands on
// the byte. Its list of headers has what came in.
func TestAPathThatEnvoyHasChangedIsRefused(t *testing.T) {
	e := start(t, of(build(t, base(), gognitotest.NewPool(t).Verifier())))
	s := get("/healthz", "referer", "caf\xe9")
	wantRefused(t, "its own bytes", e.ask(t, raw(s)), 0, codes.OK)
	for _, name := range []string{":path", ":authority", ":method"} {
		c := raw(get("/healthz"))
		for _, field := range c.Attributes.Request.Http.HeaderMap.Headers {
			if field.Key == name {
				field.RawValue = append(field.RawValue, 0xc0, 0xaf)
			}
		}
		wantRefused(t, name, e.ask(t, c), 403, codes.PermissionDenied)
	}
}

func TestACallSaysWhatEnvoySays(t *testing.T) {
	fields := []string{"cookie", "a=b", "accept", "text/html", "cookie", "c=d", ":protocol", "websocket", "host", "other.example", "x_y", "a\tb", "referer", "caf\xe9", "empty", ""}
	wants := map[string]http.Header{
		"raw": {"Cookie": {"a=b", "c=d"}, "Accept": {"text/html"}, "Host": {"other.example"}, "X_y": {"a\tb"}, "Referer": {"caf\xe9"}, "Empty": {""}},
		"joined": {
			"Cookie": {"a=b,c=d"}, "Accept": {"text/html"}, "Host": {"other.example"}, "X_y": {"a\tb"}, "Referer": {"caf!"}, "Empty": {""},
		},
	}
	for encoding, encode := range encodings {
		call := &gateway.Call{Request: &http.Request{Header: make(http.Header), URL: new(url.URL)}}
		if err := extauthz.Tell(call, encode(request{http.MethodPut, "/a%2fb//c?d=%zz&e", fields}).Attributes); err != nil {
			t.Fatal(err)
		}
		r := call.Request
		if call.Method != http.MethodPut || call.Host != host || call.Target != "/a%2fb//c?d=%zz&e" || call.Scheme != "https" ||
			call.Client != netip.MustParseAddr(client) || call.Limited || *r.URL != (url.URL{}) {
			t.Errorf("%s: %+v %+v", encoding, call, r)
		}
		if !reflect.DeepEqual(r.Header, wants[encoding]) {
			t.Errorf("%s: %q", encoding, r.Header)
		}
	}
}

func TestTheClientIsWhomEnvoyWasAskedBy(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.7":        "203.0.113.7",
		"::ffff:203.0.113.7": "203.0.113.7",
		"2001:db8::1":        "2001:db8::1",
		"fe80::1%eth0":       "invalid IP",
		"":                   "invalid IP",
		"app.example":        "invalid IP",
		"203.0.113.7:80":     "invalid IP",
	} {
		c := raw(get("/", "x-forwarded-for", "192.0.2.1", "x-envoy-external-address", "192.0.2.1"))
		c.Attributes.Source.Address.GetSocketAddress().Address = address
		call := &gateway.Call{Request: &http.Request{Header: make(http.Header)}}
		if err := extauthz.Tell(call, c.Attributes); err != nil || call.Client.String() != want {
			t.Errorf("%q: %v %v", address, call.Client, err)
		}
	}
	// A pipe has no address.
	c := raw(get("/"))
	c.Attributes.Source.Address = &corev3.Address{Address: &corev3.Address_Pipe{Pipe: &corev3.Pipe{Path: "/run/x"}}}
	call := &gateway.Call{Request: &http.Request{Header: make(http.Header)}}
	if err := extauthz.Tell(call, c.Attributes); err != nil || call.Client.IsValid() {
		t.Errorf("%v %v", call.Client, err)
	}
}

func TestASchemeThatIsNotToldIsNotKnown(t *testing.T) {
	call := &gateway.Call{Request: &http.Request{Header: make(http.Header)}}
	c := raw(get("/", "x-forwarded-proto", "https"))
	told := withoutPseudo(c).Attributes.Request.Http
	told.Scheme = ""
	if err := extauthz.Tell(call, c.Attributes); err != nil || call.Scheme != "" || call.Request.Header.Get("X-Forwarded-Proto") != "https" {
		t.Errorf("%+v %v", call, err)
	}
	told.Scheme = "gopher"
	if err := extauthz.Tell(call, c.Attributes); !errors.Is(err, gateway.ErrMetadata) || call.Scheme != "" {
		t.Errorf("%q %v", call.Scheme, err)
	}
}

func TestAHeaderOfAnySizeIsRead(t *testing.T) {
	pool := gognitotest.NewPool(t)
	e := start(t, of(build(t, base(), pool.Verifier())))
	jane := pool.AccessToken(gognitotest.User{Username: "jane"})
	for encoding, encode := range encodings {
		r := get("/me", append(bearer(jane), "x-large", strings.Repeat("a", 8<<20))...)
		wantRefused(t, encoding, e.ask(t, encode(r)), 0, codes.OK)
		r = get("/me", bearer(strings.Repeat("a.", 4<<20))...)
		wantRefused(t, encoding+", token", e.ask(t, encode(r)), 401, codes.Unauthenticated)
		r = get("/me", "cookie", strings.Repeat("access=a;", 100_000))
		wantRefused(t, encoding+", cookies", e.ask(t, encode(r)), 401, codes.Unauthenticated)
	}
}
