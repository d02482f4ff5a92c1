package gateway_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	bootstrapv3 "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	mutationv3 "github.com/envoyproxy/go-control-plane/envoy/config/common/mutation_rules/v3"
	extauthzv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_authz/v3"
	headermutationv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/header_mutation/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3" // named in the examples
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	"github.com/goccy/go-yaml"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// An envoy does what Envoy does with a request, as far as the examples use it: the
// connection manager, the filters header_mutation and ext_authz, and the router. It
// reads the examples as Envoy's own types.
type envoy struct {
	t        *testing.T
	hcm      *hcmv3.HttpConnectionManager
	removed  []*regexp.Regexp // names of headers
	authz    *extauthzv3.ExtAuthz
	clusters map[string]string // addresses
	ask      func(m *message, client string) (*verdict, error)
}

// A verdict is what the service that is asked has decided.
type verdict struct {
	allow       bool
	set, append []field  // of the request
	remove      []string // after that

	answer *answer // otherwise
}

// startEnvoy starts the emulation, with more swaps of its example.
func startEnvoy(t *testing.T, w *world, name string, swaps ...swap) *setUp {
	t.Helper()
	address := freeAddress(t)
	auth := swap{"port_value: " + port(verifyAddress), "port_value: " + port(w.verify)}
	if name == envoyGRPC {
		auth = swap{"port_value: " + port(grpcAddress), "port_value: " + port(w.grpc)}
	}
	file := configure(t, name+".yaml", append([]swap{
		{"port_value: " + port(webAddress), "port_value: " + port(address)}, auth,
		{"port_value: " + port(applicationAddress), "port_value: " + port(w.app.address)},
		{"timeout: 0.5s", "timeout: 30s"}, // whoever runs this may have a slow machine
	}, swaps...)...)
	e := newEnvoy(t, file)
	if name == envoyGRPC {
		e.ask = e.grpcService()
	} else {
		e.ask = e.httpService()
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				e.serve(conn)
			}()
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	return &setUp{name: name, address: address}
}

// newEnvoy reads a configuration. A field that Envoy does not have, a value that it
// does not take, and whatever is not emulated are errors.
func newEnvoy(t *testing.T, file string) *envoy {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	json, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	bootstrap := new(bootstrapv3.Bootstrap)
	if err := protojson.Unmarshal(json, bootstrap); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if err := bootstrap.ValidateAll(); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	e := &envoy{t: t, hcm: new(hcmv3.HttpConnectionManager), authz: new(extauthzv3.ExtAuthz), clusters: make(map[string]string)}
	resources := bootstrap.GetStaticResources()
	unpack(t, resources.GetListeners()[0].GetFilterChains()[0].GetFilters()[0].GetTypedConfig(), e.hcm)
	filters := e.hcm.GetHttpFilters()
	if len(filters) != 3 || filters[2].GetName() != "envoy.filters.http.router" {
		t.Fatalf("the filters %v are not emulated", filters)
	}
	mutation := new(headermutationv3.HeaderMutation)
	unpack(t, filters[0].GetTypedConfig(), mutation)
	for _, m := range mutation.GetMutations().GetRequestMutations() {
		e.removed = append(e.removed, nameMatcher(t, m))
	}
	unpack(t, filters[1].GetTypedConfig(), e.authz)
	for _, c := range resources.GetClusters() {
		e.clusters[c.GetName()] = addressOf(c)
	}
	e.known()
	return e
}

// nameMatcher returns which names a mutation removes: those that match as a whole.
func nameMatcher(t *testing.T, m *mutationv3.HeaderMutation) *regexp.Regexp {
	t.Helper()
	text := m.GetRemoveOnMatch().GetKeyMatcher().GetSafeRegex().GetRegex()
	if text == "" {
		t.Fatalf("the mutation %v is not emulated", m)
	}
	return regexp.MustCompile("^(?:" + text + ")$")
}

type validator interface {
	proto.Message
	ValidateAll() error
}

func unpack(t *testing.T, from interface{ UnmarshalTo(proto.Message) error }, to validator) {
	t.Helper()
	if err := from.UnmarshalTo(to); err != nil {
		t.Fatal(err)
	}
	if err := to.ValidateAll(); err != nil {
		t.Fatal(err)
	}
}

func addressOf(c *clusterv3.Cluster) string {
	socket := c.GetLoadAssignment().GetEndpoints()[0].GetLbEndpoints()[0].GetEndpoint().GetAddress().GetSocketAddress()
	return net.JoinHostPort(socket.GetAddress(), fmt.Sprint(socket.GetPortValue()))
}

