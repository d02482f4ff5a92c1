package extauthz

import (
	"net/http"
	"slices"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"

	"github.com/gognito/gognito/cmd/internal/gateway"
)

// tell has the call say what Envoy says of the client's request. It is
// gateway.ErrMetadata if that is not what an Envoy says. Neither context_extensions nor
// metadata are looked at: rules are the gateway's own.
func tell(call *gateway.Call, attributes *authv3.AttributeContext) error {
	told := attributes.GetRequest().GetHttp()
	call.Method, call.Host, call.Target = told.GetMethod(), told.GetHost(), told.GetPath()
	call.Client = gateway.AddressOf(attributes.GetSource().GetAddress().GetSocketAddress().GetAddress())
	// An empty path is that of a CONNECT, which has none to be judged by.
	if call.Method == "" || call.Host == "" || call.Target == "" {
		return gateway.ErrMetadata
	}
	switch scheme := told.GetScheme(); scheme {
	case "http", "https", "":
		call.Scheme = scheme
	default:
		return gateway.ErrMetadata
	}
	return fill(call.Request.Header, told)
}

// fill fills in the header. Envoy tells of it in one of two ways: with
// encode_raw_headers as a list of what came in, or else as a map, with a comma between
// the values of one name. The list is the better one: two fields that were joined are
// two again only to who looks for the comma.
func fill(header http.Header, told *authv3.AttributeContext_HttpRequest) error {
	joined, raw := told.GetHeaders(), told.GetHeaderMap().GetHeaders()
	if len(joined) > 0 && len(raw) > 0 {
		return gateway.ErrMetadata
	}
	for name, value := range joined {
		name, err := nameOf(name, value, told)
		if err != nil || header[name] != nil {
			return gateway.ErrMetadata
		}
		add(header, name, value)
	}
	for _, field := range raw {
		value, err := valueOf(field)
		if err != nil {
			return err
		}
		name, err := nameOf(field.GetKey(), value, told)
		if err != nil {
			return err
		}
		add(header, name, value)
	}
	return nil
}

// valueOf returns the value of a field of the list, which is not UTF-8 by necessity.
func valueOf(field *corev3.HeaderValue) (string, error) {
	text, raw := field.GetValue(), field.GetRawValue()
	if text != "" && len(raw) > 0 {
		return "", gateway.ErrMetadata
	}
	return text + string(raw), nil
}

// nameOf returns the name of a field in its canonical form, or "" for one of HTTP/2's
// own, which says what the attributes say. Where it does not, they are not what came
// in: Envoy writes "!" for a byte of a path that is not UTF-8, and the application gets
// the byte.
//
// A field that HTTP does not know is refused, not left out. Envoy's parsers let none
// through; and a request without it is another one than the application gets.
func nameOf(name, value string, told *authv3.AttributeContext_HttpRequest) (canonical string, err error) {
	said, pseudo := value, true
	switch name {
	case ":method":
		said = told.GetMethod()
	case ":path":
		said = told.GetPath()
	case ":authority":
		said = told.GetHost()
	case ":scheme":
		said = told.GetScheme()
	default:
		pseudo = strings.HasPrefix(name, ":")
	}
	switch {
	case said != value || !isText(value):
		return "", gateway.ErrMetadata
	case pseudo:
		return "", nil
	case !isName(name):
		return "", gateway.ErrMetadata
	}
	return http.CanonicalHeaderKey(name), nil
}

// add adds a field that has a name.
func add(header http.Header, name, value string) {
	if name != "" {
		header[name] = append(header[name], value)
	}
}

// isName reports whether it is a token (RFC 9110, section 5.6.2), as names of fields are.
func isName(name string) bool {
	return name != "" && !slices.ContainsFunc([]byte(name), func(c byte) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
			strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0)
	})
}

// isText reports whether it may be the value of a field (RFC 9110, section 5.5): there
// is no control in it but tabs.
func isText(value string) bool {
	return !slices.ContainsFunc([]byte(value), func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f })
}
