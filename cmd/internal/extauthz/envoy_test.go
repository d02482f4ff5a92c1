package extauthz_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/grpc/codes"
)

// A request is a client's, as it comes to Envoy: names in lower case, values in order.
type request struct {
	method, path string
	fields       []string // name, value, name, value …
}

// get returns a GET with the fields.
func get(path string, fields ...string) request { return request{http.MethodGet, path, fields} }

// bearer returns the fields of a token.
func bearer(token string) []string { return []string{"authorization", "Bearer " + token} }

// The client of all requests, and the host that it asks for.
const (
	host   = "app.example"
	client = "203.0.113.7"
)

// An encoding is how an Envoy tells of headers.
type encoding func(request) *authv3.CheckRequest

// encodings are both of them: each has what HTTP/2 has as pseudo-header fields too.
var encodings = map[string]encoding{"joined": joined, "raw": raw}

// told returns what is the same in both.
func told(r request) *authv3.CheckRequest {
	return &authv3.CheckRequest{Attributes: &authv3.AttributeContext{
		Source: &authv3.AttributeContext_Peer{Address: &corev3.Address{Address: &corev3.Address_SocketAddress{
			SocketAddress: &corev3.SocketAddress{Address: client, PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: 50000}},
		}}},
		Request: &authv3.AttributeContext_Request{Http: &authv3.AttributeContext_HttpRequest{
			Id: "1", Method: r.method, Path: r.path, Host: host, Scheme: "https", Protocol: "HTTP/2", Size: -1,
		}},
	}}
}

// all returns the fields with the pseudo-header fields.
func (r request) all() []string {
	return append([]string{":method", r.method, ":path", r.path, ":authority", host, ":scheme", "https"}, r.fields...)
}

// joined is Envoy's map: a comma between the values of a name, "!" for what is not UTF-8.
func joined(r request) *authv3.CheckRequest {
	headers := make(map[string]string)
	for pair := range slices.Chunk(r.all(), 2) {
		name, value := pair[0], strings.ToValidUTF8(pair[1], "!")
		if before, ok := headers[name]; ok {
			value = before + "," + value
		}
		headers[name] = value
	}
	c := told(r)
	c.Attributes.Request.Http.Headers = headers
	return c
}

// raw is Envoy's list, with encode_raw_headers.
func raw(r request) *authv3.CheckRequest {
	list := new(corev3.HeaderMap)
	for pair := range slices.Chunk(r.all(), 2) {
		list.Headers = append(list.Headers, &corev3.HeaderValue{Key: pair[0], RawValue: []byte(pair[1])})
	}
	c := told(r)
	c.Attributes.Request.Http.HeaderMap = list
	return c
}

// A generation of Envoys is what they make of header mutations.
type generation func(header http.Header, mutations []*corev3.HeaderValueOption, local bool)

// generations are two that differ in all that they can differ in.
var generations = map[string]generation{"append": byAppend, "append_action": byAction}

// byAppend knows no append_action. In an answer to the client it leaves out what is to be
// appended, and keeps all that is not.
func byAppend(header http.Header, mutations []*corev3.HeaderValueOption, local bool) {
	if local {
		for _, m := range mutations {
			header.Del(m.Header.Key)
		}
	}
	for _, m := range mutations {
		name, value := m.Header.Key, m.Header.Value
		switch appends := m.GetAppend().GetValue(); { //nolint:staticcheck // what it knows
		case local && !appends:
			header.Add(name, value)
		case local:
		case !appends:
			header.Set(name, value)
		case header.Get(name) != "":
			header.Set(name, header.Get(name)+","+value)
		}
	}
}

// byAction does one mutation after the other, and looks at append first.
func byAction(header http.Header, mutations []*corev3.HeaderValueOption, _ bool) {
	for _, m := range mutations {
		name, value := m.Header.Key, m.Header.Value
		switch old := m.GetAppend(); { //nolint:staticcheck // it comes first
		case old != nil && old.Value && header.Get(name) != "":
			header.Set(name, header.Get(name)+","+value)
		case old != nil || m.AppendAction == corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD:
			header.Set(name, value)
		case m.AppendAction == corev3.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD:
			header.Add(name, value)
		}
	}
}

// upstream returns the header that the application gets.
func (g generation) upstream(r request, response *authv3.CheckResponse) http.Header {
	header := make(http.Header)
	for pair := range slices.Chunk(r.fields, 2) {
		header.Add(pair[0], pair[1])
	}
	g(header, response.GetOkResponse().GetHeaders(), false)
	for _, name := range response.GetOkResponse().GetHeadersToRemove() {
		header.Del(name)
	}
	return header
}

// local returns the header of the answer that the client gets.
func (g generation) local(response *authv3.CheckResponse) http.Header {
	header := http.Header{"Content-Type": {"text/plain"}}
	g(header, response.GetDeniedResponse().GetHeaders(), true)
	return header
}

// wantWellFormed wants of a response what all have in common.
func wantWellFormed(t testing.TB, response *authv3.CheckResponse) {
	t.Helper()
	ok, denial := response.GetOkResponse(), response.GetDeniedResponse()
	if response.GetStatus() == nil {
		t.Fatal("a response without a status lets everybody through")
	}
	if allows := codes.Code(response.Status.Code) == codes.OK; allows != (ok != nil) || allows == (denial != nil) {
		t.Errorf("code %d, ok_response %v, denied_response %v", response.Status.Code, ok, denial)
	}
	if response.GetErrorResponse() != nil || response.DynamicMetadata != nil || ok.GetDynamicMetadata() != nil || //nolint:staticcheck // it would win
		ok.GetResponseHeadersToAdd() != nil || ok.GetQueryParametersToSet() != nil || ok.GetQueryParametersToRemove() != nil {
		t.Errorf("more than was asked for: %v", response)
	}
	if denial != nil {
		if name, known := typev3.StatusCode_name[int32(denial.Status.GetCode())]; !known || denial.Status.Code < 300 {
			t.Errorf("a denial with status %d %s", denial.Status.GetCode(), name)
		}
	}
	if err := response.ValidateAll(); err != nil {
		t.Error(err)
	}
	for _, m := range ok.GetHeaders() {
		//nolint:staticcheck // both are needed
		if m.Append == nil || m.Append.Value || m.AppendAction != corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD {
			t.Errorf("%s does not take the place of the client's", m.Header.Key)
		}
		if slices.Contains(ok.HeadersToRemove, strings.ToLower(m.Header.Key)) {
			t.Errorf("%s is set and removed", m.Header.Key)
		}
	}
	for _, m := range append(slices.Clone(ok.GetHeaders()), denial.GetHeaders()...) {
		if m.Header.Key != strings.ToLower(m.Header.Key) || len(m.Header.RawValue) > 0 {
			t.Errorf("%q is in no form that all Envoys know", m.Header)
		}
	}
}