// known fails the test if the configuration says what is not emulated.
func (e *envoy) known() {
	e.t.Helper()
	authz := proto.Clone(e.authz).(*extauthzv3.ExtAuthz)
	authz.Services, authz.TransportApiVersion, authz.StatusOnError, authz.ValidateMutations = nil, 0, nil, false
	authz.AllowedHeaders, authz.EncodeRawHeaders = nil, false
	hcm := proto.Clone(e.hcm).(*hcmv3.HttpConnectionManager)
	if !hcm.GetUseRemoteAddress().GetValue() || len(hcm.GetUpgradeConfigs()) != 1 {
		e.t.Fatal("use_remote_address and one kind of upgrade are emulated")
	}
	hcm.StatPrefix, hcm.UseRemoteAddress, hcm.UpgradeConfigs, hcm.HttpFilters, hcm.RouteSpecifier = "", nil, nil, nil, nil
	for _, rest := range []proto.Message{authz, hcm} {
		if proto.Size(rest) != 0 {
			e.t.Fatalf("not emulated: %v", rest)
		}
	}
}

// serve serves one request.
func (e *envoy) serve(conn net.Conn) {
	r := bufio.NewReader(conn)
	m, err := readMessage(r)
	switch {
	case errors.Is(err, errTooLarge):
		write(conn, &answer{status: http.StatusRequestHeaderFieldsTooLarge})
		return
	case err != nil:
		return
	}
	if status := e.manage(m, conn); status != 0 {
		write(conn, &answer{status: status})
		return
	}
	m.fields = without(m.fields, func(f field) bool {
		return slices.ContainsFunc(e.removed, func(names *regexp.Regexp) bool { return names.MatchString(strings.ToLower(f.name)) })
	})
	client, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
	v, err := e.ask(m, client)
	switch {
	case err != nil:
		status := e.authz.GetStatusOnError().GetCode()
		write(conn, &answer{status: int(status)})
	case v.allow:
		for _, f := range slices.Concat(v.set, v.append) {
			if identityOf(f.name) == "" {
				e.t.Errorf("a decision sets %s", f.name) // it may change where the request goes
			}
		}
		v.apply(m)
		e.route(conn, r, m)
	default:
		write(conn, v.answer)
	}
}

// manage is what becomes of a request before the filters see it. It returns the status
// of one that is refused, or 0.
func (e *envoy) manage(m *message, conn net.Conn) int {
	size := 0
	for _, f := range m.fields {
		size += len(f.name) + len(f.value)
		if !isToken(f.name) || strings.ContainsFunc(f.value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
			return http.StatusBadRequest
		}
	}
	switch {
	case size > 60<<10:
		return http.StatusRequestHeaderFieldsTooLarge
	case len(m.all("Host")) != 1, !strings.HasPrefix(m.target, "/"), strings.ContainsAny(m.target, "#\x00"):
		return http.StatusBadRequest
	}
	for name, separator := range map[string]string{"Authorization": ",", "Cookie": "; "} { // it keeps one of each
		if lines := m.all(name); len(lines) > 1 {
			m.set(name, strings.Join(lines, separator))
		}
	}
	upgrade := m.first("Upgrade")
	nominated := strings.FieldsFunc(strings.Join(m.all("Connection"), ","), func(c rune) bool { return c == ',' || c == ' ' })
	upgrades := slices.ContainsFunc(nominated, func(name string) bool { return strings.EqualFold(name, "upgrade") })
	for _, name := range append(nominated, "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade") {
		m.remove(name)
	}
	if upgrades && strings.EqualFold(upgrade, e.hcm.GetUpgradeConfigs()[0].GetUpgradeType()) {
		m.fields = append(m.fields, field{"Connection", "upgrade"}, field{"Upgrade", upgrade})
	}
	if m.first("Transfer-Encoding") != "" { // enable_trailers is off
		m.trailers = nil
		m.remove("Transfer-Encoding")
		m.set("Content-Length", strconv.Itoa(len(m.body)))
	}
	client, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
	m.set("X-Forwarded-For", strings.TrimPrefix(strings.Join(m.all("X-Forwarded-For"), ",")+","+client, ","))
	m.set("X-Forwarded-Proto", "http")
	m.fields = without(m.fields, func(f field) bool { return strings.HasPrefix(strings.ToLower(f.name), "x-envoy-") })
	return 0
}

func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool {
		return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	})
}

// apply changes the request as the verdict says.
func (v *verdict) apply(m *message) {
	for _, f := range v.set {
		m.set(f.name, f.value)
	}
	m.fields = append(m.fields, v.append...)
	for _, name := range v.remove {
		if !strings.HasPrefix(name, ":") && !strings.EqualFold(name, "host") {
			m.remove(name)
		}
	}
}

// route sends the request on, and the answer back.
func (e *envoy) route(client net.Conn, rest *bufio.Reader, m *message) {
	server, err := dialFrom(proxyAddress, e.clusters[e.hcm.GetRouteConfig().GetVirtualHosts()[0].GetRoutes()[0].GetRoute().GetCluster()])
	if err != nil {
		write(client, &answer{status: http.StatusServiceUnavailable})
		return
	}
	defer server.Close()
	if _, err := server.Write(m.bytes()); err != nil {
		return
	}
	if !m.upgrade() {
		_, _ = io.Copy(client, server)
		return
	}
	tunnel(client, rest, server, server)
}

// write answers a client.
func write(conn net.Conn, a *answer) {
	var header strings.Builder
	_ = a.header.Write(&header)
	fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		a.status, http.StatusText(a.status), header.String(), len(a.body), a.body)
}
