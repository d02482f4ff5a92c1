package gateway

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/gognito/gognito"
)

// A Call is a client's request, as a proxy tells of it or as it came in itself.
type Call struct {
	// Dialect is the door that it came through, a name of a closed set for logs
	// and metrics.
	Dialect string
	// Method and Host are the client's.
	Method, Host string
	// Target is the path and query as the client sent them.
	Target string
	// Request has the client's header, and a context. Nothing else of it is looked
	// at: it may be the proxy's own.
	Request *http.Request
	// Scheme is the client's: "http" or "https"; "": not known.
	Scheme string
	// Client is who sent it, for logs alone; the zero value: not known.
	Client netip.Addr
	// ClientOf finds that out from the request's header, when there is a line to be
	// logged; nil: Client says it.
	ClientOf func(*Gateway, http.Header) netip.Addr
	// Limited: the proxy hands on no other refusal than 401 and 403.
	Limited bool
}

// Faults of the surroundings, of kind gognito.ErrForbidden.
var (
	// ErrUntrusted: who asks is none of the trusted proxies.
	ErrUntrusted error = surroundings("gateway: the peer is no trusted proxy")
	// ErrMetadata: what the proxy has to tell is missing, there twice, or malformed.
	ErrMetadata error = surroundings("gateway: the proxy does not tell the client's request as it should")
)

type surroundings string

func (s surroundings) Error() string { return string(s) }

func (s surroundings) Is(target error) bool { return target == error(gognito.ErrForbidden) }

// authenticated returns the request as it is authenticated. Without a cookie that is by
// its header alone. With one it matters what else another site's page can have sent; and
// what a proxy leaves of a WebSocket handshake has no Connection header any more, and
// must not pass for a GET that any page may send.
func (c *Call) authenticated() *http.Request {
	if c.Request.Header["Cookie"] == nil {
		return c.Request
	}
	r := *c.Request
	r.Method, r.Host = c.Method, c.Host
	if c.webSocket() && !hasUpgrade(r.Header) {
		r.Header = r.Header.Clone()
		r.Header.Set("Connection", "upgrade")
	}
	return &r
}

// webSocket reports whether the request may be a handshake (RFC 6455, section 4.1),
// or asks for another protocol in any other way. Pages can't set these headers, and
// browsers always send two of them.
func (c *Call) webSocket() bool {
	h := c.Request.Header
	return hasUpgrade(h) || h["Upgrade"] != nil || h["Sec-Websocket-Key"] != nil || h["Sec-Websocket-Version"] != nil ||
		h.Get("Sec-Fetch-Mode") == "websocket"
}

func hasUpgrade(h http.Header) bool {
	return slices.ContainsFunc(h["Connection"], func(value string) bool {
		for option := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.Trim(option, " \t"), "upgrade") {
				return true
			}
		}
		return false
	})
}

// navigation reports whether the request is for a page that a person will see: Fetch
// Metadata say so, or, from browsers without it, Accept.
func (c *Call) navigation() bool {
	h := c.Request.Header
	if c.Method != http.MethodGet && c.Method != http.MethodHead || c.webSocket() ||
		h["Authorization"] != nil || h["X-Requested-With"] != nil {
		return false
	}
	if h["Sec-Fetch-Mode"] != nil || h["Sec-Fetch-Dest"] != nil {
		return h.Get("Sec-Fetch-Mode") == "navigate" && h.Get("Sec-Fetch-Dest") == "document"
	}
	return slices.ContainsFunc(h["Accept"], func(value string) bool {
		for item := range strings.SplitSeq(value, ",") {
			media, _, _ := strings.Cut(item, ";")
			if strings.EqualFold(strings.TrimSpace(media), "text/html") {
				return true
			}
		}
		return false
	})
}

// preflight returns the method of the request that a CORS preflight announces (Fetch
// standard, section 3.3.2). A request that merely looks like one is none.
func (c *Call) preflight() (method string, ok bool) {
	if c.Method != http.MethodOptions {
		return "", false
	}
	h := c.Request.Header
	announced := h["Access-Control-Request-Method"]
	if len(announced) != 1 || announced[0] == "" ||
		len(h["Origin"]) != 1 || h["Origin"][0] == "" || h["Authorization"] != nil || h["Cookie"] != nil {
		return "", false
	}
	return announced[0], true
}
